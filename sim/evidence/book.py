"""The book of evidence: every table a scenario uses, checked alone and against the others."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem, nearest, raise_problems
from sim.evidence.completeness import completeness_problems
from sim.evidence.crosschecks import cross_problems
from sim.evidence.fitting import fitting_problems
from sim.evidence.funding import fund_problems
from sim.evidence.replacing import figure_problems, with_figures
from sim.evidence.tables import Table, read_table
from sim.scenario.reading import LoadedScenario
from sim.shipped import folder

SHARED_TABLES = (
    "sources",
    "counties",
    "population/census_age_sex",
    "population/previous_census",
    "population/national_age_sex",
    "population/national_fertility",
    "population/national_mortality",
    "population/national_vital",
    "population/published_totals",
    "population/published_counties",
    "population/published_vital",
    "population/life_expectancy",
    "scalars",
    "resources",
    "workforce/cadres",
    "workforce/rates",
    "workforce/schedules",
    "workforce/staffing",
    "autonomous_supply",
    "service/admissions",
    "projects/types",
    "projects/values",
    "projects/outputs",
    "projects/prerequisites",
    "projects/choices",
    "projects/cost_samples",
    "funds/funds",
    "funds/rules",
    "funds/bonds",
    "funds/fiscal_capacity",
    "priorities",
)
PLAN_TABLES = ("indicators", "scalars")
OPTIONAL_PLAN_TABLES = (
    "county_baselines",
    "assumed_baselines",
    "observations",
    "projects",
    "rules",
    "tasks",
    "conflicts",
    "sites",
    "envelopes",
    "per_capita",
    "staff_ages",
    "training_places",
)


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
        if _absent(name, path):
            tables[name] = Table(name, shown, ())
            continue
        try:
            tables[name] = read_table(path, name, shown)
            contents[shown.split("/", 1)[1]] = path.read_bytes()
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    raise_problems(figure_problems(tables, loaded))
    book = Book(with_figures(tables, loaded.scenario.figures), digests, contents)
    tables = dict(book.tables)
    problems = [*cross_problems(tables), *fund_problems(tables), *fitting_problems(tables, loaded)]
    if not problems:
        problems = list(completeness_problems(tables, loaded.scenario))
    if problems:
        raise InputError(problems)
    return book


def _absent(name: str, path: Path) -> bool:
    """A plan need not have every table."""
    return name.removeprefix("plans/") in OPTIONAL_PLAN_TABLES and not path.is_file()


def _own_folder(loaded: LoadedScenario) -> Path | None:
    tables = loaded.scenario.tables
    return loaded.source.folder / tables if tables else None


def _files(loaded: LoadedScenario) -> Iterator[tuple[str, tuple[Path, str]]]:
    plan = loaded.scenario.plan
    names = [(name, f"{name}.csv") for name in SHARED_TABLES]
    names += [(f"plans/{name}", f"plans/{plan}/{name}.csv") for name in PLAN_TABLES + OPTIONAL_PLAN_TABLES]
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
