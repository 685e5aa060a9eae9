"""Plans known before a program is solved, from which the search starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.program.matrix import Matrix, tidy

WITHIN = 1e-6
"Units, or million yuan, by which a rule may be off: the tolerance of a frozen level."


@dataclass(frozen=True)
class KnownPlan:
    """A plan to start from.

    Attributes:
        columns: its decisions.
        values: what its levels were solved to, in order, constants included; its own where none is given.
            The plan itself may be above them by the tolerance of the freezes, which must not add up from plan
            to plan.
    """

    columns: np.ndarray
    values: tuple[float, ...] = ()

    def value(self, n: int, cost: np.ndarray, constant: float) -> float:
        """Return what the n-th level was solved to, without its constant."""
        return self.values[n] - constant if n < len(self.values) else float(cost @ self.columns)


def keeps_rules(matrix: Matrix, columns: np.ndarray) -> bool:
    """Return whether columns keep every bound and row of a program, to the tolerance of the freezes."""
    activity = matrix.entries @ columns
    inside = (activity >= matrix.row_lower - WITHIN) & (activity <= matrix.row_upper + WITHIN)
    return bool(inside.all() and np.array_equal(columns, tidy(columns, matrix)))


def best(plans: Sequence[np.ndarray], cost: np.ndarray) -> np.ndarray:
    """Return the first of the cheapest plans."""
    return plans[int(np.argmin([float(cost @ plan) for plan in plans]))]


def same_totals(matrix: Matrix, family: str, plan: np.ndarray, other: np.ndarray) -> bool:
    """Return whether the sums over counties of each decision of a family are the same in two plans."""
    place = matrix.positions[family].transpose(..., "county").values
    one, two = (np.append(columns, 0.0)[place].sum(axis=-1) for columns in (plan, other))
    return bool((np.abs(one - two) <= WITHIN).all())
