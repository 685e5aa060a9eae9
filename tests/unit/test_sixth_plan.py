"""A plan the code has never seen, invented from end to end, is read, planned, certified and reported."""

from __future__ import annotations

import numpy as np
import pytest

from sim.outputs.folder import write_run
from sim.pipeline import RunResult, run
from tests.sixth import sixth

BASE, TARGET = 2020, 2023


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run(str(sixth(tmp_path_factory.mktemp("plan"))))


def _need(result: RunResult, resource: str) -> list[float]:
    return result.case.need.sel(resource=resource).values.tolist()


def test_it_is_planned_and_certified(result):
    assert result.certificate.ok, result.certificate.failed
    entered = {item.number: item.resource for item in result.stages.targets}
    assert entered == {
        "1": "beds", "2": "physicians", "3": "nurses", "4": "childcare_places", "5": "geriatric_wards",
        "T1": "emergency_points", "R1": "psychiatric_wards", "R2": "psychological_clinics",
    }  # fmt: skip
    assert float(result.gaps["shortfall"].sel(year=TARGET, county="city").sum()) < 1e-6


def test_its_people_are_those_of_its_tables(result):
    people = result.stages.people.sel(year=BASE)
    assert {str(c): round(float(people.sel(county=c))) for c in people["county"].values} == {
        "990001": 320_000, "990002": 150_000, "990003": 80_000
    }  # fmt: skip


def test_a_share_an_increment_and_ratios_are_needs(result):
    assert sum(_need(result, "geriatric_wards")) == pytest.approx(0.75 * 4)
    assert sum(_need(result, "emergency_points")) == pytest.approx(2)
    people = result.stages.people.sel(year=TARGET).values
    np.testing.assert_allclose(_need(result, "beds"), 5.3 / 1000 * people)


def test_a_conditional_rule_asks_one_thing_of_large_counties_and_another_of_small_ones(result):
    assert _need(result, "psychiatric_wards") == [1, 0, 0]
    assert _need(result, "psychological_clinics") == [0, 1, 1]
    built = result.solution.plan.started.sum("start_year")
    assert built.sel(project="psychiatric_ward_conversion").values.tolist() == [1, 0, 0]
    assert built.sel(project="psychological_clinic").values.tolist() == [0, 1, 0], "one stands in the third"


def test_a_share_that_is_not_planned_is_still_said(result):
    asked = result.stages.rule_needs.sel(rule="R3", year=TARGET)
    np.testing.assert_allclose(asked, 0.02 * np.array(_need(result, "beds")))


def test_a_committed_work_opens_by_itself(result):
    served = result.stages.supply["committed"].sel(resource="beds")
    assert served.sel(county="990002").values.tolist() == [0, 0, 60, 60]
    assert float(served.drop_sel(county="990002").sum()) == 0
    assert {work.row["work"]: work.why_not for work in result.stages.works}["P4"] == "no_opening_year"
    cause = result.stages.causes.sel(cause="committed_works", resource="beds")
    assert float(cause.sum()) == pytest.approx(-60)


def test_the_result_is_shown_with_and_without_the_assumed_baseline(result):
    bare = result.without_assumed
    assert bare is not None
    assert bare.certificate.ok
    left_out = {t.number for t in result.stages.targets} - {t.number for t in bare.stages.targets}
    assert left_out == {"4"}
    assert next(i for i in bare.stages.indicators if i.number == "4").why_not() == "unknown_baseline"
    assert next(i for i in result.stages.indicators if i.number == "4").assumed
    assert result.figures["capital_outlay_yuan"] > bare.figures["capital_outlay_yuan"]


def test_a_figure_after_the_data_cut_off_does_not_enter(result):
    found = result.stages.tracks["6"]
    assert (found.last_year, found.last_value, found.state) == (2020, 4.8, "monitor_on")
    assert result.stages.tracks["7"].target == 24
    assert result.stages.tracks["7/text"].target == 26


def test_its_run_folder_is_written(result, tmp_path):
    folder = write_run(result, tmp_path, "zh", {})
    page = (folder / "report.html").read_text(encoding="utf-8")
    for words in ("试验市", "试乙县医院住院楼", "急诊观察床", "含假定基期", "虚构：代替空白的基期"):
        assert words in page, words
