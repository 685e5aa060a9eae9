"""Where a figure is used: the stage that reads its table, and what it stands for there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.consult.stated import Stated, plan_of
from sim.evidence.dictionary import rules
from sim.evidence.tables import Table
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.shipped import scenario_names

READ_BY = {
    "counties": "population, stocks (index of staff)",
    "population": "population",
    "scalars": "see the name",
    "resources": "stocks",
    "workforce/rates": "workforce",
    "workforce/schedules": "workforce (statutory retirement)",
    "workforce/staffing": "capacity, program (staffing of beds, places and crews)",
    "autonomous_supply": "capacity",
    "projects/values": "costs, delivery, program (sites and starts)",
    "projects/outputs": "program (what a project adds)",
    "projects/prerequisites": "program (projects that need another)",
    "projects/choices": "program (projects that take the same sites)",
    "projects/cost_samples": "costs (unit costs at the scenario's quantile)",
    "funds/rules": "program (who pays what)",
    "funds/bonds": "program, ledger (debt service)",
    "funds/fiscal_capacity": "budget, program (what a county can spend)",
    "priorities": "indicators (level and weight of a target)",
    "plans/indicators": "indicators, stocks, needs, monitoring",
    "plans/scalars": "see the name",
    "plans/county_baselines": "stocks",
    "plans/assumed_baselines": "indicators, stocks",
    "plans/observations": "monitoring",
    "plans/projects": "committed works",
    "plans/rules": "planning rules",
    "plans/sites": "program (sites)",
    "plans/staff_ages": "workforce (age structure)",
    "plans/training_places": "workforce (graduates)",
    "service": "service demand",
    "plans/envelopes": "program (envelopes)",
    "plans/per_capita": "budget (programmes paid for each person)",
}
"Stages that read a table."
SCALARS = {
    "rogers_castro": "population (age pattern of migrants)",
    "migrant_share": "population (sex of migrants)",
    "census_as_year_end": "population",
    "net_migration": "population",
    "fertility_spread": "back-test (band)",
    "life_expectancy_spread": "back-test (band)",
    "migration_spread": "back-test (band)",
    "attrition_spread": "back-test (band)",
    "retention_spread": "back-test (band)",
    "county_correlation": "back-test (band)",
    "draw_seed": "back-test (band)",
    "mean_stay": "service demand",
    "bed_occupancy": "service demand",
    "recruits_are_replaced": "workforce (recruitment pool)",
    "old_stock": "capacity (retirement of old stock)",
    "discount_rate": "costs (present cost)",
    "deflator": "costs (price index)",
    "recurrent_years": "costs, delivery (recurrent tail)",
    "expenditure_per_revenue": "budget, program (what a county can spend)",
    "fiscal_capacity": "budget, program (what a county can spend)",
}
"Stages by the beginning of a scalar's name."


def stage_of(figure: Stated) -> str:
    """Return the stages that read a figure."""
    name = figure.table.name
    if name.endswith("scalars"):
        known = (stage for start, stage in SCALARS.items() if figure.name.startswith(start))
        return next(known, "stocks, needs (facilities a share is taken of)")
    return READ_BY.get(name) or READ_BY.get(name.partition("/")[0], "")


def uses(figure: Stated, tables: Sequence[Table]) -> Iterator[str]:
    """Yield one line for each thing that reads a figure, in English codes of the tables."""
    yield f"stage: {stage_of(figure)}"
    meaning = _meaning(figure)
    if meaning:
        yield f"meaning: {meaning}"
    by_name: dict[str, list[Table]] = {}
    for table in tables:
        by_name.setdefault(table.name, []).append(table)
    resources = list(dict.fromkeys(_resources(figure, by_name)))
    if resources:
        yield f"resources: {', '.join(resources)}"
    projects = list(dict.fromkeys(_projects(figure, by_name, resources)))
    if projects:
        yield f"project types: {', '.join(projects)}"
    asked = [
        f"{plan_of(table)} {row['indicator']}"
        for table in by_name.get("plans/indicators", [])
        for row in table
        if row["response"] == "construct" and (row["resource"] in resources or row["per"] == figure.name)
    ]
    if asked and figure.table.name != "plans/indicators":
        yield f"targets: {', '.join(dict.fromkeys(asked))}"
    yield from _overrides(figure)


def _meaning(figure: Stated) -> str:
    entry = rules()[figure.table.name]
    named = entry.parameters.get(figure.name) or entry.columns[figure.column]
    return named.meaning if named.kind == "parameter" or figure.column != "value" else ""


def _resources(figure: Stated, tables: dict[str, list[Table]]) -> Iterator[str]:
    """Resources a figure speaks of: its own, its cadre, or those its project puts out."""
    yield from filter(None, (figure.cell("resource"), figure.cell("cadre")))
    types = {figure.cell("project")} - {""}
    if figure.cell("cost_sample"):
        sample = figure.cell("cost_sample")
        types = {r["project"] for r in _rows(tables, "projects/types") if r["cost_sample"] == sample}
    if not figure.cell("resource"):
        yield from (r["resource"] for r in _rows(tables, "projects/outputs") if r["project"] in types)


def _projects(figure: Stated, tables: dict[str, list[Table]], resources: list[str]) -> Iterator[str]:
    sample, group = figure.cell("cost_sample"), figure.cell("group")
    for row in _rows(tables, "projects/types"):
        named = row["project"] in (figure.cell("project"), figure.cell("requires"))
        if named or (sample and row["cost_sample"] == sample) or (group and row["group"] == group):
            yield row["project"]
    if not figure.cell("project") and not sample:
        made = (row for row in _rows(tables, "projects/outputs") if row["resource"] in resources)
        yield from (row["project"] for row in made)


def _rows(tables: dict[str, list[Table]], name: str) -> Iterable[dict[str, str]]:
    return (dict(row.cells) for table in tables.get(name, []) for row in table)


def _overrides(figure: Stated) -> Iterator[str]:
    """Shipped scenarios that replace the figure or choose it."""
    for name in scenario_names():
        scenario = load_scenario(name)
        said = list(_choices(figure, scenario))
        yield from (f"scenario {name}: {text}" for text in said)


def _choices(figure: Stated, loaded: LoadedScenario) -> Iterator[str]:
    scenario, table = loaded.scenario, figure.table
    if plan_of(table) not in ("", scenario.plan):
        return
    if table.name.endswith("scalars") and figure.name in scenario.assumptions:
        yield f"replaced by {scenario.assumptions[figure.name]:g}"
    if figure.name == "growth_ceiling" and scenario.workforce.growth_ceiling != "central":
        yield f"the {scenario.workforce.growth_ceiling} figure is read"
    if table.name == "plans/assumed_baselines" and figure.cell("resource") in scenario.assumed_baselines:
        yield "stands in for the baseline the plan does not print"
    if table.name == "plans/indicators" and figure.cell("reading"):
        chosen = scenario.readings.get(figure.cell("indicator")) == figure.cell("reading")
        yield "this reading is followed" if chosen else "another reading is followed"
    if table.name == "projects/cost_samples":
        yield f"quantile {scenario.prices.cost_quantile:g} at prices of {scenario.prices.price_year}"
