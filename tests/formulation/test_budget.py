"""Budgets on small cases: what is said of money must follow from solving the case itself at that money."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.budget.curve import curve, curve_table, step_table
from sim.budget.marginal import marginal_values
from sim.budget.need import needs
from sim.budget.purse import Purse
from sim.budget.solving import ANY_AMOUNT, Budgeted, budgeted
from sim.budget.trimming import trimmed
from sim.program.allocation import state_program
from sim.program.highs import solve_levels
from sim.program.known_plans import KnownPlan
from sim.program.matrix import compile_matrix, with_levels
from sim.program.resolving import Resolver
from sim.program.solution import Options, allocate
from tests.formulation.test_brute_force import small_cases
from tests.formulation.test_known_plans import worse
from tests.small import Small, build_case, few

EXACT = Options(gap=0.0)
BUYABLE = Small(lead=(3, 3, 3, 0, 0), sites=(2, 2, 2, 4, 4), pool=40.0, floor=(0.0, 0.0))
PURSES = [Purse(), Purse("county"), Purse(per_year=True), Purse("county", per_year=True)]
BOUGHT = ("rules", "targets", "present")
purses = pytest.mark.parametrize("purse", PURSES, ids=["all", "county", "all-yearly", "county-yearly"])


def of(small: Small, purse: Purse, options: Options = EXACT) -> Budgeted:
    return budgeted(build_case(small), purse, options, 2024)


@purses
def test_changing_the_limit_is_stating_the_program_anew(purse: Purse) -> None:
    budget = of(Small(match=0.3, interest=0.05), purse)
    for yuan in (0.0, 1e3, 2.5e6, 9e6):
        again = compile_matrix(state_program(purse.filled(budget.case, yuan)))
        changed = budget.matrix_at(yuan)
        for name in ("lower", "upper", "whole", "row_lower", "row_upper", "objectives"):
            assert np.array_equal(getattr(again, name), getattr(changed, name)), name
        assert (again.entries != changed.entries).nnz == 0


@purses
@given(small=small_cases())
@few(3)
def test_the_least_money_is_enough_and_no_less_is(purse: Purse, small: Small) -> None:
    budget = of(small, purse)
    for need in needs(budget):
        name = f"targets_{need.level}"
        free = budget.solved(ANY_AMOUNT, budget.program.levels)
        best = {level.name: level.value for level in free.levels}
        assert need.plan.value(name) <= best[name] + 4e-6
        if purse == Purse():
            assert need.plan.figures["capital_outlay_yuan"] <= need.yuan + 0.01
        if need.bound > 1e4:
            poorer = allocate(purse.filled(budget.case, max(need.bound * 0.9 - 2e3, 0.0)), EXACT)
            values = {level.name: level.value for level in poorer.levels}
            before = [level.name for level in budget.program.levels]
            before = before[: before.index(name) + 1]
            assert any(values[n] > best[n] + 1e-6 for n in before)


@given(small_cases(), st.floats(5e6, 4e7))
@few(3)
def test_levels_never_rise_with_money(small: Small, end: float) -> None:
    """Without any tolerance, over every pair of envelopes, however early the search stops."""
    budget = of(small, Purse(), Options(gap=0.3, node_limit=1))
    points = curve(budget, np.linspace(0, end, 6).tolist(), needs(budget)).points
    names = [
        level.name for level in points[0].levels if level.name.startswith(("rules", "targets", "present"))
    ]
    for before, after in combinations(points, 2):
        pairs = ((before.value(name), after.value(name)) for name in names)
        one, two = next(((a, b) for a, b in pairs if a != b), (0.0, 0.0))
        assert two <= one


@purses
def test_nothing_is_bought_with_nothing(purse: Purse) -> None:
    plan = of(BUYABLE, purse).at(0.0)
    assert plan.checks > 40
    spent = plan.settled.ledger
    if purse.fund == "all":
        assert plan.figures["capital_outlay_yuan"] == 0
    else:
        assert spent[(spent["fund"] == "county") & (spent["year"] <= 2022)].empty


def test_a_larger_envelope_is_the_same_as_solving_it_alone() -> None:
    budget = of(BUYABLE, Purse())
    for point in curve(budget, [0.0, 3e6, 6e6, 1.2e7, 4e7], []).points:
        alone = allocate(Purse().filled(budget.case, point.yuan), EXACT)
        for one, two in zip(alone.levels, point.levels, strict=True):
            assert two.value == pytest.approx(one.value, rel=4e-6, abs=4e-6), (point.yuan, one.name)


def test_steps_tell_every_unit_of_difference() -> None:
    points = curve(of(BUYABLE, Purse()), np.linspace(0, 3e7, 7).tolist(), []).points
    steps = step_table(points)
    for n in range(1, len(points)):
        old, new = (p.solution.plan.started.sum(("county", "start_year")) for p in points[n - 1 : n + 1])
        part = steps[steps["step"] == n]
        for project, net in zip(new["project"].values, (new - old).values, strict=True):
            own = part[part["project"] == project]
            added = (
                own[own["change"] == "added"]["units"].sum() - own[own["change"] == "dropped"]["units"].sum()
            )
            assert added == net
    assert list(curve_table(points).columns[:3]) == ["envelope_yuan", "shortfall_level1", "shortfall_level2"]


@pytest.mark.parametrize(
    ("first", "yuan"), [(0.0, 0.0), (0.0, 3e6), (0.0, 1e7), (4e6, 0.0), (4e6, 2e6), (4e6, 9e6)]
)
def test_the_marginal_value_holds_what_a_million_really_buys(first: float, yuan: float) -> None:
    budget = budgeted(build_case(BUYABLE), Purse(), EXACT, 2024, first)
    plan = budget.at(yuan)
    (worth,) = marginal_values(budget, plan)
    values = []
    for money in (yuan, yuan + worth.step):
        given_money = Purse().filled(budget.case, max(money - first, 0.0))
        found = solve_levels(compile_matrix(state_program(given_money)), budget.program.levels, 0.0)
        values.append({level.name: level.value for level in found.levels}[worth.level])
    fall = (values[0] - values[1]) / (worth.step / 1e6)
    assert worth.least - 1e-5 <= fall <= worth.most + 1e-5
    assert worth.limit == yuan


@pytest.mark.parametrize("yuan", [2e6, 5e6, 9e6, 1.3e7])
def test_the_shadow_price_is_what_the_relaxation_gains_first(yuan: float) -> None:
    budget = of(BUYABLE, Purse())
    (worth,) = marginal_values(budget, budget.at(yuan))
    levels = [
        level for level in budget.program.levels if level.name.startswith(("rules", "targets", "present"))
    ]
    resolver = Resolver(with_levels(budget.matrix_at(yuan), levels), levels)
    little = 2e4
    before, after = (resolver.solve(budget.matrix_at(y).row_upper).values for y in (yuan, yuan + little))
    moved = [n for n, change in enumerate(before - after) if abs(change) > 4e-6]
    assert worth.price_level == levels[moved[0]].name
    assert worth.price == pytest.approx((before - after)[moved[0]] / (little / 1e6), rel=0.05, abs=1e-4)


def test_a_fund_nobody_needs_needs_no_money() -> None:
    for need in needs(of(replace(BUYABLE, central_share=0.4), Purse("central"))):
        assert need.yuan == 0
        assert need.bound == 0


def test_a_trimmed_plan_is_part_of_the_one_before() -> None:
    budget = of(BUYABLE, Purse())
    plan = needs(budget)[-1].plan
    before = plan.solution.plan.started
    whole = budget.case.rules.projects["kind"] != "heads"
    steps = trimmed(budget, plan, [0.2, 0.5, 0.8, 1.0])
    for step in steps:
        left = step.plan.solution.plan.started
        assert bool((left.sum("start_year") <= before.sum("start_year")).where(whole, True).all())
        assert step.plan.figures["capital_outlay_yuan"] <= plan.yuan * (1 - step.share) + 0.01
        before = left
    assert steps[-1].plan.figures["capital_outlay_yuan"] == 0


def test_committed_works_come_first() -> None:
    case = build_case(BUYABLE)
    plain, after = (budgeted(case, Purse(), EXACT, 2024, first) for first in (0.0, 4e6))
    for yuan in (0.0, 3e6, 4e6, 9e6):
        one, two = plain.at(max(yuan - 4e6, 0.0)), after.at(yuan)
        assert [x.value for x in one.levels] == pytest.approx([x.value for x in two.levels])
    (need, more), (same, _) = needs(after), needs(plain)
    assert need.yuan == pytest.approx(same.yuan + 4e6, abs=1.0)
    assert more.yuan >= need.yuan


def test_more_money_is_never_worse_for_the_solver_either() -> None:
    budget = of(replace(BUYABLE, floor=(4.0, 3.0)), Purse())
    poor = budget.solved(2e6, budget.program.levels)
    rich = budget.solved(5e6, budget.program.levels, [KnownPlan(poor.columns)])
    assert worse(rich, poor) == []
