"""The plan's indicators: which are wanted, at which priority, and what enters the program."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace

from sim.evidence.figures import Figures
from sim.evidence.tables import Row

PER_POPULATION = "ratio_to_population"
PER_FACILITY = "share"
WORKS = ("cumulative_works", "increment")
COUNTS = ("stock_total", *WORKS)
RULES = (
    "one_per_residents",
    "at_least_per_county",
    "above_residents",
    "up_to_residents",
    "share_of_resource",
)
"Kinds of planning rules that ask for units in every county."


@dataclass(frozen=True)
class Indicator:
    """One row of the plan's table or text, or one planning rule, in the grammar of the plan.

    `baseline` and `target` are in the printed unit, NaN where the plan prints none; `baseline_as` and
    `target_as` say how they are printed. `facilities` is the number of facilities a share is taken
    of. `assumed` marks a baseline that a named assumption gives. `by_county` says that every county
    has a baseline of its own. `answered` says that some project type puts the resource out.
    `threshold` and `of` belong to planning rules; `of` also to a share of another resource, which
    enters only with it (`whole_in_program`); a share of a share does not.
    """

    number: str
    reading: str
    chosen: bool
    origin: str
    name: str
    name_en: str
    unit: str
    measure: str
    per: str
    population: str
    sense: str
    bound: str
    force: str
    scope: str
    parent: str
    resource: str
    level: int
    weight: float
    baseline: float
    baseline_as: str
    baseline_text: str
    target: float
    target_high: float
    target_as: str
    target_text: str
    reference: str
    base_year: int
    target_year: int
    plan_year: int
    response: str
    facilities: float
    assumed: bool
    by_county: bool
    answered: bool
    threshold: float
    of: str
    whole_in_program: bool
    source: str
    seed_file: str
    seed_line: str
    quote: str
    note: str
    where: str

    @property
    def label(self) -> str:
        """Number, with the reading where the words allow several."""
        return f"{self.number}/{self.reading}" if self.reading and not self.chosen else self.number

    @property
    def is_rule(self) -> bool:
        """Whether it is a planning rule, not a target the plan prints."""
        return self.origin == "rule"

    @property
    def better(self) -> float:
        """+1 where more is better, -1 where less is."""
        return 1.0 if self.sense == "more" else -1.0

    @property
    def constructible(self) -> bool:
        """Whether projects can move it, by the year the scenario decides for."""
        wanted = self.response == "construct" and not math.isnan(self.target)
        return self.chosen and wanted and self.answered and self.target_year <= self.plan_year

    @property
    def known(self) -> bool:
        """Whether what stands already is known, or need not be."""
        if self.of and not self.whole_in_program:
            return False
        if self.by_county or self.measure in WORKS:
            return True
        counted = self.measure != PER_FACILITY or bool(self.of) or not math.isnan(self.facilities)
        return self.scope == "city" and counted and not math.isnan(self.baseline)

    @property
    def in_program(self) -> bool:
        """Whether it enters the program as a target."""
        return self.constructible and self.known

    @property
    def holds_already(self) -> bool:
        """Whether the baseline is already as good as the target."""
        return self.measure not in WORKS and self.better * (self.baseline - self.target) >= 0

    def why_not(self) -> str:
        """Say in one code why it does not enter the program ('' if it does)."""
        if self.in_program:
            return ""
        if not self.chosen:
            return "other_reading"
        if self.response != "construct":
            return "monitored"
        if math.isnan(self.target):
            return "no_target"
        if not self.answered:
            return "no_project_type"
        if self.of and not self.whole_in_program:
            return "whole_outside"
        return "unknown_baseline" if self.target_year <= self.plan_year else "later_year"


_TEXTS = tuple(
    field.name
    for field in fields(Indicator)
    if field.type == "str" and field.name not in ("number", "where", "of")
)


def read_indicators(figures: Figures) -> list[Indicator]:
    """Return every row of the plan with the scenario's reading and priority, in plan order."""
    items = list(_read(figures))
    inside = {item.resource for item in items if item.in_program and not item.of}
    return [replace(item, whole_in_program=item.of in inside) if item.of else item for item in items]


def _read(figures: Figures) -> Iterator[Indicator]:
    scenario = figures.scenario
    ranks = {row["force"]: row for row in figures.book["priorities"].where(preset=scenario.priority)}
    complete = resources_by_county(figures)
    built = set(figures.book["projects/outputs"].column("resource"))
    for row in figures.book["plans/indicators"]:
        number = row["indicator"]
        figures.printed(row, number)
        rank = ranks[row["force"]]
        chosen = not row["reading"] or scenario.readings[number] == row["reading"]
        baseline, assumed = _baseline(figures, row, chosen)
        yield Indicator(
            number=number,
            chosen=chosen,
            level=int(rank["level"]),
            weight=rank.number("weight"),
            baseline=baseline,
            assumed=assumed,
            target=row.number("target"),
            target_high=row.number("target_high"),
            base_year=int(row["base_year"]),
            target_year=int(row["target_year"]),
            plan_year=scenario.time.target_year,
            facilities=_facilities(figures, row),
            by_county=row["resource"] in complete,
            answered=row["resource"] in built,
            threshold=math.nan,
            of=_whole(figures, row),
            whole_in_program=False,
            where=row.where("target"),
            **{name: row[name] for name in _TEXTS},
        )


def resources_by_county(figures: Figures) -> set[str]:
    """Return the resources whose baseline is given for every county of the city."""
    counties = set(figures.book["counties"].where(city=figures.scenario.city).column("county"))
    given: dict[str, set[str]] = {}
    for row in figures.book["plans/county_baselines"]:
        given.setdefault(row["resource"], set()).add(row["county"])
    return {resource for resource, known in given.items() if counties <= known}


def _baseline(figures: Figures, row: Row, chosen: bool) -> tuple[float, bool]:
    """The printed baseline, or the named assumption in the unit of the row."""
    printed = row.number("baseline")
    resource = row["resource"]
    unknown = math.isnan(printed) and chosen and row["response"] == "construct"
    if not unknown or row["measure"] in WORKS or resource not in figures.scenario.assumed_baselines:
        return printed, False
    per, value = figures.assumed_baseline(resource)
    if row["measure"] == PER_POPULATION:
        return value * float(row["per"]) / per, True
    return value, True


def _facilities(figures: Figures, row: Row) -> float:
    """Number of facilities a share is taken of, NaN for other measures and where nobody counted them."""
    asked = row["measure"] == PER_FACILITY and row["response"] == "construct"
    if not asked or _whole(figures, row):
        return math.nan
    return figures.scalar(row["per"])


def _whole(figures: Figures, row: Row) -> str:
    """The resource a share is taken of, '' where it is taken of facilities or of people."""
    is_share = row["measure"] == PER_FACILITY and row["response"] == "construct"
    return row["per"] if is_share and row["per"] in figures.book["resources"].column("resource") else ""


def at_levels(wanted: list[Indicator], levels: Mapping[str, float]) -> list[Indicator]:
    """Return targets as many times their printed level as a scenario asks for; rules stay as they are."""
    return [t if t.is_rule else replace(t, target=t.target * levels.get(t.resource, 1.0)) for t in wanted]


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
