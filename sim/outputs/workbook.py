"""The workbook: one sheet a table, totals as live formulas with their values, its own dictionary.

`columns.csv` says which columns a sheet has, their headers, meanings, units, widths and kinds.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from sim.ledger import FEN
from sim.names import CITY
from sim.outputs.answer import Answer, answer
from sim.outputs.texts import Texts, texts
from sim.pipeline import RunResult

NUMBER_FORMATS = {
    "int": "#,##0",
    "dec1": "#,##0.0",
    "dec2": "#,##0.00",
    "pct": "0.0%",
    "yuan": "#,##0.00",
    "year": "0",
    "figure": "General",
}
PLAN_SHEETS = ("works", "rules", "tasks", "conflicts")
_NOT_CODES = {*NUMBER_FORMATS, "text"}
_HERE = Path(__file__).resolve().parent
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Column:
    """One column of a sheet."""

    name: str
    kind: str
    width: float
    head: str
    meaning: str
    unit: str


def columns(sheet: str, lang: str) -> list[Column]:
    """Return the columns of a sheet, in order, in one language."""
    return [
        Column(
            name=row["column"],
            kind=row["kind"],
            width=float(row["width"]),
            head=row[f"head_{lang}"],
            meaning=row[f"meaning_{lang}"],
            unit=row[f"unit_{lang}"],
        )
        for row in _columns()
        if row["sheet"] == sheet
    ]


def write_workbook(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    result: RunResult,
    lang: str,
) -> None:
    """Write the workbook of a run; the same run gives the same bytes.

    Args:
        path: the `.xlsx` file to write.
        tables: the tables of the run.
        manifest: its manifest.
        result: the run.
        lang: `zh` or `en`.
    """
    scenario, words = result.loaded.scenario, texts(result, lang)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        created = datetime.combine(scenario.report_date, time())
        book.set_properties({"title": getattr(scenario.title, lang), "created": created})
        writer = _Writer(book, words)
        writer.sheet("summary", _summary(answer(result, tables, manifest, words), manifest, words))
        nominal = _nominal(tables["ledger"])
        for name, frame in (
            ("indicators", tables["indicators"].assign(name=tables["indicators"]["no"])),
            ("gaps", _target_gaps(tables["gaps"], scenario.time.target_year)),
            ("projects", tables["projects"].assign(county_name=tables["projects"]["county"])),
        ):
            writer.sheet(name, _cells(frame, columns(name, lang)))
        for name in PLAN_SHEETS:
            if len(tables[name]):
                shown = _plan_sheet(tables[name], words)
                writer.sheet(name, _cells(shown, columns(name, lang)))
        writer.cash(nominal)
        writer.sheet("ledger", _cells(nominal, columns("ledger", lang)), formula=_fen_to_yuan)
        writer.sheet("evidence", _cells(_evidence(tables["evidence"], words), columns("evidence", lang)))
        writer.sheet("dictionary", _dictionary(words))


class _Writer:
    """Writes sheets in one style."""

    def __init__(self, book: Any, words: Texts) -> None:
        self.book, self.words = book, words
        self.head = book.add_format(
            {"bold": True, "bg_color": "#DCE6EC", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.total = book.add_format({"bold": True, "top": 1, "num_format": NUMBER_FORMATS["yuan"]})
        self.formats = {k: book.add_format({"num_format": f}) for k, f in NUMBER_FORMATS.items()}
        self.text = book.add_format({"text_wrap": True, "valign": "top"})

    def sheet(self, name: str, rows: Rows, formula: Callable[[int, Column], str] | None = None) -> None:
        """Write a table: header, rows, filter; `formula` gives the formula of computed columns."""
        shown = columns(name, self.words.lang)
        sheet = self._start(name, shown, len(rows))
        for r, row in enumerate(rows, 1):
            for c, (value, column) in enumerate(zip(row, shown, strict=True)):
                text = formula(r, column) if formula else ""
                if text:
                    sheet.write_formula(r, c, text, self.formats[column.kind], value)
                else:
                    self._cell(sheet, r, c, value, column.kind)

    def cash(self, nominal: pd.DataFrame) -> None:
        """Write nominal cash by fund and kind (rows) and year (columns) as sums over the ledger."""
        fund, kind, year, total = columns("cash", self.words.lang)
        years = sorted({int(y) for y in nominal["year"]})
        shown = [fund, kind, *[Column(str(y), "yuan", year.width, str(y), "", "") for y in years], total]
        grid = nominal.groupby(["fund", "kind", "year"])["amount_fen"].sum()
        keys = sorted({(str(f), str(k)) for f, k, _ in grid.index})
        sheet = self._start("cash", shown, len(keys))
        for n, y in enumerate(years):
            sheet.write_number(0, 2 + n, y, self.head)
        last = xl_col_to_name(len(years) + 1)
        for r, (f, k) in enumerate(keys, 1):
            self._cell(sheet, r, 0, f, "fund")
            self._cell(sheet, r, 1, k, "kind")
            for n, y in enumerate(years):
                formula = _sum_of_ledger(self.words["sheet.ledger"], r, n + 2, len(nominal))
                cached = int(grid.get((f, k, y), 0)) / FEN
                sheet.write_formula(r, n + 2, formula, self.formats["yuan"], cached)
            row_total = int(grid[f, k].sum()) / FEN
            sheet.write_formula(r, len(years) + 2, f"=SUM(C{r + 1}:{last}{r + 1})", self.total, row_total)
        by_year = nominal.groupby("year")["amount_fen"].sum()
        sums = [int(by_year[y]) / FEN for y in years] + [int(by_year.sum()) / FEN]
        foot = len(keys) + 1
        sheet.write_string(foot, 0, self.words["book.total"], self.total)
        for n, value in enumerate(sums, 2):
            letter = xl_col_to_name(n)
            sheet.write_formula(foot, n, f"=SUM({letter}2:{letter}{foot})", self.total, value)

    def _start(self, name: str, shown: Sequence[Column], n_rows: int) -> Any:
        sheet = self.book.add_worksheet(self.words[f"sheet.{name}"])
        for c, column in enumerate(shown):
            sheet.set_column(c, c, column.width)
            sheet.write_string(0, c, column.head, self.head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(n_rows, 1), len(shown) - 1)
        return sheet

    def _cell(self, sheet: Any, r: int, c: int, value: Any, kind: str) -> None:
        if _is_blank(value):
            sheet.write_blank(r, c, None)
        elif kind in NUMBER_FORMATS:
            sheet.write_number(r, c, value, self.formats[kind])
        else:
            sheet.write_string(r, c, self._said(value, kind), self.text)

    def _said(self, value: Any, kind: str) -> str:
        if kind == "text":
            return str(value)
        if kind == "tokens":
            return self.words.tokens(str(value))
        if kind == "outputs":
            parts = (part.split("=") for part in str(value).split(" "))
            return self.words.listed(f"{self.words.code('resource', k)} {v}" for k, v in parts)
        return self.words.code(kind, value)


def _is_blank(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _cells(frame: pd.DataFrame, shown: Sequence[Column]) -> Rows:
    kept = frame[[column.name for column in shown]]
    return [tuple(row) for row in kept.itertuples(index=False, name=None)]


def _nominal(ledger: pd.DataFrame) -> pd.DataFrame:
    kept = ledger[ledger["price_basis"] == "nominal"].reset_index(drop=True)
    return kept.assign(county_name=kept["county"], yuan=kept["amount_fen"] / FEN)


def _plan_sheet(frame: pd.DataFrame, words: Texts) -> pd.DataFrame:
    """The table with the name in the language and the county by its name."""
    given = {"county_name": frame["county"]} if "county" in frame else {}
    named = {"name": frame[words["column.indicator"]]} if "name" in frame else {}
    return frame.assign(**given, **named)


def _target_gaps(gaps: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the target year, the city first."""
    kept = gaps[gaps["year"] == year]
    kept = kept.assign(county_name=kept["county"], unit=kept["resource"])
    of_city = kept["county"] == CITY
    return pd.concat([kept[of_city], kept[~of_city]], ignore_index=True)


