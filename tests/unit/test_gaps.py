from __future__ import annotations

from math import factorial

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.gaps import causes, gaps, shapley
from sim.names import CAUSES, CITY
from tests.strategies import indicator, seeds

COUNTIES = ["360102", "360103", "360104"]
RESOURCES = ["beds", "cdc_standard"]
TARGETS = [indicator(), indicator(number="2", resource="cdc_standard", scope="every_county")]


def _units(seed: int, high: float = 100.0, low: float = 0.0) -> xr.DataArray:
    values = np.random.default_rng(seed).uniform(low, high, (2, 3, 2))
    coords = {"resource": RESOURCES, "county": COUNTIES, "year": [2020, 2025]}
    return xr.DataArray(values, dims=("resource", "county", "year"), coords=coords)


@given(seeds, seeds)
def test_a_city_target_is_met_by_the_sum_and_a_county_target_in_each(need_seed, have_seed):
    need, have = _units(need_seed), _units(have_seed)
    result = gaps(need, have, TARGETS)
    gap = need - have
    np.testing.assert_allclose(result["gap"].sel(county=COUNTIES), gap)
    city = result.sel(county=CITY)
    np.testing.assert_allclose(city["gap"], gap.sum("county"), atol=1e-9)
    np.testing.assert_allclose(
        city["shortfall"].sel(resource="beds"), gap.sel(resource="beds").sum("county").clip(min=0), atol=1e-9
    )
    np.testing.assert_allclose(
        city["shortfall"].sel(resource="cdc_standard"),
        gap.sel(resource="cdc_standard").clip(min=0).sum("county"),
    )


@given(seeds, seeds)
def test_coverage_is_the_part_of_the_need_that_stands(need_seed, have_seed):
    need, have = _units(need_seed, low=1.0), _units(have_seed)
    coverage = gaps(need, have, TARGETS)["coverage"]
    assert ((coverage >= 0) & (coverage <= 1)).all()
    np.testing.assert_allclose(coverage.sel(county=COUNTIES), np.minimum(have / need, 1))


def test_no_need_is_covered():
    coverage = gaps(0 * _units(1), 0 * _units(2), TARGETS)["coverage"]
    assert (coverage == 1).all()


@pytest.mark.parametrize(
    ("baseline", "have", "state"),
    [(7.0, 79.0, "gap"), (7.0, 80.0, "met"), (8.0, 80.0, "hold"), (9.0, 90.0, "hold"), (9.0, 79.0, "gap")],
)
def test_a_state_says_whether_the_target_is_met_held_or_missed(baseline, have, state):
    need = _units(0).sel(resource=["beds"]) * 0 + 80.0
    result = gaps(need, need * 0 + have, [indicator(baseline=baseline, target=8.0)])
    assert (result["state"] == state).all()


def _case(seed: int, staffed: bool) -> tuple:
    rng = np.random.default_rng(seed)
    years = {"year": [2020, 2025]}
    need = xr.Dataset(coords={"resource": RESOURCES, "county": COUNTIES, **years})
    people = rng.uniform(1e4, 1e5, (3, 2))
    need["standard"] = ("resource", "year"), rng.uniform(0.001, 0.01, (2, 2))
    fixed = np.repeat(rng.uniform(1, 5, (3, 1)), 2, axis=1)
    need["denominator"] = ("resource", "county", "year"), np.stack([people, fixed])
    grown = _units(seed + 1) * xr.DataArray([0.0, 1.0], dims="year", coords=years)
    works = grown.copy(data=np.roll(grown.values, 1, axis=0))
    supply = xr.Dataset({"remaining": _units(seed), "autonomous": grown, "committed": works})
    limit = _units(seed + 2, high=200.0) if staffed else _units(seed) * 0 + np.inf
    exits = _units(seed + 3, high=20.0).isel(year=0, drop=True)
    return need, supply, limit, exits


