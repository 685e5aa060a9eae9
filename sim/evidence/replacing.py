"""Single figures of tables that a scenario replaces: `table/keys/parameter` to a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.evidence.tables import Row, Table
from sim.scenario.reading import LoadedScenario

PARAMETER = "parameter"
OWN = ("scalars", "plans/scalars")
"Tables whose figures are replaced under `assumptions`."
SET_HERE = {"quality": "assumption", "reason": "set in the scenario", "reason_zh": "情景文件设定"}
"What evidence says of a figure that the scenario itself gives."


def with_figures(tables: Mapping[str, Table], figures: Mapping[str, float]) -> Mapping[str, Table]:
    """Return tables in which the named figures have other values; names that stand nowhere are passed over.

    The low and high figure of a replaced row become the new one.

    Args:
        tables: checked tables by name.
        figures: `table/keys/parameter` to a number.
    """
    if not figures:
        return tables
    touched = {name for name in tables if any(path.startswith(f"{name}/") for path in figures)}
    return {n: _replaced(t, figures) if n in touched else t for n, t in tables.items()}


def figure_problems(tables: Mapping[str, Table], loaded: LoadedScenario) -> Iterator[Problem]:
    """Yield the figures of a scenario that stand in no table, or are out of bounds."""
    wanted = loaded.scenario.figures
    if not wanted:
        return
    known = {path: row for table in tables.values() for path, row in _named(table)}
    for path, value in wanted.items():
        place = loaded.source.where(("figures", path))
        if path not in known:
            said = "table/keys/parameter of a row of params"
            yield Problem(place, f"no figure {path!r}", said, nearest(path, known))
            continue
        bounds = rules()[_table_of(path, tables)].parameters[path.rsplit("/", 1)[1]]
        if not bounds.holds(value):
            yield Problem(place, f"{path} is {value:g}", bounds.bounds_with_unit)
        elif bounds.type == "int" and value != round(value):
            yield Problem(place, f"{path} is {value:g}", "a whole number")


def _table_of(path: str, tables: Mapping[str, Table]) -> str:
    return max((name for name in tables if path.startswith(f"{name}/")), key=len)


def _replaced(table: Table, figures: Mapping[str, float]) -> Table:
    names = {row.line: path for path, row in _named(table) if path in figures}
    rows = tuple(
        _with_value(row, figures[names[row.line]]) if row.line in names else row for row in table.rows
    )
    return replace(table, rows=rows)


def _with_value(row: Row, value: float) -> Row:
    ends = {name: repr(value) for name in ("low", "high") if row.cells.get(name)}
    told = {name: text for name, text in SET_HERE.items() if name in row.cells}
    return replace(row, cells={**row.cells, "value": repr(value), **ends, **told})


def _named(table: Table) -> Iterator[tuple[str, Row]]:
    """Every row of a table of parameters, by its name."""
    own = rules().get(table.name)
    if own is None or table.name in OWN or PARAMETER not in own.keys or "value" not in own.columns:
        return
    keys = [key for key in own.keys if key != PARAMETER]
    for row in table.rows:
        yield "/".join([table.name, *(row[key] for key in keys), row[PARAMETER]]), row
