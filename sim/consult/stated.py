"""Every figure as it stands in the tables: its key, value, unit, source and quality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from sim.errors import InputError, Problem, nearest
from sim.evidence.book import OPTIONAL_PLAN_TABLES, PLAN_TABLES, SHARED_TABLES, open_book
from sim.evidence.dictionary import rules
from sim.evidence.tables import Row, Table, read_table
from sim.scenario.reading import load_scenario
from sim.shipped import folder, scenario_names

NOT_FIGURES = {"low", "high", "year", "base_year", "target_year", "start_year", "open_year", "per"}
"Numeric columns that describe a figure and are none themselves."
UNKNOWN = ("baseline", "target")
"Columns whose empty cell is an unknown figure; elsewhere it is no figure."
GRIDS = (
    "population/census_age_sex",
    "population/previous_census",
    "population/national_age_sex",
    "population/national_fertility",
    "population/national_mortality",
    "population/national_vital",
)
"Tables by single age or year, listed as one line unless all is asked for."


@dataclass(frozen=True)
class Stated:
    """One figure in its place. `name` is the parameter or the column; texts are as in the table."""

    table: Table
    row: Row
    name: str
    column: str

    @cached_property
    def key(self) -> str:
        """Table, key cells and parameter, joined by dots."""
        parts = [table_path(self.table), *filter(None, (self.row[k] for k in rules()[self.table.name].keys))]
        if self.name not in parts[1:] and _named(self.table):
            parts.append(self.name)
        return ".".join(parts)

    @property
    def value(self) -> str:
        """The figure as written, '' where it is unknown."""
        return self.row[self.column]

    @property
    def unit(self) -> str:
        """The unit of the row, else that of the column."""
        return self.cell("unit") or "|".join(rules()[self.table.name].columns[self.column].units)

    @property
    def quality(self) -> str:
        """Quality of the row; what a plan prints is `plan`."""
        if self.column == "total_fertility_rate":
            return self.cell("fertility_quality") or self.cell("quality")
        printed = "plan" if self.cell("quote") else "assumption" if self.cell("reason") else ""
        return self.cell("quality") or printed

    def cell(self, column: str) -> str:
        """The cell of a column, '' where the table has none."""
        return self.row.cells.get(column, "")

    @property
    def where(self) -> str:
        """`file:line:column`."""
        return self.row.where(self.column)


def _named(table: Table) -> bool:
    """Whether a row of the table has several figures, so that each must be named."""
    entry = rules()[table.name]
    return bool(entry.parameters) or len(_columns(table)) > 1


def table_path(table: Table) -> str:
    """The file below its folder of tables, without its ending: `plans/nanchang/indicators`."""
    plan = plan_of(table)
    return f"plans/{plan}/{table.name.removeprefix('plans/')}" if plan else table.name


def plan_of(table: Table) -> str:
    """The plan a table belongs to, '' for a shared one."""
    return PurePosixPath(table.file).parent.name if table.name.startswith("plans/") else ""


def _columns(table: Table) -> list[str]:
    entries = rules()[table.name].columns
    numeric = [name for name, e in entries.items() if e.type in ("int", "float") and e.kind == "column"]
    return [name for name in numeric if name not in NOT_FIGURES]


def stated(tables: Iterable[Table]) -> Iterator[Stated]:
    """Yield every figure of the tables in file order."""
    for table in tables:
        entry = rules()[table.name]
        for row in table:
            if entry.parameters or table.name.endswith("scalars"):
                name = row.cells.get("parameter") or row["name"]
                yield Stated(table, row, name, "value")
            else:
                for column in _columns(table):
                    if row[column] or column in UNKNOWN:
                        yield Stated(table, row, column, column)


def tables_of(wanted: str | None) -> list[Table]:
    """Return the shared tables and those of one plan or scenario; of every plan where none is named.

    Raises:
        InputError: no plan or scenario of that name, or faults of its tables.
    """
    plans = plan_names()
    if wanted is None:
        return [*_shared(), *(table for plan in plans for table in _of_plan(plan))]
    if wanted in scenario_names() or wanted.endswith((".yaml", ".yml")):
        return [table for table in open_book(load_scenario(wanted)).tables.values() if table.rows]
    if wanted in plans:
        return [*_shared(), *_of_plan(wanted)]
    known = sorted({*plans, *scenario_names()})
    found = f"no plan or scenario {wanted!r}"
    raise InputError([Problem("--plan", found, ", ".join(known), nearest(wanted, known))])


def plan_names() -> list[str]:
    """Return the names of the shipped plans."""
    return sorted(path.name for path in (folder("params") / "plans").iterdir() if path.is_dir())


def _shared() -> Iterator[Table]:
    for name in SHARED_TABLES:
        if name != "sources":
            yield read_table(folder("params") / f"{name}.csv", name, f"params/{name}.csv")


def _of_plan(plan: str) -> Iterator[Table]:
    for name in (*PLAN_TABLES, *OPTIONAL_PLAN_TABLES):
        relative = f"plans/{plan}/{name}.csv"
        if (folder("params") / relative).is_file():
            yield read_table(folder("params") / relative, f"plans/{name}", f"params/{relative}")


def find(figures: Iterable[Stated], key: str) -> list[Stated]:
    """Return the figure of that key, or those whose key ends with its parts, in file order.

    Raises:
        InputError: there is none; the nearest key is named.
    """
    every = list(figures)
    exact = [figure for figure in every if figure.key == key]
    found = exact or [figure for figure in every if figure.key.endswith((f".{key}", f"/{key}"))]
    if not found:
        last = {f.key.rsplit(".", 1)[-1] for f in every}
        near = nearest(key, {f.key for f in every if f.table.name not in GRIDS} | last)
        allowed = "a key of `sim params list`, or its last parts"
        raise InputError([Problem("KEY", f"no figure {key!r}", allowed, near)])
    return found


def sources() -> Table:
    """Return the shipped table of sources."""
    return read_table(folder("params") / "sources.csv", "sources", "params/sources.csv")
