"""Heads of many futures at once are those the workforce stage walks to, with ages or without."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.uncertainty.futures import Shift, staff_in_future
from sim.uncertainty.heads import heads_in_futures
from sim.workforce import staff_paths

CADRES, COUNTIES, YEARS = ["physicians", "gps", "nurses"], ["360102", "360103"], [2021, 2022, 2023]
AGES, PARENTS = np.arange(15, 81), {"gps": "physicians"}
DRAWS = np.arange(40)


def labelled(**labels) -> dict:
    return {"dims": tuple(labels), "coords": labels}


def inputs(aged: list[str]) -> xr.Dataset:
    chance = np.random.default_rng(5)
    by_age = labelled(cadre=CADRES, sex=["female", "male"], age=AGES)
    weight = xr.DataArray(chance.random((3, 2, len(AGES))), **by_age).where(by_age["coords"]["age"] < 60, 0.1)
    shares = (weight / weight.sum(("sex", "age"))).where(weight["cadre"].isin(aged))
    leaving = (weight * 0.3).where(weight["age"] < 65, 1.0).expand_dims(year=YEARS)
    rates = {
        "retirement_rate": [0.02, 0.4, 0.03],
        "attrition_rate": [0.015, 0.01, 0.6],
        "entry_age": [24, 24, 21],
    }
    data = xr.Dataset({k: ("cadre", v) for k, v in rates.items()}, coords={"cadre": CADRES})
    graduates = xr.DataArray(
        50 * chance.random((3, 2, 3)), **labelled(cadre=CADRES, county=COUNTIES, year=YEARS)
    )
    return data.assign(graduates=graduates, structure=shares, leaving=leaving)


@pytest.mark.parametrize("aged", [[], ["nurses"], ["physicians", "gps"], CADRES])
@pytest.mark.parametrize("until", [2021, 2023])
def test_heads_are_those_of_the_paths(aged, until):
    base = xr.DataArray(
        [[900.0, 0.0], [890.0, 40.0], [2000.0, 800.0]], **labelled(cadre=CADRES, county=COUNTIES)
    )
    leave, more = (xr.DataArray(v, dims="draw", coords={"draw": DRAWS}) for v in
                   np.random.default_rng(3).uniform(0.4, 2.0, (2, len(DRAWS))))  # fmt: skip
    for shift in (Shift(attrition=leave, graduates=more), Shift(attrition=leave), Shift(graduates=1.5)):
        moved = staff_in_future(inputs(aged), shift)
        found = staff_paths(base, moved, moved["attrition_rate"], moved["graduates"], PARENTS)["headcount"]
        wanted = found.sel(year=until).expand_dims({} if "draw" in found.dims else {"draw": DRAWS})
        heads = heads_in_futures(base, inputs(aged), shift, PARENTS, until, DRAWS)
        np.testing.assert_allclose(heads, wanted.transpose(*heads.dims), rtol=1e-12, atol=1e-12)
        assert (heads.sel(cadre="gps") <= heads.sel(cadre="physicians")).all()
