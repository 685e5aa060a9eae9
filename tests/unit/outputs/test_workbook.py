"""The workbook as a spreadsheet program reads it."""

from __future__ import annotations

import hashlib
import time

import openpyxl
import pytest

from sim.ledger import yuan
from sim.outputs.texts import LANGUAGES, texts
from sim.outputs.workbook import columns, write_workbook

PLANNED = ("works", "rules", "conflicts")
SHEETS = ("summary", "indicators", "gaps", "projects", *PLANNED, "cash", "ledger", "evidence", "dictionary")


@pytest.fixture(scope="module")
def written(nanchang, nanchang_tables, nanchang_manifest, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbook")
    for lang in LANGUAGES:
        write_workbook(folder / f"{lang}.xlsx", nanchang_tables, nanchang_manifest, nanchang, lang)
    return folder


@pytest.fixture(scope="module")
def values(written):
    return {lang: openpyxl.load_workbook(written / f"{lang}.xlsx", data_only=True) for lang in LANGUAGES}


@pytest.fixture(scope="module")
def formulas(written):
    return openpyxl.load_workbook(written / "zh.xlsx")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_has_headers_in_the_language_and_a_frozen_row(values, nanchang, lang):
    words = texts(nanchang, lang)
    assert values[lang].sheetnames == [words[f"sheet.{name}"] for name in SHEETS]
    for name in SHEETS:
        sheet = values[lang][words[f"sheet.{name}"]]
        heads = [cell.value for cell in sheet[1]]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
        if name != "cash":
            assert heads == [column.head for column in columns(name, lang)]


def test_sums_of_the_cash_sheet_tie_to_the_ledger(values, nanchang):
    sheet = values["zh"][texts(nanchang, "zh")["sheet.cash"]]
    rows = list(sheet.iter_rows(values_only=True))
    years, foot = rows[0][2:-1], rows[-1]
    assert foot[-1] == yuan(nanchang.ledger, price_basis="nominal")
    for n, year in enumerate(years, 2):
        assert foot[n] == yuan(nanchang.ledger, price_basis="nominal", year=year)
        assert foot[n] == pytest.approx(sum(row[n] for row in rows[1:-1]), abs=0.005)
    for row in rows[1:-1]:
        assert row[-1] == pytest.approx(sum(row[2:-1]), abs=0.005)


def test_totals_are_live_formulas_over_the_ledger_sheet(formulas, nanchang):
    words = texts(nanchang, "zh")
    sheet, ledger = formulas[words["sheet.cash"]], formulas[words["sheet.ledger"]]
    last = sheet.max_row
    assert sheet.cell(2, 3).value.startswith("=SUMIFS('" + words["sheet.ledger"])
    assert f"$G$2:$G${ledger.max_row}" in sheet.cell(2, 3).value
    assert sheet.cell(last, 3).value == f"=SUM(C2:C{last - 1})"
    assert ledger.cell(2, 8).value == "=G2/100"


def test_the_sumifs_columns_are_fund_year_kind_and_fen():
    names = [column.name for column in columns("ledger", "zh")]
    assert [names[i] for i in (0, 4, 5, 6)] == ["fund", "year", "kind", "amount_fen"]


def test_the_ledger_sheet_is_the_nominal_ledger(values, nanchang):
    sheet = values["en"]["ledger"]
    nominal = nanchang.ledger[nanchang.ledger["price_basis"] == "nominal"]
    fen = [row[6] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert fen == list(nominal["amount_fen"])


def test_the_summary_gives_the_three_cost_figures_unrounded(values, nanchang_manifest):
    amounts = [row[2] for row in values["en"]["summary"].iter_rows(min_row=2, values_only=True) if row[2]]
    assert amounts == pytest.approx(list(nanchang_manifest["cost_figures"].values()), abs=0.01)


def test_rows_match_the_tables(values, nanchang_tables):
    book = values["en"]
    assert book["indicators"].max_row - 1 == len(nanchang_tables["indicators"])
    assert book["projects"].max_row - 1 == len(nanchang_tables["projects"])
    assert book["evidence"].max_row - 1 == len(nanchang_tables["evidence"])


def test_the_dictionary_explains_every_column(values):
    explained = {(r[0], r[1]) for r in values["en"]["dictionary"].iter_rows(min_row=2, values_only=True)}
    for name in SHEETS:
        assert {(name, column.head) for column in columns(name, "en")} <= explained


def test_an_unknown_figure_stays_blank(values):
    heads = [column.name for column in columns("indicators", "en")]
    rows = values["en"]["indicators"].iter_rows(min_row=2, values_only=True)
    healthy = next(row for row in rows if row[0] == "2")
    assert healthy[heads.index("baseline")] is None


def test_text_that_looks_like_a_formula_stays_text(nanchang, nanchang_tables, nanchang_manifest, tmp_path):
    evidence = nanchang_tables["evidence"].assign(quote='=HYPERLINK("http://evil")')
    write_workbook(
        tmp_path / "x.xlsx", nanchang_tables | {"evidence": evidence}, nanchang_manifest, nanchang, "en"
    )
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["evidence"]
    cell = sheet.cell(2, [c.name for c in columns("evidence", "en")].index("quote") + 1)
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_two_writes_give_the_same_bytes(written, nanchang, nanchang_tables, nanchang_manifest, tmp_path):
    time.sleep(2.1)  # a clock in the file would show: zip times count in steps of two seconds
    write_workbook(tmp_path / "zh.xlsx", nanchang_tables, nanchang_manifest, nanchang, "zh")
    first, second = (hashlib.sha256((f / "zh.xlsx").read_bytes()).digest() for f in (written, tmp_path))
    assert first == second


def test_a_plan_without_projects_can_be_written(nanchang, nanchang_tables, nanchang_manifest, tmp_path):
    empty = {name: nanchang_tables[name].iloc[:0] for name in ("projects", "ledger")}
    write_workbook(tmp_path / "x.xlsx", nanchang_tables | empty, nanchang_manifest, nanchang, "en")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx", data_only=True)
    assert book["projects"].max_row == 1
    assert book["cash"].cell(2, 3).value == 0
