"""The United Nations' own projections, reproduced."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.demography import project_population
from sim.names import AGES, OPEN_AGE, SEXES
from tests.shared import shared

_RATES = {"asfr": "asfr", "sx": "survival_ratio", "srb": "sex_ratio_at_birth", "mig": "net_migration"}


def _read(name: str) -> xr.Dataset:
    table = pd.read_csv(shared("data/wpp/validation") / f"{name}.csv")
    table["sex"] = table["sex"].map({"f": "female", "m": "male"})
    return table.set_index(["year", "sex", "age"]).to_xarray().sel(sex=list(SEXES))


def _inputs(printed: xr.Dataset, base_year: int, mid_year: bool) -> xr.Dataset:
    """Rates of the step from y to y+1, labelled y+1."""
    rates = printed[list(_RATES)].rename(_RATES).sel(year=slice(base_year, None))
    rates["asfr"] = rates["asfr"].sel(sex="female", drop=True).fillna(0.0)
    rates["sex_ratio_at_birth"] = rates["sex_ratio_at_birth"].isel(sex=0, age=0, drop=True)
    if mid_year:
        following = rates.shift(year=-1)
        rates = ((rates + following) / 2).isel(year=slice(None, -1))
    rates = rates.assign_coords(year=rates["year"] + 1)
    base = printed["pop_base"].sel(year=base_year, drop=True)
    return rates.assign(population_base=base).expand_dims(county=["nation"])


def _population(inputs: xr.Dataset) -> xr.DataArray:
    result = project_population(inputs)["population"].squeeze("county", drop=True)
    return result.isel(year=slice(1, None))


def test_canada_is_reproduced_to_nine_digits():
    expected = _read("expected_CAN")["pop"]
    found = _population(_inputs(_read("inputs_CAN"), 1950, mid_year=False))
    assert list(found["year"]) == list(expected["year"]) == list(range(1951, 2021))
    np.testing.assert_allclose(found.transpose(*expected.dims), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("nation", "base_year", "most_percent"),
    [("CHN", 2020, 0.025), ("CHN", 2023, 0.025), ("NGA", 2023, 0.04), ("DEU", 2023, 0.015)],
)
def test_medium_variants_are_reproduced_to_2050(nation, base_year, most_percent):
    years = slice(base_year + 1, 2050)
    expected = _read(f"expected_{nation}")["pop"].sel(year=years)
    found = _population(_inputs(_read(f"inputs_{nation}"), base_year, mid_year=True)).sel(year=years)
    assert list(found["year"]) == list(expected["year"]) == list(range(base_year + 1, 2051))
    judged = {"age": AGES[AGES < OPEN_AGE]}
    off = abs(found - expected).sel(judged).sum() / expected.sel(judged).sum()
    assert 100 * float(off) <= most_percent
    totals = found.sum(("sex", "age")) / expected.sum(("sex", "age")) - 1
    assert 100 * float(abs(totals).max()) <= 0.02
