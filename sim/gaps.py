r"""Gaps and what they come from.

gap = need - capacity; shortfall = max(gap, 0); coverage = min(capacity / need, 1). A target of the
city is met by the sum over its counties, a target for every county in each of them.

The change of a gap from base to target year is split by the Shapley value: the mean, over all
orders in which the causes can happen, of what each adds. No cause is a residual.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.errors import ContractError
from sim.indicators import Indicator
from sim.labelled import choose
from sim.names import CAUSES, CITY

TOLERANCE = 1e-6
_DIMS = ("resource", "county", "year")
OUTPUT: Contract = {
    "need": Variable(_DIMS, "units", minimum=0),
    "capacity": Variable(_DIMS, "units", minimum=0),
    "gap": Variable(_DIMS, "units"),
    "shortfall": Variable(_DIMS, "units", minimum=0),
    "coverage": Variable(_DIMS, "share", minimum=0, maximum=1),
}


def gaps(need: xr.DataArray, capacity: xr.DataArray, targets: list[Indicator]) -> xr.Dataset:
    """Return gap, shortfall and coverage by county and for the city.

    Args:
        need: (resource, county, year) units.
        capacity: (resource, county, year) units; other resources are left out.
        targets: the indicators in the program, one per resource.

    Returns:
        `need, capacity, gap, shortfall, coverage` (resource, county, year) where `county` ends with
        `city`, and `state` (resource, county, year) as text.
    """
    have = capacity.sel(resource=need["resource"], year=need["year"])
    data = xr.Dataset({"need": _with_city(need), "capacity": _with_city(have)})
    data["gap"] = data["need"] - data["capacity"]
    data["shortfall"] = data["gap"].clip(min=0.0)
    every = [t.resource for t in targets if t.scope == "every_county"]
    by_county = data["shortfall"].drop_sel(county=CITY).sum("county")
    is_summed = data["resource"].isin(every) & (data["county"] == CITY)
    data["shortfall"] = data["shortfall"].where(~is_summed, by_county).transpose(*_DIMS)
    covered = data["capacity"] / data["need"].where(data["need"] > 0)
    by_target = 1 - data["shortfall"] / data["need"].where(data["need"] > 0)
    data["coverage"] = by_target.where(is_summed, covered).clip(max=1.0).fillna(1.0)
    data["coverage"] = data["coverage"].transpose(*_DIMS)
    for name in ("need", "capacity", "gap", "shortfall"):
        data[name].attrs["units"] = "units"
    data["coverage"].attrs["units"] = "share"
    data["state"] = _states(data, targets)
    return check(data, OUTPUT, "gaps")


def _with_city(array: xr.DataArray) -> xr.DataArray:
    total = array.sum("county").expand_dims(county=[CITY])
    return xr.concat([array, total], dim="county").transpose(*_DIMS)


def _states(data: xr.Dataset, targets: list[Indicator]) -> xr.DataArray:
    hold = xr.DataArray(
        [t.holds_already for t in targets], dims="resource", coords={"resource": data["resource"]}
    )
    short = data["shortfall"] > TOLERANCE * data["need"].clip(min=1.0)
    state = choose(short, "gap", choose(hold.broadcast_like(short), "hold", "met"))
    return state.transpose(*_DIMS)


def causes(
    needs: xr.Dataset,
    supply: xr.Dataset,
    limit: xr.DataArray,
    exits: xr.DataArray,
) -> xr.DataArray:
    """Split the change of each county's gap between the first and the last year by cause.

    Args:
        needs: `standard (resource, year)`, `denominator (resource, county, year)` and, where a need
            depends on age, `denominator_at_base_ages`, the same at the age structure of the first year.
        supply: `remaining`, `autonomous` and `committed` (resource, county, year), without projects.
        limit: (resource, county, year) units the staff can serve, infinite where none is needed.
        exits: (resource, county) heads lost between the years, 0 for places.

    Returns:
        (cause, resource, county), units; the causes sum to the change of the gap.
    """
    first, last = {"year": needs["year"][0].item()}, {"year": needs["year"][-1].item()}
    resources = needs["resource"]
    supply, limit = supply.sel(resource=resources), limit.sel(resource=resources)
    before, after = needs["denominator"].sel(first), needs["denominator"].sel(last)
    of_size = needs.get("denominator_at_base_ages", needs["denominator"]).sel(last)
    change = supply["remaining"].sel(last) - supply["remaining"].sel(first)
    lost = exits.sel(resource=resources).where(exits.sel(resource=resources) > 0, -change.clip(max=0.0))
    parts = {
        "population_size": (xr.zeros_like(after), of_size - before),
        "age_structure": (xr.zeros_like(after), after - of_size),
        "target_change": (needs["standard"].sel(first), needs["standard"].sel(last)),
        "stock_left": (xr.zeros_like(lost), lost),
        "entrants": (xr.zeros_like(lost), change + lost),
        "autonomous_supply": (supply["autonomous"].sel(first), supply["autonomous"].sel(last)),
        "committed_works": (supply["committed"].sel(first), supply["committed"].sel(last)),
        "staffing_limit": (limit.sel(first), limit.sel(last)),
    }
    shape = before.transpose("resource", "county")
    arrays = {k: tuple(_flat(a, shape) for a in pair) for k, pair in parts.items()}
    base = before.transpose("resource", "county").values
    start = supply["remaining"].sel(first).transpose("resource", "county").values

    def gap(done: frozenset[str]) -> np.ndarray:
        at = {k: arrays[k][k in done] for k in CAUSES}
        need = at["target_change"] * (base + at["population_size"] + at["age_structure"])
        have = start - at["stock_left"] + at["entrants"] + at["autonomous_supply"] + at["committed_works"]
        return np.asarray(need - np.minimum(have, at["staffing_limit"]))

    values = shapley(gap)
    if not np.isfinite(values).all():
        raise ContractError("gaps: a cause is not a number")
    coords = {"cause": list(CAUSES), "resource": resources.values, "county": shape["county"].values}
    dims = ("cause", "resource", "county")
    return xr.DataArray(values, dims=dims, coords=coords, attrs={"units": "units"})


def shapley(game) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Return the Shapley value of each cause of `CAUSES` in `game(set of causes) -> array`."""
    n = len(CAUSES)
    values = {s: game(s) for k in range(n + 1) for s in map(frozenset, combinations(CAUSES, k))}
    shares = []
    for cause in CAUSES:
        total = np.zeros_like(values[frozenset()])
        for done, before in values.items():
            if cause not in done:
                weight = math.factorial(len(done)) * math.factorial(n - len(done) - 1) / math.factorial(n)
                total = total + weight * (values[done | {cause}] - before)
        shares.append(total)
    return np.stack(shares)


def _flat(array: xr.DataArray, like: xr.DataArray) -> np.ndarray:
    full = array.drop_vars("year", errors="ignore").broadcast_like(like)
    return np.asarray(full.transpose("resource", "county").values)
