"""How much money a plan needs: the least that leaves no more short than any money would, by level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sim.budget.solving import ANY_AMOUNT, Budgeted, Funded
from sim.case import MONEY
from sim.program.blocks import Level
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
    least = budget.solved(ANY_AMOUNT, [*wanted, budget.purse.spent(budget.case)], (), stop, progress)
    money = least.levels[-1]
    yuan = _envelope(budget, money.value)
    return Need(
        level=rank,
        resources=tuple(r for r, own in budget.case.level.items() if own == rank),
        yuan=yuan,
        bound=min(max(money.best_bound * MONEY + budget.first, 0.0), yuan),
        mip_gap=money.mip_gap,
        plan=budget.at(yuan, [least.columns], stop, progress),
    )


def _envelope(budget: Budgeted, million: float) -> float:
    """Whole yuan of an envelope in which the program may spend so many million."""
    purse, free = budget.purse, budget.case
    return float(math.ceil(million * MONEY + purse.reserve(free) * purse.years(free) + budget.first - 1e-3))


def _up_to(levels: Sequence[Level], rank: int) -> list[Level]:
    """The rules and the targets up to a priority level."""
    names = {"rules", *(f"{TARGETS}{n}" for n in range(rank + 1))}
    return [level for level in levels if level.name in names]
