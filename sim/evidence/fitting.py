"""The scenario against the tables: the names it chooses and the years it plans must be known there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.evidence.tables import Table
from sim.scenario.reading import LoadedScenario

Tables = Mapping[str, Table]


def fitting_problems(tables: Tables, loaded: LoadedScenario) -> Iterator[Problem]:
    """Yield every word and year of the scenario that the tables do not know."""
    scenario, source = loaded.scenario, loaded.source
    presets = sorted(set(tables["priorities"].column("preset")))
    if scenario.priority not in presets:
        near = nearest(scenario.priority, presets)
        found = f"priority is {scenario.priority!r}"
        yield Problem(source.where(("priority",)), found, ", ".join(presets), near)
    cities = sorted(set(tables["counties"].column("city")))
    if scenario.city not in cities:
        yield Problem(source.where(("city",)), f"city is {scenario.city!r}", ", ".join(cities))
    resources = tables["resources"].column("resource")
    for n, name in enumerate(scenario.allocation.equity_floor):
        if name not in resources:
            place = source.where(("allocation", "equity_floor", n))
            yield Problem(place, f"no resource {name!r}", ", ".join(resources), nearest(name, resources))
    cadres = tables["workforce/cadres"].column("cadre")
    places = [name for name in resources if name not in cadres]
    for name in scenario.allocation.spread_cap:
        if name not in places:
            place = source.where(("allocation", "spread_cap", name))
            found = f"no places or facilities {name!r}"
            yield Problem(place, found, ", ".join(places), nearest(name, places))
    yield from _assumption_problems(tables, loaded)
    yield from _named_problems(tables, loaded)
    yield from _reading_problems(tables, loaded)
    yield from _year_problems(tables, loaded)


def _assumption_problems(tables: Tables, loaded: LoadedScenario) -> Iterator[Problem]:
    scenario, source = loaded.scenario, loaded.source
    bounds = rules()["scalars"].parameters
    names = [*bounds, *tables["plans/scalars"].column("name")]
    for name, value in scenario.assumptions.items():
        place = source.where(("assumptions", name))
        if name not in names:
            yield Problem(place, f"no figure {name!r}", ", ".join(names), nearest(name, names))
        elif name in bounds and not bounds[name].holds(value):
            yield Problem(place, f"{name} is {value:g}", bounds[name].bounds)
    known = tables["plans/assumed_baselines"].column("resource")
    for n, name in enumerate(scenario.assumed_baselines):
        if name not in known:
            place = source.where(("assumed_baselines", n))
            found = f"no assumed baseline of {name!r}"
            yield Problem(place, found, ", ".join(known) or "none", nearest(name, known))


def _named_problems(tables: Tables, loaded: LoadedScenario) -> Iterator[Problem]:
    """Targets and cost samples that a future or the prices name."""
    scenario = loaded.scenario
    targets = sorted({row["resource"] for row in tables["plans/indicators"] if row["resource"]})
    samples = list(dict.fromkeys(tables["projects/cost_samples"].column("cost_sample")))
    for path, names, known, what in (
        (("future", "targets"), scenario.future.targets, targets, "target of the plan"),
        (("prices", "cost_quantiles"), scenario.prices.cost_quantiles, samples, "cost sample"),
    ):
        for name in names:
            if name not in known:
                place = loaded.source.where((*path, name))
                yield Problem(place, f"no {what} {name!r}", ", ".join(known), nearest(name, known))


def _reading_problems(tables: Tables, loaded: LoadedScenario) -> Iterator[Problem]:
    readings: dict[str, list[str]] = {}
    for row in tables["plans/indicators"]:
        if row["reading"]:
            readings.setdefault(row["indicator"], []).append(row["reading"])
    chosen = loaded.scenario.readings
    for name, reading in chosen.items():
        place = loaded.source.where(("readings", name))
        if name not in readings:
            found = f"indicator {name!r} has one reading only"
            yield Problem(place, found, ", ".join(readings), nearest(name, readings))
        elif reading not in readings[name]:
            near = nearest(reading, readings[name])
            yield Problem(place, f"reading is {reading!r}", ", ".join(readings[name]), near)
    for name in readings.keys() - chosen.keys():
        place = loaded.source.where(("readings",))
        yield Problem(place, f"no reading is chosen for {name}", f"{name}: {' or '.join(readings[name])}")


def _year_problems(tables: Tables, loaded: LoadedScenario) -> Iterator[Problem]:
    time, source = loaded.scenario.time, loaded.source
    known = {int(year) for year in tables["population/national_vital"].column("year")}
    for name in ("base_year", "end_year"):
        year = getattr(time, name)
        if year not in known:
            allowed = f"{min(known)} to {max(known)}, the years of the UN rates"
            yield Problem(source.where(("time", name)), f"{name} is {year}", allowed)
    years = sorted(set(census_years(tables, loaded.scenario.city)))
    if len(years) > 1:
        place = f"{tables['population/census_age_sex'].file}:1:1"
        yield Problem(place, f"counties of one city counted in {years}", "one census year")
    if years and years[0] > time.base_year:
        place = source.where(("time", "base_year"))
        yield Problem(place, f"base_year is {time.base_year}", f"{years[0]} or later, the year of the census")


def census_years(tables: Tables, city: str) -> list[int]:
    """Return the years in which the counties of a city were counted."""
    counties = set(tables["counties"].where(city=city).column("county"))
    census = tables["population/census_age_sex"]
    return sorted({int(row["year"]) for row in census if row["county"] in counties})
