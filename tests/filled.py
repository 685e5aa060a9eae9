"""Templates as a bureau hands them back: cells by code and column, filled in with openpyxl."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

from sim.exchange.words import words

SOURCE = "南昌市卫生健康统计年报（2020）"


def heads(sheet: Any) -> dict[str, int]:
    """Columns of a sheet by their name in the code."""
    named = {words(lang)[key]: key for lang in ("zh", "en") for key in words(lang).words if "head." in key}
    return {named[cell.value].removeprefix("head."): cell.column for cell in sheet[1] if cell.value in named}


def rows_of(book: Any) -> dict[str, tuple[Any, int]]:
    """Sheet and row of every code."""
    found = {}
    for sheet in book.worksheets[1:]:
        at = heads(sheet)
        for row in range(2, sheet.max_row + 1):
            found[sheet.cell(row, at["code"]).value] = (sheet, row)
    return found


def fill(template: Path, to: Path, figures: Mapping[str, Any], source: str = SOURCE) -> Path:
    """Write `to` with new values by code (a mapping gives several columns), one default source for all."""
    book = openpyxl.load_workbook(template)
    places = rows_of(book)
    for code, value in figures.items():
        sheet, row = places[code]
        cells = value if isinstance(value, Mapping) else {"new": value}
        for column, text in cells.items():
            sheet.cell(row, heads(sheet)[column]).value = text
    named = {words(lang)["label.default_source"] for lang in ("zh", "en")}
    for row_cells in book.worksheets[0].iter_rows():
        if row_cells[0].value in named:
            row_cells[1].value = source
    book.save(to)
    return to


def sheet_as_csv(
    template: Path, sheet: str, to: Path, encoding: str, cells: Mapping[str, Mapping[str, str]]
) -> Path:
    """Save one sheet as CSV with some cells changed, by code and column."""
    book = openpyxl.load_workbook(template)[sheet]
    at = heads(book)
    lines = [["" if cell.value is None else str(cell.value) for cell in row] for row in book.iter_rows()]
    for line in lines[1:]:
        for column, text in cells.get(line[at["code"] - 1], {}).items():
            line[at[column] - 1] = text
    with to.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(lines)
    return to
