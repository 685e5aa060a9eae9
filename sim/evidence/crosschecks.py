"""Tables against each other: a code used in one must stand in the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import accumulate

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.evidence.tables import Row, Table
from sim.names import AGES, ALL, CITY, UNLOCATED

Tables = Mapping[str, Table]

REFERENCES = (
    ("population/census_age_sex", "county", "counties", "county"),
    ("plans/county_baselines", "county", "counties", "county"),
    ("plans/county_baselines", "resource", "resources", "resource"),
    ("plans/indicators", "resource", "resources", "resource"),
    ("plans/indicators", "parent", "plans/indicators", "indicator"),
    ("plans/assumed_baselines", "resource", "resources", "resource"),
    ("plans/observations", "indicator", "plans/indicators", "indicator"),
    ("plans/projects", "resource", "resources", "resource"),
    ("plans/projects", "project", "projects/types", "project"),
    ("plans/rules", "resource", "resources", "resource"),
    ("plans/rules", "of", "resources", "resource"),
    ("plans/conflicts", "indicator", "plans/indicators", "indicator"),
    ("plans/sites", "county", "counties", "county"),
    ("plans/sites", "project", "projects/types", "project"),
    ("workforce/cadres", "cadre", "resources", "resource"),
    ("workforce/cadres", "parent", "workforce/cadres", "cadre"),
    ("workforce/rates", "cadre", "workforce/cadres", "cadre"),
    ("workforce/cadres", "female_post", "workforce/schedules", "post"),
    ("plans/staff_ages", "cadre", "workforce/cadres", "cadre"),
    ("plans/training_places", "cadre", "workforce/cadres", "cadre"),
    ("workforce/staffing", "cadre", "workforce/cadres", "cadre"),
    ("workforce/staffing", "resource", "resources", "resource"),
    ("autonomous_supply", "resource", "resources", "resource"),
    ("projects/values", "project", "projects/types", "project"),
    ("projects/outputs", "project", "projects/types", "project"),
    ("projects/outputs", "resource", "resources", "resource"),
    ("projects/prerequisites", "project", "projects/types", "project"),
    ("projects/prerequisites", "requires", "projects/types", "project"),
    ("projects/choices", "project", "projects/types", "project"),
    ("projects/types", "cost_sample", "projects/cost_samples", "cost_sample"),
    ("funds/rules", "fund", "funds/funds", "fund"),
    ("funds/bonds", "fund", "funds/funds", "fund"),
    ("funds/funds", "repaid_by", "funds/funds", "fund"),
)
COMPLETE = (
    ("counties", "county", "population/census_age_sex", "county"),
    ("workforce/cadres", "cadre", "workforce/rates", "cadre"),
    ("projects/types", "project", "projects/values", "project"),
    ("projects/types", "project", "projects/outputs", "project"),
)


def cross_problems(tables: Tables) -> Iterator[Problem]:
    """Yield every code that another table does not know, and every source that is not named."""
    for name, column, other, key in REFERENCES:
        known = set(tables[other].column(key))
        for row in tables[name]:
            if row[column] and row[column] not in known:
                yield _unknown(row, column, tables[other], known)
    for name, column, other, key in COMPLETE:
        known = set(tables[other].column(key))
        for row in tables[name]:
            if row[column] not in known:
                yield Problem(row.where(column), f"{column} {row[column]!r} is not in {tables[other].file}")
    counties = {*tables["counties"].column("county"), CITY, UNLOCATED}
    funds = {*tables["funds/funds"].column("fund"), ALL}
    for row in tables["plans/envelopes"]:
        if row["fund"] not in funds:
            yield _unknown(row, "fund", tables["funds/funds"], funds)
    for row in tables["plans/projects"]:
        if row["county"] not in counties:
            yield _unknown(row, "county", tables["counties"], counties)
    sources = set(tables["sources"].column("source"))
    for table in tables.values():
        for row in table:
            column = "source" if "source" in row.cells else ""
            if table.name != "sources" and column and row[column] and row[column] not in sources:
                yield _unknown(row, column, tables["sources"], sources)
    yield from mortality_problems(tables)


def mortality_problems(tables: Tables) -> Iterator[Problem]:
    """Yield the years and sexes whose death rates leave a life no vital table could state.

    Shares surviving, or rates per 1,000, may each lie within the bounds of a death rate; the years they
    leave, the sum over ages of exp(-cumulated rate), do not lie within those of life expectancy. Years
    with ages missing are told elsewhere.
    """
    columns = rules()["population/national_vital"].columns
    rows: dict[tuple[str, str], list[Row]] = {}
    for row in tables["population/national_mortality"]:
        rows.setdefault((row["year"], row["sex"]), []).append(row)
    for (year, sex), ages in rows.items():
        allowed = columns[f"life_expectancy_{sex}"]
        rates = (row.number("mx") for row in sorted(ages, key=lambda row: int(row["age"])))
        lived = sum(math.exp(-total) for total in accumulate(rates))
        if len(ages) == len(AGES) and not allowed.holds(lived):
            found = f"mx of year {year}, sex {sex}, ages {ages[0]['age']} to {ages[-1]['age']}"
            found += f", leaves {lived:.1f} years of life"
            yield Problem(ages[0].where("mx"), found, f"{allowed.bounds}; mx is deaths per person-year")


def _unknown(row: Row, column: str, other: Table, known: set[str]) -> Problem:
    return Problem(
        row.where(column),
        f"{column} {row[column]!r} is not in {other.file}",
        ", ".join(sorted(known)[:12]),
        nearest(row[column], known),
    )
