"""Solving the LP relaxation again and again with other limits, each time from the same basis.

Every solve starts from the basis of the first one, so that the answer to a question does not depend on
which questions were asked before (`clearSolver`, then `setBasis`; `setBasis` alone is not reproducible).
"""

from __future__ import annotations

import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from sim.errors import NoCertifiedPlanError
from sim.program.adding_rows import frozen_slack
from sim.program.blocks import Level
from sim.program.drawn import Limits, limits_of
from sim.program.loading import finite, load_model, scale_of, status_of
from sim.program.matrix import Matrix

NOTHING = 1e-9
"A level this near nothing, which its columns cannot be below, has no prices."


@dataclass(frozen=True)
class Relaxed:
    """The LP relaxation, level after level.

    Attributes:
        values: (level) value of each level, constants included.
        duals: (level, row) change of the value for one more unit of a row's limit.
        frozen_duals: (level, level) the same of the rows that hold the levels before.
        frozen: (level) limits of those rows, constants left out.
        columns: (column) the plan of the last level.
    """

    values: np.ndarray
    duals: np.ndarray
    frozen_duals: np.ndarray
    frozen: np.ndarray
    columns: np.ndarray


class Resolver:
    """A relaxed program kept in HiGHS, asked with other bounds and objectives.

    The base is the program as it is given: the nearer its limits to those asked later, the fewer steps.

    Args:
        matrix: the compiled program.
        levels: its levels, those that matter.
        start: a resolver of a program of the same rows and columns, whose basis is taken; none by default.

    Attributes:
        first: the levels of the base.
        inside: CPU seconds spent in calls into HiGHS.
        solves: levels solved.

    Raises:
        NoCertifiedPlanError: the relaxation has no plan.
    """

    def __init__(self, matrix: Matrix, levels: Sequence[Level], start: Resolver | None = None) -> None:
        self.matrix, self.levels = matrix, tuple(levels)
        self.inside, self.solves = 0.0, 0
        n_rows, n_columns = matrix.entries.shape
        self._plan_of, self._duals_of = _Reader(n_columns), _Reader(n_rows + len(levels))
        self._columns = np.arange(n_columns, dtype=np.int32)
        began = time.thread_time()
        self._model = load_model(matrix, whole=False)
        self._frozen = n_rows + np.arange(len(levels), dtype=np.int32)
        self._free = np.full(len(levels), highspy.kHighsInf)
        self._used = [np.flatnonzero(cost).astype(np.int32) for cost in matrix.objectives[: len(levels)]]
        self._scales = [scale_of(cost) for cost in matrix.objectives[: len(levels)]]
        for n, used in enumerate(self._used):
            cost = matrix.objectives[n]
            self._model.addRow(-highspy.kHighsInf, highspy.kHighsInf, len(used), used, cost[used])
        self.inside += time.thread_time() - began
        self._bases: list[highspy.HighsBasis] = list(start._bases) if start is not None else []
        self._last = limits_of(matrix)
        self.first = self.solve_at(self._last)

    def solve(self, row_upper: np.ndarray) -> Relaxed:
        """Return the levels of the relaxation with these upper limits of the rows.

        Args:
            row_upper: (row) greatest activities, in the order of the matrix.

        Raises:
            NoCertifiedPlanError: the relaxation has no plan.
        """
        return self.solve_at(replace(limits_of(self.matrix), row_upper=row_upper))

    def solve_at(self, limits: Limits) -> Relaxed:
        """Return the levels of the relaxation with these bounds and objectives.

        An objective has no entry where that of the base has none.

        Raises:
            NoCertifiedPlanError: the relaxation has no plan.
        """
        began = time.thread_time()
        self._hand_over(limits)
        self.inside += time.thread_time() - began
        n_rows, n_levels = self.matrix.entries.shape[0], len(self.levels)
        values, frozen = np.empty(n_levels), np.empty(n_levels)
        duals = np.zeros((n_levels, n_rows + n_levels))
        for n, level in enumerate(self.levels):
            cost, scale = limits.objectives[n], self._scales[n]
            scaled = cost if scale == 1.0 else cost * scale
            began = time.thread_time()
            values[n] = self._run(n, scaled) / scale
            priced = abs(values[n]) > NOTHING
            found = self._model.getSolution().row_dual if priced else None
            frozen[n] = values[n] + frozen_slack(level, values[n])
            self._model.changeRowBounds(self._frozen[n], -highspy.kHighsInf, frozen[n])
            self.inside += time.thread_time() - began
            if found is not None:
                np.divide(self._duals_of(found), scale, out=duals[n])
        began = time.thread_time()
        plan = self._model.getSolution().col_value
        self.inside += time.thread_time() - began
        constants = self.matrix.constants[:n_levels]
        rows, levels = duals[:, :n_rows], duals[:, n_rows:]
        return Relaxed(values + constants, rows, levels, frozen, self._plan_of(plan))

    def _hand_over(self, limits: Limits) -> None:
        """Give HiGHS the bounds and objectives that differ from those it has; no level is held yet."""
        last, model = self._last, self._model
        model.changeRowsBounds(len(self._frozen), self._frozen, -self._free, self._free)
        rows = _where(last.row_lower != limits.row_lower, last.row_upper != limits.row_upper)
        if len(rows):
            bounds = finite(limits.row_lower[rows]), finite(limits.row_upper[rows])
            model.changeRowsBounds(len(rows), rows, *bounds)
        columns = _where(last.lower != limits.lower, last.upper != limits.upper)
        if len(columns):
            bounds = finite(limits.lower[columns]), finite(limits.upper[columns])
            model.changeColsBounds(len(columns), columns, *bounds)
        for n, used in enumerate(self._used):
            before, now = last.objectives[n][used], limits.objectives[n][used]
            for place in np.flatnonzero(before != now):
                model.changeCoeff(self._frozen[n], used[place], now[place])
        self._last = limits

    def _run(self, n: int, cost: np.ndarray) -> float:
        """Solve a level from the basis of its first time, and return its value."""
        model, known = self._model, n < len(self._bases)
        model.changeColsCost(len(cost), self._columns, cost)
        if known:
            model.clearSolver()
            model.setBasis(self._bases[n])
        model.run()
        self.solves += 1
        if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoCertifiedPlanError(f"the relaxation of {self.levels[n].name}: {status_of(model)}")
        if not known:
            self._bases.append(model.getBasis())
        return float(model.getObjectiveValue())


class _Reader:
    """Turns a list of numbers of known length into an array; several times as quick as numpy does."""

    def __init__(self, length: int) -> None:
        self._pack = struct.Struct(f"{length}d").pack

    def __call__(self, numbers: list[float]) -> np.ndarray:
        return np.frombuffer(self._pack(*numbers))


def _where(*differ: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.logical_or(*differ)).astype(np.int32)
