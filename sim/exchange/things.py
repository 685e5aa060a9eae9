"""Offers of stocks, sites, projects, staff, supply, funds, money and scalars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.evidence.dictionary import rules
from sim.evidence.figures import Figure
from sim.evidence.tables import Row
from sim.exchange.desk import Desk
from sim.exchange.offers import NOBODY, Name, Offer
from sim.exchange.words import coded, told

STOCKS, SITES, ENVELOPES = "plans/county_baselines", "plans/sites", "plans/envelopes"
VALUES, SUPPLY = "projects/values", "autonomous_supply"
SHEETS = {
    SUPPLY: "supply",
    VALUES: "projects",
    "projects/outputs": "projects",
    "projects/prerequisites": "projects",
    "workforce/rates": "workforce",
    "workforce/staffing": "workforce",
    "funds/rules": "funds",
    "plans/scalars": "scalars",
    "plans/assumed_baselines": "scalars",
    "scalars": "scalars",
}
KINDS = {"cadre": "resource", "requires": "project", "parameter": "token", "name": "token"}
"What kind of code a key column holds, where it is not its own name."


def stock_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the base-year stock of every resource that counts, in every county."""
    given = {(row["county"], row["resource"]): row for row in desk.book[STOCKS]}
    derived = {f.key: f for f in desk.stages.figures.used.values() if f.table == "apportioned"}
    units = {row["resource"]: row["unit"] for row in desk.book["resources"]}
    base = desk.scenario.time.base_year
    for county in desk.counties:
        for resource in desk.resources:
            row = given.get((county, resource))
            names = (desk.names("county", county), desk.names("resource", resource), told("detail.stock"))
            yield desk.offer(
                "stocks",
                STOCKS,
                (county, resource, "baseline"),
                names,
                year=base,
                row=row,
                ours=_our_stock(desk, resource, county, derived),
                entry=rules()[STOCKS].parameters["baseline"],
                unit=units[resource],
                fixed_year=True,
            )


def _our_stock(desk: Desk, resource: str, county: str, derived: Mapping[str, Figure]) -> dict[str, str]:
    """A stock no table gives: apportioned, or staff at the standard, or unknown."""
    value = desk.stock(resource, county)
    if value <= 0:
        return {}
    figure = derived.get(resource)
    why = told("reason.at_standard")
    return {
        "value": repr(value),
        "quality": "estimate",
        "source": figure.source if figure else "",
        "reason": figure.reason if figure else why.en,
        "reason_zh": figure.reason_zh if figure else why.zh,
    }


def site_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the room for projects of every type in every county."""
    given = {(row["project"], row["county"]): row for row in desk.book[SITES]}
    limits = desk.stages.rules.sites
    kinds = {row["project"]: row["kind"] for row in desk.book["projects/types"]}
    why = told("reason.sites")
    for project in desk.projects:
        if kinds[project] == "heads":
            continue
        for county in desk.counties:
            known = project in limits["project"].values
            room = float(limits.sel(project=project, county=county)) if known else float("inf")
            ours = {"value": repr(room), "quality": "assumption", "reason": why.en, "reason_zh": why.zh}
            yield desk.offer(
                "sites",
                SITES,
                (project, county, "sites"),
                (desk.names("county", county), desk.names("project", project), coded("token", "sites")),
                year=desk.scenario.time.base_year,
                row=given.get((project, county)),
                ours=ours if room < float("inf") else {},
                entry=rules()[SITES].parameters["sites"],
                unit="projects",
            )


def table_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the figures of the long tables: those that entered, and those of projects that may."""
    projects = set(desk.projects)
    types = {row["project"]: row for row in desk.book["projects/types"]}
    groups = {types[project]["group"] for project in projects}
    for table in SHEETS:
        for row in desk.book[table]:
            wanted = row.cells.get("project") in projects or row.cells.get("group") in groups
            if wanted or row.where("value") in desk.used:
                yield _of_row(desk, table, row)


def _of_row(desk: Desk, table: str, row: Row) -> Offer:
    known = rules()[table]
    name = row.cells.get("parameter", row.cells.get("name", ""))
    item, *others = known.keys
    detail = NOBODY
    for column in ("parameter", *(c for c in others if c != "parameter")):
        if column in others:
            detail = detail + desk.names(KINDS.get(column, column), row[column])
    if table == "plans/assumed_baselines":
        detail = coded("token", "assumed_baseline")
    return desk.offer(
        SHEETS[table],
        table,
        tuple(row[column] for column in known.keys),
        (desk.names.of_city, desk.names(KINDS.get(item, item), row[item]), detail),
        year=_year(desk, row),
        row=row,
        entry=known.parameters.get(name),
    )


def _year(desk: Desk, row: Row) -> int:
    """Money is asked for at the price year, everything else of the base year."""
    return desk.scenario.prices.price_year if "yuan" in row["unit"] else desk.scenario.time.base_year


def unit_cost_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the unit cost of every project type that is costed by a sample, where the city gave none."""
    entry = rules()[VALUES].parameters["unit_cost"]
    given = {row["project"] for row in desk.book[VALUES].where(parameter="unit_cost")}
    sampled = {f.key: f for f in desk.stages.figures.used.values() if f.parameter == "unit_cost"}
    bases = {row["cost_sample"]: row["base"] for row in desk.book["projects/cost_samples"]}
    for row in desk.book["projects/types"]:
        project, sample = row["project"], row["cost_sample"]
        if project not in desk.projects or not sample or project in given:
            continue
        figure = sampled.get(sample)
        yield desk.offer(
            "projects",
            VALUES,
            (project, "unit_cost"),
            (desk.names.of_city, desk.names("project", project), coded("token", "unit_cost")),
            year=desk.scenario.prices.price_year,
            ours=_of_figure(figure) if figure else {},
            entry=entry,
            unit=f"yuan/{bases[sample]}",
        )


def _of_figure(figure: Figure) -> dict[str, str]:
    names = ("quality", "source", "reason", "reason_zh")
    return {"value": repr(figure.value)} | {name: str(getattr(figure, name)) for name in names}


def supply_offers(desk: Desk) -> Iterator[Offer]:
    """Yield private supply of resources that no row of the table speaks of."""
    given = set(desk.book[SUPPLY].column("resource"))
    kinds = {row["resource"]: row["kind"] for row in desk.book["resources"]}
    for resource in desk.resources:
        if resource not in given and kinds[resource] != "head":
            yield desk.offer(
                "supply",
                SUPPLY,
                (resource, "growth"),
                (desk.names.of_city, desk.names("resource", resource), coded("token", "growth")),
                year=desk.scenario.time.base_year,
                entry=rules()[SUPPLY].parameters["growth"],
            )


def envelope_offers(desk: Desk) -> Iterator[Offer]:
    """Yield the money of every fund, by decision year and in total."""
    given = {(row["fund"], row["year"]): row for row in desk.book[ENVELOPES]}
    time = desk.scenario.time
    for fund in desk.book["funds/funds"].column("fund"):
        for year in ("", *map(str, time.decision_years)):
            detail: Name = told("detail.year", year) if year else told("detail.in_total")
            yield desk.offer(
                "envelopes",
                ENVELOPES,
                (fund, year),
                (desk.names.of_city, desk.names("fund", fund), detail),
                year=int(year or time.base_year),
                column="amount",
                row=given.get((fund, year)),
            )
