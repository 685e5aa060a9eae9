"""Questions in SQL over a dataset: read only, nothing outside the dataset within reach."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as pads

from sim.errors import InputError, Problem
from sim.sweep.analysis.reading import open_dataset

_BATCH = 10_000
_POINTED = re.compile(r"LINE (\d+): ")
_LOCKS = (
    "SET temp_directory=''",
    "SET enable_external_access=false",
    "SET python_enable_replacements=false",
    "SET lock_configuration=true",
)


def query(folder: Path, sql: str) -> str:
    """Return what one SELECT says, as CSV with a head, without a last line end.

    `draws` has a row a future, in their order; `factors` and `outcomes` say what its columns are.

    Args:
        folder: the dataset.
        sql: one statement that reads.

    Raises:
        InputError: the folder is no dataset, or the SQL is not right, does more than read, or reaches
            outside the dataset.
    """
    data = open_dataset(folder)
    with duckdb.connect(":memory:") as connection:
        _show(connection, data.parts, data.manifest)
        for lock in _LOCKS:
            connection.execute(lock)
        try:
            statement = _only(connection.extract_statements(sql))
            found = connection.execute(statement)
            return _csv(found)
        except duckdb.Error as error:
            raise InputError([_problem(str(error))]) from None


def _show(connection: duckdb.DuckDBPyConnection, parts: Sequence[Path], manifest: Mapping[str, Any]) -> None:
    """Make the views; the parts are opened here, so that DuckDB itself needs no file."""
    files = pads.dataset([str(path) for path in parts], format="parquet")
    connection.register("_parts", files)
    columns = [_quoted(field.name, pa.types.is_floating(field.type)) for field in files.schema]
    connection.execute(f"CREATE VIEW draws AS SELECT {', '.join(columns)} FROM _parts")
    for name in ("factors", "outcomes"):
        connection.register(name, pa.Table.from_pylist([_flat(row) for row in manifest[name]]))


def _quoted(name: str, floating: bool) -> str:
    """A column; a number that is missing is NULL, so that averages leave it out."""
    own = '"' + name.replace('"', '""') + '"'
    return f"CASE WHEN isnan({own}) THEN NULL ELSE {own} END AS {own}" if floating else own


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if key == "title" and isinstance(value, dict):
            flat |= {f"title_{lang}": text for lang, text in value.items()}
        else:
            plain = isinstance(value, str | int | float | bool) or value is None
            flat[key] = value if plain else json.dumps(value, ensure_ascii=False)
    return flat


def _only(statements: Sequence[duckdb.Statement]) -> duckdb.Statement:
    if len(statements) != 1:
        raise InputError([Problem("sql:1:1", f"{len(statements)} statements", "one SELECT")])
    kind = statements[0].type
    if kind not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise InputError([Problem("sql:1:1", f"{kind.name} is not allowed", "one SELECT")])
    return statements[0]


def _csv(found: duckdb.DuckDBPyConnection) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column[0] for column in found.description or []])
    while rows := found.fetchmany(_BATCH):
        writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().removesuffix("\n")


def _cell(value: object) -> object:
    return "" if isinstance(value, float) and math.isnan(value) else value


def _problem(message: str) -> Problem:
    """DuckDB's message with the line and column it points at."""
    said, _, pointed = message.partition("\n\nLINE ")
    lines = f"LINE {pointed}".splitlines()
    match = _POINTED.match(lines[0]) if pointed else None
    if match is None or len(lines) < 2:
        return Problem("sql:1:1", " ".join(said.split()))
    column = lines[1].find("^") - match.end() + 1
    return Problem(f"sql:{match[1]}:{max(column, 1)}", " ".join(said.split()))
