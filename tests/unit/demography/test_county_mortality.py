from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.county_mortality import cohort_shift, shrunk_deviation, variance_between
from sim.demography.inputs import population_inputs
from sim.demography.kernel import Rates, project_rows
from sim.demography.life_table import Mortality, infant_separation
from sim.demography.mortality_inputs import cohort_shifts
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.evidence.tables import Row, Table
from sim.scenario.reading import load_scenario
from tests.small import few

MX = np.stack([0.00004 * np.exp(0.095 * np.arange(101)), 0.00006 * np.exp(0.094 * np.arange(101))])
SHIFTS = st.floats(-0.5, 0.5)


@few(10)
@given(st.lists(st.tuples(SHIFTS, SHIFTS), min_size=1, max_size=4))
def test_the_shift_behind_a_projection_is_found_again(shifts):
    """People of 70 and more are carried ten years on by the projection itself."""
    before = np.zeros((len(shifts), 2, 101))
    before[..., 70:] = 1000.0
    after = np.stack([_left(before, [pair[s] for pair in shifts])[:, s] for s in range(2)], axis=-1)
    np.testing.assert_allclose(cohort_shift(before, after, 10, MX), shifts, atol=1e-9)


def _left(people: np.ndarray, shifts: list[float]) -> np.ndarray:
    """(area, sex) persons of 80 and more ten years on."""
    counties = len(shifts)
    mortality = Mortality(MX[None], np.array([1.05]), np.array(shifts), np.ones(counties))
    rates = Rates(
        survival=np.repeat(np.moveaxis(mortality.survival(np.zeros(1)), -1, 0), 10, axis=0),
        asfr=np.zeros((10, counties, 1)),
        first_fertile_age=20,
        girls=np.ones((10, counties)),
        migration=np.zeros((10, counties, 2, 101)),
    )
    return project_rows(people, rates).population[-1, ..., 80:].sum(axis=-1)


def areas_of(*sexes: tuple[float, float], younger: list[tuple[float, float]] | None = None) -> np.ndarray:
    """(cohort, area, sex) deviations; the younger cohort says the same unless told."""
    return np.array([younger or sexes, sexes])


def test_sexes_and_cohorts_that_agree_are_believed_and_sexes_that_do_not_are_not():
    deviation, drawn = shrunk_deviation(areas_of((0.3, 0.3), (-0.3, -0.3)))
    np.testing.assert_allclose(deviation, [0.3, -0.3])
    np.testing.assert_allclose(drawn, 0.0, atol=1e-9)
    deviation, drawn = shrunk_deviation(areas_of((0.3, -0.3), (-0.3, 0.3)))
    np.testing.assert_allclose(deviation, 0.0)
    assert (drawn == 1).all()


def test_whose_sexes_or_cohorts_disagree_more_is_drawn_further():
    off = areas_of((0.3, 0.3), (-0.3, -0.25), (0.5, 0.1))
    _, drawn = shrunk_deviation(off)
    assert drawn[2] > drawn[1] == pytest.approx(drawn[0])
    younger = [(0.3, 0.3), (-0.3, -0.25), (0.3, 0.3), (-0.9, -0.9)]
    off = areas_of((0.3, 0.3), (-0.3, -0.25), (0.3, 0.3), (-0.3, -0.3), younger=younger)
    deviation, drawn = shrunk_deviation(off)
    assert drawn[3] > 0.5 > drawn[0]
    assert abs(deviation[3]) < abs(deviation[0])


def test_the_share_drawn_by_hand():
    """Equal errors: the variance between areas is what they leave of the mean square, as ever."""
    off = areas_of((0.4, 0.2), (-0.3, -0.1), (0.1, 0.3))
    own, error = np.array([0.3, -0.2, 0.2]), 0.01
    between = (own**2).mean() - error
    deviation, drawn = shrunk_deviation(np.array([off[1].mean(axis=-1, keepdims=True) * [1, 1], off[1]]))
    np.testing.assert_allclose(drawn, error / (error + between), rtol=1e-9)
    np.testing.assert_allclose(deviation, (1 - drawn) * own, rtol=1e-9)


def test_the_variance_between_areas_leaves_out_what_errors_explain():
    own, error = np.array([0.3, -0.2, 0.25, 0.1]), np.array([0.001, 0.004, 0.09, 0.002])
    between = variance_between(own, error)
    assert (own**2 / (error + between)).sum() == pytest.approx(len(own))
    assert between < (own**2).mean()
    assert variance_between(own, np.full(4, 0.2)) == 0.0
    assert variance_between(np.zeros(3), np.zeros(3)) == 0.0


def test_one_area_alone_is_its_city():
    deviation, _ = shrunk_deviation(np.zeros((2, 1, 2)))
    assert deviation.tolist() == [0.0]