def _evidence(evidence: pd.DataFrame, words: Texts) -> pd.DataFrame:
    same = evidence["key"] == evidence["parameter"]
    name = evidence["key"].where(same, evidence["key"] + " " + evidence["parameter"])
    return evidence.assign(name=name, reason=evidence[words["column.reason"]])


def _fen_to_yuan(row: int, column: Column) -> str:
    return f"=G{row + 1}/{FEN}" if column.name == "yuan" else ""


def _sum_of_ledger(sheet: str, row: int, column: int, n_rows: int) -> str:
    """Sum of the ledger's fen of the row's fund and kind in the column's year, in yuan."""

    def of(letter: str) -> str:
        return f"'{sheet}'!${letter}$2:${letter}${n_rows + 1}"

    year = f"{xl_col_to_name(column)}$1"
    return f"=SUMIFS({of('G')},{of('A')},$A{row + 1},{of('F')},$B{row + 1},{of('E')},{year})/{FEN}"


def _summary(found: Answer, manifest: Mapping[str, Any], words: Texts) -> Rows:
    rows: list[tuple[str, str, float | None]] = [(words["answer.title"], s, None) for s in found.sentences]
    rows += [(banner.title, banner.text, None) for banner in found.banners]
    rows += [(tile.label, tile.value, manifest["cost_figures"].get(tile.key)) for tile in found.tiles]
    return [*rows, *((label, value, None) for label, value in found.origin)]


def _dictionary(words: Texts) -> Rows:
    sheets: Iterable[str] = dict.fromkeys(row["sheet"] for row in _columns())
    return [
        (words[f"sheet.{sheet}"], column.head, column.meaning, column.unit)
        for sheet in sheets
        for column in columns(sheet, words.lang)
    ]


@cache
def _columns() -> list[dict[str, str]]:
    with (_HERE / "columns.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
