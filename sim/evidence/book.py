"""The book of evidence: every table a scenario uses, checked alone and against the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.evidence.completeness import completeness_problems
from sim.evidence.dictionary import rules
from sim.evidence.tables import Row, Table, read_table
from sim.scenario.reading import LoadedScenario
from sim.shipped import folder

SHARED_TABLES = (
    "sources",
    "counties",
    "population/census_age_sex",
    "population/national_age_sex",
    "population/national_fertility",
    "population/national_mortality",
    "population/national_vital",
    "population/published_totals",
    "population/life_expectancy",
    "scalars",
    "resources",
    "workforce/cadres",
    "workforce/rates",
    "workforce/staffing",
    "autonomous_supply",
    "projects/types",
    "projects/values",
    "projects/outputs",
    "projects/prerequisites",
    "projects/cost_samples",
    "funds/funds",
    "funds/rules",
    "priorities",
    "conflicts",
)
PLAN_TABLES = ("indicators", "county_baselines")


@dataclass(frozen=True)
class Book:
    """All tables of a run.

    Attributes:
        tables: checked rows by rule name.
        digests: SHA-256 of each file by its path below the tables' folder.
        contents: bytes of each file by the same path.
    """

    tables: Mapping[str, Table]
    digests: Mapping[str, str]
    contents: Mapping[str, bytes]

    def __getitem__(self, name: str) -> Table:
        """The table of that name."""
        return self.tables[name]


def open_book(loaded: LoadedScenario) -> Book:
    """Read every table of the scenario, its own folder's before the shipped ones.

    Raises:
        InputError: all faults of all tables, or all faults between tables.
    """
    files = dict(_files(loaded))
    tables: dict[str, Table] = {}
    contents: dict[str, bytes] = {}
    problems: list[Problem] = list(_unknown_files(loaded))
    for name, (path, shown) in files.items():
        try:
            tables[name] = read_table(path, name, shown)
            contents[shown.split("/", 1)[1]] = path.read_bytes()
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    book = Book(tables, digests, contents)
    problems = list(_cross_problems(book)) + list(_scenario_problems(book, loaded))
    if not problems:
        problems = list(completeness_problems(tables, loaded.scenario))
    if problems:
        raise InputError(problems)
    return book


def _own_folder(loaded: LoadedScenario) -> Path | None:
    tables = loaded.scenario.tables
    return loaded.source.folder / tables if tables else None


def _files(loaded: LoadedScenario) -> Iterator[tuple[str, tuple[Path, str]]]:
    plan = loaded.scenario.plan
    names = [(name, f"{name}.csv") for name in SHARED_TABLES]
    names += [(f"plans/{name}", f"plans/{plan}/{name}.csv") for name in PLAN_TABLES]
    own = _own_folder(loaded)
    if not (folder("params") / "plans" / plan).is_dir() and not (own and (own / "plans" / plan).is_dir()):
        plans = sorted(path.name for path in (folder("params") / "plans").iterdir())
        place = loaded.source.where(("plan",))
        raise InputError([Problem(place, f"no plan {plan!r}", ", ".join(plans), nearest(plan, plans))])
    for name, relative in names:
        if own and (own / relative).is_file():
            yield name, (own / relative, f"{loaded.scenario.tables}/{relative}")
        else:
            yield name, (folder("params") / relative, f"params/{relative}")


def _unknown_files(loaded: LoadedScenario) -> Iterator[Problem]:
    own = _own_folder(loaded)
    if own is None:
        return
    known = {relative.split("/", 1)[1] for _, (_, relative) in _files(loaded)}
    for path in sorted(own.rglob("*.csv")):
        relative = path.relative_to(own).as_posix()
        if relative not in known:
            place = f"{loaded.scenario.tables}/{relative}:1:1"
            yield Problem(place, "no table of that name is read", "", nearest(relative, known))


REFERENCES = (
    ("population/census_age_sex", "county", "counties", "county"),
    ("plans/county_baselines", "county", "counties", "county"),
    ("plans/county_baselines", "resource", "resources", "resource"),
    ("plans/indicators", "resource", "resources", "resource"),
    ("plans/indicators", "parent", "plans/indicators", "indicator"),
    ("workforce/cadres", "cadre", "resources", "resource"),
    ("workforce/cadres", "parent", "workforce/cadres", "cadre"),
    ("workforce/rates", "cadre", "workforce/cadres", "cadre"),
    ("workforce/staffing", "cadre", "workforce/cadres", "cadre"),
    ("workforce/staffing", "resource", "resources", "resource"),
    ("autonomous_supply", "resource", "resources", "resource"),
    ("projects/values", "project", "projects/types", "project"),
    ("projects/outputs", "project", "projects/types", "project"),
    ("projects/outputs", "resource", "resources", "resource"),
    ("projects/prerequisites", "project", "projects/types", "project"),
    ("projects/prerequisites", "requires", "projects/types", "project"),
    ("projects/types", "cost_sample", "projects/cost_samples", "cost_sample"),
    ("funds/rules", "fund", "funds/funds", "fund"),
)
COMPLETE = (
    ("counties", "county", "population/census_age_sex", "county"),
    ("workforce/cadres", "cadre", "workforce/rates", "cadre"),
    ("projects/types", "project", "projects/values", "project"),
    ("projects/types", "project", "projects/outputs", "project"),
)


def _cross_problems(book: Book) -> Iterator[Problem]:
    for name, column, other, key in REFERENCES:
        known = set(book[other].column(key))
        for row in book[name]:
            if row[column] and row[column] not in known:
                yield _unknown(row, column, book[other], known)
    for name, column, other, key in COMPLETE:
        known = set(book[other].column(key))
        for row in book[name]:
            if row[column] not in known:
                yield Problem(row.where(column), f"{column} {row[column]!r} is not in {book[other].file}")
    sources = set(book["sources"].column("source"))
    for table in book.tables.values():
        for row in table:
            column = "source" if "source" in row.cells else ""
            if table.name != "sources" and column and row[column] and row[column] not in sources:
                yield _unknown(row, column, book["sources"], sources)


def _unknown(row: Row, column: str, other: Table, known: set[str]) -> Problem:
    return Problem(
        row.where(column),
        f"{column} {row[column]!r} is not in {other.file}",
        ", ".join(sorted(known)[:12]),
        nearest(row[column], known),
    )


def _scenario_problems(book: Book, loaded: LoadedScenario) -> Iterator[Problem]:
    scenario, source = loaded.scenario, loaded.source
    presets = sorted(set(book["priorities"].column("preset")))
    if scenario.priority not in presets:
        near = nearest(scenario.priority, presets)
        found = f"priority is {scenario.priority!r}"
        yield Problem(source.where(("priority",)), found, ", ".join(presets), near)
    cities = sorted(set(book["counties"].column("city")))
    if scenario.city not in cities:
        yield Problem(source.where(("city",)), f"city is {scenario.city!r}", ", ".join(cities))
    resources = book["resources"].column("resource")
    for n, name in enumerate(scenario.allocation.equity_floor):
        if name not in resources:
            place = source.where(("allocation", "equity_floor", n))
            yield Problem(place, f"no resource {name!r}", ", ".join(resources), nearest(name, resources))
    names = rules()["scalars"].parameters
    for name, value in scenario.assumptions.items():
        place = source.where(("assumptions", name))
        if name not in names:
            yield Problem(place, f"no figure {name!r}", ", ".join(names), nearest(name, names))
        elif not names[name].holds(value):
            yield Problem(place, f"{name} is {value:g}", names[name].bounds)
    yield from _reading_problems(book, loaded)
    yield from _year_problems(book, loaded)


def _reading_problems(book: Book, loaded: LoadedScenario) -> Iterator[Problem]:
    readings: dict[str, list[str]] = {}
    for row in book["plans/indicators"]:
        if row["reading"]:
            readings.setdefault(row["indicator"], []).append(row["reading"])
    chosen = loaded.scenario.readings
    for name, reading in chosen.items():
        place = loaded.source.where(("readings", name))
        if name not in readings:
            found = f"indicator {name!r} has one reading only"
            yield Problem(place, found, ", ".join(readings), nearest(name, readings))
        elif reading not in readings[name]:
            near = nearest(reading, readings[name])
            yield Problem(place, f"reading is {reading!r}", ", ".join(readings[name]), near)
    for name in readings.keys() - chosen.keys():
        place = loaded.source.where(("readings",))
        yield Problem(place, f"no reading is chosen for {name}", f"{name}: {' or '.join(readings[name])}")


def _year_problems(book: Book, loaded: LoadedScenario) -> Iterator[Problem]:
    time, source = loaded.scenario.time, loaded.source
    known = {int(year) for year in book["population/national_vital"].column("year")}
    for name in ("base_year", "end_year"):
        year = getattr(time, name)
        if year not in known:
            allowed = f"{min(known)} to {max(known)}, the years of the UN rates"
            yield Problem(source.where(("time", name)), f"{name} is {year}", allowed)
    if {int(row["year"]) for row in book["population/census_age_sex"]} != {time.base_year}:
        years = sorted(set(book["population/census_age_sex"].column("year")))
        place = source.where(("time", "base_year"))
        yield Problem(place, f"base_year is {time.base_year}", f"{', '.join(years)}, the year of the census")
