"""What was proven of the levels of a program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.program.blocks import Level
from sim.program.loading import ABSOLUTE_GAP, OPTIMAL
from sim.program.matrix import Matrix

BOUND_DUST = 1e-5
"A frozen level may be met with its tolerance, by which an earlier plan may beat a later bound."


@dataclass(frozen=True)
class LevelResult:
    """What was proven of one level."""

    name: str
    units: str
    value: float
    best_bound: float
    abs_gap: float
    mip_gap: float
    status: str

    @property
    def closed(self) -> bool:
        """Whether the level ended by proof and not by the clock or the user."""
        return self.status == OPTIMAL


@dataclass(frozen=True)
class LevelsResult:
    """The plan after the last level, and each level's own value and bound."""

    columns: np.ndarray
    levels: tuple[LevelResult, ...]


def result_of(level: Level, value: float, bound: float, status: str) -> LevelResult:
    """Return what was proven of a level with a value and a bound."""
    bound = bound if bound > value + BOUND_DUST * max(abs(value), 1.0) else min(bound, value)
    absolute = max(value - bound, 0.0)
    relative = 0.0 if absolute <= ABSOLUTE_GAP else absolute / max(abs(value), 1e-9)
    return LevelResult(level.name, level.units, value, bound, absolute, relative, status)


def least(matrix: Matrix, cost: np.ndarray) -> float:
    """Return a value no plan is below: every column at the end of its range that costs less."""
    used = cost != 0
    ends = np.where(cost > 0, matrix.lower, matrix.upper)[used]
    return float(cost[used] @ ends)
