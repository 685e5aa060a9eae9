"""The template: everything doubtful is offered, under names in both languages, in the same bytes."""

from __future__ import annotations

import math

import openpyxl
import pytest

from sim.exchange.book import COLUMNS, template
from sim.exchange.desk import Desk
from sim.exchange.entries import SHEETS, offers
from sim.exchange.offers import DOUBTFUL
from sim.exchange.words import words
from sim.scenario.reading import load_scenario
from tests.filled import heads, rows_of


@pytest.fixture(scope="module")
def desk():
    return Desk.open(load_scenario("nanchang"))


@pytest.fixture(scope="module")
def every(desk):
    return offers(desk)


@pytest.fixture(scope="module")
def book(desk, every, tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    path.write_bytes(template(desk.scenario, every, "zh"))
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("scenario", ["nanchang", "kunming", "panzhihua"])
def test_every_doubtful_figure_that_entered_is_offered(scenario):
    desk = Desk.open(load_scenario(scenario))
    every = offers(desk)
    assert len({offer.code for offer in every}) == len(every)
    cells = {(offer.table, *sorted(text for _, text in offer.key)) for offer in every}
    for figure in desk.stages.figures.used.values():
        if figure.quality not in DOUBTFUL:
            continue
        if figure.table == "apportioned":
            assert figure.key in {o.key[1][1] for o in every if o.table == "plans/county_baselines"}
            continue
        table = figure.table.split("/", 1)[1].removesuffix(".csv")
        table = table.replace(f"plans/{desk.scenario.plan}/", "plans/")
        if not figure.key:
            assert any(offer.table == table for offer in every), figure
            continue
        keys = [*figure.key.split(" "), figure.parameter]
        named = {(table, *sorted(keys)), (table, figure.key)}
        assert named & cells, figure
    for offer in every:
        for lang in ("zh", "en"):
            assert f"unit.{offer.unit}" in words(lang).words, offer.unit
            assert offer.place.said(lang)
            assert offer.item.said(lang)
            assert lang == "en" or not offer.item.said(lang).isascii(), offer
            assert lang == "en" or not offer.detail.code or not offer.detail.said(lang).isascii(), offer


def test_a_sheet_for_each_kind_and_a_page_of_instructions(book, every):
    text = words("zh")
    assert book.sheetnames == [text["sheet.read_me"], *(text[f"sheet.{name}"] for name in SHEETS)]
    assert "sim import" in str([cell.value for cell in book.worksheets[0]["B"]])
    for sheet in book.worksheets[1:]:
        assert list(heads(sheet)) == list(COLUMNS)
        assert sheet.freeze_panes
        assert sheet.protection.sheet
    assert set(rows_of(book)) == {offer.code for offer in every}


def test_our_value_stands_grey_where_it_is_doubtful_and_the_new_cell_is_empty(book, every):
    places = rows_of(book)
    for offer in every[::7]:
        sheet, row = places[offer.code]
        at = heads(sheet)
        ours, new = sheet.cell(row, at["ours"]), sheet.cell(row, at["new"])
        assert new.value is None
        assert not new.protection.locked
        assert ours.protection.locked
        assert (ours.font.color is not None and ours.font.color.rgb == "FF7F7F7F") is offer.doubtful
        assert ours.value is None if math.isnan(offer.value) else ours.value == pytest.approx(offer.value)
        assert sheet.cell(row, at["date"]).value == offer.year
        if offer.doubtful:
            assert sheet.cell(row, at["our_reason"]).value or sheet.cell(row, at["our_source"]).value


def test_the_spreadsheet_itself_refuses_what_is_out_of_bounds(book):
    sheet, row = rows_of(book)["projects/values|childcare_new|fiscal_share"]
    letter = openpyxl.utils.get_column_letter(heads(sheet)["new"])
    rule = next(v for v in sheet.data_validations.dataValidation if f"{letter}{row}" in v.sqref)
    assert (rule.type, float(rule.formula1), float(rule.formula2)) == ("decimal", 0, 1)
    lists = [v for v in sheet.data_validations.dataValidation if v.type == "list"]
    assert "官方" in lists[0].formula1


def test_the_same_inputs_give_the_same_bytes(desk, every):
    assert template(desk.scenario, every, "en") == template(desk.scenario, offers(desk), "en")


def test_a_unit_cost_is_offered_at_the_median_of_its_sample(desk, every):
    offer = next(o for o in every if o.code == "projects/values|county_hospital_new|unit_cost")
    size = next(o for o in every if o.code == "projects/values|county_hospital_new|size")
    cost = float(desk.stages.costs["capital_cost"].sel(project="county_hospital_new"))
    assert offer.value * size.value == pytest.approx(cost)
