"""The deviation of each county's mortality, from the old people of the city's two last censuses."""

from __future__ import annotations

import numpy as np

from sim.demography.county_mortality import cohort_shift, shrunk_deviation
from sim.evidence.figures import Figures, column_array
from sim.evidence.residents import COHORTS
from sim.names import AGES, SEXES

TABLE = "population/previous_census"
REST = "rest"
"What a city has left without the counties that have figures of their own."
_AGE_LABELS = [str(age) for age in AGES]


def mortality_deviation(
    figures: Figures, counties: list[str], census_year: int, mx: np.ndarray
) -> np.ndarray:
    """Return how far the Brass shift of each county lies from its city's: (county).

    Counties without figures of their own in the earlier census (their boundaries moved) share the
    deviation of what the city has left without the others. A city without them has none at all. The
    deviation of a county is the same whichever others are asked for.

    Args:
        figures: the evidence.
        counties: county codes.
        census_year: year of the later census.
        mx: (sex, age) standard central death rates, deaths per person-year.
    """
    if not figures.book[TABLE].where(city=figures.scenario.city).rows:
        return np.zeros(len(counties))
    told, shift = cohort_shifts(figures, census_year, mx)
    deviation, drawn = shrunk_deviation(shift[:, :-1] - shift[:, -1:])
    figures.tabled(TABLE, "persons", "persons")
    figures.shrunk("mortality_drawn_to_city", float(drawn.max()))
    place = [told.index(county) if county in told else told.index(REST) for county in counties]
    return np.asarray(deviation[place])


def cohort_shifts(figures: Figures, census_year: int, mx: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return the areas told apart, and the Brass shifts of both cohorts in them.

    Args:
        figures: the evidence.
        census_year: year of the later census.
        mx: (sex, age) standard central death rates, deaths per person-year.

    Returns:
        areas: county codes, and `REST` for what the city has left where not all have figures.
        shifts: (cohort, area, sex), those of 60 to 69 before those of 70 and more; one area more than
            the names, the city, last.
    """
    city = figures.scenario.city
    rows = figures.book[TABLE].where(city=city).rows
    counties = figures.book["counties"].where(city=city).column("county")
    areas = [c for c in counties if any(row["area"] == c for row in rows)]
    groups = sorted({row["age_group"] for row in rows}, key=_first_age)
    coords = {"area": [*areas, city], "sex": list(SEXES), "age_group": groups}
    earlier = column_array(rows, "persons", ("area", "sex", "age_group"), coords, "persons").values
    rest = [REST] if len(areas) < len(counties) else []
    before = _by_age(figures, _with_rest(earlier[:-1], earlier[-1], bool(rest)), groups)
    years = census_year - int(rows[0]["year"])
    listed = np.isin(counties, areas)
    shifts = []
    for first, end in COHORTS.values():
        later = _later(figures, counties, first + years, end + years)
        after = _with_rest(later[listed], later.sum(axis=0), bool(rest))
        inside = (first <= AGES) & (end > AGES)
        shifts.append(cohort_shift(before * inside, after, years, mx))
    return [*areas, *rest], np.stack(shifts)


def _with_rest(areas: np.ndarray, city: np.ndarray, rest: bool) -> np.ndarray:
    """(area, ...) with the city, and before it, where there is such, what it has without them."""
    left = [(city - areas.sum(axis=0))[None]] if rest else []
    return np.concatenate([areas, *left, city[None]])


def _later(figures: Figures, counties: list[str], first: int, end: int) -> np.ndarray:
    """(county, sex) persons of the later census from an age to below another."""
    census = figures.book["population/census_age_sex"]
    labels = dict.fromkeys(census.column("age_group"))
    groups = [group for group in labels if first <= _first_age(group) < end]
    coords = {"county": counties, "sex": list(SEXES), "age_group": groups}
    dims = ("county", "sex", "age_group")
    return np.asarray(column_array(census, "persons", dims, coords, "persons").values.sum(axis=-1))


def _by_age(figures: Figures, people: np.ndarray, groups: list[str]) -> np.ndarray:
    """(area, sex, age) persons, inside each group as the nation's are."""
    national = figures.book["population/national_age_sex"]
    coords = {"sex": list(SEXES), "age": _AGE_LABELS}
    standard = column_array(national, "persons", ("sex", "age"), coords, "persons").values
    first = np.array([_first_age(group) for group in groups])
    member = np.searchsorted(first, AGES, side="right") - 1
    inside = standard * (member >= 0)
    totals = np.stack([inside[:, member == n].sum(axis=-1) for n in range(len(groups))], axis=-1)
    return np.asarray(people[..., member] * inside / totals[..., member])


def _first_age(group: str) -> int:
    return int(group.rstrip("+").partition("-")[0])
