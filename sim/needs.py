"""Needs: what targets ask for, by resource, county and year."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.indicators import PER_FACILITY, PER_POPULATION, RULES, WORKS, Indicator
from sim.labelled import maximum, minimum
from sim.planning_rules import units_asked
from sim.scenario.schema import Time

_BY_COUNTY = ("resource", "county", "year")
OUTPUT: Contract = {
    "standard": Variable(("resource", "year"), "units per denominator", minimum=0),
    "denominator": Variable(_BY_COUNTY, "denominator", minimum=0),
    "need": Variable(_BY_COUNTY, "units", minimum=0),
}
Levels = Mapping[str, float | xr.DataArray]


def needs(
    targets: list[Indicator],
    population: xr.DataArray,
    share: xr.DataArray,
    time: Time,
    levels: Levels | None = None,
) -> xr.Dataset:
    """Return need = standard x denominator for every target.

    Between base and target year the standard follows the straight line from baseline to target.

    Args:
        targets: the indicators in the program, one per resource.
        population: (county, year) residents at year-end, persons; may also have draw.
        share: (resource, county) index that spreads a figure of the city over its counties.
        time: the years of the plan.
        levels: resource to how many times its printed target is asked for; one number, or (draw).

    Returns:
        `standard (resource, year)`, `denominator` and `need (resource, county, year)`; the need of the
        city is the sum over its counties. They also have draw where what they rest on has.
    """
    people = population.sel(year=time.plan_years)
    standard = [_path(t, time, (levels or {}).get(t.resource, 1.0)) for t in targets]
    denominators = [_denominator(t, people, share.sel(resource=t.resource, drop=True)) for t in targets]
    _shares_of_needs(targets, standard, denominators)
    resource = xr.DataArray([t.resource for t in targets], dims="resource", name="resource")
    data = xr.Dataset(coords={"resource": resource, "county": people["county"], "year": people["year"]})
    data["standard"] = _together(standard, resource, data, ("resource", "year"))
    data["denominator"] = _together(denominators, resource, data, _BY_COUNTY)
    data["need"] = (data["standard"] * data["denominator"]).transpose(..., *_BY_COUNTY)
    for name in data:
        data[name].attrs["units"] = OUTPUT[str(name)].units
    return check(data, OUTPUT, "needs")


def _together(
    parts: list[xr.DataArray], resource: xr.DataArray, data: xr.Dataset, dims: tuple[str, ...]
) -> xr.DataArray:
    """The parts of all resources in one array; zero of it where there is no target."""
    if not parts:
        coords = {d: data[d] for d in dims}
        return xr.DataArray(np.zeros([len(c) for c in coords.values()]), dims=dims, coords=coords)
    return xr.concat(xr.broadcast(*parts), resource).transpose(..., *dims).astype(float)


def _path(target: Indicator, time: Time, level: float | xr.DataArray) -> xr.DataArray:
    """(year) standard per unit of the denominator in each plan year; may also have draw."""
    scale = {
        PER_POPULATION: float(target.per) if target.measure == PER_POPULATION else 1.0,
        PER_FACILITY: 100.0,
    }
    divisor = scale.get(target.measure, 1.0)
    years = xr.DataArray(time.plan_years, dims="year", coords={"year": time.plan_years})
    if target.is_rule:
        return xr.zeros_like(years, dtype=float) + (0.01 * target.target if target.of else 1.0)
    asked = xr.zeros_like(years, dtype=float) + target.target * level
    known = 0.0 if target.measure in WORKS else target.baseline
    start = asked if math.isnan(known) else xr.zeros_like(asked) + known
    further = maximum if target.sense == "more" else minimum
    end = further(asked, start)
    part = minimum((years - time.base_year) / max(target.target_year - time.base_year, 1), 1.0)
    return (start + (end - start) * part) / divisor


def _denominator(target: Indicator, people: xr.DataArray, share: xr.DataArray) -> xr.DataArray:
    """(county, year): residents, facilities, or 1 for counts; may also have draw."""
    if target.measure == PER_POPULATION:
        return people
    if target.measure in RULES:
        return units_asked(target, people)
    like = people.isel(draw=0, drop=True) if "draw" in people.dims else people
    ones = xr.ones_like(like, dtype=float)
    if target.scope == "every_county":
        return ones
    total = target.facilities if target.measure == PER_FACILITY else 1.0
    return ones * share * total


def _shares_of_needs(
    targets: list[Indicator], standard: list[xr.DataArray], denominators: list[xr.DataArray]
) -> None:
    """A share of another resource is taken of its need: its standard and its denominator are passed on."""
    order = {target.resource: n for n, target in enumerate(targets)}
    for n, target in enumerate(targets):
        if target.of:
            whole = order[target.of]
            standard[n] = standard[n] * standard[whole]
            denominators[n] = denominators[whole]
