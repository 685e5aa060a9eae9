"""Bounds the solver claims, beside the plans it finds: a plan that beats a bound is noticed and mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

import sim.program.highs as highs
from sim.program.allocation import state_program
from sim.program.matrix import compile_matrix
from sim.program.watching import Stop
from tests.small import Small, build_case


@pytest.fixture
def program():
    return state_program(build_case(Small()), tie_break="full")


def _lying(monkeypatch, name: str, presolves: tuple[str, ...]) -> list[str]:
    """Let the solver claim a bound of one level that its plan beats, under some settings of presolve."""
    honest, seen = highs._solve_in_turn, list[str]()

    def found(matrix, levels, limits, presolve, stop, progress, known):
        seen.append(presolve)
        result = honest(matrix, levels, limits, presolve, stop, progress, known)
        if presolve not in presolves:
            return result
        lied = [replace(r, best_bound=r.value + 1.0) if r.name == name else r for r in result.levels]
        return replace(result, levels=tuple(lied))

    monkeypatch.setattr(highs, "_solve_in_turn", found)
    return seen


@pytest.mark.parametrize("name", ["targets_1", "present_cost", "worst_county"])
def test_a_bound_that_a_plan_beats_is_solved_again_without_presolve(monkeypatch, program, name):
    honest = highs.solve_levels(compile_matrix(program), program.levels, gap=0.0)
    seen = _lying(monkeypatch, name, ("choose",))
    mended = highs.solve_levels(compile_matrix(program), program.levels, gap=0.0)
    assert seen == ["choose", "off"]
    assert [level.value for level in mended.levels] == pytest.approx([level.value for level in honest.levels])


def test_a_bound_that_is_beaten_twice_is_given_up_and_the_plan_kept(monkeypatch, program):
    honest = highs.solve_levels(compile_matrix(program), program.levels, gap=0.0)
    _lying(monkeypatch, "present_cost", ("choose", "off"))
    kept = {
        level.name: level for level in highs.solve_levels(compile_matrix(program), program.levels, 0.0).levels
    }
    for level in honest.levels:
        assert kept[level.name].value == pytest.approx(level.value)
        given_up = level.name == "present_cost"
        assert kept[level.name].status == ("bound_refuted" if given_up else "optimal")
    assert kept["present_cost"].best_bound <= 0.0
    assert not kept["present_cost"].closed


def test_a_run_out_of_time_is_not_solved_again_but_its_false_bound_is_given_up(monkeypatch, program):
    seen = _lying(monkeypatch, "targets_1", ("choose",))
    stop = Stop()
    monkeypatch.setattr(Stop, "due", property(lambda self: bool(seen)))
    found = highs.solve_levels(compile_matrix(program), program.levels, gap=0.0, stop=stop)
    assert seen == ["choose"]
    assert found.levels[1].status == "bound_refuted"
    assert found.levels[1].best_bound <= found.levels[1].value


def test_bounds_that_hold_are_solved_once(monkeypatch, program):
    assert _lying(monkeypatch, "", ()) == []
    seen = _lying(monkeypatch, "", ())
    highs.solve_levels(compile_matrix(program), program.levels, gap=0.0)
    assert seen == ["choose"]
