"""Nothing a stage needs may be missing: an unknown figure is refused here, never read as 0 later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.evidence.fiscal import means_problems, programme_problems
from sim.evidence.fitting import census_years
from sim.evidence.grammar import grammar_problems, rule_problems
from sim.evidence.loops import bond_problems, choice_problems, phase_problems
from sim.evidence.residents import resident_problems
from sim.evidence.tables import Row, Table, missing_rows
from sim.names import AGES, SEXES
from sim.scenario.schema import Scenario

RANGE_COLUMN = {"low": "low", "central": "value", "high": "high"}
_AGES = [str(age) for age in AGES]
_RATES = (
    "retirement_rate",
    "attrition_rate",
    "graduate_entry_rate",
    "growth_ceiling",
    "entry_age",
    "fte_per_head",
    "training_years",
    "completion",
    "local_retention",
)
_VALUES = ("preparation_months", "construction_months", "service_life", "recurrent_cost", "fiscal_share")
_MONEY = ("capital_cost", "recurrent_cost", "unit_cost")
_FORCES = ("binding", "expected", "unstated")

CONSTRUCTIBLE = {
    "measure": ("ratio_to_population", "share", "stock_total", "increment", "cumulative_works"),
    "sense": ("more",),
    "bound": ("at_least", "about", "exactly", "range", "hold"),
}
COUNTY_MEASURES = ("stock_total",)
BASE_UNIT = {"beds": "bed", "childcare_places": "place"}
SIZE_UNITS = {"bed": "beds/project", "m2": "m2/project", "place": "places/project", "unit": "units/project"}
SIZED = {"bed": "beds", "place": "childcare_places"}

Tables = Mapping[str, Table]


def completeness_problems(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Yield what is missing from the tables for this scenario."""
    yield from _grids(tables, scenario)
    yield from _parameters(tables, scenario)
    yield from _projects(tables)
    yield from _indicators(tables, scenario)
    yield from _assumed(tables, scenario)
    for rule in tables["plans/rules"]:
        yield from rule_problems(rule)
    yield from _cost_bases(tables)
    yield from _staffing(tables)
    yield from _cycles(tables)
    yield from bond_problems(tables)
    yield from phase_problems(tables)
    yield from choice_problems(tables, scenario)
    yield from resident_problems(tables, scenario)
    yield from programme_problems(tables)
    yield from means_problems(tables, scenario)
    yield from _subsets(tables)
    yield from _scenario_lists(scenario)


