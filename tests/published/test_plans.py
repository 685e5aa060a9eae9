"""The tables of the five plans against the documents they were entered from, row by row."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from sim.evidence.tables import Row, Table, read_table
from sim.shipped import folder
from tests.printed import chinese, numbers, reads_as, squeeze
from tests.shared import shared

PLANS = ("nanchang", "panzhihua", "yancheng", "kunming", "shangyou")
TABLES = ("indicators", "projects", "rules", "tasks", "conflicts")
QUOTED = ("indicators", "projects", "rules", "tasks")
TABLE_ROWS = {"nanchang": 24, "panzhihua": 29, "yancheng": 0, "kunming": 0, "shangyou": 25}
FORCES = {"约束性": "binding", "预期性": "expected"}
LEAST = {
    "nanchang": {"table": 24, "text": 55, "projects": 56, "rules": 16, "tasks": 0, "conflicts": 3},
    "panzhihua": {"table": 29, "text": 102, "projects": 59, "rules": 13, "tasks": 0, "conflicts": 1},
    "yancheng": {"table": 0, "text": 41, "projects": 19, "rules": 7, "tasks": 103, "conflicts": 0},
    "kunming": {"table": 0, "text": 56, "projects": 23, "rules": 7, "tasks": 18, "conflicts": 1},
    "shangyou": {"table": 25, "text": 13, "projects": 36, "rules": 1, "tasks": 0, "conflicts": 2},
}
EXPLAINS = re.compile(r"read as|no (number|figure) is printed|is one unit|is 20\d\d|in \d+ counties|implies")
"What a note says where the adopted figure is not the one printed."
NUMBERS = {
    "indicators": ("baseline", "target", "target_high"),
    "projects": ("units", "floor_area", "land", "investment", "start_year", "open_year"),
    "rules": ("value", "low", "high", "threshold"),
}


@cache
def table(plan: str, name: str) -> Table:
    path = folder("params") / "plans" / plan / f"{name}.csv"
    return read_table(path, f"plans/{name}", f"{plan}/{name}.csv")


@cache
def lines_of(seed_file: str) -> tuple[str, ...]:
    return tuple((shared("seeds") / seed_file).read_text(encoding="utf-8").split("\n"))


def words_at(seed_file: str, place: str) -> str:
    first, _, last = place.partition("-")
    return squeeze("".join(lines_of(seed_file)[int(first) - 1 : int(last or first)]))


def figures_at(seed_file: str, place: str, value: float) -> bool:
    """Whether one of the lines prints the figure; two cells never join to one number."""
    first, _, last = place.partition("-")
    return any(reads_as(line, value) for line in lines_of(seed_file)[int(first) - 1 : int(last or first)])


def words(row: Row) -> str:
    """The lines a row names, without white space."""
    return words_at(row["seed_file"], row["seed_line"])


def missing_part(quote: str, text: str) -> str:
    """Return the first piece of a quote that does not stand in the text in its order, '' if all do."""
    place = 0
    for piece in quote.split(" | "):
        found = text.find(squeeze(piece), place)
        if found < 0:
            return piece
        place = found + len(squeeze(piece))
    return ""


@pytest.mark.parametrize("name", QUOTED)
@pytest.mark.parametrize("plan", PLANS)
def test_every_quote_stands_in_its_lines(plan: str, name: str) -> None:
    faults = []
    for row in table(plan, name):
        piece = missing_part(row["text"] if name == "tasks" else row["quote"], words(row))
        if piece:
            faults.append(f"{row.file}:{row.line}: {piece!r} is not in lines {row['seed_line']}")
    assert not faults, "\n".join(faults)


def _places(note: str) -> list[str]:
    """Return the lines a note names: `line 40`, `lines 212-218, 630`."""
    groups = re.findall(r"lines? ((?:\d+(?:-\d+)?(?:, | and )?)+)", note)
    return [place for group in groups for place in re.findall(r"\d+(?:-\d+)?", group)]


def _said(row: Row, column: str) -> bool:
    """Whether a figure is printed in its quote, or in a line its note names."""
    value = row.number(column)
    if reads_as(row["quote"], value):
        return True
    return any(figures_at(row["seed_file"], place, value) for place in _places(row["note"]))


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("plan", PLANS)
def test_every_figure_is_printed_or_its_reading_explained(plan: str, name: str) -> None:
    faults = []
    for row in table(plan, name):
        for column in NUMBERS[name]:
            if row[column] and not _said(row, column) and not EXPLAINS.search(row["note"]):
                faults.append(f"{row.file}:{row.line}: {column} {row[column]} is not in {row['quote']!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("plan", PLANS)
def test_targets_and_baselines_are_read_from_the_words_beside_them(plan: str) -> None:
    faults = []
    for row in table(plan, "indicators"):
        for kind in ("baseline", "target"):
            text, value = row[f"{kind}_text"], row.number(kind)
            stands = squeeze(text) in words(row) or any(
                squeeze(text) in words_at(row["seed_file"], place) for place in _places(row["note"])
            )
            if not stands:
                faults.append(f"{row.file}:{row.line}: {text!r} is in no line it names")
            if row[kind] and text and not reads_as(text, value) and not EXPLAINS.search(row["note"]):
                faults.append(f"{row.file}:{row.line}: {kind} {row[kind]} is not {text!r}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("plan", PLANS)
def test_every_row_of_the_printed_table_is_there_with_its_force(plan: str) -> None:
    rows = [row for row in table(plan, "indicators") if row["origin"] == "table"]
    assert len(rows) == TABLE_ROWS[plan]
    seed_file = next(iter(table(plan, "indicators")))["seed_file"]
    cells = {
        number: FORCES[cell.strip().rstrip("*")]
        for number, cell in enumerate(lines_of(seed_file), 1)
        if cell.strip().rstrip("*") in FORCES
    }
    found: dict[int, str] = {}
    for row in rows:
        first, _, last = row["seed_line"].partition("-")
        inside = [number for number in cells if int(first) <= number <= int(last or first)]
        assert len(inside) == 1, f"{row.file}:{row.line}: lines {row['seed_line']} hold forces {inside}"
        assert row["force"] == cells[inside[0]], f"{row.file}:{row.line}"
        found[inside[0]] = row["indicator"]
    assert found.keys() == cells.keys()
    assert all(row["force"] == "unstated" for row in table(plan, "indicators") if row["origin"] == "text")


def test_the_numbers_of_the_printed_tables_run_through() -> None:
    for plan in PLANS:
        rows = [row["indicator"] for row in table(plan, "indicators") if row["origin"] == "table"]
        whole = [int(match[0]) for name in rows if (match := re.match(r"\d+", name))]
        assert list(dict.fromkeys(whole)) == list(range(1, len(set(whole)) + 1)), plan
        prose = [row["indicator"] for row in table(plan, "indicators") if row["origin"] == "text"]
        numbered = [int(name[1:]) for name in dict.fromkeys(prose) if name.startswith("T")]
        assert numbered == list(range(1, len(numbered) + 1)), plan


def test_all_tasks_of_yancheng_are_there_in_order() -> None:
    rows = list(table("yancheng", "tasks"))
    assert [row["task"] for row in rows] == [str(n) for n in range(1, 104)]
    starts = [int(row["seed_line"].split("-")[0]) for row in rows]
    assert starts == sorted(set(starts))
    for row in rows:
        printed = words(row)
        assert printed.startswith(row["task"]), row["task"]
        text = printed.removeprefix(row["task"]).removeprefix(".")
        assert text.startswith(squeeze(row["text"])), row["task"]
        for column in ("lead", "participating"):
            assert squeeze(row[column]) in printed, f"{row['task']} {column}"
    headed = [line for line in lines_of(rows[0]["seed_file"]) if re.match(r"\s*\d{1,3}(\.\D|新增)", line)]
    assert len(headed) == 103


def test_tasks_name_bureaus_that_stand_in_the_document() -> None:
    for row in table("kunming", "tasks"):
        for name in (row["lead"], *filter(None, row["participating"].split(","))):
            assert any(squeeze(name) in squeeze(line) for line in lines_of(row["seed_file"])), row["task"]


@pytest.mark.parametrize("plan", PLANS)
def test_both_places_of_a_conflict_stand_as_quoted(plan: str) -> None:
    seed_file = next(iter(table(plan, "indicators")))["seed_file"]
    for row in table(plan, "conflicts"):
        for side in ("", "other_"):
            place = row[f"{side}place"]
            file, _, rest = place.rpartition("csv ")
            lines = _places(rest or place)
            assert lines, f"{row.file}:{row.line}: {place!r} names no line"
            if file:
                text = (shared("data/public") / f"{file}csv").read_text(encoding="utf-8").split("\n")
                ends = [int(end) for span in lines for end in span.split("-")]
                squeezed = squeeze("".join(text[min(ends) - 1 : max(ends)]))
                assert not missing_part(row[f"{side}quote"], squeezed), f"{row.file}:{row.line}: {place}"
                continue
            held = [not missing_part(row[f"{side}quote"], words_at(seed_file, span)) for span in lines]
            assert any(held), f"{row.file}:{row.line}: {row[f'{side}quote']!r} is not in {place}"


@pytest.mark.parametrize("plan", PLANS)
def test_nothing_entered_is_lost_again(plan: str) -> None:
    rows = {name: list(table(plan, name)) for name in TABLES}
    origin = Counter(row["origin"] for row in rows["indicators"])
    counts = {"table": origin["table"], "text": origin["text"]}
    counts |= {name: len(rows[name]) for name in ("projects", "rules", "tasks", "conflicts")}
    status = Counter(row["status"] for row in rows["projects"])
    print(f"\n{plan}: {counts}; projects by status {dict(status)}")
    short = {name: counts[name] for name, least in LEAST[plan].items() if counts[name] < least}
    assert not short


def test_readings_come_in_pairs_and_conflicts_point_to_them() -> None:
    for plan in PLANS:
        readings: dict[str, list[str]] = {}
        for row in table(plan, "indicators"):
            readings.setdefault(row["indicator"], []).append(row["reading"])
        for name, found in readings.items():
            assert found == [""] or (len(found) > 1 and all(found)), f"{plan} {name}: {found}"
        for row in table(plan, "conflicts"):
            assert not row["indicator"] or row["indicator"] in readings


def test_the_reader_reads_what_plans_print() -> None:
    printed = {
        "78.1左右": 78.1, "≥81、≥75": 75, "百分百": 100, "全覆盖": 100, "2。8名": 2.8, "3至10万人口": 30_000,
        "2.1万平方米": 21_000, "总投资7000万元": 70_000_000, "3亿元": 300_000_000, "占地10亩": 10, "3-4个": 4,
        "30~40名": 30, "六个": 6, "百名": 100, "每年降低0.5个百分点": -0.5, "6,255,007": 6_255_007,
    }  # fmt: skip
    for text, value in printed.items():
        assert reads_as(text, value), f"{text} {numbers(text)}"
    assert not reads_as("34个", 4)
    assert [chinese(word) for word in ("十二", "三百零五", "两万", "百")] == [12, 305, 20_000, 100]
