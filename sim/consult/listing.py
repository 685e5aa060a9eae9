"""Lines of `sim params list` and `sim params show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sim.consult.lines import in_columns
from sim.consult.stated import GRIDS, Stated, stated, table_path
from sim.consult.uses import uses
from sim.evidence.tables import Table

HEADER = ("key", "value", "unit", "quality", "source")
CELLS = ("geography", "year", "note", "reason", "reason_zh", "quote")


def list_lines(tables: Sequence[Table], text: str, every: bool) -> Iterator[str]:
    """Yield the figures whose key, unit, quality, source or words hold `text`, and their number.

    Args:
        tables: checked tables.
        text: a part of any of them, '' for all; case does not matter.
        every: also list each figure of the large grids by age and year.
    """
    found = [figure for figure in stated(tables) if text.casefold() in _searched(figure)]
    rows: list[tuple[str, ...]] = []
    for table, group in groupby(found, key=lambda figure: figure.table):
        figures = list(group)
        if table.name in GRIDS and not every:
            count = f"({len(figures)} figures: --all lists them)"
            first = figures[0]
            rows.append((f"{table_path(table)}.*", count, first.unit, first.quality, _source(first)))
            continue
        rows += [(f.key, f.value or "(unknown)", f.unit, f.quality, _source(f)) for f in figures]
    if rows:
        yield from in_columns(HEADER, rows)
    yield f"{len(found)} figures"


def _source(figure: Stated) -> str:
    return figure.cell("source") or "(assumption)"


def _searched(figure: Stated) -> str:
    parts = (figure.key, figure.unit, figure.quality, figure.cell("source"), figure.cell("name"))
    return " ".join((*parts, figure.cell("name_en"), figure.cell("county_name"))).casefold()


def show_lines(figures: Sequence[Stated], tables: Sequence[Table], sources: Table) -> Iterator[str]:
    """Yield everything that is known of each figure: range, source, words, reason, place and uses."""
    titles = {row["source"]: row["title"] for row in sources}
    for n, figure in enumerate(figures):
        if n:
            yield ""
        yield figure.key
        yield from (f"  {name:14}{value}" for name, value in _facts(figure, titles) if value)
        yield "  used by"
        yield from (f"    {line}" for line in uses(figure, tables))


def _facts(figure: Stated, titles: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "value", f"{figure.value or '(unknown)'} {figure.unit}".strip()
    for name in ("low", "high"):
        yield name, figure.cell(name)
    for name in ("target_high", "baseline_text", "target_text"):
        yield name.replace("_", " "), figure.cell(name)
    yield "quality", figure.quality
    source = figure.cell("source")
    yield "source", f"{source}: {titles.get(source, '')}" if source else ""
    lines = figure.cell("seed_line")
    yield "locator", figure.cell("locator") or (f"{figure.cell('seed_file')} line {lines}" if lines else "")
    yield from ((name, figure.cell(name)) for name in CELLS)
    yield "place", figure.where
