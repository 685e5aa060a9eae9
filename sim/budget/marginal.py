"""What more money would buy: an interval from the bounds of two solves, beside the LP's shadow price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.budget.purse import Purse
from sim.budget.solving import Budgeted, Funded
from sim.case import MONEY
from sim.names import ALL
from sim.program.blocks import Level
from sim.program.highs import solve_levels
from sim.program.known_plans import KnownPlan
from sim.program.matrix import Matrix, with_levels
from sim.program.resolving import Resolver
from sim.program.results import LevelResult, LevelsResult
from sim.program.watching import Progress, Stop

LIMITS = ("outlay", "outlay_total", "envelope", "envelope_total")
"Row families that limit money."
FIRST_STEP = 1.0
"Million yuan of the first step; each further step is `GROWTH` times as large."
GROWTH = 4.0
LARGEST_STEP = 0.05
"Part of the limit that a step may be at most."
PRICE_DUST = 1e-9
"Smaller duals are the solver's."
DUST = 4e-6
"Change of a level, relative to it, that the tolerance of the levels before explains."


@dataclass(frozen=True)
class Worth:
    """What one more million yuan in one limit is worth.

    Attributes:
        fund: whose limit; `all` for the capital outlay of all funds.
        year: of which year; 0 for the whole plan.
        limit: the limit, yuan.
        step: yuan that were added to it.
        level: the first level of the program that changes, or the last one looked at.
        units: of that level.
        least: its fall is at least this a million yuan.
        most: at most this.
        resolved: whether the interval excludes 0; else nothing can be told of this money.
        price: the fall of a level of the LP relaxation for the last million.
        price_level: the first level of the relaxation that this money moves; '' if it moves none.
    """

    fund: str
    year: int
    limit: float
    step: float
    level: str
    units: str
    least: float
    most: float
    resolved: bool
    price: float
    price_level: str


def marginal_values(
    budget: Budgeted, plan: Funded, stop: Stop | None = None, progress: Progress | None = None
) -> list[Worth]:
    r"""Return what more money is worth at an envelope, for every limit of money there is.

    With values :math:`v` and bounds :math:`b` at the limit and :math:`v', b'` at a limit higher by
    :math:`\delta`, the true fall of the level per unit of money lies in
    :math:`[(b - v')/\delta, (v - b')/\delta]`. The step grows until that excludes 0, or reaches 5 % of the
    limit.
    Levels are looked at in their order: one that does not change leaves the question to the next.

    Args:
        budget: the case and the purse.
        plan: the plan at the envelope.
        stop: asks the solver for an early end.
        progress: called with level, incumbent and bound.

    Raises:
        NoCertifiedPlanError: no plan was found.
    """
    levels = [level for level in budget.program.levels if _is_bought(level)]
    matrix = with_levels(budget.matrix_at(plan.yuan), levels)
    base = _solved(budget, matrix, levels, KnownPlan(plan.columns), stop, progress)
    prices = Resolver(matrix, levels).solve(matrix.row_upper).duals
    return [
        _worth(budget, plan, matrix, levels, base, row, fund, year, prices[:, row], stop, progress)
        for fund, year, row in _limits(matrix)
    ]


def _is_bought(level: Level) -> bool:
    return level.name == "rules" or level.name.startswith("targets_") or level.name == "present_cost"


def _limits(matrix: Matrix) -> Iterator[tuple[str, int, int]]:
    """Fund, year and row of every limit of money."""
    for name in LIMITS:
        place = matrix.row_positions[name]
        years = place["year"].values.tolist() if "year" in place.dims else [0]
        for fund, numbers in zip(place["fund"].values.tolist(), place.values, strict=True):
            for year, row in zip(years, np.atleast_1d(numbers).tolist(), strict=True):
                if row >= 0:
                    yield str(fund), int(year), row


def _solved(
    budget: Budgeted,
    matrix: Matrix,
    levels: Sequence[Level],
    known: KnownPlan,
    stop: Stop | None,
    progress: Progress | None,
) -> LevelsResult:
    options = budget.options
    limits = (options.gap, options.node_limit, options.tie_break_nodes)
    return solve_levels(matrix, levels, *limits, stop, progress, [known])


def _worth(
    budget: Budgeted,
    plan: Funded,
    matrix: Matrix,
    levels: Sequence[Level],
    base: LevelsResult,
    row: int,
    fund: str,
    year: int,
    prices: np.ndarray,
    stop: Stop | None,
    progress: Progress | None,
) -> Worth:
    limit = _limit_yuan(budget, plan, fund, year)
    step, largest = FIRST_STEP, max(LARGEST_STEP * limit / MONEY, FIRST_STEP)
    while True:
        upper = matrix.row_upper.copy()
        upper[row] = _upper(budget, row, fund, year, limit + step * MONEY)
        start = KnownPlan(base.columns, tuple(level.value for level in base.levels))
        more = _solved(budget, replace(matrix, row_upper=upper), levels, start, stop, progress)
        n, least, most = _fall(base.levels, more.levels, step)
        if least > 0 or step >= largest:
            level = levels[n]
            moved = next((m for m, price in enumerate(prices) if abs(price) > PRICE_DUST), None)
            return Worth(
                fund=fund,
                year=year,
                limit=limit,
                step=step * MONEY,
                level=level.name,
                units=level.units,
                least=max(least, 0.0),
                most=max(most, 0.0),
                resolved=least > 0 or most <= 0,
                price=0.0 if moved is None else max(float(-prices[moved]), 0.0),
                price_level="" if moved is None else levels[moved].name,
            )
        step = min(step * GROWTH, largest)


def _limit_yuan(budget: Budgeted, plan: Funded, fund: str, year: int) -> float:
    """The limit as it is stated: the envelope of the purse itself, or what the scenario sets."""
    if Purse(fund, year > 0) == budget.purse:
        return plan.yuan
    rules = budget.case.rules
    if fund == ALL:
        return float(rules.outlay.sel(year=year)) if year else rules.outlay_total
    limits = rules.envelopes.sel(fund=fund, year=year) if year else rules.envelope_totals.sel(fund=fund)
    return float(limits)


def _upper(budget: Budgeted, row: int, fund: str, year: int, yuan: float) -> float:
    """The limit of one row of the program where the money it speaks of is so many yuan."""
    purse = Purse(fund, year > 0)
    own = budget.left_of(yuan) if purse == budget.purse else yuan
    for family in purse.stated(purse.filled(budget.case, own)).rows:
        place = budget.matrix.row_positions[family.name].values
        if (place == row).any():
            return float(family.upper.values[place == row][0])
    raise KeyError(f"no row {row} of {fund}")


def _fall(
    before: Sequence[LevelResult], after: Sequence[LevelResult], step: float
) -> tuple[int, float, float]:
    """The first level that may change, and the least and most it falls for each million."""
    for n, (old, new) in enumerate(zip(before, after, strict=True)):
        dust = DUST * max(abs(old.value), 1.0)
        least, most = old.best_bound - new.value, old.value - new.best_bound
        if least > dust or most > dust or n == len(before) - 1:
            return n, least / step if least > dust else min(least, 0.0), most / step if most > dust else 0.0
    raise ValueError("no level to compare")
