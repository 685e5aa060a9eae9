"""The tables of a dataset: they sum, they agree with each other, and with what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.outputs.sweep.page import render
from sim.sweep.analysis.answering import answered
from sim.sweep.analysis.tornado import tornado
from sim.sweep.dataset.layout import Outcome
from tests.futures import COUNTIES, RESOURCES, factor, plan_futures, write_futures


def test_every_target_is_counted_in_every_county_for_both(planned):
    table = planned.tables["met"]
    assert len(table) == 2 * len(RESOURCES) * len(COUNTIES)
    assert (table["futures"] == 598).all()
    assert np.allclose(table["share"], table["met"] / table["futures"])
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()


def test_the_best_meets_a_target_at_least_as_often_as_the_plan(planned):
    keys = ["resource", "county"]
    table = planned.tables["met"]
    own, best = (table[table["of"] == of].set_index(keys)["met"] for of in ("plan", "best"))
    assert (best >= own).all()


def test_failures_are_the_futures_in_which_a_target_is_not_met(planned):
    met = planned.tables["met"]
    own = met[(met["of"] == "plan") & (met["county"] == "city")].set_index("resource")["met"]
    for found in planned.discoveries:
        if found.resource:
            assert found.fails == found.futures - own[found.resource]


def test_a_target_missed_in_most_futures_is_no_failure_of_some(planned):
    assert planned.usually_missed == ["gps"]
    overall = planned.discoveries[0]
    beds = next(found for found in planned.discoveries if found.resource == "beds")
    assert overall.resource == ""
    assert overall.fails == beds.fails
    told = {planned.data.factors[limit.factor].name for limit in overall.boxes[0].limits}
    assert told == {"migration", "fertility"}


def test_regret_is_told_in_the_order_of_the_levels(planned):
    table = planned.tables["regret"].set_index("level")
    assert list(table.index) == ["rules", "targets_1", "present_cost"]
    assert table.loc["present_cost", "comparable"] == 598 - table.loc["targets_1", "decided_here"]
    assert table["decided_here"].sum() <= 598
    assert (table["below_bound"] == 0).all()
    quantiles = table[[name for name in table if name.startswith("q0") or name == "q100"]]
    assert (quantiles.diff(axis=1).iloc[:, 1:] >= 0).all().all()


def test_a_plan_better_than_the_bound_is_a_fault_that_is_seen(tmp_path):
    outcomes = [
        Outcome(f"{of}_level_rules", of, "level", "share", "规则", "Rules", level="rules")
        for of in ("plan", "best")
    ]
    columns = {"plan_level_rules": np.zeros(40), "best_level_rules": np.r_[np.zeros(37), np.ones(3)]}
    factors = [factor("a")]
    folder = write_futures(tmp_path / "set", factors, np.linspace(0, 1, 40)[:, None], outcomes, columns)
    assert answered(folder).tables["regret"]["below_bound"].tolist() == [3]


def test_projects_are_wanted_by_the_lp_alone(planned):
    table = planned.tables["wanted"].set_index(["project", "county"])
    assert table.loc[("county_hospital_new", "city"), "share"] == 1
    assert table.loc[("training", "city"), "share"] == pytest.approx(0.75, abs=0.01)
    assert (table["plan_units"] == 2).all()


def test_a_fixed_sweep_has_no_regret_and_wants_no_project(tmp_path):
    found = answered(plan_futures(tmp_path / "set", n=80, mode="fixed"))
    assert found.tables["regret"].empty
    assert found.tables["wanted"].empty
    assert set(found.tables["met"]["of"]) == {"plan"}


def test_a_money_column_that_is_a_level_is_told_once(planned):
    assert "plan_money_capital_outlay" in planned.interests
    assert not [name for name in planned.interests if "coverage" in name or "units" in name]


@settings(max_examples=30, deadline=None)
@given(st.floats(-5, 5), st.floats(-5, 5), st.integers(2, 6))
def test_on_a_grid_the_tornado_is_exact(one, other, points):
    axis = np.linspace(0, 1, points)
    a, b = (grid.ravel() for grid in np.meshgrid(axis, axis, indexing="ij"))
    table = tornado(True, {"a": a, "b": b}, {"y": one * a + other * b}).set_index("factor")
    for name, slope in (("a", one), ("b", other)):
        assert table.loc[name, "at_high"] - table.loc[name, "at_low"] == pytest.approx(slope, abs=1e-9)
        assert table.loc[name, "basis"] == "one_at_a_time"
    assert (table["width"].diff().dropna() <= 0).all()


def test_a_grid_without_its_middle_has_ends_but_no_median(tmp_path):
    a, b = (grid.ravel() for grid in np.meshgrid([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], indexing="ij"))
    outcome = Outcome("y", "model", "value", "1", "结果", "Outcome")
    factors, middle = [factor("a", 0, 2), factor("b", 0, 2)], [4]
    design = {"method": "grid", "levels": 3}
    values = np.column_stack([a, b])
    folder = write_futures(
        tmp_path / "set", factors, values, [outcome], {"y": a + 2 * b}, design, middle, mode="fixed"
    )
    found = answered(folder)
    table = found.tables["tornado"].set_index("factor")
    assert table["width"].to_dict() == {"b": 4.0, "a": 2.0}
    assert table["middle"].isna().all()
    for lang in ("zh", "en"):
        assert "chart-tornado-1" in render(found, lang)


def test_the_tornado_takes_the_tenths_with_ties(planned):
    table = planned.tables["tornado"]
    assert set(table["basis"]) == {"tenths"}
    assert (table["futures_low"] == 60).all()
    x = np.r_[np.zeros(50), np.ones(50)]
    tied = tornado(False, {"x": x}, {"y": x}).iloc[0]
    assert (tied["futures_low"], tied["futures_high"], tied["width"]) == (50, 50, 1)


def test_all_futures_failed_answers_nothing_and_breaks_nothing(tmp_path):
    found = answered(plan_futures(tmp_path / "set", n=30, failed=range(30)))
    assert found.discoveries == []
    assert found.tables["indices"].empty
    assert found.tables["met"]["share"].isna().all()


def test_answers_are_made_again_when_a_part_changes(tmp_path):
    folder = plan_futures(tmp_path / "set", n=60, chunk=30)
    first = answered(folder)
    assert answered(folder) is first
    (folder / "draws" / "part-00001.parquet").unlink()
    assert len(answered(folder).data.draw) == 30


def test_what_a_tolerance_gave_away_before_is_no_fault(tmp_path):
    outcomes = [
        Outcome(f"{of}_level_{name}", of, "level", "share", name, name, level=name)
        for of in ("plan", "best")
        for name in ("rules", "present_cost")
    ]
    columns = {
        "plan_level_rules": np.r_[np.full(30, 5e-6), np.zeros(10)],
        "best_level_rules": np.zeros(40),
        "plan_level_present_cost": np.r_[np.full(30, 90.0), np.full(8, 100.0), np.full(2, 90.0)],
        "best_level_present_cost": np.full(40, 100.0),
    }
    values = np.linspace(0, 1, 40)[:, None]
    folder = write_futures(tmp_path / "set", [factor("a")], values, outcomes, columns)
    assert answered(folder).tables["regret"]["below_bound"].tolist() == [0, 2]


def _covered(folder, usual):
    """A plan that covers beds in a third of the futures, and nurses in all but a tenth."""
    unit = np.linspace(0, 1, 300)[:, None]
    columns = {
        "plan_coverage_beds_city": np.where(unit[:, 0] < 1 / 3, 1.0, 0.9),
        "plan_coverage_nurses_city": np.where(unit[:, 0] < 0.9, 1.0, 0.9),
    }
    outcomes = [
        Outcome(name, "plan", "coverage", "share", name, name, resource=name.split("_")[2], county="city")
        for name in columns
    ]
    return write_futures(folder, [factor("a")], unit, outcomes, columns, mode="fixed", usual=usual)


def test_a_failure_is_what_the_scenario_itself_meets(tmp_path):
    both = {"plan_coverage_beds_city": 1.0, "plan_coverage_nurses_city": 1 - 1e-6}
    found = answered(_covered(tmp_path / "both", both))
    assert found.usually_missed == []
    assert found.discoveries[0].fails == 200
    none = answered(_covered(tmp_path / "none", dict.fromkeys(both, 0.5)))
    assert none.usually_missed == ["beds", "nurses"]
    untold = answered(_covered(tmp_path / "untold", {}))
    assert untold.usually_missed == ["beds"]


def test_a_plan_beyond_the_money_of_a_future_is_not_held_against_its_bound(tmp_path):
    unit = np.linspace(0, 1, 40)[:, None]
    names = {"plan_level_targets_1": 0.9, "best_level_targets_1": 1.0}
    outcomes = [
        Outcome(name, name[:4], "level", "share", name, name, level="targets_1") for name in names
    ] + [Outcome("plan_money_above_outlay", "plan", "money", "million yuan", "超", "above", county="city")]
    columns = {name: np.full(40, value) for name, value in names.items()}
    columns["plan_money_above_outlay"] = np.where(unit[:, 0] < 0.5, 3.0, 0.0)
    table = answered(write_futures(tmp_path / "set", [factor("a")], unit, outcomes, columns)).tables["regret"]
    assert table["below_bound"].tolist() == [20]
