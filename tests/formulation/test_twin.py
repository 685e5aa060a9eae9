"""The two compilers agree: the Pyomo twin has the coefficients, bounds and optimum of the matrix."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given
from pyomo.repn import generate_standard_repn

from sim.program.allocation import state_program
from sim.program.blocks import Program
from sim.program.highs import solve_levels
from sim.program.matrix import Matrix, compile_matrix
from sim.program.pyomo_model import compile_pyomo
from tests.formulation.drawn import small_cases
from tests.small import Small, build_case, few


def numbered(positions) -> dict[tuple, int]:
    """(family, labels) to number."""
    result = {}
    for name, place in positions.items():
        labels = [place[d].values.tolist() for d in place.dims]
        for key, n in zip(product(*labels), place.values.ravel(), strict=True):
            if n >= 0:
                result[name, key] = int(n)
    return result


def key_of(data) -> tuple:
    index = data.index()
    return data.parent_component().name, index if isinstance(index, tuple) else (index,)


def assert_same(program: Program, matrix: Matrix, level: int) -> None:
    model = compile_pyomo(program, level)
    columns, rows = numbered(matrix.positions), numbered(matrix.row_positions)
    seen = 0
    for constraint in model.component_data_objects(pyo.Constraint):
        row = rows[key_of(constraint)]
        body = generate_standard_repn(constraint.body)
        found = np.zeros(len(matrix.lower))
        for variable, value in zip(body.linear_vars, body.linear_coefs, strict=True):
            found[columns[key_of(variable)]] += value
        np.testing.assert_allclose(found, matrix.entries[[row]].toarray()[0], rtol=1e-12, atol=1e-12)
        assert (-np.inf if constraint.lower is None else pyo.value(constraint.lower)) == matrix.row_lower[row]
        assert (np.inf if constraint.upper is None else pyo.value(constraint.upper)) == matrix.row_upper[row]
        seen += 1
    empty = np.diff(matrix.entries.indptr) == 0
    free = np.isinf(matrix.row_lower) & np.isinf(matrix.row_upper)
    assert seen == int((~empty & ~free).sum())
    for variable in model.component_data_objects(pyo.Var):
        n = columns[key_of(variable)]
        assert (variable.lb if variable.lb is not None else -np.inf) == matrix.lower[n]
        assert (variable.ub if variable.ub is not None else np.inf) == matrix.upper[n]
        assert variable.is_integer() == matrix.whole[n]
    goal = generate_standard_repn(model.objective.expr)
    found = np.zeros(len(matrix.lower))
    for variable, value in zip(goal.linear_vars, goal.linear_coefs, strict=True):
        found[columns[key_of(variable)]] = value
    np.testing.assert_allclose(found, matrix.objectives[level], rtol=1e-12, atol=1e-12)


@given(small_cases())
@few(3)
def test_the_twin_has_the_same_coefficients(small: Small) -> None:
    program = state_program(build_case(small))
    matrix = compile_matrix(program)
    for level in range(len(program.levels)):
        assert_same(program, matrix, level)


def test_the_twin_has_the_same_optimum() -> None:
    program = state_program(build_case(Small()))
    first = solve_levels(compile_matrix(program), program.levels[:1], gap=0.0).levels[0].value
    matrix = compile_matrix(program)
    for level in range(len(program.levels)):
        model = compile_pyomo(program, level)
        pyo.SolverFactory("appsi_highs").solve(model)
        alone = solve_level_alone(matrix, program, level)
        assert pyo.value(model.objective) == pytest.approx(alone, rel=1e-9, abs=1e-9)
    assert first == pytest.approx(0.0, abs=1e-9)


def solve_level_alone(matrix: Matrix, program: Program, level: int) -> float:
    from dataclasses import replace

    only = replace(matrix, objectives=matrix.objectives[[level]], constants=matrix.constants[[level]])
    return solve_levels(only, [replace(program.levels[level], given=())], gap=0.0).levels[0].value
