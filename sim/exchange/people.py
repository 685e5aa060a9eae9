"""Offers of people: residents, ages, fertility, mortality, life expectancy, published totals."""

from __future__ import annotations

from collections.abc import Iterator

from sim.evidence.tables import Row
from sim.exchange.desk import Desk
from sim.exchange.offers import NOBODY, Offer
from sim.exchange.words import coded, told

AGES_TABLE = "population/census_age_sex"
FERTILITY = "total_fertility_rate"


def people_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the figures of residents by county, and of the city's life expectancy and totals."""
    for row in desk.book["counties"].where(city=desk.scenario.city):
        yield _of_county(desk, row, "population", row["quality"])
        yield _of_county(desk, row, FERTILITY, row["fertility_quality"])
    for table, column in (
        ("population/life_expectancy", "life_expectancy"),
        ("population/published_totals", "persons"),
    ):
        for row in desk.book[table].where(city=desk.scenario.city):
            year = int(row["year"])
            names = (desk.names.of_city, coded("token", _item(table, column)), told("detail.year", year))
            key = (row["city"], row["year"])
            yield desk.offer("people", table, key, names, year=year, column=column, row=row, fixed_year=True)


def _of_county(desk: Desk, row: Row, column: str, quality: str) -> Offer:
    names = (desk.names("county", row["county"]), coded("token", column), NOBODY)
    counted = column == "population"
    told_why = told(f"reason.{column}") if not counted else NOBODY
    ours = dict(row.cells) | {"quality": quality, "reason": told_why.en, "reason_zh": told_why.zh}
    return desk.offer(
        "people",
        "counties",
        (row["county"],),
        names,
        year=int(row["year"]),
        column=column,
        ours=ours,
        fixed_year=counted,
    )


def _item(table: str, column: str) -> str:
    return "published_total" if table.endswith("published_totals") else column


def age_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the residents of every county by sex and age group."""
    counties = set(desk.counties)
    for row in desk.book[AGES_TABLE]:
        if row["county"] in counties:
            sex, group = coded("sex", row["sex"]), told("detail.age", row["age_group"])
            names = (desk.names("county", row["county"]), coded("token", "persons"), sex + group)
            key = (row["county"], row["sex"], row["age_group"])
            yield desk.offer(
                "ages",
                AGES_TABLE,
                key,
                names,
                year=int(row["year"]),
                column="persons",
                row=row,
                fixed_year=True,
            )


def rate_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the age patterns of fertility and mortality of the years the projection reads."""
    first = desk.census_year
    time = desk.scenario.time
    last = max(time.information_until, first)
    if desk.scenario.population.rates_after_information != "hold":
        last = time.end_year
    years = {str(year) for year in range(first, last + 1)}
    for table, column in (
        ("population/national_fertility", "asfr"),
        ("population/national_mortality", "mx"),
    ):
        why = told(f"reason.{column}")
        for row in desk.book[table]:
            if row["year"] in years:
                sex = coded("sex", row["sex"]) if "sex" in row.cells else NOBODY
                detail = told("detail.year", row["year"]) + sex + told("detail.age", row["age"])
                key = (row["year"], *([row["sex"]] if sex.code else []), row["age"])
                names = (desk.names.of_city, coded("token", column), detail)
                ours = dict(row.cells) | {"reason": why.en, "reason_zh": why.zh}
                year = int(row["year"])
                yield desk.offer(
                    "rates", table, key, names, year=year, column=column, ours=ours, fixed_year=True
                )
