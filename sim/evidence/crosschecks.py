"""Tables against each other: a code used in one must stand in the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.errors import Problem, nearest
from sim.evidence.tables import Row, Table
from sim.names import CITY, UNLOCATED

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
    ("plans/envelopes", "fund", "funds/funds", "fund"),
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
    ("projects/types", "cost_sample", "projects/cost_samples", "cost_sample"),
    ("funds/rules", "fund", "funds/funds", "fund"),
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
    for row in tables["plans/projects"]:
        if row["county"] not in counties:
            yield _unknown(row, "county", tables["counties"], counties)
    sources = set(tables["sources"].column("source"))
    for table in tables.values():
        for row in table:
            column = "source" if "source" in row.cells else ""
            if table.name != "sources" and column and row[column] and row[column] not in sources:
                yield _unknown(row, column, tables["sources"], sources)


def _unknown(row: Row, column: str, other: Table, known: set[str]) -> Problem:
    return Problem(
        row.where(column),
        f"{column} {row[column]!r} is not in {other.file}",
        ", ".join(sorted(known)[:12]),
        nearest(row[column], known),
    )
