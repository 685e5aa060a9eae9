"""What a plan, or many, is worth in many futures: coverage, shortfalls, money and levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from sim.capacity import capacity
from sim.case import MONEY, Case
from sim.contracts import DRAW
from sim.gaps import gaps
from sim.indicators import Indicator
from sim.names import CITY
from sim.plan import with_movers

Columns = dict[str, np.ndarray]


def judged(
    case: Case,
    targets: Sequence[Indicator],
    started: xr.DataArray,
    moved: xr.DataArray,
    counties: Sequence[str],
    of: str,
    n: int,
) -> Columns:
    """Return how plans fare in futures.

    Args:
        case: the futures; what differs in them has draw.
        targets: what enters the program.
        started: (project, county, start_year) units; with draw, a plan of each future.
        moved: (cadre, county) net heads that came; with draw likewise.
        counties: whose coverage is kept, `city` among them.
        of: `plan` or `best`.
        n: number of futures.

    Returns:
        by column, (draw): coverage, shortfall and capital outlay to the target year (million yuan).
    """
    found = _coverage(case, targets, started, moved)
    columns: Columns = {}
    for target in targets:
        own = found.sel(resource=target.resource)
        columns[f"{of}_short_{target.resource}"] = _each(own["shortfall"].sel(county=CITY), n)
        for county in counties:
            column = f"{of}_coverage_{target.resource}_{county}"
            columns[column] = _each(own["coverage"].sel(county=county), n)
    columns[f"{of}_money_capital_outlay"] = _each(outlay(case, started), n)
    return columns


def level_values(case: Case, columns: Mapping[str, np.ndarray], of: str) -> Columns:
    """Return the value of each level of targets from the shortfalls of the columns.

    .. math:: \\sum_r w_r z_r / \\sum_c need_{rc}
    """
    n = len(next(iter(columns.values())))
    found: Columns = {}
    for rank in sorted(set(case.level.values())):
        value = np.zeros(n)
        for resource in (r for r in case.level if case.level[r] == rank):
            need = _each(case.need.sel(resource=resource).sum("county"), n)
            short = columns[f"{of}_short_{resource}"]
            value += case.weight[resource] * np.divide(short, need, out=np.zeros(n), where=need > 0)
        found[f"{of}_level_targets_{rank}"] = value
    return found


def below_floor(case: Case, started: xr.DataArray, moved: xr.DataArray, n: int) -> np.ndarray:
    """Return the value of the rules level of a scenario without other rules: relative slack of the floor."""
    counted = _counted(case, started, moved).sel(resource=case.floor["resource"])
    total = case.floor.sum("county")
    slack = (case.floor - counted).clip(min=0.0).sum("county")
    return _each((slack / total.where(total > 0)).fillna(0.0).sum("resource"), n)


def present_cost(case: Case, started: xr.DataArray, n: int) -> np.ndarray:
    """Return the present cost of plans, million yuan: (draw)."""
    cost = (started.sum("county") * case.costs["present_cost"]).sum(("project", "start_year"))
    return _each(cost / MONEY, n)


def outlay(case: Case, started: xr.DataArray) -> xr.DataArray:
    """Return the capital outlay of plans to the target year, nominal million yuan."""
    until = case.delivery["year"] <= case.decision_years[-1]
    spent = (case.delivery["spending"] * case.costs["price_index"]).where(until, 0.0).sum("year")
    each = spent * case.costs["capital_cost"] / MONEY
    return (started.sum("county") * each).sum(("project", "start_year"))


def _coverage(
    case: Case, targets: Sequence[Indicator], started: xr.DataArray, moved: xr.DataArray
) -> xr.Dataset:
    """Coverage and shortfall (..., resource, county and city) at the target year."""
    at = {"year": [case.decision_years[-1]]}
    counted = _counted(case, started, moved).expand_dims(at)
    return gaps(case.need.expand_dims(at), counted, list(targets)).squeeze("year", drop=True)


def _counted(case: Case, started: xr.DataArray, moved: xr.DataArray) -> xr.DataArray:
    """(..., resource, county) units that count at the target year."""
    rules = case.rules
    added: xr.DataArray = xr.dot(started, case.yields, dim=["project", "start_year"])
    stands = case.in_place + added + with_movers(moved, rules.parents, rules.resources)
    stands = stands.clip(min=0.0).expand_dims(year=[case.decision_years[-1]])
    counted = capacity(stands, rules.heads_per_unit, rules.staffed)["capacity"]
    return counted.squeeze("year", drop=True)


def _each(values: xr.DataArray, n: int) -> np.ndarray:
    """(draw): the same in every future where nothing differs."""
    if DRAW in values.dims:
        return np.asarray(values.values, dtype=float)
    return np.full(n, float(values))
