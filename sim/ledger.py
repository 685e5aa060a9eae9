"""The ledger: integer fen at the leaves; every other figure of money is a sum of leaves.

A leaf is fund x county x project x year x kind. The leaves of a kind are rounded together: the total of
each project in each county is exact, the total of each fund and year as near as that allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
import xarray as xr

from sim.arrays import Array, dot, of, space
from sim.plan import Plan
from sim.rounding import controlled

FEN = 100
_LEAF = ("fund", "county", "project", "year")
COLUMNS = [*_LEAF, "kind", "flow", "price_basis", "amount_fen"]


@dataclass(frozen=True)
class _Part:
    """Leaves of one kind in one price basis, yuan by project, county, fund and year."""

    kind: str
    flow: str
    basis: str
    amount: Array


@dataclass(frozen=True)
class _Leaves:
    """The leaves of one kind in one price basis, whole fen, with the labels of each."""

    kind: str
    flow: str
    basis: str
    labels: dict[str, pd.Index]
    fen: np.ndarray


def ledger(
    plan: Plan, delivery: xr.Dataset, costs: xr.Dataset, bonds: xr.Dataset, end_year: int
) -> pd.DataFrame:
    """Return the ledger of a plan in nominal and in real money.

    Args:
        plan: projects and the funds that pay for them.
        delivery: `spending`, `running` (project, start_year, year).
        costs: `capital_cost`, `fiscal_recurrent` (project) real yuan; `price_index (year)`.
        bonds: `interest_rate`, `term_years` (fund) and `repaid_by (fund, payer)`; 0 where money is no bond.
        end_year: last year shown.

    Returns:
        `fund, county, project, year, kind, flow, price_basis, amount_fen`, sorted; no zero leaves.
    """
    uses = _uses(plan, delivery, costs, end_year)
    service = _debt_service(plan, delivery, costs, bonds, end_year)
    booked = [_booked(part) for part in chain(uses, service)]  # one after the other: each is large
    return _table(sorted(booked, key=lambda leaves: (leaves.basis, leaves.kind)))


def _uses(plan: Plan, delivery: xr.Dataset, costs: xr.Dataset, end_year: int) -> Iterator[_Part]:
    """What projects cost to build and to run."""
    index = _until(of(costs["price_index"]), "year", end_year)
    for kind, unit_cost, profile, shares in (
        ("capital", costs["capital_cost"], delivery["spending"], plan.capital_paid),
        ("recurrent", costs["fiscal_recurrent"], delivery["running"], plan.recurrent_paid),
    ):
        each = _until(of(profile), "year", end_year) * _used(_until(of(shares), "year", end_year))
        real = dot(of(plan.started), each, "start_year") * of(unit_cost)
        yield _Part(kind, "use", "nominal", real * index)
        yield _Part(kind, "use", "real", real)


def _debt_service(
    plan: Plan, delivery: xr.Dataset, costs: xr.Dataset, bonds: xr.Dataset, end_year: int
) -> Iterator[_Part]:
    """Interest every year after the one the money was spent in, the principal at once at the end."""
    index = _until(of(costs["price_index"]), "year", end_year)
    repaid = _used(of(bonds["repaid_by"]))
    borrowers = repaid.labels["fund"]
    shares = _until(of(plan.capital_paid), "year", end_year).pick("fund", borrowers)
    spent = _until(of(delivery["spending"]), "year", end_year) * index * of(costs["capital_cost"]) * shares
    borrowed = dot(of(plan.started), spent, "start_year").rename(year="paid_in")
    years = index.labels["year"]
    age = space(paid_in=years, year=years)
    age.values[:] = np.array(years)[None, :] - np.array(years)[:, None]
    rate, term = (of(bonds[name]).pick("fund", borrowers) for name in ("interest_rate", "term_years"))
    each = {
        "interest": ((age > 0) & (age <= term)) * rate,
        "principal": ((age > 0) & age.eq(term)) * 1.0,
    }
    for kind, due in each.items():
        nominal = dot(dot(borrowed, due, "paid_in"), repaid, "fund").rename(payer="fund")
        yield _Part(kind, "debt_service", "nominal", nominal)
        yield _Part(kind, "debt_service", "real", nominal / index)


def _until(amount: Array, dim: str, last: int) -> Array:
    return amount.pick(dim, [year for year in amount.labels[dim] if int(str(year)) <= last])


def _used(shares: Array) -> Array:
    """The part of the funds that pay anything."""
    pays = (shares > 0).any(*(dim for dim in shares.dims if dim != "fund")).values
    return shares.pick("fund", [fund for fund, used in zip(shares.labels["fund"], pays, strict=True) if used])


def _rounded(amount: Array) -> Array:
    """Yuan to whole fen: each (project, county) total exact, each (fund, year) as near as that allows."""
    projects, counties, funds, years = amount.values.shape
    fen = amount.values.reshape(projects * counties, funds * years)
    whole = np.zeros(fen.shape, dtype=np.int64)
    used = np.ix_(np.flatnonzero(fen.any(axis=1)), np.flatnonzero(fen.any(axis=0)))
    whole[used] = controlled(fen[used] * FEN)
    return amount.with_values(whole.reshape(amount.values.shape))


def _booked(part: _Part) -> _Leaves:
    """All leaves of a part that are not zero, in whole fen, sorted by their labels."""
    fen = _rounded(part.amount.transpose("project", "county", "fund", "year"))
    found = dict(zip(fen.dims, np.nonzero(fen.values), strict=True))
    ranks = [np.argsort(np.argsort(np.array(fen.labels[dim])))[found[dim]] for dim in _LEAF]
    order = np.argsort(np.ravel_multi_index(ranks, [len(fen.labels[dim]) for dim in _LEAF]))
    labels = {dim: pd.Index(fen.labels[dim]).take(found[dim][order]) for dim in _LEAF}
    return _Leaves(part.kind, part.flow, part.basis, labels, fen.values[tuple(found.values())][order])


def _table(booked: list[_Leaves]) -> pd.DataFrame:
    counts = [len(leaves.fen) for leaves in booked]
    columns = {dim: booked[0].labels[dim].append([b.labels[dim] for b in booked[1:]]) for dim in _LEAF}
    for column, name in (("kind", "kind"), ("flow", "flow"), ("price_basis", "basis")):
        columns[column] = pd.Index([getattr(leaves, name) for leaves in booked]).repeat(counts)
    return pd.DataFrame(columns | {"amount_fen": np.concatenate([leaves.fen for leaves in booked])})


def yuan(table: pd.DataFrame, **wanted: object) -> float:
    """Return the sum of the leaves that equal `wanted`, in yuan."""
    keep = pd.Series(True, index=table.index)
    for column, value in wanted.items():
        keep &= table[column].isin(value) if isinstance(value, list | tuple | set) else table[column] == value
    return int(table.loc[keep, "amount_fen"].sum()) / FEN


def cost_figures(
    table: pd.DataFrame, plan: Plan, costs: xr.Dataset, local: list[str], target_year: int
) -> dict[str, float]:
    """Return the three named cost figures, in yuan.

    `capital_outlay`: nominal, to the target year. `present_cost`: capital + fiscal recurrent of the
    tail - residual value, real and discounted. `local_burden`: nominal cash of city and county, capital,
    recurrent and debt service, to the target year.
    """
    nominal = (table["price_basis"] == "nominal") & (table["year"] <= target_year)
    capital, by_local = table["kind"] == "capital", table["fund"].isin(local)
    outlay, burden = (int(table["amount_fen"].where(nominal & kept, 0).sum()) for kept in (capital, by_local))
    return {
        "capital_outlay_yuan": outlay / FEN,
        "present_cost_yuan": float((plan.started * costs["present_cost"]).sum()),
        "local_burden_yuan": burden / FEN,
    }
