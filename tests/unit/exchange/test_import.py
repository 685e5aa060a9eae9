"""A filled template, read back: changes, contradictions, bad cells, the layer, and what a kill leaves."""

from __future__ import annotations

import csv
import datetime
import errno
import os
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.exchange import sheets
from sim.exchange.book import COLUMNS
from sim.exchange.checks import with_derived
from sim.exchange.desk import Desk
from sim.exchange.drafting import draft
from sim.exchange.entries import SHEETS, offers
from sim.exchange.importing import prepare
from sim.exchange.layer import write_layer
from sim.exchange.reading import read_lines
from sim.exchange.sheets import Cell, Filing
from sim.exchange.target import find_target
from sim.exchange.telling import told
from sim.scenario.nodes import read_yaml
from sim.scenario.reading import load_scenario
from sim.shipped import folder
from sim.stages import run_stages
from tests.filled import SOURCE, fill, heads, rows_of, sheet_as_csv

BEDS = "plans/county_baselines|360102|beds|baseline"
COST = "projects/values|county_hospital_new|unit_cost"
RATE = "workforce/rates|nurses|growth_ceiling"
TFR = "counties|360102|total_fertility_rate"
MONEY = "plans/envelopes|municipal||amount"
SITES = "plans/sites|county_hospital_new|360103|sites"
BIRTHS, PLACES = "counties|360724|total_fertility_rate", "plans/county_baselines|360724|beds|baseline"
SHARE = "projects/values|county_hospital_new|fiscal_share"


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    draft(load_scenario("nanchang"), path, "zh")
    return path


@pytest.fixture(scope="module")
def every():
    return offers(Desk.open(load_scenario("nanchang")))


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("small") / "t.xlsx"
    draft(load_scenario("shangyou"), path, "zh")
    return path


@pytest.fixture(scope="module")
def first(small) -> Path:
    return fill(small, small.with_name("first.xlsx"), {PLACES: 900, BIRTHS: 1.1})


