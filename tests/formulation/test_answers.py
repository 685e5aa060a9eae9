"""Shadow prices beside finite differences, ranges beside every plan there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given

from sim.program.allocation import state_program
from sim.program.answers import ranges, shadow_prices
from sim.program.highs import solve_levels
from sim.program.loading import load_model, status_of
from sim.program.matrix import compile_matrix
from tests.formulation.drawn import small_cases
from tests.formulation.oracle import levels_of
from tests.small import PROJECTS, Small, build_case, few

EARLY = Small(lead=(3, 3, 3, 0, 0), sites=(1, 1, 1, 4, 4))


def decided(small: Small):
    program = state_program(build_case(small), tie_break="full")
    matrix = compile_matrix(program)
    return program, matrix, solve_levels(matrix, program.levels, gap=0.0)


def value_with(matrix, program, result, name: str, row: int, more: float) -> float:
    """The level with whole numbers fixed, the levels before frozen, and one limit moved."""
    model = load_model(matrix, whole=False)
    whole = np.flatnonzero(matrix.whole).astype(np.int32)
    model.changeColsBounds(len(whole), whole, result.columns[whole], result.columns[whole])
    for n, level in enumerate(program.levels):
        cost = matrix.objectives[n]
        if level.name == name:
            model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
            lower, upper = (
                float(side[row]) + more if np.isfinite(side[row]) else float(np.sign(side[row])) * 1e30
                for side in (matrix.row_lower, matrix.row_upper)
            )
            model.changeRowBounds(row, lower, upper)
            model.run()
            optimal = status_of(model) == "optimal"
            return float(model.getInfo().objective_function_value) if optimal else float("inf")
        used = np.flatnonzero(cost).astype(np.int32)
        most = np.minimum(matrix.upper[used], result.columns[used] + 1e-6)
        model.changeColsBounds(len(used), used, matrix.lower[used], most)
    raise KeyError(name)


@given(small_cases())
@example(EARLY)
@few(3)
def test_a_price_is_the_change_of_the_level_where_both_sides_agree(small: Small) -> None:
    program, matrix, result = decided(small)
    prices = shadow_prices(matrix, program.levels, result)
    step = 1e-3
    for row in prices.itertuples():
        place = matrix.row_positions[row.rule]
        labels = dict(part.split("=", 1) for part in row.place.split(" "))
        at = {d: type(place[d].values.tolist()[0])(v) for d, v in labels.items()}
        number = int(place.sel(at))
        values = [value_with(matrix, program, result, row.level, number, m) for m in (-step, 0.0, step)]
        left, right = (values[1] - values[0]) / step, (values[2] - values[1]) / step
        if np.isfinite([left, right]).all() and left == pytest.approx(right, rel=1e-4, abs=1e-7):
            assert row.price == pytest.approx(right, rel=1e-3, abs=1e-6)


def test_one_more_nurse_in_the_pool_is_worth_her_share_of_the_need():
    """Nurses are short of 11 and no building waits for them: a head more is 3/11 of the level less."""
    small = replace(
        EARLY, pool=4.0, need=((0.0, 0.0), (0.0, 0.0), (30.0, 30.0), (0.0, 0.0)), level=(1, 1, 1, 1)
    )
    program, matrix, result = decided(small)
    prices = shadow_prices(matrix, program.levels, result)
    found = prices[(prices["level"] == "targets_1") & (prices["rule"] == "city_target")]
    assert found["place"].tolist() == ["resource=nurses"]
    assert found["price"].tolist() == pytest.approx([3.0 / 60.0])


@given(small_cases())
@few(3)
def test_every_plan_as_good_lies_within_the_ranges(small: Small) -> None:
    program, matrix, result = decided(small)
    place = matrix.positions["projects_started"]
    shown = {p: float(result.columns[n[n >= 0]].sum()) for p, n in zip(PROJECTS, place.values, strict=True)}
    found = ranges(matrix, program.levels, result, shown).set_index("project")
    plans, levels = levels_of(small)
    good = np.ones(len(plans), dtype=bool)
    for level, (values, _) in zip(result.levels, levels, strict=True):
        good &= values <= level.value + 1e-9 * max(abs(level.value), 1.0)
        if level.name == "present_cost":
            break
    assert good.any()
    for p, name in enumerate(PROJECTS):
        units = plans[good][:, p].sum(axis=(1, 2))
        if name in found.index:
            assert units.min() >= found.loc[name, "least"] - 1e-6
            assert units.max() <= found.loc[name, "most"] + 1e-6
            if found.loc[name, "settled"] == "yes":
                assert units.min() == units.max()
