"""What a sweep says of a plan is what the stages, the certificate and a solver from cold say of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.certify.level_values import level_value
from sim.errors import InputError
from sim.names import CITY
from sim.pipeline import run
from sim.program.drawn import compile_drawn
from sim.program.resolving import Resolver
from sim.scenario.reading import load_scenario
from sim.sweep.futures.cases import cases_of
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.moving import whole_case, with_values
from sim.sweep.futures.opening import ScenarioRecipe, recipe_of
from sim.sweep.futures.relaxing import relaxed_program
from sim.sweep.model import Evaluated
from tests.moved import MONEY, PATHS


@pytest.fixture(scope="module")
def found(model: ScenarioModel, values: np.ndarray) -> Evaluated:
    return model.evaluate(values)


def test_every_future_is_proven_and_told_in_the_columns(
    recipe: ScenarioRecipe, found: Evaluated, values: np.ndarray
) -> None:
    assert list(found.reason) == [""] * len(values)
    assert list(found.columns) == [outcome.column for outcome in recipe.outcomes]
    assert all(np.isfinite(numbers).all() for numbers in found.columns.values())
    assert found.solves == 4 * len(values)
    titles = [title for outcome in recipe.outcomes for title in (outcome.title_zh, outcome.title_en)]
    assert all(title and "{" not in title for title in titles)


def test_the_future_that_is_the_scenario_has_the_plan_of_the_run(found: Evaluated) -> None:
    result = run("shangyou", MONEY)
    year = result.loaded.scenario.time.target_year
    gaps = result.gaps.sel(year=year)
    for target in result.stages.targets:
        own = gaps.sel(resource=target.resource)
        column = f"plan_short_{target.resource}"
        assert found.columns[column][0] == pytest.approx(float(own["shortfall"].sel(county=CITY)), abs=1e-6)
        for county in (CITY, *result.case.rules.counties):
            share = found.columns[f"plan_coverage_{target.resource}_{county}"][0]
            assert share == pytest.approx(float(own["coverage"].sel(county=county)), abs=1e-9)
    levels = {level.name: level for level in result.solution.levels}
    assert found.columns["plan_level_targets_1"][0] == pytest.approx(levels["targets_1"].value, abs=3e-6)
    assert found.columns["best_level_targets_1"][0] <= levels["targets_1"].value + 3e-6
    assert found.columns["plan_money_capital_outlay"][0] == pytest.approx(
        result.figures["capital_outlay_yuan"] / 1e6, rel=1e-9
    )


@pytest.mark.parametrize("place", [3, 8])
def test_levels_of_the_plan_are_those_of_the_certificate(
    recipe: ScenarioRecipe, model: ScenarioModel, found: Evaluated, values: np.ndarray, place: int
) -> None:
    many = cases_of(model.base, PATHS, values).case
    need, in_place, floor = (a.isel(draw=place) for a in (many.need, many.in_place, many.floor))
    case = replace(model.base.case, need=need, in_place=in_place, floor=floor)
    for name in ("rules", "targets_1", "present_cost"):
        value = level_value(case, recipe.solved, recipe.moved, name)
        assert found.columns[f"plan_level_{name}"][place] == pytest.approx(value, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("place", [1, 6])
def test_levels_of_the_best_are_those_of_a_solver_from_cold(
    model: ScenarioModel, found: Evaluated, values: np.ndarray, place: int
) -> None:
    program = relaxed_program(cases_of(model.base, PATHS, values).case)
    limits = compile_drawn(program, model.matrix).at(place)
    cold = Resolver(replace(model.matrix, **vars(limits)), program.levels).first
    told = [found.columns[f"best_level_{level.name}"][place] for level in program.levels]
    np.testing.assert_allclose(told, cold.values, rtol=1e-6, atol=1e-6)


def test_the_best_of_a_future_is_no_worse_than_the_plan(found: Evaluated, values: np.ndarray) -> None:
    """Where the plan keeps the rules and the money of the future, it is one of those to choose from."""
    columns = found.columns
    money = values[:, PATHS.index("envelopes.0.amount")] / 1e6
    within = columns["plan_money_capital_outlay"] <= 0.95 * money
    kept = within & (columns["plan_level_rules"] <= columns["best_level_rules"] + 1e-9)
    assert kept.sum() >= 3
    better = columns["best_level_targets_1"] <= columns["plan_level_targets_1"] + 1e-6
    assert better[kept].all()


def test_the_order_of_futures_and_how_they_are_cut_do_not_matter(
    recipe: ScenarioRecipe, found: Evaluated, values: np.ndarray
) -> None:
    other = recipe.open()
    back = other.evaluate(values[::-1])
    halves = [other.evaluate(part) for part in (values[:5], values[5:])]
    for column, numbers in found.columns.items():
        np.testing.assert_array_equal(numbers, back.columns[column][::-1], err_msg=column)
        cut = np.concatenate([half.columns[column] for half in halves])
        np.testing.assert_allclose(numbers, cut, rtol=1e-9, atol=1e-9, err_msg=column)


def test_more_staff_leaving_never_helps(model: ScenarioModel, values: np.ndarray) -> None:
    rows = np.repeat(values[:1], 4, axis=0)
    rows[:, PATHS.index("future.attrition")] = (0.5, 1.0, 1.5, 2.0)
    found = model.evaluate(rows).columns
    for name in ("plan_level_targets_1", "best_level_targets_1"):
        assert (np.diff(found[name]) >= -1e-9).all()
    rows = np.repeat(values[:1], 4, axis=0)
    rows[:, PATHS.index("envelopes.0.amount")] = (1e8, 2e8, 4e8, 8e8)
    assert (np.diff(model.evaluate(rows).columns["best_level_targets_1"]) <= 1e-9).all()


def test_rules_of_spread_and_of_running_cost_are_those_of_the_certificate() -> None:
    settings = ("allocation.spread_cap.childcare_places=0", "allocation.max_recurrent_share=0")
    paths = ["future.net_migration", "future.capital_cost"]
    recipe = recipe_of(load_scenario("panzhihua", settings), paths, "reoptimise")
    model = recipe.open()
    values = np.array([[0.0, 1.0], [9000.0, 1.2]])
    found = model.evaluate(values)
    assert found.reason == ["", ""]
    own = model.base.stages.figures.scenario
    for k, row in enumerate(values.tolist()):
        case = whole_case(recipe.book, with_values(own, dict(zip(paths, row, strict=True))))
        for name in ("rules", "targets_1", "present_cost"):
            value = level_value(case, recipe.solved, recipe.moved, name)
            assert found.columns[f"plan_level_{name}"][k] == pytest.approx(value, rel=1e-9, abs=1e-9)
        assert found.columns["plan_level_rules"][k] > 0.01
        best, plan = (found.columns[f"{of}_level_rules"][k] for of in ("best", "plan"))
        assert best <= plan + 1e-6


def test_a_future_without_people_is_a_failed_row(model: ScenarioModel, values: np.ndarray) -> None:
    rows = values[:3].copy()
    rows[1, PATHS.index("future.net_migration")] = -500_000.0
    found = model.evaluate(rows)
    assert [bool(reason) for reason in found.reason] == [False, True, False]
    assert "no residents are left in 360724" in found.reason[1]
    assert all(np.isnan(numbers[1]) and not np.isnan(numbers[0]) for numbers in found.columns.values())
    with pytest.raises(InputError, match=r"counties\.csv:\d+:\d+: no residents are left in 360724"):
        run("shangyou", ("future.net_migration=-500000",))


def test_a_target_that_is_nothing_in_the_scenario_may_be_asked_for_in_a_future() -> None:
    settings = ("future.targets.beds=0",)
    recipe = recipe_of(load_scenario("shangyou", settings), ["future.targets.beds"], "fixed")
    found = recipe.open().evaluate(np.array([[0.0], [1.0]])).columns
    assert found["plan_short_beds"][0] == 0
    assert found["plan_short_beds"][1] > 0
