from __future__ import annotations

import csv
import re
from collections.abc import Callable

import pytest

from sim.errors import InputError, Problem
from sim.evidence.book import Book, open_book
from sim.evidence.tables import read_table
from sim.scenario.reading import load_scenario
from sim.shipped import folder

Edit = Callable[[str], str]


def _shipped(relative: str) -> str:
    return (folder("params") / relative).read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path):
    """Open the tables of Nanchang with some of them, and the scenario's end, changed."""

    def _book(changes: dict[str, Edit], more: str = "") -> Book:
        for relative, edit in changes.items():
            own = tmp_path / "own" / relative
            own.parent.mkdir(parents=True, exist_ok=True)
            before = _shipped(relative)
            own.write_text(edit(before), encoding="utf-8")
            assert own.read_text(encoding="utf-8") != before
        text = (folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8")
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "s.yaml").write_text(f"{text}\ntables: own\n{more}", encoding="utf-8")
        return open_book(load_scenario(str(tmp_path / "s.yaml")))

    return _book


@pytest.fixture
def problems(book, tmp_path):
    def _problems(changes: dict[str, Edit], more: str = "") -> tuple[Problem, ...]:
        with pytest.raises(InputError) as caught:
            book(changes, more)
        return caught.value.problems

    return _problems


def _replace(old: str, new: str) -> Edit:
    return lambda text: text.replace(old, new, 1)


def _without(start: str) -> Edit:
    return lambda text: re.sub(rf"(?m)^{start}.*\n", "", text)


def _line(relative: str, start: str) -> int:
    return 1 + [line.startswith(start) for line in _shipped(relative).split("\n")].index(True)


def _column(relative: str, name: str) -> int:
    return 1 + next(csv.reader(_shipped(relative).split("\n"))).index(name)


def test_a_table_beside_the_scenario_replaces_the_shipped_one_alone(book):
    shipped = book({})
    own = book({"counties.csv": _replace(",421690,1585,", ",421690,1586,")})
    assert own["counties"].rows[0].number("health_employment") == 1586
    assert own["counties"].rows[0].where("population") == "own/counties.csv:2:7"
    assert own["scalars"] == shipped["scalars"]
    assert {n for n in own.digests if own.digests[n] != shipped.digests[n]} == {"counties.csv"}


def test_a_missing_table_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "counties.csv", "counties", "own/counties.csv")
    assert caught.value.problems == (Problem("own/counties.csv:1:1", "the table is missing", "a CSV file"),)


@pytest.mark.parametrize(
    ("table", "start", "old", "new", "column", "found", "allowed", "near"),
    [
        ("counties.csv", "360103", ",485161,", ",many,", "population", "is 'many'", "a number", ""),
        ("counties.csv", "360103", ",485161,", ",nan,", "population", "is 'nan'", "NaN and infinity", ""),
        ("counties.csv", "360103", ",485161,", ",1e999,", "population", "is '1e999'", "infinity", ""),
        ("counties.csv", "360103", ",485161,", ",,", "population", "is ''", "a value", ""),
        ("counties.csv", "360103", ",485161,", ",-5,", "population", "is '-5'", "1 to inf", ""),
        ("counties.csv", "360103", ",official,", ",offical,", "quality", "'offical'", "official", "official"),
        ("counties.csv", "360103", "2020", "2020.5", "year", "'2020.5'", "a whole number", ""),
        (
            "scalars.csv",
            "deflator",
            "per year",
            "per yaer",
            "unit",
            "unit of deflator",
            "per year",
            "per year",
        ),
        ("scalars.csv", "deflator", "0.02", "0.9", "value", "deflator is 0.9", "-0.2 to 0.5 per year", ""),
        (
            "scalars.csv",
            "deflator",
            "deflator",
            "deflater",
            "name",
            "unknown parameter",
            "deflator",
            "deflator",
        ),
        (
            "scalars.csv",
            "rogers_castro_c",
            "rogers_castro_1981",
            "",
            "source",
            "has no source",
            "sources.csv",
            "",
        ),
        (
            "scalars.csv",
            "recurrent_years",
            "assumption,Length of the",
            "assumption,,",
            "reason",
            "reason",
            "",
            "",
        ),
    ],
)
def test_a_bad_cell_is_told_where_it_stands(problems, table, start, old, new, column, found, allowed, near):
    line = _line(table, start)

    def edit(text: str) -> str:
        lines = text.split("\n")
        assert old in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new, 1)
        if new == "assumption,,":
            lines[line - 1] = lines[line - 1].rsplit(",,", 1)[0] + ",,"
        return "\n".join(lines)

    told = problems({table: edit})
    assert told[0].where == f"own/{table}:{line}:{_column(table, column)}"
    assert found in told[0].found
    assert allowed in told[0].allowed
    assert told[0].nearest == near


