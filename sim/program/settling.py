"""The last digits of a plan: with its whole projects kept, all else is a linear program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from sim.program.blocks import Level
from sim.program.highs import solve_levels
from sim.program.matrix import Matrix
from sim.program.results import LevelsResult


def with_whole(matrix: Matrix, levels: Sequence[Level], columns: np.ndarray) -> LevelsResult:
    """Return the best plan, level by level, among those with the same whole projects.

    Args:
        matrix: the compiled program; its objectives follow `levels`.
        levels: the objectives in order.
        columns: a plan, of which only whole columns count.

    Raises:
        NoCertifiedPlanError: no plan has these whole projects.
    """
    return _with_fixed(matrix, levels, np.where(matrix.whole, np.round(columns), columns), matrix.whole)


def with_started(
    matrix: Matrix, levels: Sequence[Level], columns: np.ndarray, started: xr.DataArray
) -> LevelsResult:
    """Return the best plan, level by level, among those that start just these projects and heads.

    Args:
        matrix: the compiled program; its objectives follow `levels`.
        levels: the objectives in order.
        columns: a plan, of which the other whole columns count.
        started: (project, county, start_year) units.

    Raises:
        NoCertifiedPlanError: no plan starts these.
    """
    place = matrix.positions["projects_started"].transpose(*started.dims).values
    columns, fixed = np.where(matrix.whole, np.round(columns), columns), matrix.whole.copy()
    columns[place[place >= 0]] = started.values[place >= 0]
    fixed[place[place >= 0]] = True
    return _with_fixed(matrix, levels, columns, fixed)


def _with_fixed(
    matrix: Matrix, levels: Sequence[Level], columns: np.ndarray, fixed: np.ndarray
) -> LevelsResult:
    lower, upper = (np.where(fixed, columns, side) for side in (matrix.lower, matrix.upper))
    program = replace(matrix, lower=lower, upper=upper, whole=np.zeros_like(fixed))
    return solve_levels(program, levels, gap=0.0)
