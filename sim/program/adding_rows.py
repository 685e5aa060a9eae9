"""Rows added to a loaded program: levels that are decided, totals that are held."""

from __future__ import annotations

import highspy
import numpy as np

from sim.program.blocks import Level
from sim.program.matrix import Matrix

HELD_WITHIN = 1e-6
"Units by which a held total may be off."


def freeze(model: highspy.Highs, level: Level, cost: np.ndarray, value: float) -> None:
    """Add the row that keeps a level at its value, within its tolerance."""
    slack = frozen_slack(level, value)
    used = np.flatnonzero(cost).astype(np.int32)
    model.addRow(-highspy.kHighsInf, value + slack, len(used), used, cost[used])


def frozen_slack(level: Level, value: float) -> float:
    """Return by how much the value of a frozen level may be exceeded."""
    return level.tolerance if level.absolute else level.tolerance * max(abs(value), 1.0)


def hold_totals(model: highspy.Highs, matrix: Matrix, family: str, plan: np.ndarray) -> None:
    """Hold the sum over counties of each decision of a family at its value in a plan."""
    place = matrix.positions[family].transpose(..., "county").values
    for members in place.reshape(-1, place.shape[-1]):
        used = members[members >= 0].astype(np.int32)
        if len(used):
            total = float(plan[used].sum())
            model.addRow(total - HELD_WITHIN, total + HELD_WITHIN, len(used), used, np.ones(len(used)))
