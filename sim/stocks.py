"""Base-year stocks by county: printed by the plan for the city, apportioned where no county figure exists."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.errors import InputError, Problem
from sim.evidence.figures import Figures, column_array
from sim.indicators import PER_FACILITY, PER_POPULATION, WORKS, Indicator

COUNTED = ("head", "place")
"Kinds of resources whose unknown stock must not be read as none."
OUTPUT: Contract = {
    "stock": Variable(("resource", "county"), "units", minimum=0),
    "share": Variable(("resource", "county"), "share", minimum=0, maximum=1),
    "known": Variable(("resource",), "flag"),
}


def base_stocks(
    figures: Figures, indicators: list[Indicator], population: xr.DataArray, heads_per_unit: xr.DataArray
) -> xr.Dataset:
    """Return the stock of every resource in every county at the end of the base year.

    Args:
        figures: the evidence.
        indicators: the plan's rows.
        population: (county) residents at the end of the base year, persons.
        heads_per_unit: (resource, cadre) staffing ratios.

    Returns:
        `stock (resource, county)` in units of the resource, `share (resource, county)`, the index by
        which a figure of the city is spread over its counties (sums to 1), and `known (resource)`:
        False where nothing tells how many heads or places stand; their stock is then 0 and no rule
        may be checked against it.
    """
    rows = list(figures.book["resources"])
    counties = [str(c) for c in population["county"].values]
    resources = [row["resource"] for row in rows]
    share = _shares(figures, rows, population)
    people = float(population.sum())
    printed = np.array([_city_stock(figures, row["resource"], indicators, people) for row in rows])
    city = np.nan_to_num(printed, nan=0.0)
    stock = share * city[:, None]
    given = figures.array(
        "plans/county_baselines",
        "baseline",
        ("resource", "county"),
        {"resource": resources, "county": counties},
    )
    values = fill(given.values, stock)
    untold = np.isnan(printed) & np.isnan(given.values).all(axis=1)
    values = _carers(values, resources, heads_per_unit, untold)
    counted = [row["kind"] in COUNTED for row in rows]
    known = ~np.isnan(printed) | ~np.isnan(given.values).any(axis=1) | (values > 0).any(axis=1)
    data = xr.Dataset(coords={"resource": resources, "county": counties})
    data["stock"] = ("resource", "county"), values, {"units": "units"}
    data["share"] = ("resource", "county"), share, {"units": "share"}
    data["known"] = ("resource",), known | ~np.array(counted), {"units": "flag"}
    for n, row in enumerate(rows):
        if city[n] > 0 and np.isnan(given.values[n]).any():
            figures.derived(row["resource"], city[n], row["unit"], row["apportion_by"])
    problems = list(_outgrown(figures, data))
    if problems:
        raise InputError(problems)
    return check(data, OUTPUT, "stocks")


def _outgrown(figures: Figures, stocks: xr.Dataset) -> Iterator[Problem]:
    """Every county in which a subset has more heads than the cadre it is part of."""
    known, stock = stocks["known"], stocks["stock"]
    for cadre in figures.book["workforce/cadres"]:
        inner, outer = cadre["cadre"], cadre["parent"]
        if not outer or not bool(known.sel(resource=[inner, outer]).all()):
            continue
        more = stock.sel(resource=inner, drop=True) > stock.sel(resource=outer, drop=True) * (1 + 1e-9)
        for county in (str(name) for name in stock["county"].values[more]):
            have = stock.sel(county=county)
            found = f"{inner} of {county} are {float(have.sel(resource=inner)):.0f}"
            if not figures.book["plans/county_baselines"].where(resource=inner, county=county).rows:
                found += ", apportioned from the city (the county has no figure of its own)"
            most = f"no more than the {float(have.sel(resource=outer)):.0f} {outer} they are part of"
            yield Problem(_place_of(figures, inner, outer, county), found, most)


def _place_of(figures: Figures, inner: str, outer: str, county: str) -> str:
    """The cell of a county's own figure, else of the city's."""
    for resource in (inner, outer):
        for row in figures.book["plans/county_baselines"].where(resource=resource, county=county):
            return row.where("value")
    for table, column in (("plans/indicators", "baseline"), ("plans/assumed_baselines", "value")):
        for row in figures.book[table].where(resource=inner):
            if row[column]:
                return row.where(column)
    return f"{figures.book['plans/indicators'].file}:1:1"


def fill(given: np.ndarray, apportioned: np.ndarray) -> np.ndarray:
    """Return county figures where they are given; what they leave of the city goes to the others.

    Args:
        given: (resource, county) figures of counties, NaN where none.
        apportioned: (resource, county) the city figure spread by an index.
    """
    unknown = np.isnan(given)
    spread = np.where(unknown, apportioned, 0.0)
    left = (apportioned.sum(axis=1) - np.nansum(given, axis=1)).clip(min=0.0)
    total = spread.sum(axis=1)
    scale = np.divide(left, total, out=np.zeros_like(total), where=total > 0)
    return np.where(unknown, spread * scale[:, None], given)


def _shares(figures: Figures, rows: list, population: xr.DataArray) -> np.ndarray:  # type: ignore[type-arg]
    counties = {"county": [str(c) for c in population["county"].values]}
    staff = column_array(figures.book["counties"], "health_employment", ("county",), counties, "index")
    by_index = {
        "health_employment": (staff / staff.sum()).values,
        "population": (population / population.sum()).values,
    }
    by_index["none"] = by_index["population"]
    return np.stack([by_index[row["apportion_by"]] for row in rows])


def _city_stock(figures: Figures, resource: str, indicators: list[Indicator], population: float) -> float:
    """Stock of the city printed by the plan or given by a named assumption, NaN where nothing tells."""
    for item in indicators:
        if item.resource == resource and item.chosen and not math.isnan(item.baseline):
            if item.measure == PER_POPULATION:
                return item.baseline / float(item.per) * population
            if item.of:
                whole = [other for other in indicators if not other.of]
                return item.baseline / 100 * _city_stock(figures, item.of, whole, population)
            if item.measure == PER_FACILITY:
                counted = item.baseline / 100 * item.facilities
                return counted if math.isnan(counted) else round(counted)
            return 0.0 if item.measure in WORKS else item.baseline
    if resource in figures.scenario.assumed_baselines:
        per, value = figures.assumed_baseline(resource)
        return value if math.isnan(per) else value / per * population
    return math.nan


def _carers(
    stock: np.ndarray, resources: list[str], heads_per_unit: xr.DataArray, untold: np.ndarray
) -> np.ndarray:
    """Where nothing tells how many carers there are, existing places are taken as staffed at the standard."""
    carers, places = resources.index("childcare_carers"), resources.index("childcare_places")
    if not untold[carers]:
        return stock
    result = stock.copy()
    ratio = float(heads_per_unit.sel(resource="childcare_places", cadre="childcare_carers"))
    result[carers] = ratio * stock[places]
    return result
