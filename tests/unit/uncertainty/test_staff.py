from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.uncertainty.staff import StaffSpread, drawn_staff
from sim.workforce import no_action_stock

CADRES, COUNTIES, YEARS = ["physicians", "nurses"], ["360102", "360103"], [2021, 2022, 2023]


def inputs(base: xr.DataArray) -> xr.Dataset:
    ages = {"sex": ["female", "male"], "age": np.arange(15, 81)}
    nothing = xr.DataArray(np.nan, dims=("cadre", *ages), coords={"cadre": CADRES, **ages})
    rates = {"retirement_rate": [0.02, 0.03], "attrition_rate": [0.015, 0.03], "fte_per_head": [1.0, 1.0]}
    data = xr.Dataset({k: ("cadre", v) for k, v in rates.items()}, coords={"cadre": CADRES})
    return data.assign(
        graduates=(base * 0.05).expand_dims(year=YEARS),
        structure=nothing,
        leaving=nothing.expand_dims(year=YEARS),
    )


@pytest.fixture
def base() -> xr.DataArray:
    coords = {"cadre": CADRES, "county": COUNTIES}
    return xr.DataArray([[1000.0, 500.0], [2000.0, 800.0]], dims=("cadre", "county"), coords=coords)


def test_without_drift_every_draw_is_the_no_action_stock(base):
    found = drawn_staff(base, inputs(base), StaffSpread(0.0, 0.0, 0.5, 1), 3)
    wanted = no_action_stock(base, inputs(base))["headcount"]
    for draw in found["draw"]:
        np.testing.assert_allclose(found.sel(draw=draw), wanted.transpose(*found.dims[1:]), rtol=1e-12)


def test_drift_spreads_with_time_around_the_central_path(base):
    found = drawn_staff(base, inputs(base), StaffSpread(0.3, 0.2, 0.5, 1), 4000)
    wanted = no_action_stock(base, inputs(base))["headcount"].sel(year=2023)
    spread = found.std("draw")
    assert (spread.sel(year=2020) == 0).all()
    assert (spread.sel(year=2023) > spread.sel(year=2021)).all()
    np.testing.assert_allclose(found.median("draw").sel(year=2023), wanted, rtol=0.01)
    assert (found >= 0).all()


def test_a_cadre_keeps_its_luck_whatever_stands_beside_it(base):
    spread = StaffSpread(0.3, 0.2, 0.5, 1)
    both = drawn_staff(base, inputs(base), spread, 5)
    one = drawn_staff(base.sel(cadre=["nurses"]), inputs(base).sel(cadre=["nurses"]), spread, 5)
    np.testing.assert_array_equal(one, both.sel(cadre=["nurses"]))


def test_a_subset_outgrows_its_parent_in_no_draw(base):
    """Nurses stand for a subset of physicians here, and would be more from the start."""
    spread = StaffSpread(0.3, 0.2, 0.5, 1)
    free = drawn_staff(base, inputs(base), spread, 50)
    kept = drawn_staff(base, inputs(base), spread, 50, {"nurses": "physicians"})
    later = kept.sel(year=YEARS)
    assert (later.sel(cadre="nurses") <= later.sel(cadre="physicians")).all()
    np.testing.assert_array_equal(kept.sel(cadre="physicians"), free.sel(cadre="physicians"))
    np.testing.assert_array_equal(kept.sel(year=2020), free.sel(year=2020))
    assert (free.sel(cadre="nurses") > free.sel(cadre="physicians")).any()


def aged(base: xr.DataArray) -> xr.Dataset:
    """Physicians are 55 on average and half of them retire every year; nurses have no ages."""
    data = inputs(base)
    structure = data["structure"].copy()
    structure.loc[{"cadre": "physicians"}] = 0.0
    structure.loc[{"cadre": "physicians", "age": 55}] = 0.5
    entry = xr.DataArray([25.0, np.nan], dims="cadre", coords={"cadre": CADRES})
    return data.assign(
        structure=structure, entry_age=entry, leaving=(structure * 0 + 0.5).expand_dims(year=YEARS)
    )


def test_cadres_with_ages_drift_too_and_no_subset_outgrows_them(base):
    parents = {"nurses": "physicians"}
    base.loc[{"cadre": "nurses"}] = base.sel(cadre="physicians", drop=True) * 0.9
    still = drawn_staff(base, aged(base), StaffSpread(0.0, 0.0, 0.5, 1), 2, parents)
    wanted = no_action_stock(base, aged(base), parents)["headcount"]
    np.testing.assert_allclose(still.isel(draw=1), wanted.transpose(*still.dims[1:]), rtol=1e-12)
    found = drawn_staff(base, aged(base), StaffSpread(0.3, 0.2, 0.5, 1), 50, parents)
    assert (found.sel(cadre="nurses") <= found.sel(cadre="physicians")).all()
    assert (found.sel(cadre="physicians", year=2023).std("draw") > 1).all()
