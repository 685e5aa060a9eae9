"""What the schema cannot say of one field alone: years in order, folders inside the scenario's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.schema import Scenario, Time


@dataclass(frozen=True)
class Fault:
    """A fault at a path of the scenario."""

    path: tuple[str | int, ...]
    found: str
    allowed: str
    near: str = ""


def consistency_faults(scenario: Scenario, folder: Path) -> Iterator[Fault]:
    """Yield the faults between fields of `scenario`, whose file stands in `folder`."""
    yield from _years(scenario.time)
    yield from _envelopes(scenario)
    yield from _migration(scenario)
    yield from _programmes(scenario)
    yield from _tables(scenario, folder)


def _years(time: Time) -> Iterator[Fault]:
    order = [
        ("target_year", time.target_year, "base_year", time.base_year, 1),
        ("information_until", time.information_until, "base_year", time.base_year, 0),
        ("first_decision_year", time.first_decision_year, "base_year", time.base_year, 1),
        ("target_year", time.target_year, "first_decision_year", time.first_decision_year, 0),
        ("end_year", time.end_year, "target_year", time.target_year, 0),
    ]
    for name, year, earlier, bound, least in order:
        if year < bound + least:
            relation = "after" if least else "not before"
            yield Fault(("time", name), f"{name} is {year}", f"{relation} {earlier} ({bound})")
    if time.end_year - time.base_year > 80:
        yield Fault(("time", "end_year"), f"end_year is {time.end_year}", "at most 80 years after base_year")


def _migration(scenario: Scenario) -> Iterator[Fault]:
    chosen = scenario.population
    wanted = chosen.migration_after_information == "path"
    place = ("population", "migration_path")
    if wanted and not chosen.migration_path:
        yield Fault(place, "migration_path is empty", "at least one year and its net migrants")
    if chosen.migration_path and not wanted:
        yield Fault(place, "migration_path is given", "migration_after_information: path")
    years = [point.year for point in chosen.migration_path]
    for n, year in enumerate(years):
        if year in years[:n]:
            yield Fault((*place, n, "year"), f"a second figure of {year}", "one a year")


def _programmes(scenario: Scenario) -> Iterator[Fault]:
    names = [line.name for line in scenario.programmes]
    for n, line in enumerate(scenario.programmes):
        if line.name in names[:n]:
            yield Fault(("programmes", n, "name"), f"a second programme {line.name}", "one of a name")
        insured, given = line.counted_by == "insured", line.insured_share is not None
        if insured and not given:
            yield Fault(("programmes", n), "insured_share is not given", "a share, for counted_by: insured")
        if given and not insured:
            yield Fault(("programmes", n, "insured_share"), "insured_share is given", "counted_by: insured")


def _envelopes(scenario: Scenario) -> Iterator[Fault]:
    time, seen = scenario.time, set()
    for n, envelope in enumerate(scenario.envelopes):
        key = (envelope.fund, envelope.year)
        if key in seen:
            yield Fault(("envelopes", n), f"a second envelope for {key[0]} {key[1] or 'in total'}", "one")
        seen.add(key)
        if envelope.year is not None and envelope.year not in time.decision_years:
            allowed = f"{time.first_decision_year} to {time.target_year}"
            yield Fault(("envelopes", n, "year"), f"year is {envelope.year}", allowed)


def _tables(scenario: Scenario, folder: Path) -> Iterator[Fault]:
    if scenario.tables is None:
        return
    try:
        path = (folder / scenario.tables).resolve()
    except (OSError, ValueError):
        yield Fault(("tables",), f"tables is {scenario.tables!r}", "a folder beside the scenario")
        return
    if not path.is_relative_to(folder.resolve()):
        yield Fault(("tables",), f"tables is {scenario.tables!r}", "a folder inside the scenario's own")
    elif not path.is_dir():
        yield Fault(("tables",), f"there is no folder {scenario.tables!r}", "a folder beside the scenario")
