"""The tables of the page: the tables of the report in words, as cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sim.outputs.sweep.naming import (
    distribution_text,
    factor_name,
    factor_value,
    level_title,
    outcome_name,
    unit_name,
)
from sim.outputs.texts import Texts, percent, plain
from sim.sweep.analysis.answering import Answered

SHOWN = 400
"Rows of a table on the page; the file has all."
_SHARES = ("share", "low", "high", "coverage", "density", "share_above", "least_coverage")
_LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "outcomes": ("of",),
    "settled": ("measure",),
    "factors": ("factor", "title_zh", "title_en"),
    "discovery": ("told",),
    "regret": ("q005", "q025", "q075", "low", "high", "comparable"),
}
_TEXT = ("of", "kind", "unit", "measure", "told", "side", "reason", "path", "source")


@dataclass(frozen=True)
class Shown:
    """A table on the page.

    Attributes:
        head: names of the columns.
        rows: cells.
        numbers: places of the columns that are numbers.
        more: says how many rows stand only in the file, '' if none.
    """

    head: list[str]
    rows: list[list[str]]
    numbers: list[int]
    more: str


def shown(found: Answered, name: str, words: Texts, table: pd.DataFrame | None = None) -> Shown:
    """Return a table of the report for the page.

    Args:
        found: the answers.
        name: of the table.
        words: of the page.
        table: its rows to show; all where nothing is said.
    """
    whole = found.tables[name] if table is None else table
    columns = [str(c) for c in whole.columns if c not in _LEFT_OUT.get(name, ())]
    records = whole.head(SHOWN).to_dict("records")
    rows = [[cell(found, column, row, words) for column in columns] for row in records]
    head = [words[f"head.{name}.{column}"] for column in columns]
    if name == "factors":
        head = [words["head.indices.factor"], *head]
        rows = [[row[f"title_{words.lang}"], *cells] for row, cells in zip(records, rows, strict=True)]
    extra = len(whole) - len(records)
    more = words.say("sweep.more", n=extra, table=name) if extra else ""
    return Shown(head, rows, _numbers(head, rows), more)


def cell(found: Answered, column: str, row: Mapping[object, object], words: Texts) -> str:
    """Return one cell in words."""
    value = row[column]
    if value is None or value is pd.NA or value == "" or (isinstance(value, float) and math.isnan(value)):
        return words["sweep.reason.none"] if column == "reason" else words["sweep.unknown"]
    speak = _SPOKEN.get(column)
    if speak is not None:
        return speak(found, str(value), row, words)
    if isinstance(value, bool):
        return words["sweep.yes" if value else "sweep.no"]
    if column in _SHARES:
        return percent(float(str(value)))
    if column in _TEXT:
        return str(value)
    return plain(float(str(value)))


def _numbers(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns whose every cell begins like a number."""
    return [
        n
        for n in range(len(head))
        if rows
        and all(row[n][:1] in "-–0123456789—" for row in rows)
        and any(row[n][:1] not in "–—" for row in rows)
    ]


_Speak = Callable[[Answered, str, Mapping[object, object], Texts], str]


def _limit(found: Answered, value: str, row: Mapping[object, object], words: Texts) -> str:
    return factor_value(found.data, str(row["factor"]), float(value), words)


def _end(_: Answered, value: str, row: Mapping[object, object], __: Texts) -> str:
    return percent(float(value)) if "share" in row or "share_above" in row else plain(float(value))


def _factors(found: Answered, value: str, _: Mapping[object, object], words: Texts) -> str:
    return words["join"].join(factor_name(found.data, name, words) for name in value.split(" "))


_SPOKEN: Mapping[str, _Speak] = {
    "outcome": lambda found, value, _, words: outcome_name(found.interests[value], words),
    "factor": lambda found, value, _, words: factor_name(found.data, value, words),
    "other": lambda found, value, _, words: factor_name(found.data, value, words),
    "leading": _factors,
    "leading_half": _factors,
    "limit": _limit,
    "low": _end,
    "high": _end,
    "level": lambda _, value, __, words: level_title(value, words),
    "resource": lambda _, value, __, words: words.words.get(
        f"resource.{value}", words.code("sweep.resource", value)
    ),
    "project": lambda _, value, __, words: words.code("project", value),
    "county": lambda _, value, __, words: words.code("county", value),
    "of": lambda _, value, __, words: words[f"sweep.of.{value}"],
    "kind": lambda _, value, __, words: words[f"sweep.kind.{value}"],
    "measure": lambda _, value, __, words: words[f"sweep.measure.{value}"],
    "side": lambda _, value, __, words: words[f"sweep.side.{value}"],
    "unit": lambda _, value, __, words: unit_name(value, words) or words["sweep.unknown"],
    "distribution": lambda found, _, row, words: distribution_text(found.data, str(row["factor"]), words),
    "quality": lambda _, value, __, words: words.code("quality", value),
    "quasi_p": lambda _, value, __, ___: f"{float(value):.2g}",
}
