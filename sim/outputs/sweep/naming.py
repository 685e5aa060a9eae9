"""The words of a sweep: its texts, and the names of its factors, outcomes, targets, projects, counties."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sim.names import CITY
from sim.outputs.texts import Texts, common_words, plain
from sim.shipped import folder
from sim.sweep.analysis.interests import Interest
from sim.sweep.analysis.reading import Dataset, Factor
from sim.sweep.analysis.thresholds import threshold_rows

_HERE = Path(__file__).resolve().parent
_NAMES = {
    "resource": ("resources.csv", "resource", {"zh": "name_zh", "en": "name_en"}),
    "project": ("projects/types.csv", "project", {"zh": "name_zh", "en": "name_en"}),
    "county": ("counties.csv", "county", {"zh": "county_name", "en": "county_name_en"}),
}
PLAIN_UNITS = ("", "1", "-")


def sweep_words(lang: str) -> Texts:
    """Return the words of a sweep: those of every page, its own, and the names of the shipped tables.

    Raises:
        KeyError: the language is neither zh nor en.
    """
    words = common_words(lang) | {row["key"]: row[lang] for row in _rows(_HERE / "texts.csv")}
    words |= {f"head.{row['table']}.{row['column']}": row[f"head_{lang}"] for row in dictionary()}
    words |= {f"reason.{row['name']}": row[f"reason_{lang}"] for row in threshold_rows()}
    return Texts(lang, {**words, **_names(lang), f"county.{CITY}": words["sweep.city"]})


def dictionary() -> tuple[dict[str, str], ...]:
    """Return what each column of each table is, in both languages."""
    return _rows(_HERE / "columns.csv")


def factor_name(data: Dataset, name: str, words: Texts) -> str:
    """Return the title of a factor."""
    return _factor(data, name).title[words.lang]


def factor_value(data: Dataset, name: str, value: float, words: Texts) -> str:
    """Return a value of a factor with its unit."""
    unit = _factor(data, name).unit
    return plain(value) if unit in PLAIN_UNITS else words.figure(value, unit)


def distribution_text(data: Dataset, name: str, words: Texts) -> str:
    """Return how a factor is drawn."""
    said = {
        key: words["join"].join(plain(float(v)) for v in value) if isinstance(value, list) else plain(value)
        for key, value in _factor(data, name).distribution.items()
        if key not in ("kind", "weights")
    }
    return words.say(f"sweep.distribution.{_factor(data, name).distribution['kind']}", **said)


def outcome_name(interest: Interest, words: Texts) -> str:
    """Return the title of an outcome, with whose it is."""
    outcome = interest.outcome
    title = outcome.title_zh if words.lang == "zh" else outcome.title_en
    if outcome.kind == "level":
        kind, _, rank = outcome.level.rpartition("_")
        short = words.say("sweep.level_short", n=rank)
        title = short if kind == "targets" else level_title(outcome.level, words)
    elif outcome.kind == "short" and f"resource.{outcome.resource}" in words.words:
        title = words.say("sweep.short", name=words.code("resource", outcome.resource))
    return words.say(f"sweep.outcome.{interest.of}", title=title)


def level_title(name: str, words: Texts) -> str:
    """Return the name of a level of the program."""
    kind, _, rank = name.rpartition("_")
    return words.say("level.targets", n=rank) if kind == "targets" else words.code("level", name)


def unit_name(unit: str, words: Texts) -> str:
    """Return a unit in words, empty for plain numbers."""
    if unit in PLAIN_UNITS:
        return ""
    return words.words.get(f"level_unit.{unit}", words.code("unit", unit))


def _factor(data: Dataset, name: str) -> Factor:
    return next(factor for factor in data.factors if factor.name == name)


@cache
def _names(lang: str) -> dict[str, str]:
    return dict(_named(lang))


def _named(lang: str) -> Iterator[tuple[str, str]]:
    for kind, (file, code, column) in _NAMES.items():
        for row in _rows(folder("params") / file):
            yield f"{kind}.{row[code]}", row[column[lang]]


@cache
def _rows(path: Path) -> tuple[dict[str, str], ...]:
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
