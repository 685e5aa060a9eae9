"""Needs: what targets ask for, by resource, county and year."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.indicators import PER_FACILITY, PER_POPULATION, RULES, WORKS, Indicator
from sim.planning_rules import units_asked
from sim.scenario.schema import Time

OUTPUT: Contract = {
    "standard": Variable(("resource", "year"), "units per denominator", minimum=0),
    "denominator": Variable(("resource", "county", "year"), "denominator", minimum=0),
    "need": Variable(("resource", "county", "year"), "units", minimum=0),
}


def needs(targets: list[Indicator], population: xr.DataArray, share: xr.DataArray, time: Time) -> xr.Dataset:
    """Return need = standard x denominator for every target.

    Between base and target year the standard follows the straight line from baseline to target.

    Args:
        targets: the indicators in the program, one per resource.
        population: (county, year) residents at year-end, persons.
        share: (resource, county) index that spreads a figure of the city over its counties.
        time: the years of the plan.

    Returns:
        `standard (resource, year)`, `denominator` and `need (resource, county, year)`; the need of the
        city is the sum over its counties.
    """
    years = time.plan_years
    resources = [t.resource for t in targets]
    people = population.sel(year=years)
    standard = np.array([_path(t, time) for t in targets]).reshape(len(targets), len(years))
    spread = share.sel(resource=resources)
    denominators = [_denominator(t, people, spread.sel(resource=t.resource)) for t in targets]
    _shares_of_needs(targets, standard, denominators)
    coords = {"resource": resources, "county": population["county"].values, "year": years}
    data = xr.Dataset(coords=coords)
    data["standard"] = ("resource", "year"), standard, {"units": "units per denominator"}
    shape = (len(targets), people.sizes["county"], len(years))
    stacked = np.array(denominators, dtype=float).reshape(shape)
    data["denominator"] = ("resource", "county", "year"), stacked, {"units": "denominator"}
    data["need"] = (data["standard"] * data["denominator"]).transpose("resource", "county", "year")
    data["need"].attrs["units"] = "units"
    return check(data, OUTPUT, "needs")


def _path(target: Indicator, time: Time) -> np.ndarray:
    """Standard per unit of the denominator in each plan year."""
    scale = {
        PER_POPULATION: float(target.per) if target.measure == PER_POPULATION else 1.0,
        PER_FACILITY: 100.0,
    }
    divisor = scale.get(target.measure, 1.0)
    if target.is_rule:
        return np.full(len(time.plan_years), 0.01 * target.target if target.of else 1.0)
    start = 0.0 if target.measure in WORKS else target.baseline
    start = target.target if math.isnan(start) else start
    end = max(start, target.target) if target.sense == "more" else min(start, target.target)
    years = np.array(time.plan_years)
    part = np.minimum((years - time.base_year) / max(target.target_year - time.base_year, 1), 1.0)
    return np.asarray((start + (end - start) * part) / divisor)


def _denominator(target: Indicator, people: xr.DataArray, share: xr.DataArray) -> np.ndarray:
    """(county, year): residents, facilities, or 1 for counts."""
    if target.measure == PER_POPULATION:
        return np.asarray(people.transpose("county", "year").values)
    if target.measure in RULES:
        return units_asked(target, people)
    ones = np.ones((people.sizes["county"], people.sizes["year"]))
    if target.scope == "every_county":
        return ones
    total = target.facilities if target.measure == PER_FACILITY else 1.0
    return np.asarray(ones * share.values[:, None] * total)


def _shares_of_needs(targets: list[Indicator], standard: np.ndarray, denominators: list[np.ndarray]) -> None:
    """A share of another resource is taken of its need: its standard and its denominator are passed on."""
    order = {target.resource: n for n, target in enumerate(targets)}
    for n, target in enumerate(targets):
        if target.of:
            whole = order[target.of]
            standard[n] = standard[n] * standard[whole]
            denominators[n] = denominators[whole]
