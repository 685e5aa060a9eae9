r"""Staff without decisions: one pool per cadre and county.

.. math:: stock_{t+1} = stock_t - retirements_t - attrition_t + graduates\ retained_t

Retirements and attrition are shares of the pool at the start of the year (no age structure is
published); the existing training pipeline brings a fixed number of graduates a year.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.labelled import floor

_FLOW = ("cadre", "county", "year")
OUTPUT: Contract = {
    "headcount": Variable(_FLOW, "persons", minimum=0),
    "exits": Variable(_FLOW, "persons", minimum=0, missing=True),
    "entries": Variable(_FLOW, "persons", minimum=0, missing=True),
}


def no_action_stock(base: xr.DataArray, rates: xr.Dataset, years: list[int]) -> xr.Dataset:
    """Return the stock of each cadre apart from the decisions of the program.

    Args:
        base: (cadre, county) heads at the end of the first of `years`.
        rates: `retirement_rate`, `attrition_rate`, `graduate_entry_rate` (cadre), per year.
        years: consecutive years.

    Returns:
        `headcount`, `exits`, `entries` (cadre, county, year), persons; flows are missing in the base year.
    """
    rates = rates.sel(cadre=base["cadre"])
    leave = (rates["retirement_rate"] + rates["attrition_rate"]).clip(max=1.0).values[:, None]
    graduates = (rates["graduate_entry_rate"] * base).transpose("cadre", "county").values
    heads = np.empty((*base.shape, len(years)))
    exits, entries = np.full_like(heads, np.nan), np.full_like(heads, np.nan)
    heads[..., 0] = base.transpose("cadre", "county").values
    for t in range(1, len(years)):
        exits[..., t] = heads[..., t - 1] * leave
        entries[..., t] = graduates
        heads[..., t] = heads[..., t - 1] - exits[..., t] + entries[..., t]
    data = xr.Dataset(coords={"cadre": base["cadre"], "county": base["county"], "year": years})
    for name, values in (("headcount", heads), ("exits", exits), ("entries", entries)):
        data[name] = _FLOW, values, {"units": "persons"}
    return check(data, OUTPUT, "workforce")


def recruitment_pool(
    base: xr.DataArray, ceiling: xr.DataArray, base_year: int, years: list[int]
) -> xr.DataArray:
    """Return the most heads the city can recruit beyond replacement in each year.

    The ceiling is a pace of growth, so the pool compounds from the base year on:
    ceiling * base * (1 + ceiling)^(year - base year - 1).

    Args:
        base: (cadre, county) heads at the end of the base year.
        ceiling: (cadre) growth per year; NaN means no ceiling.
        base_year: year of `base`.
        years: decision years.

    Returns:
        (cadre, year) persons, whole, infinite where there is no ceiling.
    """
    steps = xr.DataArray(np.array(years) - base_year - 1, dims="year", coords={"year": years})
    pool = floor(base.sum("county") * ceiling * (1 + ceiling) ** steps + 1e-9)
    pool = pool.where(ceiling.notnull(), np.inf).transpose("cadre", "year")
    pool.attrs["units"] = "persons"
    return pool
