"""Alternatives: as good as the run on its targets, within its cost, elsewhere, and certified."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from sim.case import MONEY
from sim.certify import certify
from sim.certify.level_values import level_value
from sim.program.alternatives import Alternative, Wanted, alternatives, counted, elsewhere
from sim.program.solution import Options, allocate
from sim.settle import settle
from tests.small import COUNTIES, PROJECTS, Small, array, build_case

FREE = Small(sites=(2, 2, 3, 3, 1), lead=(3, 3, 3, 0, 0), floor=(3.0, 2.0))


def found_for(small: Small, within: float, count: int):
    case = build_case(small)
    run = allocate(case, Options(gap=0.0))
    levels = {level.name: (level.value, level.best_bound) for level in run.levels}
    cost = float((run.plan.started * case.costs["present_cost"]).sum()) / MONEY
    wanted = Wanted(within, count, nodes=1000, gap=0.0)
    return case, run, cost, alternatives(case, levels, run.plan.solved, cost, wanted)


def test_every_alternative_is_what_it_claims() -> None:
    within = 0.05
    case, run, cost, found = found_for(FREE, within, 2)
    assert found
    plans = [run.plan.started.sum("start_year")]
    for other in found:
        assert certify(case, settle(case, other.solution, 2024).claims).failed == []
        started = other.solution.plan.started
        assert float((started * case.costs["present_cost"]).sum()) / MONEY <= (1 + within) * cost + 1e-9
        for level in run.levels:
            if level.name == "rules" or level.name.startswith("targets_"):
                assert level_value(case, started.values, np.zeros((2, 2)), level.name) <= level.value + 2e-6
        here = started.sum("start_year")
        assert elsewhere(case, plans, here) == pytest.approx(other.elsewhere)
        assert 0 < other.elsewhere <= other.most + 1e-6
        plans.append(here)


def test_the_first_is_the_most_different_of_all_plans() -> None:
    """All places of the wards and points of the case tried by hand: none is farther within the cost."""
    small = Small(
        need=((9.0, 0.0), (1.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        standing=((3.0, 3.0), (0.0, 0.0), (0.0, 0.0), (9.0, 9.0), (1.0, 1.0)),
        sites=(1, 1, 1, 1, 1), lead=(3, 3, 3, 0, 0), floor=(0.0, 0.0),
    )  # fmt: skip
    case, run, _, found = found_for(small, 0.2, 1)
    here = run.plan.started.sum("start_year").where(counted(case), 0.0)
    farthest = 0.0
    for ward, point in product(product((0, 1), repeat=2), repeat=2):
        if sum(ward) < 1 or sum(point) < 1:
            continue
        units = np.zeros((5, 2))
        units[0], units[1], units[2] = ward, point, point
        plan = array(units, project=PROJECTS, county=COUNTIES[:2])
        farthest = max(farthest, elsewhere(case, [here], plan)) if sum(ward) + sum(point) == 2 else farthest
    assert found[0].elsewhere == pytest.approx(farthest)
    assert found[0].most == pytest.approx(farthest, abs=1e-5)


def test_where_nothing_can_move_there_is_no_alternative() -> None:
    need = ((10.0, 6.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
    one_place = replace(Small(), sites=(1, 0, 0, 1, 1), need=need)
    assert found_for(one_place, 0.02, 3)[3] == []


def test_the_same_alternatives_are_found_again() -> None:
    def units(found: list[Alternative]) -> list[np.ndarray]:
        return [other.solution.plan.started.values for other in found]

    first, second = (units(found_for(FREE, 0.5, 1)[3]) for _ in range(2))
    np.testing.assert_array_equal(first, second)
