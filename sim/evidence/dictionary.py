"""The one dictionary of `params/`: type, unit, bounds and meaning of each column and parameter."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sim.shipped import folder

_NUMBER = {
    "int": re.compile(r"-?(0|[1-9][0-9]*)"),
    "float": re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"),
}
NUMBER = _NUMBER["float"]
_NOT_A_FIGURE = " (NaN and infinity are not figures; leave an unknown figure empty)"


@dataclass(frozen=True)
class Entry:
    """One row of `params/dictionary.csv`."""

    table: str
    name: str
    kind: str
    type: str
    units: tuple[str, ...]
    minimum: float
    maximum: float
    allowed: tuple[str, ...]
    optional: bool
    meaning: str

    def fault(self, text: str) -> str:
        """Return what is allowed if `text` is not a legal cell of this column, else ''."""
        if text == "":
            return "" if self.optional else "a value"
        if self.allowed and text not in self.allowed:
            return ", ".join(self.allowed)
        return self._fault_of_number(text) if self.type in ("int", "float") else ""

    def _fault_of_number(self, text: str) -> str:
        kind = "a whole number" if self.type == "int" else "a number"
        if not _NUMBER[self.type].fullmatch(text):
            words = text.strip().lower().lstrip("+-") in ("nan", "inf", "infinity")
            return f"{kind}{_NOT_A_FIGURE}" if words else kind
        number = float(text)
        if not math.isfinite(number):
            return f"{kind}{_NOT_A_FIGURE}"
        return "" if self.holds(number) else self.bounds_with_unit

    def holds(self, number: float) -> bool:
        """Return whether `number` is within the bounds."""
        return self.minimum <= number <= self.maximum

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        return f"{self.minimum:g} to {self.maximum:g}"

    @property
    def bounds_with_unit(self) -> str:
        """The bounds in words, with the unit of a measured figure."""
        unit = " or ".join(self.units) if self.type == "float" else ""
        return f"{self.bounds} {unit}".rstrip()


@dataclass(frozen=True)
class TableRules:
    """Columns and parameters of one table, and what its figures amount to (`derived`), with bounds."""

    columns: Mapping[str, Entry]
    parameters: Mapping[str, Entry]
    derived: Mapping[str, Entry]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that together name a row."""
        return tuple(name for name, entry in self.columns.items() if entry.kind == "key")


def _entry(row: Mapping[str, str]) -> Entry:
    return Entry(
        table=row["table"],
        name=row["name"],
        kind=row["kind"],
        type=row["type"],
        units=tuple(filter(None, row["unit"].split("|"))),
        minimum=float(row["minimum"] or -math.inf),
        maximum=float(row["maximum"] or math.inf),
        allowed=tuple(filter(None, row["allowed"].split("|"))),
        optional=row["optional"] == "yes",
        meaning=row["meaning"],
    )


@cache
def rules() -> Mapping[str, TableRules]:
    """Return the rules of every table, by table name (folders separated by `/`)."""
    with (folder("params") / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        entries = [_entry(row) for row in csv.DictReader(file)]
    tables: dict[str, TableRules] = {}
    for entry in entries:
        known = tables.setdefault(entry.table, TableRules({}, {}, {}))
        target = {"parameter": known.parameters, "derived": known.derived}.get(entry.kind, known.columns)
        assert isinstance(target, dict)
        target[entry.name] = entry
    return tables
