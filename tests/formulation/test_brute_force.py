"""HiGHS against brute force over all integer plans, level by level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim.certify import certify
from sim.program.allocation import state_program
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix
from sim.program.solution import Options, allocate
from sim.settle import settle
from tests.formulation.oracle import level_values, level_values_with_transfers
from tests.small import Small, build_case, few


@st.composite
def small_cases(draw: st.DrawFn, envelope: bool = False) -> Small:
    whole = st.integers
    money = st.integers(1, 60).map(lambda n: n * 1e5)
    counts = lambda low, high: st.tuples(whole(low, high), whole(low, high))  # noqa: E731
    floats = lambda pair: tuple(float(v) for v in pair)  # noqa: E731
    standing = [floats(draw(counts(0, 5))) for _ in range(2)]
    nurses = floats(draw(counts(1, 5)))
    small = Small(
        bed_output=float(draw(whole(1, 4))),
        lead=tuple(draw(whole(0, 14)) for _ in range(5)),
        build=tuple(draw(whole(0, 10)) for _ in range(5)),
        sites=tuple(draw(st.permutations([1, 1, 1, 1, 2]))),
        starts=tuple(float(draw(st.sampled_from([1, 2, np.inf]))) for _ in range(5)),
        need=tuple(floats(draw(counts(0, 9))) for _ in range(4)),
        standing=(standing[0], (0.0, 0.0), standing[1], nurses, (1.0, 1.0)),
        nurses_per_bed=draw(st.sampled_from([0.25, 0.5, 1.0])),
        nurses_per_point=float(draw(whole(0, 2))),
        pool=float(draw(whole(2, 9))),
        capital=tuple(draw(money) for _ in range(5)),
        recurrent=tuple(draw(whole(0, 9)) * 1e5 for _ in range(5)),
        central_share=0.0 if envelope else draw(st.sampled_from([0.0, 0.3, 0.8])),
        central_cap=draw(money),
        match=draw(st.sampled_from([0.0, 0.3])),
        weight=tuple(float(draw(whole(1, 3))) for _ in range(4)),
        level=draw(st.sampled_from([(1, 1, 1, 1), (1, 1, 2, 2), (1, 2, 3, 1)])),
        floor=floats(draw(counts(0, 5))),
        every_county=draw(st.booleans()),
        recruits=float(draw(whole(1, 3))),
        carry_over=draw(st.booleans()),
        phase=float(draw(st.sampled_from([0, 0, 1, 2]))),
        choice=draw(st.sampled_from([(), (), (0, 1), (1, 2)])),
        spread=draw(st.sampled_from([np.inf, np.inf, 0.0, 0.3])),
        interest=draw(st.sampled_from([0.0, 0.05])),
        term=draw(st.sampled_from([1, 3])),
    )
    if envelope:
        small.envelope = (draw(money) * 2, draw(st.one_of(money, st.just(np.inf))))
        small.envelope_total = draw(st.one_of(money.map(lambda n: 3 * n), st.just(np.inf)))
    return small


def solve(small: Small) -> list[float]:
    program = state_program(build_case(small), tie_break="full")
    result = solve_levels(compile_matrix(program), program.levels, gap=0.0)
    assert all(level.status == "optimal" for level in result.levels)
    return [level.value for level in result.levels]


def agree(found: list[float], wanted: list[float]) -> None:
    # A frozen level may be met with its tolerance of 1e-6, which a later level may trade in.
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=2e-5)


@given(small_cases())
@example(Small())
@few(7)
def test_every_level_equals_brute_force(small: Small) -> None:
    agree(solve(small), level_values(small))


@given(small_cases(envelope=True))
@few(7)
@example(Small(central_share=0.0, envelope=(6e6, 2e6)))
def test_every_level_equals_brute_force_under_envelopes(small: Small) -> None:
    agree(solve(small), level_values(small))


@given(small_cases(), st.sampled_from([0.3, 0.5, 1.0]))
@few(4)
@example(Small(need=((9.0, 9.0), (1.0, 1.0), (0.0, 0.0), (3.0, 3.0))), 1.0)
def test_every_level_equals_brute_force_with_transfers(small: Small, share: float) -> None:
    small = replace(small, transfer=share, sites=(1, 1, 1, 1, 1))
    agree(solve(small), level_values_with_transfers(small))


@given(st.one_of(small_cases(), small_cases(envelope=True)), st.sampled_from([0.0, 0.5]))
@few(8)
def test_every_plan_passes_its_certificate(small: Small, share: float) -> None:
    case = build_case(replace(small, transfer=share))
    solution = allocate(case, Options(gap=0.0))
    certificate = certify(case, settle(case, solution, 2024).claims)
    assert certificate.failed == []


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
