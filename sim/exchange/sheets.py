"""Reading a filled book, or one sheet of it as CSV, into lines of cells with their places."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from sim.errors import InputError, Problem, nearest
from sim.evidence.tables import MAX_BYTES
from sim.exchange.book import COLUMNS, IDENTITY, README
from sim.exchange.cells import kept_text, plain_text, word
from sim.exchange.words import words
from sim.outputs.texts import LANGUAGES

BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    ParseError,
)
MOST_ROWS, MOST_COLUMNS = 2**16, 2**8
SEPARATORS = (",", "\t", ";")
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class Cell:
    """What one cell holds.

    Attributes:
        value: text, number, date or None.
        place: `FILE:SHEET!C7`.
        fault: what is wrong with the cell whatever it stands for ('' if nothing is).
        percent: whether it is shown as a percentage.
    """

    value: Any
    place: str
    fault: str = ""
    percent: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is written in it."""
        return not self.fault and plain_text(self.value) == ""


Line = Mapping[str, Cell]
"A row of a sheet: cells by column of the template."


@dataclass
class Filing:
    """What was read: the lines, the source that holds where a line names none, and the faults."""

    lines: list[Line] = field(default_factory=list)
    default_source: str = ""
    problems: list[Problem] = field(default_factory=list)


def read_filing(path: Path, sheets: Sequence[str], identity: Mapping[str, str]) -> Filing:
    """Read the file a bureau filled in.

    Args:
        path: an `.xlsx` book, or one of its sheets as `.csv` (UTF-8 or GB18030).
        sheets: codes of the sheets a book must have.
        identity: what the book must have been made for, by label.

    Raises:
        InputError: the file cannot be read at all.
    """
    if not path.is_file():
        raise InputError([Problem(str(path), "there is no such file", "an .xlsx book or a .csv sheet")])
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Problem(str(path), "the file is too large", f"{MAX_BYTES} bytes")])
    if path.suffix.lower() == ".csv":
        return _read_csv(path)
    return _read_book(path, sheets, identity)


def _read_csv(path: Path) -> Filing:
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    filing = Filing()
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError([Problem(f"{path.name}:1:1", str(error), "CSV")]) from None
    cells = [
        [Cell(value, f"{path.name}!{get_column_letter(c)}{r}") for c, value in enumerate(row, 1)]
        for r, row in enumerate(rows, 1)
    ]
    _add(filing, cells, path.name)
    return filing


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError([Problem(path.name, "the text is neither UTF-8 nor GBK", "CSV saved as UTF-8 or GBK")])


def _read_book(path: Path, sheets: Sequence[str], identity: Mapping[str, str]) -> Filing:
    typed = _opened(path, formulas=True)
    shown = _opened(path, formulas=False) if _has_formulas(typed) else typed
    names = {words(lang)[f"sheet.{code}"]: code for code in (README, *sheets) for lang in LANGUAGES}
    filing, found = Filing(), set()
    for sheet in typed.worksheets:
        place = f"{path.name}:{sheet.title}"
        code = names.get(plain_text(sheet.title))
        grid = list(_grid(sheet, shown[sheet.title], place))
        if code is None:
            if grid:
                near = nearest(sheet.title, names)
                allowed = "the sheets of the template, under their names"
                filing.problems.append(Problem(f"{place}!A1", "unknown sheet", allowed, near))
        elif code == README:
            _instructions(filing, grid, identity)
        else:
            found.add(code)
            merged = sorted(str(area) for area in sheet.merged_cells.ranges)
            filing.problems += [
                Problem(f"{place}!{area}", "merged cells", "one value in each cell; unmerge them")
                for area in merged
            ]
            _add(filing, grid, place)
    for code in sheets:
        if code not in found:
            name = " / ".join(words(lang)[f"sheet.{code}"] for lang in LANGUAGES)
            allowed = "every sheet of the template; one sheet alone may be imported as CSV"
            filing.problems.append(Problem(path.name, f"sheet {name} is missing", allowed))
    return filing


def _opened(path: Path, formulas: bool) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > MAX_BYTES:
            raise InputError([Problem(path.name, "the workbook is too large", f"{MAX_BYTES} bytes unpacked")])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return openpyxl.load_workbook(path, data_only=not formulas)
    except BROKEN:
        found = "the file cannot be read as a workbook"
        raise InputError([Problem(path.name, found, "an .xlsx book without a password, or a .csv")]) from None


