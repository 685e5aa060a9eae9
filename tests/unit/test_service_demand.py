from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.service_demand import service_demand

AGES = np.arange(101)


def people(seed: int) -> xr.DataArray:
    values = np.random.default_rng(seed).uniform(0, 1e4, (2, 2, 101, 3))
    coords = {"county": ["a", "b"], "sex": ["female", "male"], "age": AGES, "year": [2020, 2021, 2022]}
    return xr.DataArray(values, dims=tuple(coords), coords=coords)


def rates(low: float, high: float) -> xr.DataArray:
    return xr.DataArray(np.where(AGES >= 60, high, low), dims="age", coords={"age": AGES})


seeds = st.integers(0, 2**31)
shares = st.floats(0.01, 1.0)


@given(seeds, shares, shares, st.floats(1, 30), shares)
def test_beds_times_occupied_days_are_admissions_times_stay(seed, low, high, stay, occupancy):
    found = service_demand(people(seed), rates(low, high), stay, occupancy)
    np.testing.assert_allclose(found["beds"] * 365 * occupancy, found["admissions"] * stay, rtol=1e-12)


@given(seeds, shares, shares)
def test_an_older_county_fills_more_beds_of_the_same_number_of_people(seed, low, step):
    young = people(seed)
    old = young.copy(data=young.values[:, :, ::-1])
    found = [service_demand(p, rates(low, low + step), 9.0, 0.8)["beds"] for p in (young, old)]
    over = [p.sel(age=slice(60, None)).sum(("sex", "age")) for p in (young, old)]
    assert ((found[1] > found[0]) == (over[1] > over[0])).all()


def test_by_hand():
    """1,000 residents of 30 at 0.2 and 500 of 70 at 0.4, 9 days, 80 %: 400 admissions."""
    found = people(1) * 0
    found.loc[{"county": "a", "sex": "female", "age": 30}] = 1000
    found.loc[{"county": "a", "sex": "male", "age": 70}] = 500
    demand = service_demand(found, rates(0.2, 0.4), 9.0, 0.8).sel(county="a", year=2020)
    assert float(demand["admissions"]) == pytest.approx(400)
    assert float(demand["beds"]) == pytest.approx(400 * 9 / (365 * 0.8))


@pytest.mark.parametrize("occupancy", [0.0, -0.1, float("nan")])
def test_no_occupancy_is_refused(occupancy):
    with pytest.raises(ValueError, match="occupancy"):
        service_demand(people(1), rates(0.1, 0.2), 9.0, occupancy)
