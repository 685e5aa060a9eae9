"""Why a project stands where it stands: placed by a rule, by a target, or by the tie-break.

One unit is taken away in thought. If that breaks a rule of its county (the equity floor, a
prerequisite), a rule placed it. If a target is then missed further, and the unit could not as well
stand in another county, the target placed it. What could stand elsewhere, or what no target needs,
was placed by the tie-break between plans of equal value.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.capacity import capacity
from sim.labelled import choose, isfinite
from sim.rules import Rules

TOLERANCE = 1e-6


def placed_by(
    started: xr.DataArray,
    in_place: xr.DataArray,
    need: xr.DataArray,
    scope: dict[str, str],
    floor: xr.DataArray,
    rules: Rules,
) -> xr.DataArray:
    """Return `rule`, `target` or `tie_break` for each project and county.

    Args:
        started: (project, county, start_year) units of the plan.
        in_place: (resource, county) units standing at the target year with the plan.
        need: (resource, county) units at the target year.
        scope: resource to `city` or `every_county`.
        floor: (resource, county) least capacity by the equity floor.
        rules: the rules of the scenario.

    Returns:
        (project, county) text.
    """
    units = started.sum("start_year")
    fewer = in_place - rules.outputs
    have = _counted(in_place.expand_dims("project"), rules).isel(project=0, drop=True)
    less = _counted(fewer.clip(min=0.0), rules)
    by_rule = _breaks_floor(have, less, floor) | _breaks_prerequisite(units, rules)
    city, county = _misses(have, less, need, scope)
    movable = _room_elsewhere(units, rules)
    needed = county | (city & ~movable)
    words = choose(by_rule, "rule", choose(needed, "target", "tie_break"))
    return words.transpose("project", "county")


def _counted(in_place: xr.DataArray, rules: Rules) -> xr.DataArray:
    batched = in_place.rename(project="year").transpose("resource", "county", "year")
    counted = capacity(batched, rules.heads_per_unit, rules.staffed)["capacity"]
    return counted.rename(year="project")


def _breaks_floor(have: xr.DataArray, less: xr.DataArray, floor: xr.DataArray) -> xr.DataArray:
    resources = floor["resource"]
    kept = have.sel(resource=resources) >= floor - TOLERANCE
    return (kept & (less.sel(resource=resources) < floor - TOLERANCE)).any("resource")


def _breaks_prerequisite(units: xr.DataArray, rules: Rules) -> xr.DataArray:
    broken = xr.zeros_like(units, dtype=bool)
    for needed in (rules.prerequisites, rules.phases):
        asked = xr.dot(units, needed, dim="project").rename(requires="project")
        broken = broken | ((asked > 0) & (units - 1 < asked - TOLERANCE))
    return broken


def _misses(
    have: xr.DataArray, less: xr.DataArray, need: xr.DataArray, scope: dict[str, str]
) -> tuple[xr.DataArray, xr.DataArray]:
    """(project, county): whether one unit less misses a city target, or a county target, further."""
    scopes = [scope[str(r)] == "city" for r in need["resource"].values]
    of_city = xr.DataArray(np.array(scopes, dtype=bool), dims="resource")
    drop = have.sel(resource=need["resource"]) - less.sel(resource=need["resource"])
    spare = have.sel(resource=need["resource"]).sum("county") - need.sum("county")
    city = ((drop > spare + TOLERANCE) & (drop > TOLERANCE) & of_city).any("resource")
    short = less.sel(resource=need["resource"]) < need - TOLERANCE
    county = (short & (drop > TOLERANCE) & ~of_city).any("resource")
    return city, county


def _room_elsewhere(units: xr.DataArray, rules: Rules) -> xr.DataArray:
    room = (rules.sites - units >= 1) | ~isfinite(rules.sites)
    elsewhere: xr.DataArray = room.sum("county") - room > 0
    return elsewhere