@pytest.fixture(scope="module")
def _laid(first, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("laid")
    bring(first, home)
    return home


@pytest.fixture
def laid(_laid, tmp_path) -> Path:
    """A folder of its own in which the first book was imported already."""
    return Path(shutil.copytree(_laid, tmp_path / "laid"))


def bring(path: Path, here: Path, into: str = "shangyou", overwrite: bool = False):
    found = prepare(path, into, here, overwrite)
    write_layer(found.target, found.layer)
    return found


def faults(path: Path, here: Path, into: str = "nanchang") -> list[str]:
    with pytest.raises(InputError) as told_:
        prepare(path, into, here, overwrite=False)
    assert [p.name for p in here.iterdir() if p.suffix == ".yaml" or p.is_dir()] == []
    return [str(problem) for problem in told_.value.problems]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_round_trip_changes_what_was_filled_in_and_nothing_else(template, tmp_path):
    figures = {
        BEDS: "1.2万张", COST: "６０万", RATE: "5%", TFR: 1.1, MONEY: "20亿", SITES: 2,
        SHARE: {"new": 0.3, "quality": "二手"},
    }  # fmt: skip
    found = bring(fill(template, tmp_path / "f.xlsx", figures), tmp_path, "nanchang")
    data = tmp_path / "nanchang-data"
    assert {p.relative_to(data).as_posix() for p in data.rglob("*.csv")} == {
        "sources.csv", "counties.csv", "workforce/rates.csv", "projects/values.csv",
        "plans/nanchang/county_baselines.csv", "plans/nanchang/sites.csv", "plans/nanchang/envelopes.csv",
    }  # fmt: skip
    assert len(found.layer.changes) == len(figures)
    loaded = load_scenario(str(tmp_path / "nanchang.yaml"))
    stages = run_stages(Figures(open_book(loaded), loaded.scenario))
    before = run_stages(Figures(open_book(load_scenario("nanchang")), loaded.scenario))
    assert float(stages.supply["remaining"].sel(resource="beds", county="360102", year=2020)) == 12000
    assert float(stages.costs["capital_cost"].sel(project="county_hospital_new")) == 500 * 600000
    assert float(stages.rules.sites.sel(project="county_hospital_new", county="360103")) == 2
    assert float(stages.rules.envelope_totals.sel(fund="municipal")) == 2e9
    asfr = {f.parameter: f for f in stages.figures.used.values()}
    assert asfr["growth_ceiling"].where.startswith("nanchang-data/workforce/rates.csv")
    used = {(f.key, f.parameter): f for f in stages.figures.used.values()}
    nurses = used["nurses", "growth_ceiling"]
    assert (nurses.value, nurses.low, nurses.high, nurses.quality) == (0.05, 0.05, 0.05, "official")
    assert used["county_hospital_new", "fiscal_share"].quality == "secondary"
    sampled = {f.key for f in before.figures.used.values() if f.parameter == "unit_cost"}
    assert sampled - {key for key, parameter in used if parameter == "unit_cost"} == {"whole_hospital"}
    title = {row["source"]: row["title"] for row in table(data / "sources.csv")}
    assert title[nurses.source] == SOURCE
    county = table(data / "counties.csv")[0]
    assert (county["total_fertility_rate"], county["fertility_quality"]) == ("1.1", "official")
    assert SOURCE in county["note"]
    text = (tmp_path / "nanchang.yaml").read_text(encoding="utf-8")
    assert text.endswith("\ntables: nanchang-data\n")
    assert "# 南昌市" in text


def test_importing_twice_changes_nothing_and_a_second_book_adds(small, first, laid):
    data = laid / "shangyou-data"
    before = {p: p.read_bytes() for p in sorted(data.rglob("*.csv"))}
    again = bring(first, laid)
    assert not again.layer.changes
    assert before == {p: p.read_bytes() for p in sorted(data.rglob("*.csv"))}
    second = fill(small, laid / "b.xlsx", {RATE: 0.05, BIRTHS: 1.2}, "another source")
    bring(second, laid, str(laid / "shangyou.yaml"))
    assert table(data / "plans/shangyou/county_baselines.csv")[-1]["value"] == "900"
    assert {"another source", SOURCE} <= {row["title"] for row in table(data / "sources.csv")}
    county = next(row for row in table(data / "counties.csv") if row["county"] == "360724")
    assert county["total_fertility_rate"] == "1.2"
    assert county["note"].count("total fertility rate") == 1


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig"])
def test_one_sheet_as_csv_in_the_encodings_of_excel(template, tmp_path, encoding):
    cells = {BEDS: {"new": "９，０００", "source": "东湖区年报 ", "date": "2020年"}}
    path = sheet_as_csv(template, "分县存量", tmp_path / "s.csv", encoding, cells)
    found = prepare(path, "nanchang", tmp_path, overwrite=False)
    assert [(f.offer.code, f.value, f.year, f.source) for f in found.layer.changes] == [
        (BEDS, 9000, 2020, "东湖区年报")
    ]
    assert any("东湖区 医疗机构床位" in line and "-> 9000 beds" in line for line in told(found))


def line_of(**said: object) -> dict[str, Cell]:
    """A line typed by hand, places by column."""
    return {column: Cell(said.get(column), f"s.csv!{column}") for column in COLUMNS}


@pytest.mark.parametrize("place", ["东湖区", "东湖", "360102", 360102.0, "Donghu", " 东 湖 ", "３６０１０２"])
def test_a_county_may_be_called_by_any_of_its_names(every, place):
    line = line_of(place=place, item="beds", detail="存量", new="9000", source="x")
    figures, problems = read_lines(Filing([line]), every)
    assert not problems
    assert list(figures) == [BEDS]


def test_a_figure_without_a_source_and_a_percentage_of_beds_are_refused(every):
    line = line_of(code=BEDS, new=90.0) | {"new": Cell(90.0, "s.csv!new", percent=True)}
    figures, problems = read_lines(Filing([line]), every)
    assert not figures
    assert ["percentage" in problem.found for problem in problems] == [True, False]
    assert problems[1].found == "the new figure has no source"
    figures, problems = read_lines(Filing([line_of(code=BEDS, new=90.0)], "年报"), every)
    assert not problems
    assert figures[BEDS].source == "年报"


BAD = {
    BEDS: ({"new": "约9000"}, "the cell is '约9000'"),
    COST: ({"new": datetime.datetime(2020, 3, 5)}, "the cell is a date"),
    RATE: ({"new": 1.5}, "allowed: a number, >= 0, <= 1"),
    TFR: ({"new": "=1/0"}, "a formula without a result"),
    MONEY: ({"new": "20%"}, "allowed: a number without a percent sign"),
    SITES: ({"new": 2.5}, "allowed: a whole number"),
    SHARE: ({"new": 0.5, "unit": "万元"}, "the unit was changed to '万元'; allowed: 比例 (share)"),
    "plans/county_baselines|360103|beds|baseline": ({"new": 1, "date": 2023}, "is of 2023; allowed: 2020"),
    "plans/county_baselines|360104|beds|baseline": ({"new": 1, "place": "西湖区"}, "contradicts the code"),
    "plans/county_baselines|360111|beds|baseline": ({"new": 1, "quality": "官房"}, "allowed: 规划 (plan), "),
    "plans/county_baselines|360112|beds|baseline": ({"new": -1}, "allowed: a number, >= 0"),
    "scalars|discount_rate": ({"new": 0.03, "date": "去年"}, "a year such as 2020"),
    "population/census_age_sex|360104|male|5-9|persons": ({"new": 1}, "the ages of 青云谱区 sum to"),
    "counties|360103|population": ({"new": 500000}, "the ages of 西湖区 sum to 485161"),
    "plans/county_baselines|360113|tcm_physicians|baseline": ({"new": 99999}, "at most as many"),
    "projects/values|childcare_new|size": ({"new": 100}, ""),
    "projects/outputs|childcare_new|childcare_places|output": ({"new": 120}, "its output 120"),
}  # fmt: skip


def test_every_bad_cell_is_told_at_once_with_its_place(template, tmp_path):
    path = fill(template, tmp_path / "bad.xlsx", {code: cells for code, (cells, _) in BAD.items()})
    book = openpyxl.load_workbook(path)
    places = rows_of(book)
    stocks, row = places[BEDS]
    at = heads(stocks)
    stocks.append([7 if c == at["new"] else stocks.cell(row, c).value for c in range(1, len(COLUMNS) + 1)])
    stocks.append([None, "东胡区", "医疗机构床位", "存量", *[None] * 6, 5, "官方", 2020, "x"])
    stocks.append(["plans/county_baselines|360102|bed|baseline", *[None] * 9, 5, "官方", 2020, "x"])
    stocks.append([None, "东湖区", *[None] * 8, 5, "官方", 2020, "x"])
    again = "plans/county_baselines|360121|beds|baseline"
    stocks.cell(places[again][1], at["new"]).value = 10
    stocks.append([again, *[None] * 9, 11, "官方", 2020, "x"])
    stocks.merge_cells("B3:B4")
    supply = book["社会自主供给"]
    supply.title = "社会供给"
    sheet = book["资金规则"]
    sheet.cell(1, heads(sheet)["new"]).value = "新数值"
    del book["选址上限"]
    book.create_sheet("备注").append(["随手记"])
    book.save(path)
    found = faults(path, tmp_path)
    text = "\n".join(found)
    for code, (_, words) in BAD.items():
        if code != SITES:
            assert words in text, code
    assert "bad.xlsx:分县存量!B3:B4: merged cells" in text
    assert "under their names; did you mean '社会自主供给'" in text
    assert "bad.xlsx:备注!A1: unknown sheet" in text
    assert "sheet 选址上限 / sites is missing" in text
    assert "unknown column '新数值'; allowed: the columns of the template; did you mean '新值'" in text
    assert "did you mean '东湖区'" in text
    assert "did you mean 'plans/county_baselines|360102|beds|baseline'" in text
    assert "may mean" in text
    assert "contradicts 10 (first in bad.xlsx:分县存量!K" in text
    new = openpyxl.utils.get_column_letter(at["new"])
    assert f"bad.xlsx:分县存量!{new}{row}: the cell is '约9000'" in text


def test_a_formula_with_a_result_is_read_and_one_with_an_error_is_not(template, tmp_path, monkeypatch):
    path = fill(template, tmp_path / "f.xlsx", {BEDS: "=4000+5000", RATE: "=1/0"})
    opened = sheets._opened

    def calculated(file: Path, formulas: bool):
        book = opened(file, formulas)
        for code, value in () if formulas else ((BEDS, 9000), (RATE, "#DIV/0!")):
            sheet, row = rows_of(book)[code]
            sheet.cell(row, heads(sheet)["new"]).value = value
        return book

    monkeypatch.setattr(sheets, "_opened", calculated)
    filing = sheets.read_filing(path, SHEETS, {})
    cells = {line["code"].value: line["new"] for line in filing.lines}
    assert (cells[BEDS].value, cells[BEDS].fault) == (9000, "")
    assert cells[RATE].fault == "the formula gives #DIV/0!"


def test_ages_carry_the_residents_with_them(small, tmp_path):
    book = openpyxl.load_workbook(small)
    codes = [code for code in rows_of(book) if str(code).startswith("population/census_age_sex|360724|")]
    path = fill(small, tmp_path / "f.xlsx", dict.fromkeys(codes, 10000))
    found = prepare(path, "shangyou", tmp_path, overwrite=False)
    (whole,) = [f for f in found.layer.changes if f.derived]
    assert (whole.offer.code, whole.value) == ("counties|360724|population", 10000 * len(codes))


def test_a_size_carries_the_output_with_it(every):
    desk = Desk.open(load_scenario("nanchang"))
    size = "projects/values|childcare_new|size"
    given, _ = read_lines(Filing([line_of(code=size, new=100, source="x")]), every)
    figures, problems = with_derived(desk, every, given)
    assert not problems
    assert [(f.offer.table, f.value, f.derived) for f in figures.values()] == [
        ("projects/values", 100, False),
        ("projects/outputs", 100, True),
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.xlsx", b"not a zip", "cannot be read as a workbook"),
        ("x.xls", b"\xd0\xcf\x11\xe0", "cannot be read as a workbook"),
        ("x.csv", b"\xff\xff\xff", "neither UTF-8 nor GBK"),
        ("x.csv", b"", "the sheet is empty"),
        ("x.csv", "编号,新值\nx,1\n".encode("gbk"), "column 地区 / place is missing"),
        ("x.csv", b'a,"b\n', "unexpected end of data"),
    ],
)
def test_files_that_are_no_template(tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    try:
        problems = sheets.read_filing(tmp_path / name, SHEETS, {}).problems
    except InputError as error:
        problems = list(error.problems)
    assert any(words in str(problem) for problem in problems)


def test_a_missing_file_and_a_book_of_another_city(template, tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        sheets.read_filing(tmp_path / "none.xlsx", SHEETS, {})
    problems = sheets.read_filing(template, SHEETS, {"city": "360724"}).problems
    assert [problem.found for problem in problems] == ["the book was made for city '360100'"]


def test_what_differs_is_not_overwritten_without_a_word(first, tmp_path):
    (tmp_path / "shangyou.yaml").write_text("name: mine\n", encoding="utf-8")
    with pytest.raises(InputError, match="stands there already and differs"):
        prepare(first, "shangyou", tmp_path, overwrite=False)
    assert (tmp_path / "shangyou.yaml").read_text(encoding="utf-8") == "name: mine\n"
    assert find_target("shangyou", tmp_path, overwrite=True).text.endswith("tables: shangyou-data\n")


def test_a_scenario_of_ones_own_gets_its_layer_beside_it(first, tmp_path):
    own = load_scenario("shangyou").text.replace("name: shangyou", "name: ours", 1)
    (tmp_path / "my.yaml").write_text(own, encoding="utf-8")
    here = tmp_path / "elsewhere"
    here.mkdir()
    bring(first, here, str(tmp_path / "my.yaml"))
    assert (tmp_path / "ours-data" / "counties.csv").is_file()
    assert load_scenario(str(tmp_path / "ours.yaml")).scenario.tables == "ours-data"
    assert (tmp_path / "my.yaml").read_text(encoding="utf-8") == own
    assert not list(here.iterdir())


def test_shipped_scenarios_are_never_changed(monkeypatch):
    with pytest.raises(InputError, match="shipped scenarios are not changed"):
        find_target("shangyou", folder("scenarios"), overwrite=True)
    shipped = folder("scenarios") / "shangyou.yaml"
    assert find_target(str(shipped), Path("elsewhere"), overwrite=True).path.parent.name == "elsewhere"


@pytest.mark.parametrize("text", ["...\n", "# the end"])
def test_a_scenario_that_takes_no_line_more_is_written_out(tmp_path, text):
    own = load_scenario("shangyou").text.replace("name: shangyou", "name: ours", 1)
    (tmp_path / "my.yaml").write_text(own + text, encoding="utf-8")
    target = find_target(str(tmp_path / "my.yaml"), tmp_path, overwrite=False)
    assert read_yaml(target.text, "x")[0]["tables"] == "ours-data"
    assert ("# the end" in target.text) is ("#" in text)


def test_a_figure_the_scenario_sets_itself_is_refused(every):
    settings = ("assumptions={deflator: 0.01}", "envelopes=[{fund: municipal, amount_yuan: 1}]")
    desk = Desk.open(load_scenario("nanchang", settings))
    lines = [line_of(code=code, new=1, source="x") for code in ("scalars|recruits_are_replaced", MONEY)]
    lines.append(line_of(code="scalars|deflator", new=0.03, source="x"))
    given, problems = read_lines(Filing(lines), every)
    assert not problems
    _, contradictions = with_derived(desk, every, given)
    assert ["municipal" in problem.found for problem in contradictions] == [True, False]
    assert "deflator is set in the scenario" in contradictions[1].found


def test_a_full_disk_leaves_the_layer_as_it_was(small, laid, monkeypatch):
    before = {p: p.read_bytes() for p in sorted(laid.rglob("*.csv"))}
    path = fill(small, laid / "b.xlsx", {BIRTHS: 1.2, PLACES: 1})
    found = prepare(path, "shangyou", laid, overwrite=False)
    writing = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.name == "county_baselines.csv":
            writing(path, data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return writing(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_layer(found.target, found.layer)
    assert before == {p: p.read_bytes() for p in sorted(laid.rglob("*.csv"))}
    assert not [p.name for p in laid.iterdir() if p.name.startswith(".")]


def test_what_a_kill_left_between_two_renames_comes_back(laid):
    gone = subprocess.Popen(["true"])
    gone.wait()
    (laid / "shangyou-data").rename(laid / f".shangyou-data.{gone.pid}.old.part")
    assert find_target("shangyou", laid, overwrite=False).loaded.scenario.tables == "shangyou-data"
    counties = table(laid / "shangyou-data/counties.csv")
    assert [r["total_fertility_rate"] for r in counties if r["county"] == "360724"] == ["1.1"]
    assert not [p.name for p in laid.iterdir() if p.name.startswith(".")]


def test_a_filled_book_is_not_overwritten_by_a_new_template(small, first):
    with pytest.raises(InputError, match="may be filled in"):
        draft(load_scenario("shangyou"), first, "zh")
    draft(load_scenario("shangyou"), small, "zh")
