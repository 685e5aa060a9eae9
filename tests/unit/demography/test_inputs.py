"""Inputs of the projection from tables of a user: what is missing is refused, not read as 0."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.demography.calibration import mortality_of
from sim.demography.inputs import population_inputs
from sim.errors import InputError
from sim.evidence.book import Book, open_book
from sim.evidence.figures import Figures
from sim.evidence.tables import Row
from sim.scenario.reading import load_scenario

COUNTY = ["360724"]
PROJECTED = "population.rates_after_information=projected"


@pytest.fixture(scope="module")
def book() -> Book:
    return open_book(load_scenario("shangyou"))


def changed(book: Book, table: str, edit: Callable[[Row], Row | None]) -> Book:
    """The book with the rows of one table edited, or dropped where the edit returns None."""
    rows = tuple(row for row in map(edit, book[table].rows) if row is not None)
    return replace(book, tables={**book.tables, table: replace(book[table], rows=rows)})


def figures(book: Book, *settings: str) -> Figures:
    return Figures(book, load_scenario("shangyou", settings).scenario)


@pytest.mark.parametrize("last", ["2018", "2020"])
def test_the_gain_is_counted_from_the_census_where_the_plan_has_no_later_point(book, last):
    def census_point(row: Row) -> Row | None:
        own = row["city"] == "360724"
        return None if own and row["year"] != "2020" else replace(row, cells={**row.cells, "year": last})

    inputs = population_inputs(
        figures(changed(book, "population/life_expectancy", census_point), PROJECTED), COUNTY
    )
    (point,) = [
        row for row in book["population/life_expectancy"].where(city="360724") if row["year"] == "2020"
    ]
    vital = {row["year"]: row for row in book["population/national_vital"]}

    def national(year: str) -> float:
        ratio = vital[year].number("sex_ratio_at_birth")
        female, male = (vital[year].number(f"life_expectancy_{sex}") for sex in ("female", "male"))
        return (female + ratio * male) / (1 + ratio)

    for year in ("2021", "2035"):
        wanted = point.number("life_expectancy") + national(year) - national("2020")
        assert float(inputs["life_expectancy"].sel(year=int(year))) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("age", ["", "30"])
def test_a_year_of_fertility_without_rows_is_refused_and_not_read_as_no_births(book, age):
    def without(row: Row) -> Row | None:
        return None if row["year"] == "2031" and age in ("", row["age"]) else row

    with pytest.raises(
        InputError, match=rf"national_fertility\.csv:1:1: no row for year 2031, age {age or '10, 11, 12'}"
    ):
        population_inputs(figures(changed(book, "population/national_fertility", without), PROJECTED), COUNTY)


def test_ages_outside_the_table_of_fertility_have_no_births(book):
    ages = [int(age) for age in book["population/national_fertility"].column("age")]
    asfr = population_inputs(figures(book), COUNTY)["asfr"]
    outside = (asfr["age"] < min(ages)) | (asfr["age"] > max(ages))
    assert (asfr.where(outside, 0.0) == 0).all()
    assert (asfr.where(~outside, 1.0) > 0).all()


@pytest.mark.parametrize(("year", "name"), [("", "per_year"), ("2020", "per_year"), ("2022", "by_census")])
def test_an_assumption_of_migration_without_a_year_is_later_than_no_cut_off(year, name):
    loaded = load_scenario("kunming")

    def dated(row: Row) -> Row:
        own = row["name"] == "net_migration_per_year"
        return replace(row, cells={**row.cells, "year": year}) if own else row

    book = changed(open_book(loaded), "plans/scalars", dated)
    counties = book["counties"].where(city="530100").column("county")
    found = population_inputs(Figures(book, loaded.scenario), counties, 2020)["net_migration"].sel(year=2024)
    (wanted,) = (
        row.number("value") for row in book["plans/scalars"] if row["name"] == f"net_migration_{name}"
    )
    np.testing.assert_allclose(float(found.sum()), wanted)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("published_vital", "deaths", "240000"), ("published_totals", "persons", "1")],
)
def test_a_published_figure_that_nothing_meets_is_told_with_its_line(table, column, value):
    loaded = load_scenario("nanchang")

    def edit(row: Row) -> Row:
        own = row["city"] == "360100" and row["year"] == "2022"
        return replace(row, cells={**row.cells, column: value}) if own else row

    book = changed(open_book(loaded), f"population/{table}", edit)
    (row,) = book[f"population/{table}"].where(city="360100", year="2022")
    with pytest.raises(InputError) as caught:
        population_inputs(
            Figures(book, loaded.scenario), book["counties"].where(city="360100").column("county"), 2022
        )
    assert caught.value.problems[0].where == row.where(column)


@pytest.mark.parametrize("years", ["20", "100"])
def test_every_life_expectancy_the_dictionary_allows_is_met(book, years):
    def set_to(row: Row) -> Row:
        return replace(row, cells={**row.cells, "life_expectancy": years})

    inputs = population_inputs(figures(changed(book, "population/life_expectancy", set_to)), COUNTY)
    mortality = mortality_of(inputs)
    path = inputs["life_expectancy"].values
    np.testing.assert_allclose(mortality.expectancy(mortality.shift(path)), path, atol=1e-6)
