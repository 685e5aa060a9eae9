"""What must hold of every plan: money never hurts, what is not coupled separates, nonsense is certified."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import sim
from sim.errors import InputError
from sim.program import Options, allocate
from tests.formulation.drawn import small_cases
from tests.small import Small, build_case, few

EARLY = Small(lead=(3, 3, 3, 0, 0), sites=(1, 1, 1, 4, 4))


@given(small_cases(envelope=True), st.floats(1.0, 3.0))
@few(4)
def test_more_money_never_leaves_more_of_level_1_undone(small: Small, times: float):
    richer = replace(
        small,
        envelope=tuple(e * times for e in small.envelope),
        envelope_total=small.envelope_total * times,
    )
    levels = [allocate(build_case(s), Options(gap=0.0)).levels for s in (small, richer)]
    poor, rich = (next(level for level in found if level.name == "targets_1") for found in levels)
    assert rich.best_bound <= poor.value + 1e-6
    assert rich.value <= poor.value + 1e-6 + rich.abs_gap


@given(st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(1, 2), st.integers(0, 3))
@few(4)
def test_without_anything_in_common_each_county_is_a_case_of_its_own(points, per_point, nurses):
    def cost(need: tuple[int, int]) -> float:
        small = replace(
            EARLY,
            every_county=True,
            need=((0.0, 0.0), need, (0.0, 0.0), (0.0, 0.0)),
            standing=((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (float(nurses),) * 2, (0.0, 0.0)),
            floor=(0.0, 0.0),
            nurses_per_point=float(per_point),
            sites=(2, 3, 3, 4, 4),
            pool=1000.0,
        )
        found = {level.name: level.value for level in allocate(build_case(small), Options(gap=0.0)).levels}
        assert found["targets_1"] == pytest.approx(0.0, abs=1e-6)
        return found["present_cost"]

    first, second = points
    assert cost((first, second)) == pytest.approx(cost((first, 0)) + cost((0, second)), abs=2e-5)


NONSENSE = st.fixed_dictionaries(
    {},
    optional={
        "time.target_year": st.integers(2022, 2028),
        "prices.cost_quantile": st.floats(0, 1),
        "workforce.growth_ceiling": st.sampled_from(["low", "central", "high"]),
        "workforce.transfer_share": st.floats(0, 1),
        "priority": st.sampled_from(["constructible", "legal"]),
        "assumptions": st.fixed_dictionaries(
            {}, optional={"discount_rate": st.floats(0, 0.2), "deflator": st.floats(-0.02, 0.1)}
        ),
        "envelopes": st.lists(
            st.fixed_dictionaries(
                {
                    "fund": st.sampled_from(["county", "municipal", "central", "special_bond"]),
                    "amount_yuan": st.sampled_from([0.0, 0.01, 1.0, 1e6, 1e8, 1e12]),
                },
                optional={"year": st.integers(2021, 2025)},
            ),
            max_size=3,
            unique_by=lambda e: (e["fund"], e.get("year")),
        ),
        "allocation.spread_cap": st.sampled_from([{}, {"beds": 0.0}, {"childcare_places": 0.1}]),
        "allocation.max_recurrent_share": st.sampled_from([0.0, 1e-5, 0.002, 1.0]),
        "allocation.equity_floor": st.sampled_from([[], ["beds"], ["beds", "nurses"]]),
        "population.migration_after_information": st.sampled_from(["hold", "decline", "zero"]),
        "solver.tie_break": st.sampled_from(["programme", "full"]),
    },
)


@given(NONSENSE)
@example({"time.target_year": 2022, "allocation.equity_floor": []})  # no type of project is of use
@few(10)
def test_nonsense_that_validates_yields_a_certified_plan(wild):
    settings = [f"{path}={pd.io.json.ujson_dumps(value)}" for path, value in wild.items()]
    try:
        result = sim.run("shangyou", settings)
    except InputError:
        return
    assert result.certificate.failed == []
