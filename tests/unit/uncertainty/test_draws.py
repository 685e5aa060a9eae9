from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.inputs import population_inputs
from sim.demography.projection import project_population
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.names import CITY
from sim.scenario.reading import load_scenario
from sim.uncertainty.draws import random_walks, spread_of_counties
from sim.uncertainty.ensemble import Spread, drawn_inputs, ensemble
from tests.small import few

COUNTIES = ["360102", "360103", "360104"]
YEARS = list(range(2021, 2031))


def walks(counties=COUNTIES, draws=50, spread=0.1, correlation=0.5, quantity="tfr", seed=7, years=YEARS):
    return random_walks(quantity, counties, years, draws, spread, correlation, seed)


@few(20)
@given(st.permutations(COUNTIES), st.integers(1, 60))
def test_a_county_keeps_its_luck_whatever_stands_beside_it(order, draws):
    whole = walks()
    part = walks(counties=order[:2], draws=draws)
    expected = whole.sel(county=order[:2], draw=slice(0, min(draws, 50) - 1))
    np.testing.assert_array_equal(part.isel(draw=slice(0, 50)), expected)


@few(20)
@given(st.integers(1, 60), st.integers(1, 10))
def test_a_year_keeps_its_luck_whatever_the_horizon_and_the_number_of_draws(draws, years):
    short = walks(draws=draws, years=YEARS[:years])
    both = min(draws, 50)
    np.testing.assert_array_equal(
        short.isel(draw=slice(0, both)), walks().isel(draw=slice(0, both), year=slice(0, years))
    )
    steps, late = walks().diff("year").sel(year=YEARS[4:]), walks(years=YEARS[3:]).diff("year")
    np.testing.assert_allclose(late, steps, atol=1e-12)


def test_quantities_and_seeds_have_streams_of_their_own():
    first = walks()
    assert abs(np.corrcoef(first.values.ravel(), walks(quantity="e0").values.ravel())[0, 1]) < 0.2
    assert (first != walks(seed=8)).all()


def test_the_spread_grows_with_the_root_of_time_and_the_correlation_is_met():
    many = walks(draws=20_000, correlation=0.7)
    np.testing.assert_allclose(many.std("draw").isel(county=0), 0.1 * np.sqrt(np.arange(1, 11)), rtol=0.03)
    last = many.isel(year=-1)
    assert np.corrcoef(last.isel(county=0), last.isel(county=1))[0, 1] == pytest.approx(0.7, abs=0.02)


def test_the_ends_of_correlation_are_one_luck_and_none():
    together = walks(correlation=1.0)
    np.testing.assert_allclose(together.isel(county=0), together.isel(county=2))
    np.testing.assert_array_equal(walks(spread=0.0), 0)


@pytest.mark.parametrize(("spread", "correlation"), [(-0.1, 0.5), (0.1, 1.1), (0.1, -0.1)])
def test_what_is_no_spread_or_correlation_is_refused(spread, correlation):
    with pytest.raises(ValueError, match="out of bounds"):
        walks(spread=spread, correlation=correlation)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_the_city_drifts_as_far_as_was_measured_on_a_city(correlation):
    share = np.array([0.6, 0.3, 0.1])
    wide = spread_of_counties(0.01, share, correlation)
    many = walks(draws=20_000, spread=wide, correlation=correlation, years=[2021])
    assert float((many.isel(year=0) * share[None]).sum("county").std()) == pytest.approx(0.01, rel=0.03)
    assert wide >= 0.01


def city_inputs(scenario: str, last: int, until: int | None = None) -> xr.Dataset:
    loaded = load_scenario(scenario)
    figures = Figures(open_book(loaded), loaded.scenario)
    counties = figures.book["counties"].where(city=loaded.scenario.city).column("county")
    return population_inputs(figures, counties, until).sel(year=slice(2021, last))


def test_an_ensemble_without_drift_is_the_projection_also_where_deaths_are_published():
    inputs = city_inputs("nanchang", 2025, 2022)
    (block,) = ensemble(inputs, 2023, Spread(0.0, 0.0, 0.0, 0.5, 1), 2)
    central = project_population(inputs)
    for name in ("population", "deaths"):
        drawn = block[name].isel(draw=1).transpose(*central[name].dims)
        np.testing.assert_allclose(drawn, central[name], rtol=1e-9)


SPREAD = Spread(fertility=0.08, life_expectancy=0.2, migration=0.01, correlation=0.8, seed=5)
FAR = np.sqrt([0, 1, 2, 3])
"Growth of a walk that starts in 2022, for the years 2021 to 2024."


@pytest.fixture(scope="module")
def panzhihua() -> tuple[xr.Dataset, xr.Dataset]:
    inputs = city_inputs("panzhihua", 2024)
    (drawn,) = drawn_inputs(inputs, 2022, SPREAD, 250)
    return inputs, drawn


def test_drawn_fertility_spreads_as_the_spread_says(panzhihua):
    inputs, drawn = panzhihua
    log = np.log(drawn["asfr"].sum("age") / inputs["asfr"].sum("age"))
    for county in inputs["county"]:
        np.testing.assert_allclose(log.sel(county=county).std("draw"), 0.08 * FAR, rtol=0.15, atol=1e-12)
    np.testing.assert_allclose(log.mean("draw"), 0, atol=0.03)


def test_drawn_migration_spreads_as_the_spread_says_for_the_city(panzhihua):
    inputs, drawn = panzhihua
    more = (drawn["net_migration"] - inputs["net_migration"]).sum(("county", "sex", "age"))
    share = more / float(inputs["population_base"].sum())
    np.testing.assert_allclose(share.std("draw"), 0.01 * FAR, rtol=0.15, atol=1e-12)


def test_drawn_life_expectancy_is_longer_by_the_walk():
    inputs = city_inputs("shangyou", 2024)
    (drawn,) = drawn_inputs(inputs, 2022, SPREAD, 250)
    ratio = inputs["sex_ratio_at_birth"].isel(county=0)
    longer = expectancy(drawn, ratio) - expectancy(inputs, ratio)
    walk = random_walks("longevity", [CITY], [2022, 2023, 2024], 250, 0.2, 1.0, 5).squeeze(
        "county", drop=True
    )
    np.testing.assert_allclose(longer.std("draw"), 0.2 * FAR, rtol=0.15, atol=1e-9)
    np.testing.assert_allclose(longer.sel(year=walk["year"]).transpose(*walk.dims), walk, atol=0.01)
    assert (longer.sel(year=2021) == 0).all()


def expectancy(data: xr.Dataset, ratio: xr.DataArray) -> xr.DataArray:
    """(..., year) life expectancy of both sexes behind the survival ratios of one county."""
    survival = data["survival_ratio"].isel(county=0)
    lived = survival.isel(age=slice(0, -1)).cumprod("age")
    last = survival.isel(age=-1)
    by_sex = lived.sum("age") + lived.isel(age=-1, drop=True) * last / (1 - last)
    male = ratio / (1 + ratio)
    return by_sex.sel(sex="female", drop=True) * (1 - male) + by_sex.sel(sex="male", drop=True) * male
