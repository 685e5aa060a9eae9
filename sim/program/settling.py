"""The last digits of a plan: with its whole projects kept, all else is a linear program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.program.blocks import Level
from sim.program.highs import LevelsResult, solve_levels
from sim.program.matrix import Matrix


def with_whole(matrix: Matrix, levels: Sequence[Level], columns: np.ndarray) -> LevelsResult:
    """Return the best plan, level by level, among those with the same whole projects.

    Args:
        matrix: the compiled program; its objectives follow `levels`.
        levels: the objectives in order.
        columns: a plan, of which only whole columns count.

    Raises:
        NoCertifiedPlanError: no plan has these whole projects.
    """
    lower, upper, whole = matrix.lower.copy(), matrix.upper.copy(), matrix.whole
    lower[whole] = upper[whole] = np.round(columns[whole])
    fixed = replace(matrix, lower=lower, upper=upper, whole=np.zeros_like(whole))
    return solve_levels(fixed, levels, gap=0.0)
