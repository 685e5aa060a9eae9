from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.inputs import population_inputs
from sim.demography.projection import project_population
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario
from sim.uncertainty.draws import random_walks
from sim.uncertainty.ensemble import Spread, ensemble
from tests.small import few

COUNTIES = ["360102", "360103", "360104"]
YEARS = list(range(2021, 2031))


def walks(counties=COUNTIES, draws=50, spread=0.1, correlation=0.5, quantity="tfr", seed=7):
    return random_walks(quantity, counties, YEARS, draws, spread, correlation, seed)


@few(20)
@given(st.permutations(COUNTIES), st.integers(1, 60))
def test_a_county_keeps_its_luck_whatever_stands_beside_it(order, draws):
    whole = walks()
    part = walks(counties=order[:2], draws=draws)
    expected = whole.sel(county=order[:2], draw=slice(0, min(draws, 50) - 1))
    np.testing.assert_array_equal(part.isel(draw=slice(0, 50)), expected)


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


def test_an_ensemble_without_drift_is_the_projection_also_where_deaths_are_published():
    loaded = load_scenario("nanchang")
    figures = Figures(open_book(loaded), loaded.scenario)
    counties = figures.book["counties"].where(city="360100").column("county")
    inputs = population_inputs(figures, counties, 2022).sel(year=slice(2021, 2025))
    (block,) = ensemble(inputs, 2023, Spread(0.0, 0.0, 0.0, 0.5, 1), 2)
    central = project_population(inputs)
    for name in ("population", "deaths"):
        drawn = block[name].isel(draw=1).transpose(*central[name].dims)
        np.testing.assert_allclose(drawn, central[name], rtol=1e-9)
