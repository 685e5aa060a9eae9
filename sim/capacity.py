"""Capacity: what is in service and staffed, with or without the projects of a plan."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check

_DIMS = ("resource", "county", "year")
OUTPUT: Contract = {
    "in_place": Variable(_DIMS, "units", minimum=0),
    "capacity": Variable(_DIMS, "units", minimum=0),
    "staffing_limit": Variable(_DIMS, "units", minimum=0),
}


def supply_paths(
    stock: xr.DataArray,
    headcount: xr.DataArray,
    retirement_rate: float,
    autonomous_growth: xr.DataArray,
    committed: xr.DataArray,
) -> xr.Dataset:
    """Return each source of supply without projects, from base year on.

    Args:
        stock: (resource, county) base stock, units.
        headcount: (cadre, county, year) no-action stock, persons.
        retirement_rate: share of places and buildings leaving service a year.
        autonomous_growth: (resource) private supply a year per unit of base stock.
        committed: (resource, county, year) units committed works have in service.

    Returns:
        `remaining` (what is left of the base stock, or the no-action heads of a cadre), `autonomous`
        and `committed`, all (resource, county, year), units.
    """
    elapsed = headcount["year"] - headcount["year"][0]
    remaining = (stock * (1 - retirement_rate) ** elapsed).transpose(*_DIMS)
    heads = headcount.rename(cadre="resource")
    remaining = remaining.copy()
    remaining.loc[{"resource": heads["resource"]}] = heads.transpose(*_DIMS)
    autonomous = (stock * autonomous_growth.fillna(0.0) * elapsed).transpose(*_DIMS)
    parts = {"remaining": remaining, "autonomous": autonomous, "committed": committed.transpose(*_DIMS)}
    data = xr.Dataset(parts)
    for name in data:
        data[name].attrs["units"] = "units"
    return data


def capacity(in_place: xr.DataArray, heads_per_unit: xr.DataArray, staffed: list[str]) -> xr.Dataset:
    """Return what counts: places only as far as they are staffed.

    Crews of stations that need staff but are not themselves counted as staffed are served first. No
    two staffed resources need the same cadre (the tables are refused otherwise), so what remains is
    not shared between them.

    Args:
        in_place: (resource, county, year) units standing, heads included.
        heads_per_unit: (resource, cadre) heads for one unit; NaN where none is needed.
        staffed: resources that count only when staffed.

    Returns:
        `in_place`, `capacity` and `staffing_limit` (resource, county, year), units; the limit is
        infinite where no staff is needed.
    """
    in_place = in_place.transpose(*_DIMS)
    cadres = [str(c) for c in heads_per_unit["cadre"].values]
    crews = [r for r in heads_per_unit["resource"].values if r not in staffed]
    taken = (in_place.sel(resource=crews) * heads_per_unit.sel(resource=crews).fillna(0.0)).sum("resource")
    free = (in_place.sel(resource=cadres).rename(resource="cadre") - taken).clip(min=0.0)
    ratios = heads_per_unit.sel(resource=staffed)
    limit = (free / ratios.where(ratios > 0)).min("cadre").transpose(*_DIMS)
    every = xr.full_like(in_place, np.inf)
    every.loc[{"resource": staffed}] = limit.fillna(np.inf)
    counted = np.minimum(in_place, every)
    data = xr.Dataset({"in_place": in_place, "capacity": counted, "staffing_limit": every})
    for name in data:
        data[name].attrs["units"] = "units"
    return check(data, OUTPUT, "capacity")
