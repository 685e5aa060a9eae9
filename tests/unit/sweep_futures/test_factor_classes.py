"""What factors touch of the program, and bounds that hold in every future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.errors import InputError
from sim.program.drawn import Drawn, compile_drawn, drawn_of
from sim.program.relaxed_proof import flaws
from sim.program.resolving import Resolver
from sim.sweep.dataset.layout import Touched
from sim.sweep.futures.cases import cases_of
from sim.sweep.futures.classes import touched
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.relaxing import relaxed_program
from sim.sweep.screening.prices import bounds_of, check_screenable, pool_of
from tests.moved import ENDS, PATHS

BOUNDS, LIMITS = ("row_bounds",), ("row_bounds", "column_bounds", "costs")
EXPECTED = {
    "future.fertility": LIMITS,
    "future.life_expectancy": LIMITS,
    "future.net_migration": LIMITS,
    "future.targets.beds": LIMITS,
    "future.attrition": BOUNDS,
    "future.graduates": BOUNDS,
    "envelopes.0.amount": BOUNDS,
    "figures.workforce/rates/nurses/attrition_rate": BOUNDS,
    "future.capital_cost": ("row_bounds", "costs", "coefficients"),
    "prices.cost_quantile": ("costs", "coefficients"),
    "assumptions.discount_rate": ("costs",),
    "future.lead_time": ("structure",),
}
OTHER_ENDS = {
    "figures.workforce/rates/nurses/attrition_rate": (0.01, 0.04),
    "future.capital_cost": (0.8, 1.3),
    "prices.cost_quantile": (0.1, 0.9),
    "assumptions.discount_rate": (0.03, 0.08),
    "future.lead_time": (0.0, 18.0),
}


@pytest.mark.parametrize("path", EXPECTED)
def test_factors_touch_what_the_matrices_show(model: ScenarioModel, path: str) -> None:
    found = touched(path, (ENDS | OTHER_ENDS)[path], model.case_at, model.matrix)
    assert found.parts == EXPECTED[path]
    assert bool(found.rebuild) == bool({"coefficients", "structure"} & set(found.parts))


def test_a_bound_is_refused_where_more_than_limits_differ() -> None:
    check_screenable([Touched("a", LIMITS, ""), Touched("b", (), "")])
    wrong = [Touched("c", ("structure",), "other members of x"), Touched("d", ("coefficients",), "other y")]
    with pytest.raises(InputError) as told:
        check_screenable([Touched("a", LIMITS, ""), *wrong])
    assert [problem.where for problem in told.value.problems] == ["c", "d"]
    assert "other members of x" in str(told.value)


@pytest.fixture(scope="module")
def many(model: ScenarioModel) -> tuple[Drawn, np.ndarray]:
    low, high = np.array(list(ENDS.values())).T
    values = low + (high - low) * np.random.default_rng(3).random((60, len(PATHS)))
    drawn = compile_drawn(relaxed_program(cases_of(model.base, PATHS, values).case), model.matrix)
    levels = model.evaluate(values).columns["best_level_targets_1"]
    return drawn, levels


def test_a_bound_is_never_above_the_value_and_meets_it_where_it_was_solved(
    model: ScenarioModel, many: tuple[Drawn, np.ndarray]
) -> None:
    drawn, true = many
    level = relaxed_program(model.base.case).levels[1]
    assert level.name == "targets_1"
    pool = pool_of(model.matrix, level, drawn, 1, range(40))
    bound = bounds_of(pool, model.matrix, drawn, 1)
    assert (bound <= true + 1e-6).all()
    solved = Resolver(replace(model.matrix, objectives=model.matrix.objectives[1:2],
                              constants=model.matrix.constants[1:2]), [level])  # fmt: skip
    for k in range(0, 40, 8):
        limits = replace(drawn.at(k), objectives=drawn.objectives[1][k][None])
        assert bound[k] == pytest.approx(solved.solve_at(limits).values[0], abs=1e-7)
    smaller = bounds_of(pool_of(model.matrix, level, drawn, 1, range(2)), model.matrix, drawn, 1)
    assert (smaller <= bound + 1e-12).all()
    assert (true - bound)[40:].mean() < (true - smaller)[40:].mean()


def test_a_solve_that_is_off_is_found_out(model: ScenarioModel) -> None:
    drawn, good = (
        drawn_of(model.matrix),
        Resolver(model.matrix, relaxed_program(model.base.case).levels).first,
    )
    assert flaws(model.matrix, drawn, [good, good], [0, 0]) == ["", ""]
    shifted = good.columns.copy()
    shifted[np.flatnonzero(model.matrix.whole)[0]] -= 1.0
    bad = [
        replace(good, columns=shifted),
        replace(good, values=good.values * 1.001, frozen=good.frozen * 1.001),
        replace(good, values=good.values * 0.999, frozen=good.frozen * 0.999),
        replace(good, duals=good.duals * 0.5),
        replace(good, columns=good.columns * np.nan),
    ]
    assert all(said.startswith("certificate: ") for said in flaws(model.matrix, drawn, bad, [0] * len(bad)))
