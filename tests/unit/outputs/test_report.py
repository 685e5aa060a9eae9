"""The report as text: it stands alone, says what the manifest says, and escapes what it is given."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from sim.outputs.report import render_report
from sim.outputs.report.charts import charts
from sim.outputs.report.gantt import gantt_bars
from sim.outputs.texts import LANGUAGES, texts

PARTS = (
    "answer",
    "priorities",
    "leaning",
    "indicators",
    "causes",
    "projects",
    "levels",
    "certificate",
    "sign",
)
DRAWN = ("pyramid", "heat-with", "heat-without", "gantt", "cash", "tail")


@pytest.fixture(scope="module")
def pages(nanchang, nanchang_tables, nanchang_manifest):
    return {lang: render_report(nanchang, nanchang_tables, nanchang_manifest, lang) for lang in LANGUAGES}


def own(page: str) -> str:
    """The page without the text of plotly."""
    return re.sub(r"<script>.{1000000,}?</script>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_loads_nothing(pages, lang):
    page = own(pages[lang])
    assert not re.search(r"https?://", page)
    assert not re.search(r"<(script|img|iframe|object)[^>]*\ssrc", page)
    assert not re.search(r"<link|@import|url\(", page)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_plotly_stands_in_it_once(pages, lang):
    assert pages[lang].count("* plotly.js v") == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_part_stands_in_it_in_order(pages, lang):
    page = own(pages[lang])
    places = [page.index(f'id="{name}"') for name in PARTS]
    assert places == sorted(places)
    for name in DRAWN:
        assert f'id="chart-{name}" role="img" aria-label=' in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_what_the_manifest_says(pages, nanchang, nanchang_manifest, lang):
    words, page = texts(nanchang, lang), own(pages[lang])
    counts = nanchang_manifest["targets"]
    assert f"<b>{counts['met']} / {counts['in_program']}</b>" in page
    for amount in nanchang_manifest["cost_figures"].values():
        assert f"<b>{words.money(amount)}</b>" in page
    for key in ("run_id", "input_hash", "report_date", "version"):
        assert f"<dd>{nanchang_manifest[key]}</dd>" in page
    for level in nanchang_manifest["levels"]:
        assert f"{level['value']:,.4f}" in page
    for row in nanchang_manifest["leaning"]:
        assert words.tokens(row["name"]) in page
    for resource in counts["missed"]:
        assert words.code("resource", resource) in page
    checks = len(nanchang_manifest["certificate"]["checks"])
    assert str(checks) in page[page.index('id="certificate"') :]


def test_a_target_year_in_the_past_is_marked(pages, nanchang, nanchang_tables, nanchang_manifest):
    assert "回溯测算" in pages["zh"]
    assert "Retrospective calculation" in pages["en"]
    ahead = _with_scenario(nanchang, report_date=nanchang.loaded.scenario.report_date.replace(year=2021))
    assert "回溯测算" not in render_report(ahead, nanchang_tables, nanchang_manifest, "zh")


def test_every_indicator_stands_with_its_state_in_words_and_its_line(pages, nanchang, nanchang_tables):
    page, words = own(pages["zh"]), texts(nanchang, "zh")
    for row in nanchang_tables["indicators"].to_dict("records"):
        assert f"<td>{row['no']}</td>" in page
        assert f'<td class="seed">{row["seed_line"]}</td>' in page
        later = row["last_year"] not in ("", row["base_year"])
        said = words.code("state", row["state"])
        if row["state"] == "monitor_on" and not later:
            said = words["state.no_later_value"]
        assert f'class="state state-{row["state"]}">{said}<' in page


def test_a_level_without_targets_says_none(pages):
    start = pages["zh"].index('id="priorities"')
    assert "无" in pages["zh"][start : start + 2000]


def test_a_malicious_title_is_escaped(nanchang, nanchang_tables, nanchang_manifest):
    title = nanchang.loaded.scenario.title.model_copy(update={"zh": "<script>alert(1)</script>"})
    evil = _with_scenario(nanchang, title=title)
    page = render_report(evil, nanchang_tables, nanchang_manifest, "zh")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_chart_data_cannot_end_its_script(pages):
    data = re.search(r'id="chart-data">(.*?)</script>', pages["zh"], flags=re.DOTALL).group(1)
    assert "<" not in data
    assert [chart["div"] for chart in json.loads(data)] == [f"chart-{name}" for name in DRAWN]


def test_the_same_run_gives_the_same_page(pages, nanchang, nanchang_tables, nanchang_manifest):
    assert render_report(nanchang, nanchang_tables, nanchang_manifest, "en") == pages["en"]


def test_a_failing_certificate_is_said_on_top(nanchang, nanchang_tables, nanchang_manifest):
    checks = [dict(check) for check in nanchang_manifest["certificate"]["checks"]]
    checks[0] |= {"ok": False, "worst": None}
    record = nanchang_manifest | {"certificate": {"ok": False, "checks": checks}}
    page = own(render_report(nanchang, nanchang_tables, record, "en"))
    assert "do not decide on this report" in page
    assert f"1 of {len(checks)} checks do not hold: {checks[0]['name']}" in page


def test_a_plan_without_projects_can_be_read(nanchang, nanchang_tables, nanchang_manifest):
    empty = {name: nanchang_tables[name].iloc[:0] for name in ("projects", "ledger")}
    page = render_report(nanchang, nanchang_tables | empty, nanchang_manifest, "en")
    assert "The plan starts no project." in page


def test_cash_adds_up_to_the_ledger(nanchang, nanchang_tables):
    drawn = {chart.name: chart for chart in charts(nanchang, nanchang_tables, texts(nanchang, "zh"))}
    ledger = nanchang_tables["ledger"]
    nominal = ledger[ledger["price_basis"] == "nominal"]["amount_fen"].sum() / 100 / 1e8
    assert sum(sum(trace["y"]) for trace in drawn["cash"].data) == pytest.approx(nominal, abs=0.01)


def test_the_pyramid_holds_everybody_men_left(nanchang, nanchang_tables):
    pyramid = charts(nanchang, nanchang_tables, texts(nanchang, "zh"))[0]
    time, people = nanchang.loaded.scenario.time, nanchang_tables["population"]
    wanted = people[people["year"] == time.target_year]["persons"].sum() / 1e4
    men, women = (trace["x"] for trace in pyramid.data[:2])
    assert max(men) <= 0 <= min(women)
    assert sum(women) - sum(men) == pytest.approx(wanted, abs=0.01)


def test_bars_of_one_lane_never_overlap_and_hold_every_unit(nanchang, nanchang_tables):
    projects = nanchang_tables["projects"]
    order = [str(p) for p in nanchang.stages.rules.projects["project"].values]
    bars = gantt_bars(projects, order, texts(nanchang, "en"))
    assert sum(bar.units for bar in bars) == projects["units"].sum()
    for lane in {bar.lane for bar in bars}:
        of_lane = sorted((b for b in bars if b.lane == lane), key=lambda b: b.start)
        assert len({b.project for b in of_lane}) == 1
        assert all(a.start + a.length <= b.start for a, b in pairwise(of_lane))


def _with_scenario(result, **changes):
    scenario = result.loaded.scenario.model_copy(update=changes)
    return replace(result, loaded=replace(result.loaded, scenario=scenario))
