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
from sim.staff_ages import a_year_older, joining

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
    found = staff_paths(base, inputs, inputs["attrition_rate"], inputs["graduates"], parents)
    staff = found.transpose(*_FLOW)
    staff["fte"] = (staff["headcount"] * inputs["fte_per_head"]).transpose(*_FLOW)
    for name in staff:
        staff[name].attrs["units"] = "FTE" if name == "fte" else "persons"
    return check(staff, OUTPUT, "workforce")


def staff_paths(
    base: xr.DataArray,
    inputs: xr.Dataset,
    attrition: xr.DataArray,
    graduates: xr.DataArray,
    parents: Mapping[str, str],
) -> xr.Dataset:
    """Return the paths of all cadres, with ages or without, year by year.

    A subset is kept inside its parent in every year: who is more than the parent holds has left it,
    at every age alike, and counts among the exits of the year.

    Args:
        base: (cadre, county) heads at the end of the base year.
        inputs: of `staff_inputs`.
        attrition: (cadre, ...) share leaving otherwise in a year; may also have year, county and draw.
        graduates: (cadre, county, year, ...) persons entering at the end of a year.
        parents: parent of each subset.

    Returns:
        `headcount`, `exits`, `entries` (..., cadre, county, year), persons; flows are missing in the
        base year.
    """
    cadres = base["cadre"]
    aged = inputs["structure"].notnull().any(("sex", "age")).sel(cadre=cadres)
    pooled, known = inputs.sel(cadre=cadres[~aged]), inputs.sel(cadre=cadres[aged])
    years = [int(y) for y in graduates["year"].values]
    pool = base.sel(cadre=pooled["cadre"])
    joins = joining(known["structure"], known["entry_age"]) if known.sizes["cadre"] else None
    if joins is not None:
        ages = base.sel(cadre=known["cadre"]) * known["structure"]
    found = [xr.Dataset({"headcount": base, "exits": base * np.nan, "entries": base * np.nan})]
    for year in years:
        leave, joined = (_in_year(array, year).sel(cadre=cadres) for array in (attrition, graduates))
        gone = pool * (pooled["retirement_rate"] + leave.sel(cadre=pooled["cadre"])).clip(max=1.0)
        heads, exits = [pool - gone + joined.sel(cadre=pooled["cadre"])], [gone]
        if joins is not None:
            rest = known["cadre"]
            ages, left = a_year_older(
                ages, _in_year(known["leaving"], year), leave.sel(cadre=rest), joined.sel(cadre=rest) * joins
            )
            heads, exits = [*heads, ages.sum(("sex", "age"))], [*exits, left]
        whole, out = (xr.concat(part, "cadre").sel(cadre=cadres) for part in (heads, exits))
        inside = _inside(whole, parents)
        found.append(xr.Dataset({"headcount": inside, "exits": out + (whole - inside), "entries": joined}))
        pool = inside.sel(cadre=pooled["cadre"])
        if joins is not None:
            ages = ages * (inside / whole.where(whole > 0)).fillna(1.0).sel(cadre=known["cadre"])
    every = xr.DataArray([years[0] - 1, *years], dims="year", name="year")
    return xr.concat(xr.broadcast(*found), every)


def _in_year(array: xr.DataArray, year: int) -> xr.DataArray:
    return array.sel(year=year, drop=True) if "year" in array.dims else array


def _inside(heads: xr.DataArray, parents: Mapping[str, str]) -> xr.DataArray:
    """(..., cadre, county) heads, no subset with more than its parent."""
    inside = heads.copy(deep=True)
    have = set(heads["cadre"].values)
    for inner, outer in parents.items():
        if {inner, outer} <= have:
            most = heads.sel(cadre=outer, drop=True)
            inside.loc[{"cadre": inner}] = minimum(heads.sel(cadre=inner, drop=True), most)
    return inside


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
