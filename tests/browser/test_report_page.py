"""The report in a real browser: every chart is drawn, no script fails, nothing is asked of a network."""

from __future__ import annotations

import re

import pytest

from sim.outputs.report import render_report
from sim.outputs.texts import LANGUAGES
from tests.browser.browsing import browse, drawn, looked_at

CHARTS = ("pyramid", "heat-with", "heat-without", "gantt", "cash", "tail")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, nanchang, nanchang_tables, nanchang_manifest, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    text = render_report(nanchang, nanchang_tables, nanchang_manifest, request.param)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def seen(chromium, page):
    return looked_at(chromium, page)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_with_marks(seen, name):
    inside = drawn(seen.stdout, name)
    assert '<svg class="main-svg"' in inside
    marks = len(re.findall(r'class="point"|class="heatmap-label"|<image', inside))
    assert marks > 0


@pytest.mark.parametrize("name", ["cash", "tail"])
def test_the_bars_of_years_stand_apart(seen, name):
    places = {m.split(",")[0] for m in re.findall(r'<path d="M([0-9.]+,[0-9.-]+)V', drawn(seen.stdout, name))}
    assert len(places) >= 10


def test_no_script_fails_and_nothing_is_refused(seen):
    root = re.search(r"<html[^>]*>", seen.stdout).group(0)
    assert 'data-charts="drawn"' in root
    assert "data-errors" not in root
    complaints = [line for line in seen.stderr.splitlines() if "CONSOLE" in line]
    assert complaints == []


def test_a_picture_of_the_page_can_be_taken(chromium, page):
    picture = page.parent / "page.png"
    browse(chromium, page, "--window-size=1280,6000", f"--screenshot={picture}")
    assert picture.stat().st_size > 100_000
