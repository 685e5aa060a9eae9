from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.county_mortality import cohort_shift, shrunk_deviation
from sim.demography.inputs import population_inputs
from sim.demography.kernel import Rates, project_rows
from sim.demography.life_table import Mortality
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
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


def test_sexes_that_agree_are_believed_and_sexes_that_do_not_are_not():
    whole = np.array([0.1, -0.1])
    agreed = np.array([0.3, -0.3])
    deviation, drawn = shrunk_deviation(whole + agreed[:, None], whole)
    np.testing.assert_allclose(deviation, agreed)
    np.testing.assert_allclose(drawn, 0.0, atol=1e-12)
    torn = np.array([[0.3, -0.3], [-0.3, 0.3]])
    deviation, drawn = shrunk_deviation(whole + torn, whole)
    np.testing.assert_allclose(deviation, 0.0)
    assert (drawn == 1).all()


def test_who_disagrees_more_is_drawn_further():
    shift = np.array([[0.3, 0.3], [-0.3, -0.25], [0.5, 0.1]])
    deviation, drawn = shrunk_deviation(shift, np.zeros(2))
    assert drawn[2] > drawn[1] == pytest.approx(drawn[0])
    assert abs(deviation[2]) < abs(deviation[0])


def test_one_area_alone_is_its_city():
    deviation, _ = shrunk_deviation(np.array([[0.2, 0.1]]), np.array([0.2, 0.1]))
    assert deviation.tolist() == [0.0]


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


@pytest.fixture(scope="module")
def kunming():
    loaded = load_scenario("kunming")
    figures = Figures(open_book(loaded), loaded.scenario)
    counties = figures.book["counties"].where(city="530100").column("county")
    return population_inputs(figures, counties, 2020)
