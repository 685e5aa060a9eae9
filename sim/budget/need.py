"""How much money a plan needs: the least that leaves no more short than any money would, by level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.budget.solving import ANY_AMOUNT, Budgeted, Funded
from sim.budget.yearly import most_a_year, yearly_block
from sim.case import MONEY
from sim.program.blocks import Level
from sim.program.freezing import with_blocks
from sim.program.highs import solve_levels
from sim.program.known_plans import KnownPlan
from sim.program.matrix import compile_matrix
from sim.program.results import LevelResult
from sim.program.watching import Progress, Stop

TARGETS = "targets_"


@dataclass(frozen=True)
class Need:
    """The least money for the targets of one priority level and of those before it.

    Attributes:
        level: the priority level.
        resources: its targets.
        yuan: an envelope of this size is enough, heads and fen rounded up included.
        bound: no envelope below this is enough.
        mip_gap: of the money.
        plan: the plan of an envelope of that size: later levels as far as it reaches, then cost.
    """

    level: int
    resources: tuple[str, ...]
    yuan: float
    bound: float
    mip_gap: float
    plan: Funded

    @property
    def attained(self) -> bool:
        """Whether every target of the level and of those before it can be met at any money."""
        return not self.missed

    @property
    def missed(self) -> tuple[str, ...]:
        """Targets of the level that no money meets."""
        left = self.plan.short
        return tuple(
            r
            for r in self.resources
            if float(left.sel(resource=r)) > 1e-6 * max(float(self.plan.need.sel(resource=r)), 1.0)
        )


def needs(budget: Budgeted, stop: Stop | None = None, progress: Progress | None = None) -> list[Need]:
    """Return the least money for each priority level that has a target, the first level first.

    With any money the targets of the levels up to this one are brought as close as they can be; among the
    plans that do so the one that spends least is sought. The envelope is then rounded up to whole yuan and
    a plan within it is solved and certified like any other.

    Args:
        budget: the case and the purse.
        stop: asks the solver for an early end.
        progress: called with level, incumbent and bound.

    Raises:
        CertificateError: a plan fails its certificate.
        NoCertifiedPlanError: no plan was found.
    """
    ranks = sorted(set(budget.case.level.values()))
    return [_need(budget, rank, stop, progress) for rank in ranks]


def _need(budget: Budgeted, rank: int, stop: Stop | None, progress: Progress | None) -> Need:
    wanted = _up_to(budget.program.levels, rank)
    columns, money = _least(budget, wanted, stop, progress)
    yuan = _envelope(budget, money.value)
    return Need(
        level=rank,
        resources=tuple(r for r, own in budget.case.level.items() if own == rank),
        yuan=yuan,
        bound=min(max(money.best_bound * MONEY + budget.first, 0.0), yuan),
        mip_gap=money.mip_gap,
        plan=budget.at(yuan, [KnownPlan(columns)], stop, progress),
    )


def _least(
    budget: Budgeted, wanted: list[Level], stop: Stop | None, progress: Progress | None
) -> tuple[np.ndarray, LevelResult]:
    """Columns of the plan that spends least, and what was proven of the money."""
    if not budget.purse.per_year:
        found = budget.solved(ANY_AMOUNT, [*wanted, budget.purse.spent(budget.case)], (), stop, progress)
        return found.columns, found.levels[-1]
    levels = [*wanted, most_a_year()]
    block = yearly_block(budget.case, budget.purse.fund)
    program = with_blocks(budget.program, [block], levels)
    options = budget.options
    limits = (options.gap, options.node_limit, options.tie_break_nodes)
    found = solve_levels(compile_matrix(program), levels, *limits, stop, progress)
    return found.columns[: len(budget.matrix.lower)], found.levels[-1]


def _envelope(budget: Budgeted, million: float) -> float:
    """Whole yuan of an envelope in which the program may spend so many million; none for nothing."""
    if million * MONEY < 1.0:
        return float(math.ceil(budget.first))
    purse, free = budget.purse, budget.case
    return float(math.ceil(million * MONEY + purse.reserve(free) * purse.years(free) + budget.first - 1e-3))


def _up_to(levels: Sequence[Level], rank: int) -> list[Level]:
    """The rules and the targets up to a priority level."""
    names = {"rules", *(f"{TARGETS}{n}" for n in range(rank + 1))}
    return [level for level in levels if level.name in names]
