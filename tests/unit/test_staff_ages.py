from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.retirement import Schedule
from sim.staff_ages import retiring, stock_by_age
from tests.small import few

AGES = np.arange(20, 66)
YEARS = [2021, 2022, 2023, 2024, 2025, 2026]
MEN, WOMEN = Schedule(60, 63, 4, 2025), Schedule(55, 58, 4, 2025)
LEAVING = retiring(AGES, YEARS, {("nurses", "female"): WOMEN, ("nurses", "male"): MEN}, ["nurses"])


def structure(weights: np.ndarray) -> xr.DataArray:
    values = weights / weights.sum()
    return xr.DataArray(
        values[None], dims=("cadre", "sex", "age"), coords=LEAVING.isel(year=0, drop=True).coords
    )


def run(weights, heads=(100.0, 300.0), attrition=0.03, graduates=5.0, entry=22):
    coords = {"cadre": ["nurses"], "county": ["a", "b"]}
    base = xr.DataArray([list(heads)], dims=("cadre", "county"), coords=coords)
    entries = (base * 0 + graduates).expand_dims(year=YEARS)
    cadre = {"dims": "cadre", "coords": {"cadre": ["nurses"]}}
    return stock_by_age(
        base,
        structure(weights),
        LEAVING,
        xr.DataArray([attrition], **cadre),
        entries,
        xr.DataArray([entry], **cadre),
    )


seeds = st.integers(0, 2**31)


def weights(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (2, len(AGES)))


@few(25)
@given(seeds, st.floats(0, 0.3), st.floats(0, 50))
def test_the_stock_balances_in_every_county_and_year(seed, attrition, graduates):
    found = run(weights(seed), attrition=attrition, graduates=graduates)
    change = found["headcount"].diff("year")
    flows = (found["entries"] - found["exits"]).isel(year=slice(1, None))
    np.testing.assert_allclose(change, flows, atol=1e-9)
    assert (found["heads_by_age"] >= 0).all()


@few(25)
@given(seeds)
def test_more_attrition_leaves_fewer_and_twice_the_heads_keeps_twice(seed):
    few_left = run(weights(seed), attrition=0.1, graduates=0.0)["headcount"]
    more_left = run(weights(seed), attrition=0.01, graduates=0.0)["headcount"]
    assert (few_left <= more_left + 1e-12).all()
    double = run(weights(seed), heads=(200.0, 600.0), attrition=0.1, graduates=0.0)["headcount"]
    np.testing.assert_allclose(double, 2 * few_left)


def test_nobody_is_older_than_the_schedule_allows():
    found = run(weights(3))["heads_by_age"].sel(year=2026)
    assert float(found.sel(sex="male", age=slice(61, None)).sum()) == 0
    assert float(found.sel(sex="female", age=slice(56, None)).sum()) == 0


def test_graduates_enter_at_their_age_and_grow_older():
    young = np.zeros((2, len(AGES)))
    young[:, 20] = 1.0
    found = run(young, attrition=0.0, graduates=7.0, entry=23)["heads_by_age"]
    found = found.sum("sex").sel(county="a", cadre="nurses")
    assert float(found.sel(age=23, year=2021)) == pytest.approx(7)
    assert float(found.sel(age=24, year=2022)) == pytest.approx(7)
    assert float(found.sel(age=23, year=2022)) == pytest.approx(7)


def test_a_structure_that_is_not_whole_is_refused():
    with pytest.raises(ValueError, match="expected 1"):
        stock_by_age(
            xr.DataArray([[1.0]], dims=("cadre", "county"), coords={"cadre": ["nurses"], "county": ["a"]}),
            structure(weights(1)) * 0.9,
            LEAVING,
            *[xr.DataArray([0.0], dims="cadre", coords={"cadre": ["nurses"]})] * 3,
        )


def test_an_entry_age_outside_the_structure_is_refused():
    with pytest.raises(ValueError, match="entry ages are"):
        run(weights(1), entry=90)
