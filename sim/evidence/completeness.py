"""Nothing a stage needs may be missing: an unknown figure is refused here, never read as 0 later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.evidence.tables import Table
from sim.names import AGES, SEXES
from sim.scenario.schema import Scenario

_AGES = [str(age) for age in AGES]
_RATES = ("retirement_rate", "attrition_rate", "graduate_entry_rate")
_VALUES = ("preparation_months", "construction_months", "service_life", "recurrent_cost", "fiscal_share")
_MONEY = ("capital_cost", "recurrent_cost")
_FORCES = ("binding", "expected", "unstated")

Tables = Mapping[str, Table]


def completeness_problems(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Yield what is missing from the tables for this scenario."""
    yield from _grids(tables, scenario)
    yield from _parameters(tables, scenario)
    yield from _projects(tables)
    yield from _indicators(tables, scenario)
    yield from _staffing(tables)


def _missing(table: Table, columns: tuple[str, ...], wanted: Iterator[tuple[str, ...]]) -> Iterator[Problem]:
    have = {tuple(row[column] for column in columns) for row in table}
    for key in wanted:
        if key not in have:
            named = ", ".join(f"{c} {k}" for c, k in zip(columns, key, strict=True))
            yield Problem(f"{table.file}:1:1", f"no row for {named}", "one row for each")


def _grids(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    counties = tables["counties"].where(city=scenario.city).column("county")
    groups = list(dict.fromkeys(tables["population/census_age_sex"].column("age_group")))
    years = [str(year) for year in scenario.time.years]
    fertile = list(dict.fromkeys(tables["population/national_fertility"].column("age")))
    grids: dict[str, dict[str, Sequence[str]]] = {
        "population/census_age_sex": {"county": counties, "sex": SEXES, "age_group": groups},
        "population/national_age_sex": {"sex": SEXES, "age": _AGES},
        "population/national_mortality": {"year": years, "sex": SEXES, "age": _AGES},
        "population/national_fertility": {"year": years, "age": _run(fertile)},
        "population/national_vital": {"year": years},
    }
    for name, axes in grids.items():
        yield from _missing(tables[name], tuple(axes), product(*axes.values()))
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
    yield from _missing(tables["workforce/rates"], ("cadre", "parameter"), wanted)
    names = ((name,) for name in rules()["scalars"].parameters)
    yield from _missing(tables["scalars"], ("name",), names)
    presets = product((scenario.priority,), _FORCES)
    if scenario.priority in tables["priorities"].column("preset"):
        yield from _missing(tables["priorities"], ("preset", "force"), presets)


def _projects(tables: Tables) -> Iterator[Problem]:
    types, values = tables["projects/types"], tables["projects/values"]
    pair = ("project", "parameter")
    yield from _missing(values, pair, product(types.column("project"), _VALUES))
    sampled = ((row["project"], "size" if row["cost_sample"] else "capital_cost") for row in types)
    yield from _missing(values, pair, iter(list(sampled)))
    for row in values:
        if row["parameter"] in _MONEY and not row["year"]:
            yield Problem(
                row.where("year"), f"{row['parameter']} of {row['project']} has no price year", "a year"
            )


def _indicators(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    scalars = tables["scalars"].column("name")
    seen: dict[str, str] = {}
    for row in tables["plans/indicators"]:
        built = row["response"] == "construct"
        chosen = not row["reading"] or scenario.readings.get(row["indicator"]) == row["reading"]
        if row["measure"] == "ratio_to_population" and not row["per"].isdigit():
            yield Problem(row.where("per"), f"per is {row['per']!r}", "a number of residents, e.g. 1000")
        if built and row["measure"] == "share" and row["per"] not in scalars:
            near = nearest(row["per"], scalars)
            yield Problem(
                row.where("per"), f"per is {row['per']!r}", "the name of a figure of scalars.csv", near
            )
        if built and not row["resource"]:
            yield Problem(row.where("resource"), "a target to construct names no resource", "a resource")
        if built and chosen and row["resource"] in seen:
            found = f"{row['resource']} is the resource of {seen[row['resource']]} already"
            yield Problem(row.where("resource"), found, "one target for each resource")
        if built and chosen:
            seen[row["resource"]] = row["indicator"]


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
