"""An offer: one figure of a table that the city may replace, with its names, bounds and provenance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.evidence.dictionary import Entry

DOUBTFUL = ("estimate", "assumption")
"Qualities of figures that are ours, not anybody's record."


@dataclass(frozen=True)
class Name:
    """A code and what it is called; every one of the three means the same."""

    code: str
    zh: str
    en: str
    others: tuple[str, ...] = ()

    def said(self, lang: str) -> str:
        """The name in a language."""
        return self.zh if lang == "zh" else self.en

    @property
    def all(self) -> tuple[str, ...]:
        """Every word that means it."""
        return (self.code, self.zh, self.en, *self.others)

    def __add__(self, other: Name) -> Name:
        """Two names, one after the other."""
        return Name(
            f"{self.code} {other.code}".strip(),
            f"{self.zh} {other.zh}".strip(),
            f"{self.en} {other.en}".strip(),
        )


NOBODY = Name("", "", "")


@dataclass(frozen=True)
class Limit:
    """What a figure may be."""

    minimum: float = -math.inf
    maximum: float = math.inf
    whole: bool = False

    @classmethod
    def of(cls, entry: Entry) -> Limit:
        """The limit the dictionary states."""
        return cls(entry.minimum, entry.maximum, entry.type == "int")

    def holds(self, value: float) -> bool:
        """Return whether a figure is within the limit."""
        return self.minimum <= value <= self.maximum and (not self.whole or value == int(value))

    @property
    def words(self) -> str:
        """The limit in words."""
        low = "" if self.minimum == -math.inf else f">= {self.minimum:g}"
        high = "" if self.maximum == math.inf else f"<= {self.maximum:g}"
        kind = "a whole number" if self.whole else "a number"
        return ", ".join(filter(None, (kind, low, high)))


@dataclass(frozen=True)
class Offer:
    """One figure that may be replaced.

    Attributes:
        sheet: sheet of the template it stands on.
        table: name of its table in the dictionary.
        key: cells of the key columns, in the order of the dictionary.
        column: column that holds the figure.
        place, item, detail: what it is, in words.
        unit: unit of the figure, as in the tables.
        limit: what it may be.
        value: our figure, NaN where there is none.
        quality, source, reason, reason_zh: where our figure comes from ('' where there is none).
        year: year the new figure is asked for.
        fixed_year: whether a figure of another year is refused.
    """

    sheet: str
    table: str
    key: tuple[tuple[str, str], ...]
    column: str
    place: Name
    item: Name
    detail: Name
    unit: str
    limit: Limit
    value: float
    quality: str
    source: str
    reason: str
    reason_zh: str
    year: int
    fixed_year: bool = False

    @property
    def code(self) -> str:
        """What names the row in the workbook, unique over all sheets."""
        cells = [text for _, text in self.key]
        return "|".join((self.table, *cells, *([] if self.column == "value" else [self.column])))

    @property
    def doubtful(self) -> bool:
        """Whether our figure is an estimate or an assumption."""
        return self.quality in DOUBTFUL

    @property
    def is_share(self) -> bool:
        """Whether percent is meaningful."""
        return self.unit in ("share", "per year")


@dataclass(frozen=True)
class Filled:
    """A new figure for an offer.

    Attributes:
        offer: what it replaces.
        value: the figure, in the unit of the offer.
        quality, year, source: its provenance; the source in the words of the city.
        place: where it was read, `FILE:SHEET!C7`.
        derived: whether it follows from other new figures and was not itself typed.
    """

    offer: Offer
    value: float
    quality: str
    year: int
    source: str
    place: str
    derived: bool = False
