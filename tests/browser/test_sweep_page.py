"""The page of a sweep in a real browser: every chart is drawn, no script fails, no network is asked."""

from __future__ import annotations

import re

import pytest

from sim.outputs.sweep.writing import write_report
from sim.outputs.texts import LANGUAGES
from tests.browser.browsing import assert_faultless, drawn, looked_at
from tests.futures import plan_futures

CHARTS = (
    "bars-1",
    "bars-2",
    "decides",
    "tornado-1",
    "tornado-2",
    "tornado-3",
    "met-plan",
    "met-best",
    "wanted",
)
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=LANGUAGES)
def seen(request, chromium, tmp_path_factory):
    folder = plan_futures(tmp_path_factory.mktemp("sweep") / "set", n=200)
    page = write_report(folder, request.param)
    return looked_at(chromium, page)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_with_marks(seen, name):
    inside = drawn(seen.stdout, name)
    assert '<svg class="main-svg"' in inside
    assert re.search(r'class="point"|class="points"|class="hm"', inside)


def test_no_script_fails_and_nothing_is_refused(seen):
    assert_faultless(seen)