@given(st.integers(0, 10**6), st.booleans())
def test_the_causes_sum_to_the_change_of_the_gap(seed, staffed):
    need, supply, limit, exits = _case(seed, staffed)
    have = np.minimum(supply["remaining"] + supply["autonomous"] + supply["committed"], limit)
    gap = need["standard"] * need["denominator"] - have
    change = (gap.sel(year=2025) - gap.sel(year=2020)).transpose("resource", "county")
    split = causes(need, supply, limit, exits)
    np.testing.assert_allclose(split.sum("cause"), change, rtol=1e-10, atol=1e-8)


@given(st.integers(0, 10**6))
def test_what_did_not_happen_is_no_cause(seed):
    need, supply, limit, exits = _case(seed, staffed=False)
    need["standard"] = need["standard"].isel(year=0, drop=True) * xr.ones_like(need["year"], float)
    nothing = 0 * supply["autonomous"]
    still = supply.assign(autonomous=nothing, committed=nothing)
    split = causes(need, still, limit, exits)
    for cause in ("target_change", "autonomous_supply", "committed_works", "staffing_limit"):
        assert (split.sel(cause=cause) == 0).all()
    np.testing.assert_allclose(split.sel(cause="age_structure"), 0, atol=1e-9)
    assert (split.sel(cause="population_size", resource="cdc_standard") == 0).all()


@given(st.integers(0, 10**6))
def test_without_a_staffing_limit_supply_causes_are_their_own_amounts(seed):
    need, supply, limit, exits = _case(seed, staffed=False)
    split = causes(need, supply, limit, exits)
    np.testing.assert_allclose(split.sel(cause="stock_left"), exits, atol=1e-8)
    grown = supply["autonomous"].sel(year=2025)
    np.testing.assert_allclose(split.sel(cause="autonomous_supply"), -grown, atol=1e-8)
    works = supply["committed"].sel(year=2025)
    np.testing.assert_allclose(split.sel(cause="committed_works"), -works, atol=1e-8)
    change = supply["remaining"].diff("year").squeeze("year", drop=True)
    np.testing.assert_allclose(split.sel(cause="entrants"), -(change + exits), atol=1e-8)


amounts = st.lists(st.floats(-100, 100), min_size=len(CAUSES), max_size=len(CAUSES))


@given(amounts)
def test_causes_that_only_add_get_what_they_add(parts):
    by_cause = dict(zip(CAUSES, parts, strict=True))
    found = shapley(lambda done: np.array(sum(by_cause[cause] for cause in done)))
    np.testing.assert_allclose(found, parts, atol=1e-9)


@given(seeds)
def test_any_game_is_shared_out_whole_and_by_the_mean_over_all_orders(seed):
    rng = np.random.default_rng(seed)
    values: dict[frozenset[str], np.ndarray] = {}

    def game(done: frozenset[str]) -> np.ndarray:
        return values.setdefault(done, rng.normal(size=2))

    found = shapley(game)
    whole = values[frozenset(CAUSES)] - values[frozenset()]
    np.testing.assert_allclose(found.sum(axis=0), whole, atol=1e-12)
    first = CAUSES[0]
    n = len(CAUSES)
    mean = sum(
        factorial(len(done)) * factorial(n - 1 - len(done)) * (values[done | {first}] - values[done])
        for done in values
        if first not in done
    )
    np.testing.assert_allclose(found[0], mean / factorial(n), atol=1e-12)


@given(st.sampled_from(CAUSES), st.sampled_from(CAUSES), st.floats(-10, 10))
def test_two_causes_that_act_only_together_share_equally_and_the_rest_get_nothing(one, other, gain):
    found = shapley(lambda done: np.array(gain if {one, other} <= done else 0.0))
    share = gain if one == other else gain / 2
    expected = [share if cause in (one, other) else 0.0 for cause in CAUSES]
    np.testing.assert_allclose(found, expected, atol=1e-12)
