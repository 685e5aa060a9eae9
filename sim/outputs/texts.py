"""Every text of the workbook and of the report, and how numbers and money are said, by language."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from sim.evidence.book import Book
from sim.names import CITY
from sim.scenario.reading import LoadedScenario
from sim.stages import Stages

LANGUAGES = ("zh", "en")
_HERE = Path(__file__).resolve().parent


class Named(Protocol):
    """What names are taken from: a run, or one read back."""

    @property
    def loaded(self) -> LoadedScenario:
        """The scenario."""

    @property
    def book(self) -> Book:
        """The tables."""

    @property
    def stages(self) -> Stages:
        """The stages without the plan."""


@dataclass(frozen=True)
class Texts:
    """The words of one language: texts by key, names and codes by `kind.code`."""

    lang: str
    words: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        """The text of a key; a missing text raises KeyError."""
        return self.words[key]

    def say(self, key: str, *args: object, **values: object) -> str:
        """Return the text of a key with its places filled in."""
        return self.words[key].format(*args, **values)

    def code(self, kind: str, code: object) -> str:
        """Return the name of a code, the code itself where it has none."""
        return self.words.get(f"{kind}.{code}", str(code))

    def number(self, key: str) -> float:
        """Return a text that is a number."""
        return float(self.words[key])

    def listed(self, parts: Iterable[str]) -> str:
        """Return the parts as one list, `none` if there is no part."""
        return self["join"].join(parts) or self["none"]

    def money(self, yuan: float) -> str:
        """Return an amount in the large or the small unit of money of the language."""
        size = "large" if abs(yuan) >= self.number("money.switch") else "small"
        return self.say(f"money.{size}", yuan / self.number(f"money.{size}_unit"))

    def people(self, persons: float) -> str:
        """Return a number of residents in the unit of the language."""
        return self.say("people.text", persons / self.number("people.unit"))

    def tokens(self, name: str) -> str:
        """Return a figure's name of several codes, each in words."""
        kinds = ("token", "project", "resource", "fund", "county", "group")
        return self["part"].join(
            next((self.words[f"{kind}.{part}"] for kind in kinds if f"{kind}.{part}" in self.words), part)
            for part in name.split(" ")
        )

    def figure(self, value: float | None, unit: str) -> str:
        """Return a figure with its unit, shares and rates as percent."""
        if value is None or math.isnan(value):
            return ""
        if f"percent.{unit}" in self.words:
            return self.say(f"percent.{unit}", round(value * 100, 6))
        return f"{plain(value)} {self.code('unit', unit)}"


def texts(result: Named, lang: str) -> Texts:
    """Return the words of a language, with the names of the run's counties, resources and projects.

    Raises:
        KeyError: the language is neither zh nor en.
    """
    words = common_words(lang)
    return Texts(lang, words | _names(result, words))


def common_words(lang: str) -> dict[str, str]:
    """Return the texts that every page shares, without the names of a run.

    Raises:
        KeyError: the language is neither zh nor en.
    """
    return dict(_texts()[lang])


def plain(value: float, digits: int = 4) -> str:
    """Return a number for a page: whole from 100 on, else `digits` significant digits."""
    if math.isnan(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == round(value) else f"{value:.{digits}g}"


def percent(share: float, digits: int = 1) -> str:
    """Return a share as percent; a share below 1 is never rounded up to 100 %."""
    shown = round(share * 100, digits)
    if share < 1 <= shown / 100:
        shown = 100 - 10.0**-digits
    return f"{shown:.{digits}f}%"


@cache
def _texts() -> dict[str, dict[str, str]]:
    with (_HERE / "texts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {lang: {row["key"]: row[lang] for row in rows} for lang in LANGUAGES}


def _names(result: Named, words: Mapping[str, str]) -> dict[str, str]:
    """Names of codes from the tables of the run, `kind.code` to name."""
    book, name = result.book, words["column.name"]
    counties = list(book["counties"].where(city=result.loaded.scenario.city))
    names = {f"county.{row['county']}": row[words["column.county"]] for row in counties}
    names[f"county.{CITY}"] = counties[0][words["column.city"]]
    names |= {f"resource.{row['resource']}": row[name] for row in book["resources"]}
    names |= {f"resource_unit.{row['resource']}": row[words["column.unit"]] for row in book["resources"]}
    names |= {f"project.{row['project']}": row[name] for row in book["projects/types"]}
    names |= {f"fund.{row['fund']}": row[name] for row in book["funds/funds"]}
    names |= {f"source.{row['source']}": row["title"] for row in book["sources"]}
    return names | {
        f"indicator.{item.label}": str(getattr(item, words["column.indicator"]))
        for item in (*result.stages.indicators, *result.stages.planning_rules)
    }