def _grids(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    counties = tables["counties"].where(city=scenario.city).column("county")
    groups = list(dict.fromkeys(tables["population/census_age_sex"].column("age_group")))
    first = min(census_years(tables, scenario.city), default=scenario.time.base_year)
    years = [str(year) for year in range(first, scenario.time.end_year + 1)]
    fertile = list(dict.fromkeys(tables["population/national_fertility"].column("age")))
    grids: dict[str, dict[str, Sequence[str]]] = {
        "population/census_age_sex": {"county": counties, "sex": SEXES, "age_group": groups},
        "population/national_age_sex": {"sex": SEXES, "age": _AGES},
        "population/national_mortality": {"year": years, "sex": SEXES, "age": _AGES},
        "population/national_fertility": {"year": years, "age": _run(fertile)},
        "population/national_vital": {"year": years},
    }
    for name, axes in grids.items():
        yield from missing_rows(tables[name], tuple(axes), product(*axes.values()))
    if not tables["population/life_expectancy"].where(city=scenario.city).rows:
        place = f"{tables['population/life_expectancy'].file}:1:1"
        yield Problem(place, f"no life expectancy of city {scenario.city}", "at least one year")


def _run(ages: list[str]) -> list[str]:
    """Every single age from the first to the last."""
    numbers = sorted(int(age) for age in ages)
    return [str(age) for age in range(numbers[0], numbers[-1] + 1)] if numbers else []


def _parameters(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    cadres = tables["workforce/cadres"].column("cadre")
    wanted = product(cadres, _RATES)
    column = RANGE_COLUMN[scenario.workforce.growth_ceiling]
    for row in tables["workforce/rates"].where(parameter="growth_ceiling"):
        if not row[column]:
            yield Problem(row.where(column), f"the {column} ceiling of {row['cadre']} is unknown", "a figure")
    yield from missing_rows(tables["workforce/rates"], ("cadre", "parameter"), wanted)
    names = ((name,) for name in rules()["scalars"].parameters)
    yield from missing_rows(tables["scalars"], ("name",), names)
    yield from missing_rows(tables["plans/scalars"], ("name",), iter([("net_migration_per_year",)]))
    presets = product((scenario.priority,), _FORCES)
    if scenario.priority in tables["priorities"].column("preset"):
        yield from missing_rows(tables["priorities"], ("preset", "force"), presets)


def _projects(tables: Tables) -> Iterator[Problem]:
    types, values = tables["projects/types"], tables["projects/values"]
    pair = ("project", "parameter")
    yield from missing_rows(values, pair, product(types.column("project"), _VALUES))
    sampled = ((row["project"], "size" if row["cost_sample"] else "capital_cost") for row in types)
    yield from missing_rows(values, pair, iter(list(sampled)))
    for row in values:
        if row["parameter"] in _MONEY and not row["year"]:
            yield Problem(
                row.where("year"), f"{row['parameter']} of {row['project']} has no price year", "a year"
            )


def _indicators(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    counted = [*tables["plans/scalars"].column("name"), *tables["resources"].column("resource")]
    seen: dict[str, str] = {}
    for row in tables["plans/indicators"]:
        yield from grammar_problems(row)
        built = row["response"] == "construct"
        chosen = not row["reading"] or scenario.readings.get(row["indicator"]) == row["reading"]
        if built:
            yield from _plannable(row, scenario)
        if built and row["measure"] == "share" and row["per"] not in counted:
            allowed = "a name of the plan's scalars.csv (its value empty if nobody counted), or a resource"
            yield Problem(row.where("per"), f"per is {row['per']!r}", allowed, nearest(row["per"], counted))
        if built and not row["resource"]:
            yield Problem(row.where("resource"), "a target to construct names no resource", "a resource")
        if built and chosen and row["resource"] in seen:
            found = f"{row['resource']} is the resource of {seen[row['resource']]} already"
            yield Problem(row.where("resource"), found, "one target for each resource")
        if built and chosen:
            seen[row["resource"]] = row["indicator"]


def _plannable(row: Row, scenario: Scenario) -> Iterator[Problem]:
    """A target to construct must be of a kind the engine plans for."""
    for column, allowed in CONSTRUCTIBLE.items():
        if row[column] not in allowed:
            found = f"{column} of a target to construct is {row[column]!r}"
            yield Problem(row.where(column), found, ", ".join(allowed), nearest(row[column], allowed))
    if row["scope"] == "every_county" and row["measure"] not in COUNTY_MEASURES:
        found = f"measure of a target for every county is {row['measure']!r}"
        yield Problem(row.where("measure"), found, ", ".join(COUNTY_MEASURES))
    works = row["measure"] in ("increment", "cumulative_works")
    if not works and row["base_year"] != str(scenario.time.base_year):
        found = f"base_year is {row['base_year']}"
        yield Problem(row.where("base_year"), found, f"{scenario.time.base_year}, that of the scenario")


def _assumed(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """An assumed baseline must be in the terms of the target it stands in for."""
    rows = {row["resource"]: row for row in tables["plans/assumed_baselines"]}
    for row in tables["plans/indicators"]:
        assumed = rows.get(row["resource"]) if row["resource"] in scenario.assumed_baselines else None
        built = row["response"] == "construct" and not row["baseline"]
        if assumed is None or not built or row["measure"] in ("increment", "cumulative_works"):
            continue
        ratio = row["measure"] == "ratio_to_population"
        if ratio != bool(assumed["per"]):
            found = f"{row['resource']} is a {row['measure']} in {row.where('measure')}"
            wanted = "residents it is per" if ratio else "an empty cell"
            yield Problem(assumed.where("per"), found, wanted)


def _cost_bases(tables: Tables) -> Iterator[Problem]:
    """A figure must be per something the project has, in the unit of the sample it is multiplied by."""
    outputs = {(row["project"], row["resource"]): row for row in tables["projects/outputs"]}
    samples = {row["cost_sample"]: row["base"] for row in tables["projects/cost_samples"]}
    types = {row["project"]: row["cost_sample"] for row in tables["projects/types"]}
    for row in tables["projects/values"]:
        project, per = row["project"], row["per"]
        if per != "project" and (project, per) not in outputs:
            made = [r for p, r in outputs if p == project]
            yield Problem(row.where("per"), f"{project} puts out no {per!r}", ", ".join(["project", *made]))
        elif row["parameter"] == "recurrent_cost" and BASE_UNIT.get(per, "project") not in row["unit"]:
            yield Problem(row.where("unit"), f"unit is {row['unit']!r} per {per}", "the unit of its base")
        if (
            row["parameter"] == "unit_cost"
            and row["unit"] != f"yuan/{samples.get(types.get(project, ''), '')}"
        ):
            wanted = f"yuan/{samples.get(types.get(project, ''), '')}, the base of its cost sample"
            yield Problem(row.where("unit"), f"unit of the unit cost of {project} is {row['unit']}", wanted)
        if row["parameter"] == "size" and types.get(project):
            base = samples.get(types[project], "")
            if SIZE_UNITS.get(base) != row["unit"]:
                found = f"size of {project} is in {row['unit']}, its cost sample is per {base}"
                yield Problem(row.where("unit"), found, SIZE_UNITS.get(base, ""))
            output = outputs.get((project, SIZED.get(base, "")))
            if output is not None and output.number("value") != row.number("value"):
                found = f"size of {project} is {row['value']}, its output {output['value']}"
                yield Problem(row.where("value"), found, f"the same as {output.where('value')}")


def _subsets(tables: Tables) -> Iterator[Problem]:
    """No county is given more heads of a subset than of the cadre it is part of."""
    given = {(row["resource"], row["county"]): row for row in tables["plans/county_baselines"]}
    parents = {row["cadre"]: row["parent"] for row in tables["workforce/cadres"] if row["parent"]}
    for (resource, county), row in given.items():
        whole = given.get((parents.get(resource, ""), county))
        if whole is not None and row.number("value") > whole.number("value"):
            allowed = f"at most the {whole['value']} {whole['resource']} of {whole.where('value')}"
            yield Problem(row.where("value"), f"{resource} of {county} are {row['value']}", allowed)


def _cycles(tables: Tables) -> Iterator[Problem]:
    """Nothing may be a part of itself, or require itself."""
    parents = {row["cadre"]: row for row in tables["workforce/cadres"]}
    for row in tables["workforce/cadres"]:
        parent = parents.get(row["parent"])
        if parent is not None and parent["parent"]:
            yield Problem(
                row.where("parent"), f"{row['parent']} is itself a subset", "a cadre without a parent"
            )
    for row in tables["projects/prerequisites"]:
        if row["project"] == row["requires"]:
            yield Problem(row.where("requires"), f"{row['project']} requires itself", "another project")


def _scenario_lists(scenario: Scenario) -> Iterator[Problem]:
    floor = scenario.allocation.equity_floor
    for name in dict.fromkeys(floor):
        if floor.count(name) > 1:
            yield Problem("allocation.equity_floor", f"{name} stands twice", "each resource once")


def _staffing(tables: Tables) -> Iterator[Problem]:
    """No cadre may limit two resources that count only when staffed: it would be counted twice."""
    staffed = {row["resource"] for row in tables["resources"] if row["staffed"] == "yes"}
    taken: dict[str, str] = {}
    for row in tables["workforce/staffing"]:
        if row["resource"] in staffed:
            other = taken.setdefault(row["cadre"], row["resource"])
            if other != row["resource"]:
                found = f"{row['cadre']} staff {other} already"
                yield Problem(row.where("cadre"), found, "a cadre of its own for each staffed resource")
