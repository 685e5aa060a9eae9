"""HiGHS against brute force over all integer plans, level by level.

Usually some 500 cases, 10,000 in the long profile, each stated from nothing; `drawn.py` says what they cover.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.program.allocation import state_program
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix
from sim.program.solution import Options, allocate
from tests.formulation.drawn import cases, small_cases
from tests.formulation.oracle import level_values
from tests.small import Small, build_case, few


def solve(small: Small) -> list[float]:
    program = state_program(build_case(small), tie_break="full")
    result = solve_levels(compile_matrix(program), program.levels, gap=0.0)
    assert all(level.status == "optimal" for level in result.levels)
    return [level.value for level in result.levels]


def agree(found: list[float], wanted: list[float]) -> None:
    # A frozen level may be met with its tolerance of 1e-6, which a later level may trade in.
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("counties", [1, 2, 3])
@given(st.data())
@few(170, long=3_340)
def test_every_level_equals_brute_force(counties: int, data: st.DataObject) -> None:
    small = data.draw(cases(counties))
    agree(solve(small), level_values(small))


BY_HAND = [
    Small(),
    Small(central_share=0.0, envelope=(6e6, 2e6)),
    Small(envelope=(6e6, 2e6)),
    # Bonds are repaid out of a total.
    Small(lead=(3, 3, 3, 0, 0), interest=0.3, term=1, envelope_total=4.5e6),
    Small(need=((9.0, 9.0), (1.0, 1.0), (0.0, 0.0), (3.0, 3.0)), transfer=1.0),
    # Nurses and seniors would leave together, more than may.
    Small(
        lead=(3, 3, 3, 0, 0),
        need=((0.0, 0.0), (0.0, 0.0), (6.0, 0.0), (3.0, 0.0)),
        standing=((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 6.0), (0.0, 3.0)),
        floor=(0.0, 0.0),
        transfer=0.5,
    ),
    # With presolve, HiGHS 1.15 calls the level of the local burden infeasible.
    Small(
        bed_output=4.0,
        lead=(5, 12, 1, 0, 4),
        build=(1, 2, 2, 6, 9),
        sites=(1, 1, 1, 1, 2),
        starts=(2.0, 2.0, np.inf, 1.0, 1.0),
        need=((5.0, 4.0), (2.0, 8.0), (2.0, 6.0), (6.0, 2.0)),
        standing=((0.0, 5.0), (0.0, 0.0), (2.0, 0.0), (1.0, 2.0), (1.0, 2.0)),
        nurses_per_bed=0.0,
        nurses_per_point=0.0,
        pool=10.0,
        capital=(7e5, 9e5, 1e5, 5e5, 1e5),
        recurrent=(7e5, 9e5, 1e5, 5e5, 1e5),
        central_share=0.0,
        weight=(3.0, 2.0, 2.0, 3.0),
        level=(1, 1, 1, 1),
        floor=(5.0, 4.0),
        envelope=(np.inf,),
        spread=0.3,
        transfer=1.0,
    ),
]


@pytest.mark.parametrize("small", BY_HAND)
def test_every_level_of_a_case_by_hand_equals_brute_force(small: Small) -> None:
    agree(solve(small), level_values(small))


@given(small_cases())
@few(5)
def test_ties_within_the_city_programme_are_no_better_than_full_ties(small: Small) -> None:
    values = {}
    for tie_break in ("programme", "full"):
        solution = allocate(build_case(small), Options(gap=0.0, tie_break=tie_break))
        values[tie_break] = {level.name: level.value for level in solution.levels}
    for name in ("rules", "targets_1", "present_cost"):
        assert values["programme"][name] == pytest.approx(values["full"][name], rel=1e-5, abs=1e-5)
    assert values["programme"]["local_burden"] >= values["full"]["local_burden"] - 1e-4
