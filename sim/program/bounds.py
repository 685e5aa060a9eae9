"""Bounds beside the final plan: what the plan beats is no bound."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.program.adding_rows import frozen_slack
from sim.program.blocks import Level
from sim.program.loading import OPTIMAL, finite, load_model, status_of
from sim.program.matrix import Matrix
from sim.program.results import BOUND_DUST, LevelsResult, least, result_of


def refuted(matrix: Matrix, found: LevelsResult) -> list[str]:
    """Return the levels whose bound the last plan beats, by what it can claim for each, all else as it is."""
    model, wrong = load_model(matrix), []
    everywhere = np.arange(len(found.columns), dtype=np.int32)
    for n, result in enumerate(found.levels):
        cost = matrix.objectives[n]
        own = (cost != 0) & ~matrix.whole
        lower = finite(np.where(own, matrix.lower, found.columns))
        upper = finite(np.where(own, matrix.upper, found.columns))
        model.changeColsBounds(len(cost), everywhere, lower, upper)
        model.changeColsCost(len(cost), everywhere, cost)
        model.run()
        value = model.getInfo().objective_function_value if status_of(model) == OPTIMAL else np.inf
        value = min(value, float(cost @ found.columns)) + float(matrix.constants[n])
        if result.best_bound > value + BOUND_DUST * max(abs(value), 1.0):
            wrong.append(result.name)
    return wrong


def denied(found: LevelsResult) -> bool:
    """Return whether a level was called infeasible: none is, for each has the plan of the level before."""
    return any("infeasible" in level.status for level in found.levels)


def as_in_plan(matrix: Matrix, levels: Sequence[Level], found: LevelsResult) -> LevelsResult:
    """Return the same plan; a level that a later one happened to better has the value of the plan."""
    results = list(found.levels)
    for n, level in enumerate(levels):
        without = float(matrix.objectives[n] @ found.columns)
        value = without + float(matrix.constants[n])
        if value < results[n].value - frozen_slack(level, without):
            results[n] = result_of(level, value, results[n].best_bound, results[n].status)
    return LevelsResult(found.columns, tuple(results))


def without_bounds(
    matrix: Matrix, levels: Sequence[Level], found: LevelsResult, wrong: Sequence[str]
) -> LevelsResult:
    """Return the same plan; a level whose bound was refuted keeps only one that no plan can be below."""
    results = list(found.levels)
    for n, level in enumerate(levels):
        if level.name in wrong:
            bound = least(matrix, matrix.objectives[n]) + float(matrix.constants[n])
            results[n] = result_of(level, results[n].value, bound, "bound_refuted")
    return LevelsResult(found.columns, tuple(results))
