"""How many futures a design has, before any is made."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.sweep.question.distributions import points
from sim.sweep.question.schema import Choice, Design, Factor

MOST = 10_000_000
"Futures of one sweep; beyond this no design is made."


def count(design: Design, factors: Sequence[Factor]) -> int:
    """Return the futures of a design whose keys are complete."""
    if design.method == "grid":
        return math.prod(grid_sizes(design, factors))
    if design.method == "sobol":
        per_base = 2 * len(factors) + 2 if design.second_order else len(factors) + 2
        return (design.base_samples or 0) * per_base
    if design.method == "morris":
        return (design.trajectories or 0) * (len(factors) + 1)
    return design.draws or 0


def grid_sizes(design: Design, factors: Sequence[Factor]) -> list[int]:
    """Return the points of each factor of a grid."""
    return [
        len(points(factor, None)) if isinstance(factor.distribution, Choice) else design.levels or 0
        for factor in factors
    ]
