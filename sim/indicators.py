"""The plan's indicators: which are wanted, at which priority, and what enters the program."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from sim.evidence.figures import Figures
from sim.evidence.tables import Row

PER_POPULATION = "ratio_to_population"
PER_FACILITY = "share"
WORKS = ("cumulative_works", "increment")


@dataclass(frozen=True)
class Indicator:
    """One row of the plan's table in its own grammar.

    `baseline` and `target` are in the printed unit, NaN where the plan prints none.
    `denominator` is what one unit of the ratio counts: residents per ratio, or facilities.
    """

    number: str
    reading: str
    chosen: bool
    name: str
    name_en: str
    unit: str
    measure: str
    sense: str
    bound: str
    force: str
    scope: str
    resource: str
    level: int
    weight: float
    baseline: float
    baseline_text: str
    target: float
    target_text: str
    base_year: int
    response: str
    per: str
    facilities: float
    seed_file: str
    seed_line: str
    where: str

    @property
    def label(self) -> str:
        """Number, with the reading where the words allow several."""
        return f"{self.number}/{self.reading}" if self.reading and not self.chosen else self.number

    @property
    def better(self) -> float:
        """+1 where more is better, -1 where less is."""
        return 1.0 if self.sense == "more" else -1.0

    @property
    def constructible(self) -> bool:
        """Whether projects can move it at all."""
        return self.chosen and self.response == "construct" and not math.isnan(self.target)

    @property
    def known(self) -> bool:
        """Whether the baseline is known, printed or given by county."""
        return not math.isnan(self.baseline) or self.scope == "every_county"

    @property
    def in_program(self) -> bool:
        """Whether it enters the program as a target."""
        return self.constructible and self.known

    @property
    def holds_already(self) -> bool:
        """Whether the baseline is already as good as the target."""
        return self.better * (self.baseline - self.target) >= 0

    def why_not(self) -> str:
        """Say in one code why it does not enter the program ('' if it does)."""
        if self.in_program:
            return ""
        if not self.chosen:
            return "other_reading"
        if self.response != "construct":
            return "monitored"
        return "unknown_baseline" if not self.known else "no_target"


def read_indicators(figures: Figures) -> list[Indicator]:
    """Return every row of the plan with the scenario's reading and priority, in plan order."""
    return list(_read(figures))


def _read(figures: Figures) -> Iterator[Indicator]:
    scenario = figures.scenario
    ranks = {row["force"]: row for row in figures.book["priorities"].where(preset=scenario.priority)}
    for row in figures.book["plans/indicators"]:
        reading, number = row["reading"], row["indicator"]
        figures.printed(row, number)
        rank = ranks[row["force"]]
        yield Indicator(
            number=number,
            reading=reading,
            chosen=not reading or scenario.readings[number] == reading,
            level=int(rank["level"]),
            weight=rank.number("weight"),
            baseline=row.number("baseline"),
            target=row.number("target"),
            base_year=int(row["base_year"]),
            facilities=_facilities(figures, row),
            where=row.where("target"),
            **{
                name: row[name]
                for name in (
                    "name",
                    "name_en",
                    "unit",
                    "measure",
                    "sense",
                    "bound",
                    "force",
                    "scope",
                    "resource",
                    "baseline_text",
                    "target_text",
                    "response",
                    "per",
                    "seed_file",
                    "seed_line",
                )
            },
        )


def _facilities(figures: Figures, row: Row) -> float:
    """Number of facilities a share is taken of, NaN for other measures."""
    if row["measure"] != PER_FACILITY or row["response"] != "construct":
        return math.nan
    return figures.scalar(row["per"])


def targets(indicators: list[Indicator]) -> list[Indicator]:
    """Return the indicators that enter the program, one per resource.

    Raises:
        ValueError: two chosen targets speak of the same resource.
    """
    chosen = [i for i in indicators if i.in_program]
    resources = [i.resource for i in chosen]
    if len(set(resources)) < len(resources):
        raise ValueError(f"several targets for one resource among {resources}")
    return chosen
