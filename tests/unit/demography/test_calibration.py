from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.calibration import Published, calibrate, shrunk_fertility
from sim.demography.inputs import population_inputs
from sim.demography.projection import project_population
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario
from tests.small import few

COUNTIES = ["510402", "510403", "510411", "510421", "510422"]


@pytest.fixture(scope="module")
def inputs():
    loaded = load_scenario("panzhihua")
    return population_inputs(Figures(open_book(loaded), loaded.scenario), COUNTIES, 2020)


def projected(inputs, published, cut_off=2022):
    return project_population(calibrate(inputs, published, cut_off)).sel(year=slice(2020, 2023))


def residents(result, year):
    return result["population"].sel(year=year).sum(("sex", "age"))


@few(4)
@given(st.floats(1.15e6, 1.3e6), st.floats(7e3, 1.4e4), st.floats(8e3, 1.3e4))
def test_published_residents_births_and_deaths_are_met(inputs, people, births, deaths):
    found = projected(inputs, Published({2021: people}, {2021: births}, {2021: deaths}))
    assert float(residents(found, 2021).sum()) == pytest.approx(people, abs=1e-3)
    assert float(found["births"].sel(year=2021).sum()) == pytest.approx(births, rel=1e-7)
    assert float(found["deaths"].sel(year=2021).sum()) == pytest.approx(deaths, rel=1e-7)


def test_published_counties_are_met_and_the_rest_closes_the_city(inputs):
    known = {("510402", 2021): 420_000.0, ("510422", 2021): 170_000.0}
    found = residents(projected(inputs, Published({2021: 1_215_000.0}, counties=known)), 2021)
    assert float(found.sel(county="510402")) == pytest.approx(420_000, abs=1e-3)
    assert float(found.sel(county="510422")) == pytest.approx(170_000, abs=1e-3)
    assert float(found.sum()) == pytest.approx(1_215_000, abs=1e-3)


def test_a_city_that_differs_from_all_its_counties_is_followed_and_the_rest_is_spread(inputs):
    known = {(county, 2021): 240_000.0 for county in COUNTIES}
    found = residents(projected(inputs, Published({2021: 1_210_000.0}, counties=known)), 2021)
    assert float(found.sum()) == pytest.approx(1_210_000, abs=1e-3)
    assert abs(found - 240_000).max() < 10_000


def test_what_is_published_after_the_cut_off_does_not_enter(inputs):
    later = Published({2022: 9e5}, {2022: 1e4}, {2022: 1e4})
    np.testing.assert_array_equal(
        projected(inputs, later, 2021)["population"],
        project_population(inputs)["population"].sel(year=slice(2020, 2023)),
    )


def test_the_balance_holds_after_calibration(inputs):
    found = projected(inputs, Published({2021: 1.2e6, 2022: 1.19e6}, {2022: 9e3}, {2021: 1.1e4}))
    change = residents(found, 2022) - residents(found, 2021)
    flows = (
        found["births"].sum("sex")
        - found["deaths"].sum(("sex", "age"))
        + found["net_migration"].sum(("sex", "age"))
    ).sel(year=2022)
    np.testing.assert_allclose(change, flows, rtol=1e-9, atol=1e-6)


def test_deaths_no_life_table_gives_are_refused(inputs):
    with pytest.raises(ValueError, match="deaths of 2021"):
        projected(inputs, Published(deaths={2021: 5e5}))


def test_the_correction_of_the_last_published_year_is_carried_on_or_let_go(inputs):
    published = Published({2021: 1.21e6}, {2021: 6e3}, {2021: 9e3})
    held, gone = (calibrate(inputs, published, 2021, carry_on) for carry_on in (True, False))
    for name in ("asfr", "survival_ratio"):
        np.testing.assert_array_equal(held[name].sel(year=2021), gone[name].sel(year=2021))
        np.testing.assert_array_equal(gone[name].sel(year=2022), inputs[name].sel(year=2022))
    ratio = (held["asfr"] / inputs["asfr"]).sel(age=28)
    np.testing.assert_allclose(ratio.sel(year=2022), ratio.sel(year=2021))


