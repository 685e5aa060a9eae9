"""What plans are worth in many futures: coverage, shortfalls, money and levels, in plain numpy.

What counts of what stands is found by the certificate's arithmetic, which shares nothing with the program.
Arrays have the future as their first dim; length 1 where all futures have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import xarray as xr

from sim.case import MONEY, PER_MILLE, Case
from sim.certify.arithmetic import burden, counted
from sim.contracts import DRAW
from sim.names import CITY

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Futures:
    """What futures ask for and have, units at the target year and million yuan.

    Attributes:
        need: (draw or 1, target, county) units.
        in_place: (draw or 1, resource, county) units without projects.
        floor: (draw or 1, floored resource, county) least units.
        yields: (draw or 1, project, start_year, resource) units a start adds.
        outlay: (draw or 1, project, start_year, year) nominal capital of a start to the target year.
        limits: (draw or 1, year) most capital outlay of all funds, infinite where none.
        limit: (draw or 1) the same of the whole plan.
        caps: (draw or 1, target) most by which coverage may differ between counties, infinite where none.
        cost: (draw or 1, project, start_year) present cost of a start.
    """

    need: np.ndarray
    in_place: np.ndarray
    floor: np.ndarray
    yields: np.ndarray
    outlay: np.ndarray
    limits: np.ndarray
    limit: np.ndarray
    caps: np.ndarray
    cost: np.ndarray


def futures_of(case: Case) -> Futures:
    """Return the arrays of one future, or of many whose case has draws."""
    paid = (case.delivery["spending"] * case.costs["price_index"]).sel(year=case.decision_years)
    starts, rules = ("project", "start_year"), case.rules
    return Futures(
        need=_lead(case.need, ("resource", "county")),
        in_place=_lead(case.in_place, ("resource", "county")),
        floor=_lead(case.floor, ("resource", "county")),
        yields=_lead(case.yields, (*starts, "resource")),
        outlay=_lead(paid * case.costs["capital_cost"] / MONEY, (*starts, "year")),
        limits=_lead(rules.outlay / MONEY, ("year",)),
        limit=np.atleast_1d(np.asarray(rules.outlay_total) / MONEY),
        caps=np.array([[case.spread_cap.get(str(r), np.inf) for r in case.need["resource"].values]]),
        cost=_lead(case.costs["present_cost"] / MONEY, starts),
    )


def side_by_side(parts: Sequence[Futures]) -> Futures:
    """Return single futures as many."""
    return Futures(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Futures)})


def judged(case: Case, futures: Futures, started: np.ndarray, moved: np.ndarray, of: str, n: int) -> Columns:
    """Return how plans fare in futures.

    Args:
        case: its rules, targets, levels and weights, which all futures share.
        futures: what they ask for and have.
        started: (draw or 1, project, county, start_year) units.
        moved: (draw or 1, cadre, county) net heads that came.
        of: `plan` or `best`.
        n: number of futures.

    Returns:
        by column, (draw): shortfalls, coverage of every county and the city, capital outlay to the target
        year and how far it is above its limit, million yuan.
    """
    _, counts = _stands_and_counts(case, futures, started, moved)
    columns: Columns = {}
    for place, resource in enumerate(map(str, case.need["resource"].values)):
        need, have = futures.need[:, place], counts[:, case.rules.resources.index(resource)]
        by_county = np.maximum(need - have, 0.0)
        short = _short(case, resource, need, have)
        columns[f"{of}_short_{resource}"] = _full(short, n)
        columns[f"{of}_coverage_{resource}_{CITY}"] = _full(1 - _part(short, need.sum(axis=1)), n)
        for k, county in enumerate(case.rules.counties):
            columns[f"{of}_coverage_{resource}_{county}"] = _full(1 - _part(by_county[:, k], need[:, k]), n)
    spent = (started.sum(axis=2)[..., None] * futures.outlay).sum(axis=(1, 2))
    above = np.maximum((spent - futures.limits).max(axis=1), spent.sum(axis=1) - futures.limit)
    columns[f"{of}_money_capital_outlay"] = _full(spent.sum(axis=1), n)
    columns[f"{of}_money_above_outlay"] = _full(np.maximum(above, 0.0), n)
    return columns


def levels_of(
    case: Case, futures: Futures, solved: np.ndarray, moved: np.ndarray, above: np.ndarray, n: int
) -> Columns:
    """Return the value of the levels of the plan in futures.

    Args:
        case: as of `judged`.
        futures: as of `judged`.
        solved: (1, project, county, start_year) units before heads are rounded up, of which levels are told.
        moved: (1, cadre, county) net heads that came.
        above: (draw or 1) what running cost is above its cap, of `beyond_cap`.
        n: number of futures.

    Returns:
        by column, (draw): `plan_level_` of the rules, the targets and the present cost, million yuan.
    """
    stands, counts = _stands_and_counts(case, futures, solved, moved)
    columns = {f"plan_level_targets_{rank}": np.zeros(n) for rank in sorted(set(case.level.values()))}
    for place, resource in enumerate(map(str, case.need["resource"].values)):
        need, have = futures.need[:, place], counts[:, case.rules.resources.index(resource)]
        missed = _part(_short(case, resource, need, have), need.sum(axis=1))
        columns[f"plan_level_targets_{case.level[resource]}"] += case.weight[resource] * missed
    columns["plan_level_present_cost"] = _full((solved.sum(axis=2) * futures.cost).sum(axis=(1, 2)), n)
    rules = _below_floor(case, futures, counts) + _beyond_spread(case, futures, stands, counts) + above
    columns["plan_level_rules"] = _full(rules, n)
    return columns


def beyond_cap(case: Case, started: np.ndarray) -> float:
    """Return how far the running cost a plan leaves to counties is above its cap, per mille, all counties."""
    if not np.isfinite(case.burden_cap):
        return 0.0
    return float(np.maximum(burden(case, started) - case.burden_cap, 0.0).sum() * PER_MILLE)


def _beyond_spread(case: Case, futures: Futures, stands: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(draw or 1) how far what stands in the county ahead is from what counts behind, beyond the caps."""
    beyond = np.zeros(1)
    for place, resource in enumerate(map(str, case.need["resource"].values)):
        cap = futures.caps[:, place]
        if np.isfinite(cap).any():
            need, row = futures.need[:, place], case.rules.resources.index(resource)
            ahead, behind = (_for_need(units[:, row], need).max(axis=1) for units in (stands, -counts))
            beyond = beyond + np.maximum(ahead + behind - cap, 0.0)
    return beyond


