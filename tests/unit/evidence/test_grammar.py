from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evidence.dictionary import rules
from sim.evidence.grammar import ASKS, EMPTY, NUMBER, Ask, grammar_problems
from sim.evidence.tables import Row, read_table
from sim.shipped import folder

COLUMNS = tuple(rules()["plans/indicators"].columns)
HELD = {
    "indicator": "1", "measure": "level", "per": "", "parent": "", "reference": "", "bound": "at_least",
    "baseline": "5", "baseline_as": "number", "target": "8", "target_high": "", "target_as": "number",
}  # fmt: skip
FITTING = {
    "zero": {"baseline": "0"},
    "range": {"bound": "range", "target_as": "range", "target_high": "9"},
    "empty": {"bound": "none", "target": ""},
    "none": {"target_as": "empty", "target": ""},
    "same_percentage": {
        "measure": "same_percentage", "target_as": "same_percentage", "target": "", "parent": "2"
    },
    "reference": {"target": "", "reference": "national_average"},
    "direction": {"target": ""},
    "dash": {"baseline": ""},
    "unstated": {"baseline": ""},
}  # fmt: skip
"What else a row must say when it uses a word."


def row(**cells: str) -> Row:
    return Row(dict.fromkeys(COLUMNS, "") | HELD | cells, "own/indicators.csv", 2, COLUMNS)


def _with_word(ask: Ask, word: str) -> dict[str, str]:
    fitting = FITTING.get(word, {})
    if (ask.column, word) == ("baseline_as", "empty"):
        fitting = {"baseline": ""}
    return {**fitting, ask.column: word}


def _breaking(ask: Ask) -> str:
    if ask.want == NUMBER:
        return ""
    return "7" if ask.want == EMPTY else "a word that is not allowed"


EVERY = [(ask, word) for ask in ASKS for word in ask.words]
IDS = [f"{ask.column} {word}: {ask.other}" for ask, word in EVERY]


@pytest.mark.parametrize(("ask", "word"), EVERY, ids=IDS)
def test_a_row_that_fits_its_words_is_held(ask: Ask, word: str) -> None:
    assert list(grammar_problems(row(**_with_word(ask, word)))) == []


@pytest.mark.parametrize(("ask", "word"), EVERY, ids=IDS)
def test_each_demand_broken_once_is_told_at_its_cell(ask: Ask, word: str) -> None:
    broken = row(**_with_word(ask, word) | {ask.other: _breaking(ask)})
    told = [p for p in grammar_problems(broken) if p.where == broken.where(ask.other)]
    assert any(p.allowed.endswith(f"where {ask.column} is {word}") for p in told)
    assert all(repr(broken[ask.other]) in p.found for p in told)


@pytest.mark.parametrize(
    ("cells", "column", "found"),
    [
        (FITTING["same_percentage"] | {"parent": ""}, "parent", "rises with"),
        ({"target_as": "reference", "target": ""}, "reference", "compared with"),
        ({"measure": "ratio_to_population", "per": "births"}, "per", "'births'"),
        ({"measure": "ratio_to_population", "per": "0"}, "per", "'0'"),
        ({"measure": "ratio_to_population", "per": ""}, "per", "''"),
        (
            {"target_as": "range", "bound": "range", "target": "9", "target_high": "3"},
            "target_high",
            "9 to 3",
        ),
    ],
)
def test_what_a_row_must_name(cells: dict[str, str], column: str, found: str) -> None:
    broken = row(**cells)
    assert [(p.where, found in p.found) for p in grammar_problems(broken)] == [(broken.where(column), True)]


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Rows of any words, fitting or not."""
    entries = rules()["plans/indicators"].columns
    words = {name: draw(st.sampled_from(entries[name].allowed)) for name in ("measure", "bound", "target_as")}
    words["baseline_as"] = draw(st.sampled_from(entries["baseline_as"].allowed))
    cells = {
        name: draw(st.sampled_from(["", "0", "3", "8.5"])) for name in ("baseline", "target", "target_high")
    }
    cells["per"] = draw(st.sampled_from(["", "1000", "level2_general_hospitals"]))
    return row(**words, **cells)


@given(rows())
def test_a_row_is_refused_if_and_only_if_a_demand_is_broken(found: Row) -> None:
    broken = [ask for ask in ASKS if ask.fault(found)]
    problems = list(grammar_problems(found))
    assert {found.where(ask.other) for ask in broken} <= {p.where for p in problems}
    named = {found.where(name) for name in ("parent", "reference", "per", "target_high")}
    assert {p.where for p in problems} <= {found.where(ask.other) for ask in broken} | named
    assert all(p.found and p.allowed for p in problems)


@given(rows(), st.sampled_from(ASKS))
def test_a_demand_speaks_only_of_rows_that_use_its_words(found: Row, ask: Ask) -> None:
    if found[ask.column] not in ask.words:
        assert ask.fault(found) == ""


def test_every_word_of_a_demand_is_a_word_of_the_dictionary() -> None:
    entries = rules()["plans/indicators"].columns
    for ask in ASKS:
        assert set(ask.words) <= set(entries[ask.column].allowed), ask
        if ask.want not in (NUMBER, EMPTY) and entries[ask.other].allowed:
            assert set(ask.want) <= set(entries[ask.other].allowed), ask


def test_every_row_of_the_shipped_plans_fits() -> None:
    for path in sorted((folder("params") / "plans").glob("*/indicators.csv")):
        for found in read_table(path, "plans/indicators", path.parent.name):
            assert list(grammar_problems(found)) == [], found.line