def test_the_shifts_of_a_made_up_city_are_found_from_its_tables(figures):
    """Kunming's census of 2020 is what is left of a census made up by going back at shifts chosen here."""
    city, listed = "530100", ["530102", "530113", "530181"]
    every = figures.book["counties"].where(city=city).column("county")
    chosen = {area: (0.1 * n - 0.1, 0.05 * n) for n, area in enumerate([*listed, "rest"])}
    later = {area: [area] for area in listed} | {"rest": [c for c in every if c not in listed]}
    national = figures.book["population/national_age_sex"]
    census = figures.book["population/census_age_sex"]
    rows, want = [], np.zeros((2, len(chosen) + 1, 2))
    for s, sex in enumerate(("female", "male")):
        people = np.array([row.number("persons") for row in national.where(sex=sex)])
        city_before = dict.fromkeys(GROUPS, 0.0)
        for n, (area, shifts) in enumerate(chosen.items()):
            alive = _alive(MX[s], sex, shifts[s])
            for first, end in ((60, 70), (70, 101)):
                ages = np.arange(first, end)
                on = np.array([_ten_years(alive, age) for age in ages])
                left = _counted(census, later[area], sex, first + 10, end + 10)
                scale = left / (people[ages] * on).sum()
                for group in GROUPS:
                    inside = [a for a in ages if _within(group, a)]
                    if inside:
                        city_before[group] += scale * people[inside].sum()
                        if area != "rest":
                            rows.append(_row(city, area, sex, group, scale * people[inside].sum()))
            want[:, n, s] = shifts[s]
        rows += [_row(city, city, sex, group, count) for group, count in city_before.items()]
    table = Table(PREVIOUS, "made/up.csv", tuple(rows))
    book = replace(figures.book, tables={**figures.book.tables, PREVIOUS: table})
    areas, found = cohort_shifts(Figures(book, figures.scenario), 2020, MX)
    assert areas == [*listed, "rest"]
    np.testing.assert_allclose(found[:, :-1], want[:, :-1], atol=1e-6)
    assert (found[:, -1] > want[:, :-1].min(axis=1)).all()
    assert (found[:, -1] < want[:, :-1].max(axis=1)).all()


GROUPS = ("60-64", "65-69", "70-74", "75-79", "80-84", "85+")
PREVIOUS = "population/previous_census"


def _row(city: str, area: str, sex: str, group: str, persons: float) -> Row:
    cells = {
        "city": city,
        "area": area,
        "sex": sex,
        "age_group": group,
        "year": "2010",
        "quality": "estimate",
    }
    return Row({**cells, "persons": repr(float(persons)), "source": "census_2010"}, "made/up.csv", 2, ())


def _within(group: str, age: int) -> bool:
    first, _, last = group.rstrip("+").partition("-")
    return int(first) <= age <= int(last or 100)


def _alive(mx: np.ndarray, sex: str, shift: float) -> list[float]:
    """Person-years lived at each age, the open age last, of the standard moved on the logit scale."""
    a = [float(infant_separation(mx[0], sex)), *[0.5] * 99]
    alive = [1.0]
    for age in range(100):
        alive.append(alive[-1] * (1 - mx[age] / (1 + (1 - a[age]) * mx[age])))
    moved = [1 / (1 + (1 - x) / x * np.exp(2 * shift)) for x in alive]
    lived = [moved[x + 1] + a[x] * (moved[x] - moved[x + 1]) for x in range(100)]
    rate = (moved[99] - moved[100]) / lived[99] / mx[99] * mx[100]
    return [*lived, moved[100] / rate]


def _ten_years(lived: list[float], age: int) -> float:
    """Share of those of an age who are alive ten years on; the open age keeps its own share."""
    share = 1.0
    for x in range(age + 1, age + 11):
        share *= lived[x] / lived[x - 1] if x < 100 else lived[100] / (lived[99] + lived[100])
    return share


def _counted(census: Table, counties: list[str], sex: str, first: int, end: int) -> float:
    rows = (row for row in census.where(sex=sex) if row["county"] in counties)
    return sum(
        row.number("persons")
        for row in rows
        if first <= int(row["age_group"].rstrip("+").partition("-")[0]) < end
    )


def test_counties_without_an_earlier_census_share_what_the_others_leave(kunming):
    """Chenggong and Jinning have no comparable figures; the rural north lives shorter than the core."""
    deviation = kunming["mortality_deviation"]
    assert float(deviation.sel(county="530114")) == float(deviation.sel(county="530115"))
    assert float(deviation.sel(county="530129")) > 0.1 > -0.1 > float(deviation.sel(county="530102"))


def test_the_city_meets_its_plan_whatever_its_counties(kunming):
    people = kunming["population_base"].sum(("sex", "age")).values
    mortality = Mortality(
        kunming["standard_mx"].values,
        kunming["sex_ratio_at_birth"].isel(county=0).values,
        kunming["mortality_deviation"].values,
        people,
    )
    path = kunming["life_expectancy"].values
    np.testing.assert_allclose(mortality.expectancy(mortality.shift(path)), path, atol=1e-9)


def test_the_deviations_of_kunming_stay_what_they_were_published_as(kunming):
    """Pinned, so that a change of method or of figures is seen: 0.01 is some 0.1 years of life."""
    known = {"530102": -0.175, "530111": -0.099, "530114": -0.007, "530125": 0.356, "530181": -0.016}
    for county, value in known.items():
        assert float(kunming["mortality_deviation"].sel(county=county)) == pytest.approx(value, abs=0.01)


def test_counties_asked_for_alone_are_what_they_are_among_all(figures, kunming):
    some = ["530125", "530111"]
    xr.testing.assert_identical(population_inputs(figures, some, 2020), kunming.sel(county=some))


@pytest.fixture(scope="module")
def figures():
    loaded = load_scenario("kunming")
    return Figures(open_book(loaded), loaded.scenario)


@pytest.fixture(scope="module")
def kunming(figures):
    return population_inputs(figures, figures.book["counties"].where(city="530100").column("county"), 2020)
