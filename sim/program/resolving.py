"""Solving the LP relaxation again and again with other row limits, each time from the same basis.

Every solve starts from the basis of the first one, so that the answer to a question does not depend on
which questions were asked before (`clearSolver`, then `setBasis`; `setBasis` alone is not reproducible).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from sim.errors import NoCertifiedPlanError
from sim.program.adding_rows import frozen_slack
from sim.program.blocks import Level
from sim.program.loading import finite, load_model, scale_of, status_of
from sim.program.matrix import Matrix


@dataclass(frozen=True)
class Relaxed:
    """The LP relaxation, level after level.

    Attributes:
        values: (level) value of each level, constants included.
        duals: (level, row) change of the value for one more unit of a row's limit.
    """

    values: np.ndarray
    duals: np.ndarray


class Resolver:
    """A relaxed program kept in HiGHS, asked with other upper limits of its rows.

    The base is the program as it is given: the nearer its limits to those asked later, the fewer steps.

    Args:
        matrix: the compiled program.
        levels: its levels, those that matter.

    Raises:
        NoCertifiedPlanError: the relaxation has no plan.
    """

    def __init__(self, matrix: Matrix, levels: Sequence[Level]) -> None:
        self.matrix, self.levels = matrix, tuple(levels)
        self._columns = np.arange(len(matrix.lower), dtype=np.int32)
        self._model = load_model(matrix, whole=False)
        self._frozen = len(matrix.row_lower) + np.arange(len(levels), dtype=np.int32)
        for n in range(len(levels)):
            cost = matrix.objectives[n]
            used = np.flatnonzero(cost).astype(np.int32)
            self._model.addRow(-highspy.kHighsInf, highspy.kHighsInf, len(used), used, cost[used])
        self._scales = [scale_of(cost) for cost in matrix.objectives[: len(levels)]]
        self._bases: list[highspy.HighsBasis | None] = [None] * len(levels)
        self._last = matrix.row_upper
        self.solve(matrix.row_upper)
        self._bases = list(self._found)

    def solve(self, row_upper: np.ndarray) -> Relaxed:
        """Return the levels of the relaxation with these upper limits of the rows.

        Args:
            row_upper: (row) greatest activities, in the order of the matrix.

        Raises:
            NoCertifiedPlanError: the relaxation has no plan.
        """
        changed = np.flatnonzero(row_upper != self._last).astype(np.int32)
        if len(changed):
            lower, upper = (finite(a[changed]) for a in (self.matrix.row_lower, row_upper))
            self._model.changeRowsBounds(len(changed), changed, lower, upper)
            self._last = row_upper.copy()
        for row in self._frozen:
            self._model.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)
        values, duals = [], []
        self._found: list[highspy.HighsBasis] = []
        for n, level in enumerate(self.levels):
            value, dual = self._level(n)
            values.append(value + float(self.matrix.constants[n]))
            duals.append(dual)
            most = value + frozen_slack(level, value)
            self._model.changeRowBounds(self._frozen[n], -highspy.kHighsInf, most)
        return Relaxed(np.array(values), np.stack(duals))

    def _level(self, n: int) -> tuple[float, np.ndarray]:
        scale = self._scales[n]
        self._model.changeColsCost(len(self._columns), self._columns, self.matrix.objectives[n] * scale)
        basis = self._bases[n]
        if basis is not None:
            self._model.clearSolver()
            self._model.setBasis(basis)
        self._model.run()
        if status_of(self._model) != "optimal":
            raise NoCertifiedPlanError(f"the relaxation of {self.levels[n].name}: {status_of(self._model)}")
        self._found.append(self._model.getBasis())
        found = self._model.getSolution()
        dual = np.array(found.row_dual)[: len(self.matrix.row_lower)] / scale
        return float(self.matrix.objectives[n] @ np.array(found.col_value)), dual
