"""Plans handed over to the search: never done worse than if they keep the rules, left out if not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.program.allocation import state_program
from sim.program.highs import solve_levels
from sim.program.known_plans import KnownPlan, keeps_rules
from sim.program.matrix import Matrix, compile_matrix
from sim.program.results import LevelsResult
from tests.formulation.test_brute_force import small_cases
from tests.small import Small, build_case, few


def worse(later: LevelsResult, earlier: LevelsResult) -> list[str]:
    """The first level in which two results differ, if it is worse in the later one."""
    for one, two in zip(earlier.levels, later.levels, strict=True):
        dust = 4e-6 * max(abs(one.value), 1.0)
        if two.value > one.value + dust:
            return [one.name]
        if two.value < one.value - dust:
            return []
    return []


@given(small_cases(), st.floats(1e6, 2e7), st.floats(1.0, 3.0))
@few(4)
def test_no_level_is_worse_with_more_money_where_the_plan_of_less_is_known(
    small: Small, most: float, times: float
) -> None:
    poor, rich = (
        compile_matrix(state_program(build_case(replace(small, outlay_total=limit))))
        for limit in (most, most * times)
    )
    levels = state_program(build_case(small)).levels
    before = solve_levels(poor, levels, 0.3, 1)
    after = solve_levels(rich, levels, 0.3, 1, known=[KnownPlan(before.columns)])
    assert worse(after, before) == []


def test_the_plan_handed_over_is_kept_where_the_search_finds_no_better() -> None:
    program = state_program(build_case(Small()))
    matrix = compile_matrix(program)
    exact = solve_levels(matrix, program.levels, 0.0)
    again = solve_levels(matrix, program.levels, 0.9, 1, known=[KnownPlan(exact.columns)])
    assert [level.value for level in again.levels] == pytest.approx([level.value for level in exact.levels])


@pytest.mark.parametrize("column", range(0, 40, 5))
def test_a_plan_that_breaks_a_rule_is_not_taken(column: int) -> None:
    program = state_program(build_case(Small()))
    matrix = compile_matrix(program)
    honest = solve_levels(matrix, program.levels, 0.0)
    for wrong in (broken(matrix, honest.columns, column), honest.columns + 1e6):
        assert not keeps_rules(matrix, wrong)
        found = solve_levels(matrix, program.levels, 0.0, known=[KnownPlan(wrong)])
        assert found.levels == honest.levels


def broken(matrix: Matrix, columns: np.ndarray, column: int) -> np.ndarray:
    """Columns one of which is below what it may be."""
    wrong = columns.copy()
    wrong[column % len(wrong)] = matrix.lower[column % len(wrong)] - 1.0
    return wrong


def test_a_plan_that_keeps_the_rules_is_known_as_such() -> None:
    program = state_program(build_case(Small()))
    matrix = compile_matrix(program)
    assert keeps_rules(matrix, solve_levels(matrix, program.levels, 0.0).columns)
