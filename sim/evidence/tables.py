"""Reading a table of `params/`: each cell checked where it stands, every fault reported at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.evidence.dictionary import NUMBER, TableRules, rules

MAX_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Row:
    """One row of a table and the place it was read from."""

    cells: Mapping[str, str]
    file: str
    line: int
    columns: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        """The text of a cell."""
        return self.cells[column]

    def number(self, column: str) -> float:
        """The number in a cell, NaN where it is empty (an unknown figure, never 0)."""
        text = self.cells[column]
        return float(text) if text else float("nan")

    def where(self, column: str) -> str:
        """`file:line:column` of a cell; the column is the ordinal of the field, 1 where it is left out."""
        place = self.columns.index(column) + 1 if column in self.columns else 1
        return f"{self.file}:{self.line}:{place}"


@dataclass(frozen=True)
class Table:
    """A checked table: its rows, and where it stands."""

    name: str
    file: str
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        """The rows in file order."""
        return iter(self.rows)

    def where(self, **wanted: str) -> Table:
        """Return the rows whose cells equal `wanted`."""
        kept = tuple(r for r in self.rows if all(r[k] == v for k, v in wanted.items()))
        return Table(self.name, self.file, kept)

    def column(self, name: str) -> list[str]:
        """Return the texts of one column."""
        return [row[name] for row in self.rows]


def read_table(path: Path, rule_name: str, shown: str | None = None) -> Table:
    """Read and check the table at `path` by the rules of `rule_name`.

    Args:
        path: a UTF-8 CSV file with a header; optional columns may be left out.
        rule_name: its entry in the dictionary.
        shown: the name to print in messages, the path by default.

    Raises:
        InputError: every fault of the file, each with file:line:column.
    """
    label = shown or str(path)
    header, lines = _parse(path, label)
    table_rules = rules()[rule_name]
    problems = list(_header_problems(header, table_rules, label))
    problems += [
        Problem(f"{label}:{n}:1", f"{len(cells)} fields", f"{len(header)} fields")
        for n, cells in lines
        if len(cells) != len(header)
    ]
    if problems:
        raise InputError(problems)
    blank = dict.fromkeys(table_rules.columns, "")
    rows = [Row(blank | dict(zip(header, cells, strict=True)), label, n, tuple(header)) for n, cells in lines]
    for row in rows:
        problems.extend(_cell_problems(row, table_rules))
        problems.extend(_parameter_problems(row, table_rules))
    problems.extend(_duplicate_problems(rows, table_rules))
    if problems:
        raise InputError(problems)
    return Table(rule_name, label, tuple(rows))


def missing_rows(
    table: Table, columns: tuple[str, ...], wanted: Iterator[tuple[str, ...]]
) -> Iterator[Problem]:
    """Yield the keys of `wanted` that no row of the table has in `columns`."""
    have = {tuple(row[column] for column in columns) for row in table}
    for key in wanted:
        if key not in have:
            named = ", ".join(f"{c} {k}" for c, k in zip(columns, key, strict=True))
            yield Problem(f"{table.file}:1:1", f"no row for {named}", "one row for each")


def _parse(path: Path, label: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if not path.is_file():
        raise InputError([Problem(f"{label}:1:1", "the table is missing", "a CSV file")])
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Problem(f"{label}:1:1", "the table is too large", f"{MAX_BYTES} bytes")])
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise InputError([Problem(f"{label}:1:1", found, "UTF-8 text")]) from None
    reader = csv.reader(io.StringIO(text), strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        header = next(reader, [])
        for cells in reader:
            lines.append((reader.line_num, cells))
    except csv.Error as error:
        raise InputError([Problem(f"{label}:{reader.line_num}:1", str(error), "CSV")]) from None
    return header, lines


def _header_problems(header: list[str], table: TableRules, label: str) -> Iterator[Problem]:
    known = table.columns
    for n, name in enumerate(header, 1):
        if name not in known:
            yield Problem(
                f"{label}:1:{n}", f"unknown column {name!r}", ", ".join(known), nearest(name, known)
            )
        elif name in header[: n - 1]:
            yield Problem(f"{label}:1:{n}", f"column {name!r} stands twice", "each column once")
    for name, entry in known.items():
        if name not in header and not entry.optional:
            yield Problem(f"{label}:1:1", f"column {name!r} is missing", ", ".join(known))


def _cell_problems(row: Row, table: TableRules) -> Iterator[Problem]:
    for name, entry in table.columns.items():
        fault = entry.fault(row[name])
        if fault:
            near = nearest(row[name], entry.allowed) if entry.allowed else ""
            yield Problem(row.where(name), f"{name} is {row[name]!r}{_among(row, name, table)}", fault, near)


def _among(row: Row, column: str, table: TableRules) -> str:
    """Which row a cell stands in, by its other keys: ` (county 360102, sex female, age_group 5-9)`."""
    keys = [f"{key} {row[key]}" for key in table.keys if key != column and row[key]]
    return f" ({', '.join(keys)})" if keys else ""


def _parameter_problems(row: Row, table: TableRules) -> Iterator[Problem]:
    if not table.parameters:
        return
    column = "parameter" if "parameter" in table.columns else "name"
    name = row[column]
    entry = table.parameters.get(name)
    if entry is None:
        known = table.parameters
        yield Problem(
            row.where(column), f"unknown parameter {name!r}", ", ".join(known), nearest(name, known)
        )
        return
    if row["unit"] not in entry.units:
        found = f"unit of {name} is {row['unit']!r}"
        near = nearest(row["unit"], entry.units)
        yield Problem(row.where("unit"), found, ", ".join(entry.units), near)
    for column in ("value", "low", "high"):
        number = _finite(row[column])
        if number is not None and entry.type == "int" and number != int(number):
            yield Problem(row.where(column), f"{name} is {row[column]}", "a whole number")
        if number is not None and not entry.holds(number):
            yield Problem(row.where(column), f"{name} is {row[column]}", f"{entry.bounds} {row['unit']}")
    low, value, high = (_finite(row[column]) for column in ("low", "value", "high"))
    ordered = [number for number in (low, value, high) if number is not None]
    if ordered != sorted(ordered):
        yield Problem(row.where("low"), f"low, value and high of {name} are {ordered}", "in rising order")
    if row["quality"] == "assumption" and not (row["reason"] and row["reason_zh"]):
        yield Problem(row.where("reason"), f"{name} is an assumption without a reason", "a reason")
    if row["quality"] != "assumption" and not row["source"]:
        yield Problem(row.where("source"), f"{name} has no source", "a key of sources.csv")


def _finite(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) else None


def _duplicate_problems(rows: list[Row], table: TableRules) -> Iterator[Problem]:
    keys = table.keys
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = tuple(row[k] for k in keys)
        if key in seen:
            found = f"{' '.join(filter(None, key))} stands again (first in line {seen[key].line})"
            yield Problem(row.where(keys[0]), found, "each key once")
        seen.setdefault(key, row)
