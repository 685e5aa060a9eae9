"""The page of a budget in a real browser: every chart is drawn, no script fails, no network is asked."""

from __future__ import annotations

import re

import pytest

from sim.budget.answering import Question, answered
from sim.evidence.book import open_book
from sim.outputs.budget.page import render
from sim.outputs.budget.saying import budget_words, first_screen
from sim.outputs.budget.tables import budget_tables
from sim.outputs.texts import LANGUAGES
from sim.scenario.reading import load_scenario
from tests.browser.browsing import assert_faultless, drawn, looked_at

CHARTS = ("curve", "resource", "tail-need", "tail-envelope")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def found():
    loaded = load_scenario("shangyou")
    return answered(loaded, open_book(loaded), Question(steps=5), 0.01)


@pytest.fixture(scope="module", params=LANGUAGES)
def page(request, found, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "budget.html"
    words = budget_words(found, request.param)
    path.write_text(render(found, budget_tables(found), "a-budget", words), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def seen(chromium, page):
    return looked_at(chromium, page)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_drawn_with_marks(seen, name):
    inside = drawn(seen.stdout, name)
    assert '<svg class="main-svg"' in inside
    assert re.search(r'class="point"|class="js-line"|class="points"', inside)


def test_no_script_fails_and_nothing_is_refused(seen):
    assert_faultless(seen)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_what_the_first_screen_says(found, lang):
    words, tables = budget_words(found, lang), budget_tables(found)
    text = re.sub(r"<script>.{1000000,}?</script>", "", render(found, tables, "x", words), flags=re.DOTALL)
    assert "{" not in re.sub(r"<(style|script)[^>]*>.*?</(style|script)>", "", text, flags=re.DOTALL)
    assert not re.search(r"https?://|<link|@import|url\(", text)
    for part in first_screen(found, tables, words):
        assert part.title in text
        for line in part.lines:
            assert line.startswith("  ") or line.replace("'", "&#39;") in text