def _for_need(units: np.ndarray, need: np.ndarray) -> np.ndarray:
    """Units for one of need; of no account where there is none."""
    units, need = np.broadcast_arrays(units, need)
    return np.asarray(np.divide(units, need, out=np.full(units.shape, -np.inf), where=need > 0))


def _short(case: Case, resource: str, need: np.ndarray, have: np.ndarray) -> np.ndarray:
    """(draw or 1) units the whole city is short of: of its sum, or of every county."""
    if case.scope[resource] == "city":
        return np.asarray(np.maximum((need - have).sum(axis=1), 0.0))
    return np.asarray(np.maximum(need - have, 0.0).sum(axis=1))


def _stands_and_counts(
    case: Case, futures: Futures, started: np.ndarray, moved: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(draw or 1, resource, county) units that stand, and that count, at the target year."""
    stands = futures.in_place + _added(started, futures.yields)
    for k, cadre in enumerate(case.rules.cadres):
        for name in (cadre, case.rules.parents.get(cadre)):
            if name is not None:
                stands[:, case.rules.resources.index(name)] += moved[:, k]
    draws, resources, counties = stands.shape
    flat = np.moveaxis(stands, 1, 0).reshape(resources, draws * counties)
    return stands, np.moveaxis(counted(case, flat)[0].reshape(resources, draws, counties), 0, 1)


def _added(started: np.ndarray, yields: np.ndarray) -> np.ndarray:
    """(draw or 1, resource, county) units that plans add."""
    if len(yields) == 1:
        draws, projects, counties, years = started.shape
        flat = started.transpose(0, 2, 1, 3).reshape(draws * counties, projects * years)
        each = np.asarray(flat @ yields[0].reshape(projects * years, -1))
        return each.reshape(draws, counties, -1).transpose(0, 2, 1)
    return np.asarray(
        np.einsum("dpcs,dpsr->drc", np.broadcast_to(started, (len(yields), *started.shape[1:])), yields)
    )


def _below_floor(case: Case, futures: Futures, counts: np.ndarray) -> np.ndarray:
    """(draw or 1) sum over floored resources of the slack as a part of the floor of the city."""
    rows = [case.rules.resources.index(str(r)) for r in case.floor["resource"].values]
    slack = np.maximum(futures.floor - counts[:, rows], 0.0).sum(axis=2)
    return np.asarray(_part(slack, futures.floor.sum(axis=2)).sum(axis=1))


def _part(some: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The quotient, 0 where the whole is 0 or less."""
    some, whole = np.broadcast_arrays(some, whole)
    return np.asarray(np.divide(some, whole, out=np.zeros(some.shape), where=whole > 0))


def _full(values: np.ndarray, n: int) -> np.ndarray:
    return np.asarray(np.broadcast_to(values, (n,)))


def _lead(array: xr.DataArray, dims: tuple[str, ...]) -> np.ndarray:
    """Values with the future as their first dim."""
    if DRAW in array.dims:
        return np.asarray(array.transpose(DRAW, *dims).values)
    return np.asarray(array.transpose(*dims).values[None])
