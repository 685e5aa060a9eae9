"""Why a target is missed, on small cases: what is said must follow from solving the case itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from scipy import sparse

from sim.certify.level_values import level_value
from sim.explain import Later, Missed, explain, left_short
from sim.program.allocation import state_program
from sim.program.groups import rule_groups
from sim.program.loading import status_of
from sim.program.matrix import Matrix, compile_matrix
from sim.program.relaxing import _model, ask, conflicts, feasible, together
from sim.program.solution import Options, allocate
from tests.formulation.drawn import small_cases
from tests.small import Small, build_case, few

EARLY = Small(lead=(3, 3, 3, 0, 0), sites=(1, 1, 1, 4, 4))
MANY = ((30.0, 30.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))


def missed(small: Small) -> dict[str, Missed]:
    case = build_case(small)
    plan = allocate(case, Options(gap=0.0)).plan
    later = {name: Later(2023, float("nan")) for name in ("beds", "points", "nurses", "seniors")}
    found = explain(case, plan.solved.values, plan.moved.values, later, 500)
    return {item.resource: item for item in found}


def keys(item: Missed) -> list[set[str]]:
    return [{group.key for group in rules} for rules in item.conflicts]


def test_too_few_nurses_and_too_few_sites_both_forbid_beds():
    beds = missed(replace(EARLY, need=MANY, pool=6.0))["beds"]
    assert beds.cause == "rules"
    said = set().union(*keys(beds))
    assert "sites:ward" in said
    assert said & {"recruitment_pool:nurses", "staffing:nurses", "sites:recruit"}
    assert not beds.alone
    assert {repair.group.key for repair in beds.together} <= said
    assert all(repair.enough >= repair.least - 1e-6 for repair in beds.together)


def test_one_more_site_is_enough_where_only_sites_are_short():
    small = replace(
        EARLY, need=((10.0, 9.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)), pool=40.0, nurses_per_bed=0.0
    )
    beds = missed(small)["beds"]
    assert keys(beds) == [{"sites:ward"}]
    (repair,) = beds.alone
    assert repair.enough == pytest.approx(2.0)
    assert repair.least == pytest.approx(2.0)
    assert "beds" not in missed(replace(small, sites=(2, 1, 1, 4, 4)))


def test_money_that_is_short_is_said_in_money():
    small = replace(
        EARLY,
        central_share=0.0,
        envelope_total=6e6,
        pool=40.0,
        sites=(3, 1, 1, 4, 4),
        need=((10.0, 6.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    )
    beds = missed(small)["beds"]
    assert keys(beds) == [{"envelope_total:county"}]
    (repair,) = beds.alone
    richer = replace(small, envelope_total=6e6 + repair.enough * 1e6 + 1.0)
    poorer = replace(small, envelope_total=6e6 + repair.least * 1e6 - 1e4)
    assert "beds" not in missed(richer)
    assert "beds" in missed(poorer)


def test_nothing_that_opens_in_time_is_lead_time():
    late = replace(EARLY, lead=(30, 3, 3, 0, 0), need=((8.0, 6.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)))
    beds = missed(late)["beds"]
    assert (beds.cause, beds.conflicts, beds.alone, beds.together) == ("lead_time", (), (), ())


def test_a_plan_that_meets_everything_needs_no_reason():
    assert missed(replace(EARLY, need=((4.0, 3.0), (0.0, 0.0), (4.0, 3.0), (1.0, 1.0)))) == {}


def in_other_units(matrix: Matrix, rows: np.ndarray, factor: float) -> Matrix:
    """The same program, some rows counted in a unit smaller by a factor."""
    scale = np.ones(len(matrix.row_lower))
    scale[rows] = factor
    entries = sparse.csr_array(sparse.diags_array(scale) @ matrix.entries)
    return replace(
        matrix, entries=entries, row_lower=matrix.row_lower * scale, row_upper=matrix.row_upper * scale
    )


def test_what_several_rules_give_does_not_depend_on_their_units():
    case = build_case(replace(EARLY, need=MANY, pool=400.0))
    matrix = compile_matrix(state_program(case))
    groups = rule_groups(case, matrix)
    plan = allocate(case, Options(gap=0.0)).plan
    left = left_short(case, plan.solved.values, plan.moved.values)
    sets = conflicts(ask(case, matrix, "beds", left, 0.0), groups)
    assert len(sets) > 1
    wholes = {"sites:ward": 47 / 3, "staffing:nurses": 7.0, "sites:recruit": 3.5}  # each rule, alone
    assert {group.key for known in sets for group in known} == set(wholes)
    usual = together(ask(case, matrix, "beds", left, 0.0), sets, groups, 500)
    least = sum(rule.enough / wholes[rule.group.key] for rule in usual)
    for rule in usual:
        other = in_other_units(matrix, rule.group.rows, 1000.0)
        again = together(ask(case, other, "beds", left, 0.0), sets, groups, 500)
        given_in = {r.group.key: r.enough / (1000.0 if r.group is rule.group else 1.0) for r in again}
        parts = sum(amount / wholes[key] for key, amount in given_in.items())
        assert parts == pytest.approx(least, rel=1e-6)


@given(small_cases())
@few(2)
def test_no_rule_of_a_conflict_can_be_left_out(small: Small):
    case = build_case(small)
    matrix = compile_matrix(state_program(case))
    plan = allocate(case, Options(gap=0.0)).plan
    found = missed(small)
    assume(found)
    groups = rule_groups(case, matrix)
    for item in found.values():
        left = left_short(case, plan.solved.values, plan.moved.values)
        question = ask(
            case,
            matrix,
            item.resource,
            left,
            level_value(case, plan.solved.values, plan.moved.values, "rules"),
        )
        assert not np.isnan(item.shortfall)
        if item.cause != "rules":
            assert feasible(question, groups) == (item.cause == "whole_projects")
            continue
        gone: list = []
        for rules in item.conflicts:
            own = {group.key for group in rules}
            others = [group for group in groups if group.key not in own]
            assert not feasible(question, others)
            for spared in rules:
                assert feasible(question, [*others, spared])
            gone += [group for group in groups if group.key in own]
        assert feasible(question, gone)


def test_an_elastic_rule_costs_nothing_where_the_target_is_met():
    case = build_case(EARLY)
    matrix = compile_matrix(state_program(case))
    groups = rule_groups(case, matrix)
    plan = allocate(case, Options(gap=0.0)).plan
    question = ask(case, matrix, "points", left_short(case, plan.solved.values, plan.moved.values), 0.0)
    for group in groups:
        model = _model(question, (), (group,), True)
        model.run()
        assert status_of(model) == "optimal"
        assert model.getInfo().objective_function_value == pytest.approx(0.0, abs=1e-6)


def test_a_county_that_may_be_left_no_running_cost_forbids_what_must_be_run():
    small = replace(
        EARLY,
        need=((10.0, 6.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        nurses_per_bed=0.0,
        floor=(0.0, 0.0),
        burden=0.0,
        means=(5e6, 5e6),
    )
    beds = missed(small)["beds"]
    said = set().union(*keys(beds))
    assert beds.cause == "rules"
    assert said & {"burden:110001", "burden:110002"}
    assert "beds" not in missed(replace(small, burden=1.0, sites=(2, 1, 1, 4, 4)))
