"""Bad figures of people in a user's own tables: table, line, column, county, sex, age and year are named."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pytest
import yaml

from sim.errors import InputError, Problem
from sim.evidence.book import open_book
from sim.evidence.crosschecks import mortality_problems
from sim.evidence.tables import Table, read_table
from sim.scenario.reading import load_scenario
from sim.shipped import folder

Edit = Callable[[str], str]
FERTILITY, MORTALITY, CENSUS, VITAL = (
    f"population/{name}.csv"
    for name in ("national_fertility", "national_mortality", "census_age_sex", "national_vital")
)


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., list[Problem]]:
    """The faults of Nanchang with one table edited by a pattern, in one line or all, and settings."""

    def run(table: str, pattern: str, new: str, *settings: str) -> list[Problem]:
        text = (folder("params") / table).read_text(encoding="utf-8")
        edited, changes = re.subn(f"(?m){pattern}", new, text)
        assert changes
        own = tmp_path / "own" / table
        own.parent.mkdir(parents=True)
        own.write_text(edited, encoding="utf-8")
        scenario = yaml.safe_load((folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8"))
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(scenario | {"tables": "own"}, allow_unicode=True), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            open_book(load_scenario(str(path), settings))
        return list(caught.value.problems)

    return run


@pytest.mark.parametrize(
    ("table", "pattern", "new", "column", "found", "allowed"),
    [
        (FERTILITY, r"^2020,30,[0-9.]+", "2020,30,1200", 3, "asfr is '1200' (year 2020, age 30)",
         "0 to 1 births per woman-year"),
        (FERTILITY, r"^2020,30,[0-9.]+", "2020,30,-0.1", 3, "asfr is '-0.1' (year 2020, age 30)", "0 to 1"),
        (FERTILITY, r"^2020,30,", "2020,101,", 2, "age is '101' (year 2020)", "0 to 100"),
        (MORTALITY, r"^2020,female,30,[0-9.]+", "2020,female,30,987", 4,
         "mx is '987' (year 2020, sex female, age 30)", "0 to 2 deaths per person-year"),
        (MORTALITY, r"^2020,female,30,", "2020,f,30,", 2, "sex is 'f' (year 2020, age 30)", "female, male"),
        (CENSUS, r"^360103,male,5-9,[0-9]+", "360103,male,5-9,-1", 4,
         "persons is '-1' (county 360103, sex male, age_group 5-9)", "0 to inf persons"),
        (CENSUS, r"^360103,male,5-9,", "360103,male,5-10,", 3,
         "age_group is '5-10' (county 360103, sex male)", "0, 1-4, 5-9"),
        ("counties.csv", r"^(360103(,[^,]*){7}),[0-9.]+", r"\1,1200", 9,
         "total_fertility_rate is '1200' (county 360103)", "0.2 to 8 births per woman"),
    ],
)  # fmt: skip
def test_a_figure_out_of_bounds_or_wrongly_labelled_is_told_at_its_cell(
    told, table, pattern, new, column, found, allowed
):
    text = (folder("params") / table).read_text(encoding="utf-8")
    line = 1 + next(n for n, one in enumerate(text.split("\n")) if re.match(pattern, one))
    problems = told(table, pattern, new)
    assert [problem.where for problem in problems] == [f"own/{table}:{line}:{column}"]
    assert problems[0].found == found
    assert problems[0].allowed.startswith(allowed)


@pytest.mark.parametrize(
    ("table", "pattern", "found"),
    [
        (CENSUS, "^360103,male,5-9,.*\n", "no row for county 360103, sex male, age_group 5-9"),
        (CENSUS, "^[0-9]+,(female|male),5-9,.*\n", "no row of age group 5-9"),
        (FERTILITY, "^2031,30,.*\n", "no row for year 2031, age 30"),
        (FERTILITY, "^2031,.*\n", "no row for year 2031, age 30"),
        (MORTALITY, "^2031,female,30,.*\n", "no row for year 2031, sex female, age 30"),
        (MORTALITY, "^2031,.*\n", "no row for year 2031, sex male, age 0"),
        (MORTALITY, "^2020,.*\n", "no row for year 2020, sex female, age 100"),
        (FERTILITY, "^2020,.*\n", "no row for year 2020, age 30"),
        ("population/national_age_sex.csv", "^male,30,.*\n", "no row for sex male, age 30"),
    ],
)  # fmt: skip
def test_an_age_or_a_year_that_is_missing_is_told_with_its_table(told, table, pattern, found):
    problems = told(table, pattern, "")
    assert (f"own/{table}:1:1", found) in {(problem.where, problem.found) for problem in problems}


def test_a_base_year_nobody_counted_is_told_at_the_scenario(told):
    (problem,) = told(VITAL, "^2020,.*\n", "")
    assert re.search(r"mine\.yaml:[0-9]+:14$", problem.where)
    assert (problem.found, problem.allowed) == (
        "base_year is 2020",
        "2021 to 2035, the years of the UN rates",
    )


def test_a_base_year_before_the_census_is_told(told):
    problems = told(CENSUS, ",2020,census_2020,", ",2022,census_2020,")
    assert [(p.found, p.allowed) for p in problems] == [
        ("base_year is 2020", "2022 or later, the year of the census")
    ]


@pytest.fixture(scope="module")
def mortality() -> Table:
    return read_table(folder("params") / MORTALITY, "population/national_mortality")


def survival(mx: float) -> float:
    return 1 - mx / (1 + mx / 2)


@pytest.mark.parametrize("year", ["2020", "2031"])
def test_shares_surviving_in_the_place_of_death_rates_are_told_by_year_and_sex(mortality, year):
    rows = tuple(
        replace(row, cells={**row.cells, "mx": str(survival(row.number("mx")))})
        if (row["year"], row["sex"]) == (year, "male")
        else row
        for row in mortality
    )
    tables = {"population/national_mortality": replace(mortality, rows=rows)}
    (problem,) = mortality_problems(tables)
    assert problem.found.startswith(f"mx of year {year}, sex male, ages 0 to 100, leaves ")
    assert problem.allowed == "20 to 100; mx is deaths per person-year"
    first = next(row for row in rows if (row["year"], row["sex"]) == (year, "male"))
    assert problem.where == first.where("mx")


def test_the_years_left_are_those_of_the_published_life_expectancy_within_a_year(mortality):
    """The short formula of the check against the UN's own figure."""
    vital = read_table(folder("params") / VITAL, "population/national_vital")
    for row in vital.where(year="2020"):
        for sex in ("female", "male"):
            ages = [r.number("mx") for r in mortality.where(year="2020", sex=sex)]
            lived = sum(math.exp(-total) for total in accumulate(ages))
            assert lived == pytest.approx(row.number(f"life_expectancy_{sex}"), abs=1)
