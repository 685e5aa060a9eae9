"""The workbook of a budget: the answers, then one sheet a table; money in yuan, totals as live formulas."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from sim.budget.answering import Answered
from sim.ledger import FEN
from sim.outputs.budget.saying import Part
from sim.outputs.envelopes import illustrative_text, supposed_text
from sim.outputs.report.sections import level_name
from sim.outputs.texts import Texts

FORMATS = {
    "fen": "#,##0.00",
    "yuan": "#,##0.00",
    "number": "General",
    "percent": "0.00%",
    "year": "0",
}
LEFT_OUT = ("evidence",)
"Tables that stand in the folder only."
_HERE = Path(__file__).resolve().parent


def write_workbook(
    path: Path, found: Answered, parts: Sequence[Part], tables: Mapping[str, pd.DataFrame], words: Texts
) -> None:
    """Write the workbook of a budget; the same answers give the same bytes.

    Args:
        path: the `.xlsx` file to write.
        found: the answers.
        parts: the first screen.
        tables: the tables, which tie with the ledger.
        words: the words of the budget.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    scenario = found.loaded.scenario
    with xlsxwriter.Workbook(str(path), options) as book:
        created = datetime.combine(scenario.report_date, time())
        book.set_properties({"title": getattr(scenario.title, words.lang), "created": created})
        sheets = _Sheets(book, words)
        first = {
            "illustrative": illustrative_text(scenario, words),
            "supposed": supposed_text(scenario, words),
        }
        warning = [Part(words[f"banner.{key}_title"], [said]) for key, said in first.items() if said]
        sheets.answers([*warning, *parts])
        for name, table in tables.items():
            if name not in LEFT_OUT:
                sheets.table(name, table)


class _Sheets:
    """Writes sheets in one style."""

    def __init__(self, book: Any, words: Texts) -> None:
        self.book, self.words = book, words
        self.head = book.add_format({"bold": True, "bg_color": "#DCE6EC", "bottom": 1, "text_wrap": True})
        self.bold = book.add_format({"bold": True, "top": 1, "num_format": FORMATS["yuan"]})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {kind: book.add_format({"num_format": f}) for kind, f in FORMATS.items()}

    def answers(self, parts: Sequence[Part]) -> None:
        """Write the first screen."""
        sheet = self.book.add_worksheet(self.words["budget.sheet.answers"])
        sheet.set_column(0, 0, 120)
        rows = [(text, n == 0) for part in parts for n, text in enumerate((part.title, *part.lines))]
        for r, (text, title) in enumerate(rows):
            sheet.write_string(r, 0, text.strip(), self.head if title else self.text)

    def table(self, name: str, table: pd.DataFrame) -> None:
        """Write a table, its heads in words, fen as yuan, and the totals of what can be added."""
        sheet = self.book.add_worksheet(self.words[f"budget.sheet.{name}"])
        shown = [_column(name, column, self.words) for column in table.columns]
        for c, (head, _, width, _) in enumerate(shown):
            sheet.set_column(c, c, width)
            sheet.write_string(0, c, head, self.head)
        for r, row in enumerate(table.itertuples(index=False, name=None), 1):
            for c, (value, (_, kind, _, _)) in enumerate(zip(row, shown, strict=True)):
                self._cell(sheet, r, c, value, kind)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(table), 1), len(shown) - 1)
        self._totals(sheet, table, [c for c, column in enumerate(shown) if column[3]])

    def _totals(self, sheet: Any, table: pd.DataFrame, summed: Sequence[int]) -> None:
        """One row a plan below a table of plans, one row below any other."""
        if not summed or table.empty:
            return
        plans = list(dict.fromkeys(table["plan"])) if "plan" in table else [""]
        for n, plan in enumerate(plans):
            row = len(table) + 1 + n
            own = table[table["plan"] == plan] if plan else table
            named = f"budget.plan.{plan}" if plan else "budget.total"
            sheet.write_string(row, 0, self.words[named], self.bold)
            for c in summed:
                letter = xl_col_to_name(c)
                cells = f"{letter}$2:{letter}${len(table) + 1}"
                whose = f"$A$2:$A${len(table) + 1},$A{row + 1}"
                formula = f"=SUMIFS({cells},{whose})" if plan else f"=SUM({cells})"
                sheet.write_formula(row, c, formula, self.bold, int(own.iloc[:, c].sum()) / FEN)

    def _cell(self, sheet: Any, r: int, c: int, value: Any, kind: str) -> None:
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            sheet.write_blank(r, c, None)
        elif kind in FORMATS:
            number = int(value) / FEN if kind == "fen" else float(value)
            sheet.write_number(r, c, number, self.formats[kind])
        else:
            sheet.write_string(r, c, self._said(str(value), kind), self.text)

    def _said(self, value: str, kind: str) -> str:
        if kind == "plan":
            return self.words[f"budget.plan.{value}"]
        if kind == "level":
            return level_name(value, self.words)
        if kind in ("change", "basis", "flow"):
            return self.words[f"budget.said.{kind}.{value}"]
        return value if kind == "text" else self.words.code(kind, value)


def _column(sheet: str, name: str, words: Texts) -> tuple[str, str, float, bool]:
    """Head, kind and width of a column, and whether it is added up; `_level1` is said of its level.

    A row `sheet.column` stands before one of the column alone.
    """
    stem, _, rank = name.partition("_level")
    if rank:
        return words.say(f"budget.table.{stem}", n=rank), "number", 14.0, False
    known = _columns()
    row = known.get(f"{sheet}.{name}") or known[name]
    return row[f"head_{words.lang}"], row["kind"], float(row["width"]), row["total"] == "yes"


@cache
def _columns() -> dict[str, dict[str, str]]:
    with (_HERE / "columns.csv").open(encoding="utf-8", newline="") as file:
        return {row["column"]: row for row in csv.DictReader(file)}