rates = st.lists(st.floats(0.5, 3.0), min_size=1, max_size=12)


@given(rates, st.floats(0.5, 3.0), st.floats(1, 1e5))
def test_shrinkage_stays_between_county_and_province_and_falls_with_births(own, province, births):
    own, province = np.array(own), np.full(len(own), province)
    few_births, drawn_few = shrunk_fertility(own, np.full(len(own), births), province)
    _, drawn_many = shrunk_fertility(own, np.full(len(own), births * 10), province)
    low, high = np.minimum(own, province), np.maximum(own, province)
    assert ((few_births >= low - 1e-12) & (few_births <= high + 1e-12)).all()
    assert ((drawn_few >= 0) & (drawn_few <= 1)).all()
    assert (drawn_many <= drawn_few + 1e-12).all()


def test_shrinkage_by_hand():
    """Two counties 0.2 around 1.0 with 100 and 400 births."""
    own, births = np.array([1.2, 0.8]), np.array([100.0, 400.0])
    sampling = np.array([1.44 / 100, 0.64 / 400])
    between = 0.04 - sampling.mean()
    found, drawn = shrunk_fertility(own, births, np.ones(2))
    np.testing.assert_allclose(drawn, sampling / (sampling + between))
    np.testing.assert_allclose(found, own + drawn * (1 - own))


def test_what_was_published_last_is_carried_on(inputs):
    found = project_population(calibrate(inputs, Published(births={2021: 6e3}, deaths={2021: 1.3e4}), 2021))
    plain = project_population(inputs)
    for name, dims in (("births", "sex"), ("deaths", ("sex", "age"))):
        moved, still = (p[name].sum((*np.atleast_1d(dims), "county")) for p in (found, plain))
        ratio = (moved / still).sel(year=slice(2021, 2024))
        np.testing.assert_allclose(ratio, ratio[0], rtol=0.05)


def test_a_population_nobody_can_leave_is_refused(inputs):
    with pytest.raises(ValueError, match="residents of 2021 are not met"):
        projected(inputs, Published({2021: 500.0}))


def test_a_later_year_of_residents_alone_keeps_what_births_and_deaths_said(inputs):
    """Births are known to 2021, deaths to 2022, residents to 2023: each carries on from its own last year."""
    published = Published(dict.fromkeys((2021, 2022, 2023), 1210000.0), {2021: 6e3}, {2021: 9e3, 2022: 1.3e4})
    short = calibrate(inputs, Published(births={2021: 6e3}), 2021)
    found = calibrate(inputs, published, 2023)
    births = [(data["asfr"] / inputs["asfr"]).sel(age=28, year=[2022, 2023, 2030]) for data in (short, found)]
    np.testing.assert_allclose(births[1], births[0], rtol=1e-3)
    odds = [data["survival_ratio"] / (1 - data["survival_ratio"]) for data in (inputs, found)]
    moved = (odds[1] / odds[0]).sel(age=70)
    np.testing.assert_allclose(moved.sel(year=[2023, 2030]), moved.sel(year=[2022, 2022]), rtol=1e-9)
    assert (moved.sel(year=2022) < moved.sel(year=2021)).all()


def test_the_balance_of_a_year_of_residents_alone_is_closed_with_what_is_carried_on(inputs):
    """Half the births are carried into 2022, so migration and not births closes its balance."""
    published = Published({2021: 1.21e6, 2022: 1.21e6}, {2021: 5e3})
    found = projected(inputs, published)
    assert float(residents(found, 2022).sum()) == pytest.approx(1.21e6, abs=1e-3)
    assert float(found["births"].sel(year=2022).sum()) == pytest.approx(5e3, rel=0.05)
