from __future__ import annotations

import pytest

from sim.backtest.actuals import read_actuals
from sim.errors import InputError
from sim.evidence.tables import read_table
from sim.shipped import folder

HEADS = "region,level,adcode,name,year,indicator,value,unit,quality,source_title\n"


@pytest.fixture(scope="module")
def counties():
    return read_table(folder("params") / "counties.csv", "counties")


def read(tmp_path, counties, text, encoding="utf-8"):
    path = tmp_path / "actual.csv"
    path.write_bytes(text.encode(encoding))
    return read_actuals(path, counties, "360100")


def test_places_are_known_by_code_or_name_and_others_are_left_out(tmp_path, counties):
    found = read(
        tmp_path,
        counties,
        HEADS
        + "南昌市,city,360100,南昌市,2021,resident_population,643.75,万人,official,公报\n"
        + "南昌市,county,360102,东湖区,2021,births,2000,persons,official,公报\n"
        + "昆明市,city,530100,昆明市,2021,resident_population,850.2,万人,secondary,表\n",
    )
    assert found["county"].tolist() == ["city", "360102"]
    assert found["actual"].tolist() == [6437500, 2000]
    assert found["level"].tolist() == ["city", "county"]


def test_the_layout_of_health_resources_is_read_and_an_empty_county_is_the_city(tmp_path, counties):
    text = "region,county,year,indicator,value,unit\n南昌市,,2020,beds,44200,beds\n"
    text += "云南省,,2018,beds,291200,beds\n"
    found = read(tmp_path, counties, text + "南昌市,东湖区,2020,beds,9000,beds\n")
    assert found[["county", "actual"]].values.tolist() == [["city", 44200.0], ["360102", 9000.0]]


def test_a_census_day_counts_as_its_year_end_and_gbk_is_read(tmp_path, counties):
    text = HEADS + "南昌市,city,360100,南昌市,2020-11-01,resident_population,625.5007,万人,official,普查\n"
    found = read(tmp_path, counties, text, "gb18030")
    assert found["year"].tolist() == [2020]
    assert found["actual"].tolist() == [pytest.approx(6_255_007)]


def test_figures_of_an_age_group_and_places_nobody_plans_keep_their_own_words(tmp_path, counties):
    text = "region,level,adcode,name,year,indicator,age_group,value,unit\n"
    text += "南昌市,city,360100,,2021,births,20-24,5,persons\n"
    text += "南昌市,city,360100,,2021,births,total,50,persons\n"
    text += "南昌市,county,,高新区,2021,births,,7,persons\n"
    text += "昆明市,county,,高新区,2021,births,,8,persons\n"
    found = read(tmp_path, counties, text)
    assert found[["county", "indicator", "actual"]].values.tolist() == [
        ["city", "births, 20-24", 5.0],
        ["city", "births", 50.0],
        ["高新区", "births", 7.0],
    ]


def test_what_cannot_be_read_is_told_all_at_once_with_its_place(tmp_path, counties):
    text = HEADS + "南昌市,city,360100,南昌市,last year,births,1,persons,,\n"
    text += "南昌市,city,360100,,2021,births,many,persons,,\n"
    with pytest.raises(InputError) as caught:
        read(tmp_path, counties, text)
    assert [p.where.rsplit("/", 1)[1] for p in caught.value.problems] == ["actual.csv:2:5", "actual.csv:3:7"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("region,year,indicator,valeu,unit\n", "column 'value' is missing"),
        ("year,indicator,value,unit\n", "no column says where"),
        ("region,year,indicator,value,unit,value\n", "actual.csv:1:6: column 'value' stands twice"),
    ],
)
def test_a_wrong_header_is_told(tmp_path, counties, text, told):
    with pytest.raises(InputError, match=told):
        read(tmp_path, counties, text)


def test_a_missing_file_is_told(tmp_path, counties):
    with pytest.raises(InputError, match="there is no such file"):
        read_actuals(tmp_path / "none.csv", counties, "360100")


def test_a_unit_nobody_knows_is_refused_and_a_rate_is_no_count(tmp_path, counties):
    row = "南昌市,city,360100,南昌市,2021,births,{},{},,\n"
    with pytest.raises(InputError, match="unit is '亿'"):
        read(tmp_path, counties, HEADS + row.format(1, "亿"))
    found = read(tmp_path, counties, HEADS + row.format(7.1, "per 1000"))
    assert found["indicator"].tolist() == ["births (per 1000)"]


@pytest.mark.parametrize("unit", ["persons in ~10% sample", "years", "亿元"])
def test_a_figure_that_is_no_count_does_not_refuse_the_file(tmp_path, counties, unit):
    found = read(tmp_path, counties, HEADS + f"南昌市,city,360100,南昌市,2021,nurses,5,{unit},,\n")
    assert found["indicator"].tolist() == [f"nurses ({unit})"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("南昌市,city,360100,,2021,births,5,persons,\n", "actual.csv:2:1: 9 fields; allowed: 10 fields"),
        ("南昌市,city,360100,,2021,births,5,persons,,,\n", "actual.csv:2:1: 11 fields; allowed: 10 fields"),
    ],
)
def test_a_row_of_too_few_or_too_many_cells_is_told(tmp_path, counties, row, told):
    with pytest.raises(InputError) as caught:
        read(tmp_path, counties, HEADS + row)
    assert told in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "1e999", '"643,75"', '"1,2345"', "0x5", ""])
def test_what_is_no_number_of_people_is_refused_at_its_cell(tmp_path, counties, value):
    with pytest.raises(InputError) as caught:
        read(tmp_path, counties, HEADS + f"南昌市,city,360100,,2021,births,{value},persons,,\n")
    (problem,) = caught.value.problems
    assert problem.where.endswith("actual.csv:2:7")


@pytest.mark.parametrize(
    ("value", "unit", "count"),
    [
        ('"6,437,500"', "人", 6_437_500.0),
        ("4.5", "千人", 4500.0),
        ("45780", "births", 45780.0),
        ("7", "例", 7.0),
    ],
)
def test_units_of_counts_are_brought_to_one(tmp_path, counties, value, unit, count):
    found = read(tmp_path, counties, HEADS + f"南昌市,city,360100,,2021,births,{value},{unit},,\n")
    assert found[["indicator", "actual", "no_count"]].values.tolist() == [
        ["births", pytest.approx(count), False]
    ]


def test_people_are_not_counted_in_births(tmp_path, counties):
    with pytest.raises(InputError, match="unit of resident_population is 'births'"):
        read(tmp_path, counties, HEADS + "南昌市,city,360100,,2021,resident_population,8,births,,\n")


def test_a_rate_may_be_negative_and_is_marked_as_no_count(tmp_path, counties):
    found = read(tmp_path, counties, HEADS + "南昌市,city,360100,,2021,growth,-1.5,per 1000,,\n")
    assert found[["actual", "no_count"]].values.tolist() == [[-1.5, True]]
