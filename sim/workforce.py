r"""Staff without decisions, by cadre and county.

.. math:: stock_{t+1} = stock_t - retirements_t - attrition_t + graduates\ retained_t

Where the ages of a cadre are given, people retire by the statutory schedule (`sim.staff_ages`); else
retirements and attrition are shares of one pool. Graduates are training places that end in the year
times completion times local retention where places are given, else a fixed share of the base stock.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.labelled import floor, minimum
from sim.staff_ages import stock_by_age

_FLOW = ("cadre", "county", "year")
OUTPUT: Contract = {
    "headcount": Variable(_FLOW, "persons", minimum=0),
    "exits": Variable(_FLOW, "persons", minimum=0, missing=True),
    "entries": Variable(_FLOW, "persons", minimum=0, missing=True),
    "fte": Variable(_FLOW, "FTE", minimum=0),
}


def no_action_stock(
    base: xr.DataArray, inputs: xr.Dataset, parents: Mapping[str, str] = MappingProxyType({})
) -> xr.Dataset:
    """Return the stock of each cadre apart from the decisions of the program.

    Args:
        base: (cadre, county) heads at the end of the base year.
        inputs: of `staff_inputs`.
        parents: parent of each subset; a subset never outgrows it (TCM physicians and GPs are physicians).

    Returns:
        `headcount`, `exits`, `entries` (cadre, county, year), persons, and `fte`, full-time
        equivalents; flows are missing in the base year. Heads and FTE are never added.
    """
    aged = inputs["structure"].notnull().any(("sex", "age"))
    pooled = _pool(base, inputs)
    known = [str(c) for c in base["cadre"].values[aged.sel(cadre=base["cadre"]).values]]
    if known:
        pooled = _with_ages(pooled, base.sel(cadre=known), inputs.sel(cadre=known))
    for inner, outer in parents.items():
        _keep_inside(pooled, inner, outer)
    pooled["fte"] = (pooled["headcount"] * inputs["fte_per_head"]).transpose(*_FLOW)
    for name in pooled:
        pooled[name].attrs["units"] = "FTE" if name == "fte" else "persons"
    return check(pooled, OUTPUT, "workforce")


def _pool(base: xr.DataArray, inputs: xr.Dataset) -> xr.Dataset:
    """One pool a cadre and county: a share retires and leaves, graduates come."""
    leave = (inputs["retirement_rate"] + inputs["attrition_rate"]).clip(max=1.0).sel(cadre=base["cadre"])
    years = [int(y) for y in inputs["graduates"]["year"].values]
    heads = np.empty((*base.shape, len(years) + 1))
    exits, entries = np.full_like(heads, np.nan), np.full_like(heads, np.nan)
    heads[..., 0] = base.transpose("cadre", "county").values
    graduates = inputs["graduates"].sel(cadre=base["cadre"]).transpose(*_FLOW).values
    for t in range(1, len(years) + 1):
        exits[..., t] = heads[..., t - 1] * leave.values[:, None]
        entries[..., t] = graduates[..., t - 1]
        heads[..., t] = heads[..., t - 1] - exits[..., t] + entries[..., t]
    data = xr.Dataset(
        coords={"cadre": base["cadre"], "county": base["county"], "year": [years[0] - 1, *years]}
    )
    for name, values in (("headcount", heads), ("exits", exits), ("entries", entries)):
        data[name] = _FLOW, values
    return data


def _with_ages(pooled: xr.Dataset, base: xr.DataArray, inputs: xr.Dataset) -> xr.Dataset:
    """Cadres whose ages are known follow the statutory schedule instead of the pool's rate."""
    found = stock_by_age(
        base,
        inputs["structure"],
        inputs["leaving"],
        inputs["attrition_rate"],
        inputs["graduates"],
        inputs["entry_age"],
    )
    changed = pooled.copy(deep=True)
    for name in ("headcount", "exits", "entries"):
        changed[name].loc[{"cadre": base["cadre"]}] = found[name].transpose(*_FLOW)
    return changed


def _keep_inside(staff: xr.Dataset, inner: str, outer: str) -> None:
    """Who is more than the parent holds has left it; the flows follow the heads."""
    heads = staff["headcount"].sel(cadre=inner)
    inside = minimum(heads, staff["headcount"].sel(cadre=outer, drop=True))
    inside[{"year": 0}] = heads.isel(year=0)
    net = inside.diff("year") - staff["entries"].sel(cadre=inner)
    staff["headcount"].loc[{"cadre": inner}] = inside
    staff["exits"].loc[{"cadre": inner, "year": net["year"]}] = (-net).clip(min=0.0)
    staff["entries"].loc[{"cadre": inner, "year": net["year"]}] += net.clip(min=0.0)


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