def _has_formulas(book: Any) -> bool:
    return any(cell.data_type == "f" for sheet in book.worksheets for row in _area(sheet) for cell in row)


def _area(sheet: Any) -> Iterator[Sequence[Any]]:
    """The rows of a sheet, as far as anybody would write by hand."""
    width, height = min(sheet.max_column, MOST_COLUMNS), min(sheet.max_row, MOST_ROWS)
    yield from sheet.iter_rows(max_row=height, max_col=width)


def _grid(typed: Any, shown: Any, place: str) -> Iterator[list[Cell]]:
    """Rows down to the last that holds anything; results in place of formulas."""
    rows = [
        [_cell(cell, shown.cell(cell.row, cell.column).value, place) for cell in row] for row in _area(typed)
    ]
    while rows and all(cell.empty for cell in rows[-1]):
        rows.pop()
    yield from rows


def _cell(cell: Any, result: Any, place: str) -> Cell:
    where = f"{place}!{cell.coordinate}"
    percent = "%" in str(cell.number_format)
    if cell.data_type == "e":
        return Cell(cell.value, where, f"the cell is the error {cell.value}")
    if cell.data_type != "f":
        return Cell(cell.value, where, percent=percent)
    if result is None:
        return Cell(None, where, "a formula without a result; open and save the book, or type the figure")
    if str(result).startswith("#"):
        return Cell(result, where, f"the formula gives {result}")
    return Cell(result, where, percent=percent)


def _instructions(filing: Filing, grid: Sequence[Sequence[Cell]], identity: Mapping[str, str]) -> None:
    """Read the default source, and refuse a book that was made for another plan."""
    labels = {words(lang)[f"label.{key}"]: key for key in (*IDENTITY, "default_source") for lang in LANGUAGES}
    for row in grid:
        key = labels.get(plain_text(row[0].value)) if row else None
        if key is None or len(row) == 1:
            continue
        text = plain_text(row[1].value)
        if key == "default_source":
            filing.default_source = kept_text(row[1].value)
        elif key in identity and text != identity[key]:
            found = f"the book was made for {key} {text!r}"
            filing.problems.append(Problem(row[1].place, found, f"{key} {identity[key]}"))


def _add(filing: Filing, grid: Sequence[Sequence[Cell]], place: str) -> None:
    """Add the lines of one sheet under the names of its head row."""
    if not grid:
        filing.problems.append(Problem(f"{place}!A1", "the sheet is empty", "the head row of the template"))
        return
    known = {word(head): column for column in COLUMNS for head in _heads(column)}
    heads: dict[int, str] = {}
    for c, cell in enumerate(grid[0]):
        column = known.get(word(cell.value))
        if column is None and not cell.empty:
            near = nearest(
                plain_text(cell.value), (words(lang)[f"head.{k}"] for k in COLUMNS for lang in LANGUAGES)
            )
            found = f"unknown column {plain_text(cell.value)!r}"
            filing.problems.append(Problem(cell.place, found, "the columns of the template", near))
        elif column in heads.values():
            found = f"column {plain_text(cell.value)!r} stands twice"
            filing.problems.append(Problem(cell.place, found, "each column once"))
        elif column is not None:
            heads[c] = column
    missing = [column for column in COLUMNS if column not in heads.values()]
    for column in missing:
        name = " / ".join(words(lang)[f"head.{column}"] for lang in LANGUAGES)
        filing.problems.append(
            Problem(f"{place}!A1", f"column {name} is missing", "every column of the template")
        )
    if missing:
        return
    for row in grid[1:]:
        if any(not cell.empty for cell in row):
            filing.lines.append(_line(row, heads))


def _heads(column: str) -> list[str]:
    """What a column is called in each language."""
    return [words(lang)[f"head.{column}"] for lang in LANGUAGES]


def _line(row: Sequence[Cell], heads: Mapping[int, str]) -> Line:
    first = row[0].place.rsplit("!", 1)[0]
    number = row[0].place.rsplit("!", 1)[1].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return {
        column: row[c] if c < len(row) else Cell(None, f"{first}!{get_column_letter(c + 1)}{number}")
        for c, column in heads.items()
    }