@pytest.mark.parametrize(
    ("edit", "where", "found", "near"),
    [
        (_replace(",population,", ",popolation,"), "own/counties.csv:1:7", "unknown column", "population"),
        (_replace(",city_name,", ",city,"), "own/counties.csv:1:5", "column 'city' stands twice", ""),
        (_replace("\n360103,", "\n360103,,"), "own/counties.csv:3:1", "17 fields", ""),
        (
            _replace("\n360103,", "\n360102,"),
            "own/counties.csv:3:1",
            "360102 stands again (first in line 2)",
            "",
        ),
        (_replace("\n360103,", '\n"360103'), "own/counties.csv:", "", ""),
    ],
)
def test_a_broken_table_is_told(problems, edit, where, found, near):
    told = problems({"counties.csv": edit})
    assert told[0].where.startswith(where)
    assert found in told[0].found
    assert told[0].nearest == near


@pytest.mark.parametrize(
    ("changes", "where", "found", "near"),
    [
        (
            {"population/census_age_sex.csv": _without("360124,")},
            "params/counties.csv:10:1",
            "county '360124'",
            None,
        ),
        (
            {"counties.csv": _without("360124,")},
            "params/population/census_age_sex.csv:306:1",
            "county '360124'",
            None,
        ),
        (
            {"scalars.csv": _replace("rogers_castro_1981", "rogers_1981")},
            "own/scalars.csv:3:8",
            "rogers_1981",
            "rogers_castro_1981",
        ),
        (
            {"workforce/rates.csv": _without("nurses,")},
            "params/workforce/cadres.csv:5:1",
            "cadre 'nurses'",
            None,
        ),
        (
            {"plans/nanchang/indicators.csv": _replace(",physicians,2020", ",phisicians,2020")},
            "own/plans/nanchang/indicators.csv:13:16",
            "phisicians",
            "physicians",
        ),
    ],
)
def test_tables_that_disagree_are_told(problems, changes, where, found, near):
    told = problems(changes)
    assert where in {p.where for p in told}
    first = next(p for p in told if p.where == where)
    assert found in first.found
    assert near is None or first.nearest == near


@pytest.mark.parametrize(
    ("more", "place", "found", "near"),
    [
        ("assumptions:\n  deflater: 0.01\n", "38:13", "no figure 'deflater'", "deflator"),
        ("assumptions:\n  deflator: -5.0\n", "38:13", "-5", ""),
        ("assumptions:\n  recurrent_years: 0.0\n", "38:20", "0", ""),
    ],
)
def test_an_assumption_of_the_scenario_must_name_a_figure_and_keep_its_bounds(
    problems, tmp_path, more, place, found, near
):
    (told,) = problems({}, more)
    assert told.where == f"{tmp_path / 's.yaml'}:{place}"
    assert found in told.found
    assert told.nearest == near


def test_faults_of_several_tables_are_told_at_once(problems):
    told = problems(
        {
            "counties.csv": lambda text: text.replace(",421690,", ",x,").replace(",485161,", ",y,"),
            "scalars.csv": _replace("per year", "per day"),
            "workforce/staffing.csv": _replace("persons/bed", "beds"),
        }
    )
    assert {p.where.split(":")[0] for p in told} == {
        "own/counties.csv",
        "own/scalars.csv",
        "own/workforce/staffing.csv",
    }
    assert len(told) == 4


def test_a_table_nobody_reads_is_told(problems, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own/countys.csv").write_text("a\n", encoding="utf-8")
    assert problems({}) == (
        Problem("own/countys.csv:1:1", "no table of that name is read", "", "counties.csv"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"population/national_fertility.csv": _without("2020,30,")},
        {"population/national_mortality.csv": _without("2020,female,30,")},
        {"population/national_age_sex.csv": _without("female,30,")},
        {"population/census_age_sex.csv": _without("360102,female,5-9,")},
        {"population/life_expectancy.csv": _without("360100,")},
        {"scalars.csv": _without("deflator,")},
        {"workforce/rates.csv": _without("nurses,attrition_rate,")},
        {"projects/values.csv": _without("county_hospital_new,preparation_months,")},
        {"projects/values.csv": _without("recruit_nurses,capital_cost,")},
        {"priorities.csv": _without("constructible,binding,")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_figure_the_model_needs_and_does_not_find_is_told(problems, changes):
    (table,) = changes
    assert any(table in str(p) for p in problems(changes))


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [
        ("population/national_vital.csv", "\n2035,", "\n,"),
        ("population/national_fertility.csv", "\n2020,30,", "\n2020,030,"),
        ("population/census_age_sex.csv", "360102,female,5-9,", "360102,female,5_9,"),
        ("counties.csv", ",421690,", ",421_690,"),
        ("plans/nanchang/indicators.csv", "ratio_to_population,1000,", "ratio_to_population,many,"),
        ("plans/nanchang/indicators.csv", "share,level2_general_hospitals", "share,level2_hospitals"),
    ],
)
def test_a_cell_the_model_cannot_read_is_told_and_not_passed_on(problems, table, old, new):
    line = _shipped(table).partition(old)[0].count("\n") + 1 + old.count("\n")
    told = problems({table: _replace(old, new)})
    assert any(p.where.startswith(f"own/{table}:{line}:") for p in told)


PREVIOUS = "population/previous_census.csv"


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_replace("360100,360121,female,70-74", "360100,360729,female,70-74"), "area is '360729'"),
        (_replace("52716,2010,", "52716,2013,"), "year is 2013"),
        (_without("360100,360123,male,85"), "no row for area 360123, sex male, age_group 85+"),
        (_without("360100,360100,male,85"), "no row for area 360100, sex male, age_group 85+"),
    ],
)
def test_a_census_before_that_cannot_be_compared_is_told(problems, edit, told):
    found = problems({PREVIOUS: edit})
    assert any(told in p.found and p.where.startswith(f"own/{PREVIOUS}") for p in found), found


