"""The deviation of each county's mortality, from the old people of the city's two last censuses."""

from __future__ import annotations

import numpy as np

from sim.demography.county_mortality import cohort_shift, shrunk_deviation
from sim.evidence.figures import Figures, column_array
from sim.names import AGES, SEXES

TABLE = "population/previous_census"
_AGE_LABELS = [str(age) for age in AGES]


def mortality_deviation(
    figures: Figures, counties: list[str], census_year: int, mx: np.ndarray
) -> np.ndarray:
    """Return how far the Brass shift of each county lies from its city's: (county).

    Counties without figures of their own in the earlier census (their boundaries moved) share the
    deviation of what the city has left without the others. A city without them has none at all.

    Args:
        figures: the evidence.
        counties: county codes.
        census_year: year of the later census.
        mx: (sex, age) standard central death rates, deaths per person-year.
    """
    rows = figures.book[TABLE].where(city=figures.scenario.city).rows
    areas = [c for c in counties if any(row["area"] == c for row in rows)]
    if not areas:
        return np.zeros(len(counties))
    years = census_year - int(rows[0]["year"])
    groups = sorted({row["age_group"] for row in rows}, key=_first_age)
    coords = {"area": [*areas, figures.scenario.city], "sex": list(SEXES), "age_group": groups}
    earlier = column_array(rows, "persons", ("area", "sex", "age_group"), coords, "persons").values
    later = _later(figures, counties, _first_age(groups[0]) + years)
    listed = np.isin(counties, areas)
    before = _with_rest(earlier[:-1], earlier[-1])
    after = _with_rest(later[listed], later.sum(axis=0))
    shift = cohort_shift(_by_age(figures, before, groups), after, years, mx)
    told = len(areas) if listed.all() else len(areas) + 1
    deviation, drawn = shrunk_deviation(shift[:told], shift[-1])
    figures.tabled(TABLE, "persons", "persons")
    figures.shrunk("mortality_drawn_to_city", float(drawn.max()))
    place = np.where(listed, np.cumsum(listed) - 1, len(areas))
    return np.asarray(deviation[place])


def _with_rest(areas: np.ndarray, city: np.ndarray) -> np.ndarray:
    """(area, ...) with two more: what the city has without them, and the city."""
    return np.concatenate([areas, (city - areas.sum(axis=0))[None], city[None]])


def _later(figures: Figures, counties: list[str], first_age: int) -> np.ndarray:
    """(county, sex) persons of the later census at an age and above."""
    census = figures.book["population/census_age_sex"]
    groups = [g for g in dict.fromkeys(census.column("age_group")) if _first_age(g) >= first_age]
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
