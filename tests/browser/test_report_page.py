"""The report in a real browser: every chart is drawn, no script fails, nothing is asked of a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from sim.outputs.report import render_report
from sim.outputs.texts import LANGUAGES

CHARTS = ("pyramid", "heat-with", "heat-without", "gantt", "cash", "tail")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail("no chromium: CI must open the report in a browser")
    pytest.skip("no chromium on this machine")


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, nanchang, nanchang_tables, nanchang_manifest, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    text = render_report(nanchang, nanchang_tables, nanchang_manifest, request.param)
    path.write_text(text, encoding="utf-8")
    return path


def browse(chromium, page, *arguments):
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = [chromium, *FLAGS, profile, "--virtual-time-budget=15000", *arguments, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def seen(chromium, page):
    return browse(chromium, page, "--window-size=1280,2000", "--enable-logging=stderr", "--dump-dom")


def drawn(dom: str, name: str) -> str:
    """The inside of a chart's element, to the table beside it."""
    start = dom.index(f'id="chart-{name}"')
    return dom[start : dom.index("<details", start)]


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
