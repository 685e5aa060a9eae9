"""Futures computed together are those that every stage computes one by one."""

from __future__ import annotations

import numpy as np
import pytest

from sim.program.drawn import StructureError, compile_drawn
from sim.program.matrix import compile_matrix
from sim.scenario.reading import load_scenario
from sim.sweep.futures.cases import cases_of, together
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.moving import whole_case, with_values
from sim.sweep.futures.opening import recipe_of
from sim.sweep.futures.relaxing import relaxed_program
from tests.moved import PATHS


@pytest.mark.parametrize("place", [0, 5, 11])
def test_a_future_among_many_is_the_scenario_with_its_values(
    model: ScenarioModel, values: np.ndarray, place: int
) -> None:
    many = cases_of(model.base, PATHS, values).case
    drawn = compile_drawn(relaxed_program(many), model.matrix)
    own = model.base.stages.figures.scenario
    given = dict(zip(PATHS, values[place].tolist(), strict=True))
    alone = whole_case(model.recipe.book, with_values(own, given))
    for name in ("need", "in_place", "floor"):
        mine, its = getattr(many, name).isel(draw=place), getattr(alone, name)
        np.testing.assert_allclose(mine.values, its.transpose(*mine.dims).values, rtol=1e-12, atol=1e-12)
    matrix, limits = compile_matrix(relaxed_program(alone)), drawn.at(place)
    assert matrix.positions == model.matrix.positions
    assert abs(matrix.entries - model.matrix.entries).max() == 0
    for name in ("row_lower", "row_upper", "lower", "upper", "objectives"):
        np.testing.assert_allclose(getattr(limits, name), getattr(matrix, name), rtol=1e-11, atol=1e-12)


def test_each_way_to_move_people_and_staff_moves_what_it_should(model: ScenarioModel) -> None:
    base = model.base.case
    moved = {path: cases_of(model.base, [path], np.array([[value]])).case for path, value in {
        "future.fertility": 0.8, "future.net_migration": 1000.0, "future.life_expectancy": 1.0,
        "future.attrition": 2.0, "future.graduates": 1.5, "future.targets.beds": 1.1,
    }.items()}  # fmt: skip
    need = {path: float(case.need.sum() - base.need.sum()) for path, case in moved.items()}
    heads = {path: float(case.in_place.sum() - base.in_place.sum()) for path, case in moved.items()}
    assert need["future.fertility"] < 0 < need["future.net_migration"]
    assert need["future.life_expectancy"] > 0
    assert need["future.targets.beds"] == pytest.approx(0.1 * float(base.need.sel(resource="beds").sum()))
    assert need["future.attrition"] == need["future.graduates"] == 0
    assert heads["future.attrition"] < 0 < heads["future.graduates"]


def test_what_touches_costs_or_dates_is_not_computed_together() -> None:
    assert all(together(path) for path in PATHS)
    others = ("future.lead_time", "prices.cost_quantile", "assumptions.deflator", "envelopes.0.year")
    assert not any(together(path) for path in others)


def test_futures_of_other_structure_are_refused_and_stated_one_by_one() -> None:
    settings = ("allocation.spread_cap.beds=0.2",)
    recipe = recipe_of(load_scenario("shangyou", settings), ["future.fertility"], "reoptimise")
    many, one = recipe.open(), recipe.open()
    values = np.array([[0.9], [1.1]])
    with pytest.raises((StructureError, ValueError)):
        compile_drawn(relaxed_program(cases_of(many.base, recipe.paths, values).case), many.matrix)
    found = many.evaluate(values)
    alone = [one.evaluate(values[k : k + 1]) for k in range(2)]
    assert not any(found.reason)
    for column, numbers in found.columns.items():
        np.testing.assert_allclose(numbers, [a.columns[column][0] for a in alone], rtol=1e-9, atol=1e-9)