def test_a_city_without_a_census_before_needs_none(book):
    assert not book({PREVIOUS: _without("360100,")})["population/previous_census"].where(city="360100").rows


def test_some_counties_with_more_residents_than_their_city_are_told(problems):
    added = "360121,2021,6500000,nanchang_population_2022,official,\n"
    found = problems({"population/published_counties.csv": lambda text: text.rstrip() + "\n" + added})
    assert any("1 of 9 counties have 6500000 residents in 2021" in p.found for p in found)


def _times(start: str, factor: float) -> Edit:
    """The number after `start` multiplied."""

    def edit(text: str) -> str:
        return re.sub(rf"(?m)^({start})(\d+)", lambda m: f"{m[1]}{int(m[2]) * factor:.0f}", text)

    return edit


def _in_one_year(text: str) -> str:
    return re.sub(r"(?m)^(360100,360100,female,60-64,\d+),2010", r"\1,2005", text)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            _times("360100,360123,female,[78].*?,", 0.3),
            "area 360123, sex female: of .* people of 70 and more",
        ),
        (
            _times("360100,360124,male,6.*?,", 10),
            "area 360124, sex male: of .* people of 60 to 69 .* are left",
        ),
        (_times("360100,360100,male,[78].*?,", 0.3), "counties have .* people of sex male, age_group 70-74"),
        (
            _times("360100,360121,female,80-84,", 9),
            "3 counties have .* people of sex female, age_group 80-84",
        ),
        (_times("360100,360124,male,[78].*?,", 0), "area 360124, sex male: of 0 people of 70 and more"),
        (_in_one_year, "year of 360100 is 2010"),
    ],
)
def test_people_of_a_census_before_who_cannot_have_been_are_told(problems, edit, told):
    found = problems({PREVIOUS: edit})
    lines = [_shipped(PREVIOUS).split("\n")[int(p.where.split(":")[1]) - 1] for p in found]
    assert any(re.search(told, p.found) for p in found), found
    assert all(p.where.startswith(f"own/{PREVIOUS}:") for p in found)
    assert all(line.startswith("360100,") for line in lines)


VITAL, TOTALS = "population/published_vital.csv", "population/published_totals.csv"


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        (VITAL, "45780,", "4.578,", "births of 2021 is 4.578"),
        (VITAL, "45780,", "457800,", "births of 2021 is 457800"),
        (VITAL, "31890,", "3.189,", "deaths of 2021 is 3.189"),
        (VITAL, "31890,", "318900,", "deaths of 2021 is 318900"),
        (TOTALS, "6437500,", "643.75,", "persons of 360100 in 2021 is 643.75"),
        (TOTALS, "6538100,", "65381000,", "persons of 360100 in 2022 is 65381000"),
    ],
)
def test_a_published_figure_of_the_wrong_size_is_told_with_its_cell(problems, table, old, new, told):
    line = _shipped(table).partition(old)[0].count("\n") + 1
    column = _shipped(table).split("\n")[line - 1].partition(old)[0].count(",") + 1
    (found,) = problems({table: _replace(old, new)})
    assert found.where == f"own/{table}:{line}:{column}"
    assert found.found.startswith(told)
    assert "in persons" in found.allowed


def test_a_county_that_grows_as_none_can_is_told(problems):
    added = "360121,2021,145.25,nanchang_population_2022,official,\n"
    found = problems({"population/published_counties.csv": lambda text: text.rstrip() + "\n" + added})
    assert any(p.found.startswith("persons of 360121 in 2021 is 145.25") for p in found)


def test_a_county_given_more_gps_than_physicians_is_told(problems):
    table = "plans/nanchang/county_baselines.csv"
    rows = "".join(
        f"360123,{cadre},baseline,{heads},,,persons,x,2020,,,,assumption,a,b\n"
        for cadre, heads in (("physicians", 100), ("gps", 101))
    )
    found = problems({table: lambda text: text.rstrip() + "\n" + rows})
    assert any(p.found == "gps of 360123 are 101" and "100 physicians" in p.allowed for p in found)
