"""The capital budgeting problem of Lorie and Savage (1955), through blocks, matrix, levels and duals.

Nine projects, present values and outlays of two years, budgets of 50 and 20. Weingartner (1963),
Mathematical Programming and the Analysis of Capital Budgeting Problems, solves it: 70.2727 as a linear
program with the prices 0.13636 and 1.86364 of the two budgets, 70 in whole projects.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim.arrays import space
from sim.program.answers import shadow_prices
from sim.program.blocks import Block, Level, Program, Term, assemble, columns, rows
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix

PRESENT_VALUE = [14, 17, 17, 15, 40, 12, 14, 10, 12]
OUTLAY = [[12, 54, 6, 6, 30, 6, 48, 36, 18], [3, 7, 6, 2, 35, 6, 4, 3, 3]]
BUDGET = [50, 20]


def budgeting(whole: bool) -> Program:
    projects, years = list("abcdefghi"), [1, 2]
    chosen = columns("chosen", space(project=projects), "projects", upper=1.0, whole=whole)
    budget = space(year=years)
    budget.values[:] = BUDGET
    use = space(year=years, project=projects)
    use.values[:] = OUTLAY
    worth = space(project=projects)
    worth.values[:] = -np.array(PRESENT_VALUE)
    block = Block((chosen,), (rows("budget", budget, upper=budget),), (Term("budget", "chosen", use),))
    return assemble([block], [Level("present_cost", {"chosen": worth}, "present value", exact=True)])


@pytest.mark.parametrize(("whole", "value"), [(False, 70.2727), (True, 70.0)])
def test_the_published_optimum_is_found(whole, value):
    program = budgeting(whole)
    (level,) = solve_levels(compile_matrix(program), program.levels, gap=0.0).levels
    assert -level.value == pytest.approx(value, abs=5e-5)
    assert level.status == "optimal"


def test_the_published_prices_of_the_budgets_are_found():
    program = budgeting(whole=False)
    matrix = compile_matrix(program)
    prices = shadow_prices(matrix, program.levels, solve_levels(matrix, program.levels, gap=0.0))
    assert prices["place"].tolist() == ["year=1", "year=2"]
    assert (-prices["price"]).tolist() == pytest.approx([0.13636, 1.86364], abs=5e-6)
