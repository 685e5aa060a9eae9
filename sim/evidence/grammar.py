"""The grammar of a plan's rows: what one axis asks of another (the words of each are in the dictionary)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.errors import Problem
from sim.evidence.tables import Row

NUMBER = "a number"
EMPTY = "an empty cell"


@dataclass(frozen=True)
class Ask:
    """Where `column` is one of `words`, `other` must be `want`: a number, an empty cell, or listed words."""

    column: str
    words: tuple[str, ...]
    other: str
    want: str | tuple[str, ...]

    def fault(self, row: Row) -> str:
        """Return what is allowed where a row breaks this, else ''."""
        if row[self.column] not in self.words:
            return ""
        cell = row[self.other]
        if self.want == NUMBER:
            held = cell != ""
        elif self.want == EMPTY:
            held = cell == ""
        else:
            held = cell in self.want
        return "" if held else f"{self._wanted()} where {self.column} is {row[self.column]}"

    def _wanted(self) -> str:
        return self.want if isinstance(self.want, str) else ", ".join(self.want)


ASKS = (
    Ask("baseline_as", ("number", "zero", "above", "below", "about"), "baseline", NUMBER),
    Ask("baseline_as", ("dash", "empty", "unstated"), "baseline", EMPTY),
    Ask("baseline_as", ("zero",), "baseline", ("0", "0.0")),
    Ask("target_as", ("number", "about", "range"), "target", NUMBER),
    Ask("target_as", ("empty", "direction", "same_percentage", "reference"), "target", EMPTY),
    Ask("target_as", ("range",), "target_high", NUMBER),
    Ask("target_as", ("number", "about", "empty", "direction", "reference"), "target_high", EMPTY),
    Ask("target_as", ("empty",), "bound", ("none",)),
    Ask("target_as", ("range",), "bound", ("range",)),
    Ask("bound", ("range",), "target_as", ("range",)),
    Ask("bound", ("none",), "target_as", ("empty", "direction")),
    Ask("measure", ("same_percentage",), "target_as", ("same_percentage",)),
    Ask("target_as", ("same_percentage",), "measure", ("same_percentage",)),
    Ask("measure", ("change_per_year",), "target_as", ("number", "about")),
)


def _residents(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0


def rule_problems(row: Row) -> Iterator[Problem]:
    """Yield what a planning rule of its kind needs and does not say."""
    if row["kind"] in ("above_residents", "up_to_residents") and not row["threshold"]:
        yield Problem(row.where("threshold"), f"{row['rule']} has no threshold", "a number of residents")
    if row["kind"] == "share_of_resource" and not row["of"]:
        yield Problem(row.where("of"), f"{row['rule']} is a share of nothing", "a resource")
    if row["kind"] == "one_per_residents" and row.number("value") <= 0:
        yield Problem(row.where("value"), f"value is {row['value']}", "residents for one unit, above 0")


def grammar_problems(row: Row) -> Iterator[Problem]:
    """Yield where the axes of one row of a plan contradict each other."""
    for ask in ASKS:
        allowed = ask.fault(row)
        if allowed:
            yield Problem(row.where(ask.other), f"{ask.other} is {row[ask.other]!r}", allowed)
    if row["measure"] == "same_percentage" and not row["parent"]:
        yield Problem(row.where("parent"), "the row it rises with is not named", "an indicator")
    if row["target_as"] == "reference" and not row["reference"]:
        yield Problem(row.where("reference"), "what the target is compared with is not named", "a reference")
    if row["measure"] == "ratio_to_population" and not _residents(row["per"]):
        yield Problem(row.where("per"), f"per is {row['per']!r}", "a number of residents, e.g. 1000")
    if row["target_as"] == "range" and row.number("target") > row.number("target_high"):
        yield Problem(row.where("target_high"), f"{row['target']} to {row['target_high']}", "rising ends")
