from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.capacity import capacity, supply_paths

RESOURCES = ["beds", "stations", "physicians", "nurses"]
CADRES = ["physicians", "nurses"]
counts = st.floats(0, 1e4)
ratios = st.floats(0.05, 5)


def _standing(*units: float) -> xr.DataArray:
    coords = {"resource": RESOURCES, "county": ["360102"], "year": [2025]}
    return xr.DataArray(np.reshape(units, (4, 1, 1)), dims=("resource", "county", "year"), coords=coords)


def _ratios(beds: tuple[float, float], stations: tuple[float, float]) -> xr.DataArray:
    values = np.array([beds, stations, (np.nan, np.nan), (np.nan, np.nan)])
    return xr.DataArray(values, dims=("resource", "cadre"), coords={"resource": RESOURCES, "cadre": CADRES})


def _one(data: xr.Dataset, name: str, resource: str) -> float:
    return float(data[name].sel(resource=resource).item())


@given(counts, counts, counts, ratios, ratios)
def test_a_bed_counts_only_with_its_staff(beds, physicians, nurses, for_physicians, for_nurses):
    ratio = _ratios((for_physicians, for_nurses), (np.nan, np.nan))
    have = capacity(_standing(beds, 0, physicians, nurses), ratio, ["beds"])
    counted = _one(have, "capacity", "beds")
    wanted = min(beds, physicians / for_physicians, nurses / for_nurses)
    np.testing.assert_allclose(counted, wanted, rtol=1e-12)
    assert _one(have, "capacity", "nurses") == nurses


@given(counts, counts, counts, ratios, counts)
def test_more_staff_never_counts_for_less(beds, physicians, nurses, ratio, more):
    ratio_of = _ratios((ratio, ratio), (np.nan, np.nan))
    before = capacity(_standing(beds, 0, physicians, nurses), ratio_of, ["beds"])
    after = capacity(_standing(beds, 0, physicians + more, nurses), ratio_of, ["beds"])
    assert (after["capacity"] >= before["capacity"]).all()


@given(counts, counts, ratios, ratios)
def test_crews_of_stations_are_served_before_beds(stations, nurses, for_station, for_bed):
    ratio = _ratios((np.nan, for_bed), (np.nan, for_station))
    have = capacity(_standing(1e9, stations, 0, nurses), ratio, ["beds"])
    left = max(nurses - stations * for_station, 0)
    np.testing.assert_allclose(_one(have, "capacity", "beds"), left / for_bed, rtol=1e-9, atol=1e-6)
    assert _one(have, "capacity", "stations") == stations


@given(counts)
def test_what_needs_no_staff_has_no_limit(beds):
    nothing = _ratios((np.nan, np.nan), (np.nan, np.nan))
    have = capacity(_standing(beds, 1, 0, 0), nothing, ["beds"])
    assert np.isinf(have["staffing_limit"]).all()
    assert _one(have, "capacity", "beds") == beds


def _paths(retirement: float, growth: float) -> xr.Dataset:
    coords = {"resource": RESOURCES, "county": ["360102"]}
    stock = xr.DataArray([[100.0], [4.0], [50.0], [80.0]], dims=("resource", "county"), coords=coords)
    years = {"cadre": CADRES, "county": ["360102"], "year": [2020, 2021, 2022]}
    heads = xr.DataArray([[[50, 45, 40.0]], [[80, 84, 88.0]]], dims=("cadre", "county", "year"), coords=years)
    grows = xr.DataArray([growth, np.nan, np.nan, np.nan], dims="resource", coords={"resource": RESOURCES})
    works = xr.DataArray([[[0, 0, 30.0]], *[[[0.0] * 3]] * 3], dims=("resource", "county", "year"))
    works = works.assign_coords({**coords, "year": years["year"]})
    return supply_paths(stock, heads, retirement, grows, works).squeeze("county")


def test_old_stock_retires_private_supply_grows_and_heads_follow_the_workforce():
    supply = _paths(0.1, 0.02)
    np.testing.assert_allclose(supply["remaining"].sel(resource="beds"), [100, 90, 81])
    np.testing.assert_allclose(supply["autonomous"].sel(resource="beds"), [0, 2, 4])
    np.testing.assert_allclose(supply["remaining"].sel(resource="nurses"), [80, 84, 88])
    assert (supply["autonomous"].sel(resource=["stations", "nurses"]) == 0).all()
    np.testing.assert_allclose(supply["committed"].sel(resource="beds"), [0, 0, 30])


@given(st.floats(0, 1), st.floats(0, 0.2))
def test_the_base_year_stands_as_it_is(retirement, growth):
    first = _paths(retirement, growth).isel(year=0)
    np.testing.assert_array_equal(first["remaining"], [100, 4, 50, 80])
    assert (first["autonomous"] == 0).all()
