"""The columns of a sweep over a scenario: their names, units and titles."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.evidence.book import Book
from sim.names import CITY
from sim.program.blocks import Level
from sim.rules import Rules
from sim.stages import Stages
from sim.sweep.dataset.layout import Of, Outcome

MONEY_UNIT = "million yuan"


@dataclass(frozen=True)
class Names:
    """Codes to their names in two languages, and units of resources.

    Attributes:
        resources: code to (zh, en).
        projects: code to (zh, en).
        counties: code to (zh, en), the city included.
        units: resource to its unit.
    """

    resources: Mapping[str, tuple[str, str]]
    projects: Mapping[str, tuple[str, str]]
    counties: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]


def names_of(book: Book) -> Names:
    """Return the names that the tables give."""

    def named(table: str, code: str, zh: str, en: str) -> dict[str, tuple[str, str]]:
        return {row[code]: (row[zh], row[en]) for row in book[table]}

    city = {CITY: (_title("city", "zh"), _title("city", "en"))}
    return Names(
        resources=named("resources", "resource", "name_zh", "name_en"),
        projects=named("projects/types", "project", "name_zh", "name_en"),
        counties=named("counties", "county", "county_name", "county_name_en") | city,
        units={row["resource"]: row["unit"] for row in book["resources"]},
    )


def limited(rules: Rules) -> bool:
    """Return whether the capital outlay of all funds has a limit for the plan or for a year."""
    return bool(np.isfinite(rules.outlay_total).any() or np.isfinite(rules.outlay).any())


def outcomes_of(
    stages: Stages, levels: Sequence[Level], names: Names, best: bool, by_county: bool
) -> tuple[Outcome, ...]:
    """Return the columns of a sweep, in order.

    Args:
        stages: of the scenario.
        levels: those whose values are kept.
        names: of codes.
        best: whether every future is also decided anew.
        by_county: whether counties are kept.
    """
    counties = [CITY, *(stages.rules.counties if by_county else ())]
    judged = [level for level in levels if level.name != "local_burden"]
    found = [*_columns("plan", stages, judged, names, counties), *_units("plan", stages, names, [CITY])]
    if best:
        found += [
            *_columns("best", stages, levels, names, counties),
            *_units("best", stages, names, counties),
        ]
    return tuple(found)


def _columns(
    of: Of, stages: Stages, levels: Sequence[Level], names: Names, counties: Sequence[str]
) -> Iterator[Outcome]:
    for level in levels:
        rank = level.name.removeprefix("targets_") if level.name.startswith("targets_") else ""
        key = "level_targets" if rank else f"level_{level.name}"
        zh, en = _titles(key, level={"zh": rank, "en": rank})
        yield Outcome(f"{of}_level_{level.name}", of, "level", level.units, zh, en, level=level.name)
    zh, en = _titles("capital_outlay")
    yield Outcome(f"{of}_money_capital_outlay", of, "money", MONEY_UNIT, zh, en, county=CITY)
    if of == "plan" and limited(stages.rules):
        zh, en = _titles("above_outlay")
        yield Outcome("plan_money_above_outlay", of, "money", MONEY_UNIT, zh, en, county=CITY)
    for target in stages.targets:
        resource = target.resource
        named = _both(names.resources[resource])
        zh, en = _titles("short", resource=named)
        unit = names.units[resource]
        yield Outcome(f"{of}_short_{resource}", of, "short", unit, zh, en, resource=resource, county=CITY)
        for county in counties:
            zh, en = _titles("coverage", resource=named, county=_both(names.counties[county]))
            column = f"{of}_coverage_{resource}_{county}"
            yield Outcome(column, of, "coverage", "share", zh, en, resource=resource, county=county)


def _units(of: Of, stages: Stages, names: Names, counties: Sequence[str]) -> Iterator[Outcome]:
    for project in map(str, stages.rules.projects["project"].values):
        for county in counties:
            where = "" if county == CITY else f"_{county}"
            zh, en = _titles(
                "units", project=_both(names.projects[project]), county=_both(names.counties[county])
            )
            column = f"{of}_units_{project}{where}"
            yield Outcome(column, of, "units", "units", zh, en, project=project, county=county)


def _both(name: tuple[str, str]) -> Mapping[str, str]:
    return {"zh": name[0], "en": name[1]}


def _titles(name: str, **words: Mapping[str, str]) -> tuple[str, str]:
    """The title of a column in Chinese and English; whose it is stands in another field."""

    def told(lang: str) -> str:
        return _title(name, lang).format(**{key: word[lang] for key, word in words.items()})

    return told("zh"), told("en")


def _title(name: str, lang: str) -> str:
    return _table()[name][lang]


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    with (Path(__file__).parent / "titles.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}
