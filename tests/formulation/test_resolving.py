"""Solving again from the base basis: the same answer as from scratch, and the same bytes in any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.budget.purse import Purse
from sim.budget.solving import budgeted
from sim.errors import NoCertifiedPlanError
from sim.program.allocation import state_program
from sim.program.matrix import compile_matrix
from sim.program.resolving import Resolver, scale_of
from sim.program.solution import Options
from tests.formulation.test_brute_force import small_cases
from tests.small import Small, build_case, few

WANTED = ("rules", "targets_1", "targets_2", "present_cost")


def levels_of(program):
    return [level for level in program.levels if level.name in WANTED]


@given(small_cases(), st.lists(st.floats(0, 3e7), min_size=3, max_size=5))
@few(4)
def test_it_equals_the_program_stated_anew(small: Small, envelopes: list[float]) -> None:
    budget = budgeted(build_case(small), Purse(), Options(), 2024)
    levels = levels_of(budget.program)
    resolver = Resolver(budget.matrix, levels)
    for yuan in envelopes:
        again = compile_matrix(state_program(Purse().filled(budget.case, yuan)))
        fresh = Resolver(again, levels).solve(again.row_upper)
        found = resolver.solve(budget.matrix_at(yuan).row_upper)
        assert found.values == pytest.approx(fresh.values, rel=1e-5, abs=1e-5)


def test_the_same_bytes_in_any_order() -> None:
    budget = budgeted(build_case(Small()), Purse(), Options(), 2024)
    levels = levels_of(budget.program)
    limits = [budget.matrix_at(yuan).row_upper for yuan in np.linspace(0, 2e7, 9)]
    resolver = Resolver(budget.matrix, levels)
    forth = [resolver.solve(limit) for limit in limits]
    back = [resolver.solve(limit) for limit in reversed(limits)][::-1]
    other = Resolver(budget.matrix, levels)
    for n in (4, 1, 8, 0):
        one, two, three = forth[n], back[n], other.solve(limits[n])
        assert one.values.tobytes() == two.values.tobytes() == three.values.tobytes()
        assert one.duals.tobytes() == two.duals.tobytes() == three.duals.tobytes()


def test_what_cannot_be_is_said() -> None:
    budget = budgeted(build_case(Small()), Purse(), Options(), 2024)
    resolver = Resolver(budget.matrix, levels_of(budget.program))
    with pytest.raises(NoCertifiedPlanError, match="rules"):
        resolver.solve(np.full_like(budget.matrix.row_upper, -1e3))
    again = resolver.solve(budget.matrix.row_upper)
    assert np.isfinite(again.values).all()


@given(st.lists(st.floats(1e-9, 1e9), min_size=1))
def test_the_smallest_coefficient_comes_to_one(cost: list[float]) -> None:
    scale = scale_of(np.array([0.0, *cost]))
    assert min(cost) * scale >= 1
    assert scale == 1 or min(cost) * scale < 2
    assert np.log2(scale) % 1 == 0
