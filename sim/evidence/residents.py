"""What is said of residents must agree: the census, the one before it, and what was published since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import product

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.evidence.fitting import census_years
from sim.evidence.tables import Row, Table, missing_rows
from sim.names import OPEN_AGE, SEXES
from sim.scenario.schema import Scenario

Tables = Mapping[str, Table]
PREVIOUS = "population/previous_census"
COHORTS = {"left_of_60_69": (60, 70), "left_of_70_plus": (70, 200)}
"Ages, first and one after the last, of the cohorts followed from one census to the next."


def resident_problems(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Yield the figures of residents of the scenario's city that contradict others."""
    yield from _census(tables, scenario)
    yield from _published(tables, scenario)
    yield from _growth(tables, scenario)
    yield from _vital(tables, scenario)
    shape = list(_previous_census(tables, scenario))
    yield from shape or _previous_figures(tables, scenario)


def _census(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Both tables of residents must say the same, and every age be in one group."""
    census = tables["population/census_age_sex"]
    for row in tables["counties"].where(city=scenario.city):
        people = sum(r.number("persons") for r in census if r["county"] == row["county"])
        if people != row.number("population"):
            found = (
                f"population of {row['county']} is {row['population']}, its census ages sum to {people:.0f}"
            )
            yield Problem(row.where("population"), found, "the same figure")
    groups = set(census.column("age_group"))
    allowed = rules()["population/census_age_sex"].columns["age_group"].allowed
    for group in allowed:
        if group not in groups:
            yield Problem(f"{census.file}:1:1", f"no row of age group {group}", ", ".join(allowed))


def _published(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Some counties of a city cannot have more residents than the city."""
    counties = tables["counties"].where(city=scenario.city).column("county")
    totals = {row["year"]: row for row in tables["population/published_totals"].where(city=scenario.city)}
    for year, city in totals.items():
        rows = tables["population/published_counties"].where(year=year)
        own = [row for row in rows if row["county"] in counties]
        total = sum(row.number("persons") for row in own)
        if len(own) < len(counties) and total >= city.number("persons"):
            found = f"{len(own)} of {len(counties)} counties have {total:.0f} residents in {year}"
            yield Problem(own[-1].where("persons"), found, f"less than the city's {city['persons']}")


def _census_people(tables: Tables, scenario: Scenario) -> dict[str, float]:
    """Residents of the census by county, and by the code of the city for the whole."""
    people = {row["county"]: row.number("population") for row in tables["counties"].where(city=scenario.city)}
    return {scenario.city: sum(people.values()), **people}


def _growth(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Residents of a later year are those of the census and what grows on them in a year."""
    census, start = _census_people(tables, scenario), census_years(tables, scenario.city)
    for name, place in (("published_totals", "city"), ("published_counties", "county")):
        allowed = rules()[f"population/{name}"].derived["growth"]
        for row in tables[f"population/{name}"]:
            before = census.get(row[place], 0.0)
            years = int(row["year"]) - min(start, default=int(row["year"]))
            if years <= 0 or before <= 0:
                continue
            growth = (row.number("persons") / before) ** (1 / years) - 1
            if not allowed.holds(growth):
                found = f"persons of {row[place]} in {row['year']} is {row['persons']}: {growth:+.1%} a year"
                found += f" from the {before:.0f} of the census"
                yield Problem(row.where("persons"), found, f"{allowed.bounds_with_unit}, in persons")


def _vital(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Births and deaths of a year are a share of the residents of the census."""
    people = _census_people(tables, scenario)[scenario.city]
    for row in tables["population/published_vital"].where(city=scenario.city):
        for column, rate in (("births", "birth_rate"), ("deaths", "death_rate")):
            allowed = rules()["population/published_vital"].derived[rate]
            if row[column] and people > 0 and not allowed.holds(row.number(column) / people):
                found = f"{column} of {row['year']} is {row[column]}, {row.number(column) / people:.3g} each"
                found += f" of the {people:.0f} residents of the census"
                yield Problem(row.where(column), found, f"{allowed.bounds_with_unit}, in persons")


def _previous_census(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Its areas are the city and counties of it, each whole, and its year a multiple of 5 back."""
    rows = tables[PREVIOUS].where(city=scenario.city)
    if not rows.rows:
        return
    areas = [scenario.city, *tables["counties"].where(city=scenario.city).column("county")]
    census = census_years(tables, scenario.city)
    for row in rows:
        if row["year"] != rows.rows[0]["year"]:
            found = f"year of {row['area']} is {row['year']}"
            yield Problem(row.where("year"), found, f"{rows.rows[0]['year']} as in the rows above")
        if row["area"] not in areas:
            near = nearest(row["area"], areas)
            yield Problem(row.where("area"), f"area is {row['area']!r}", ", ".join(areas), near)
        if census and census[0] - int(row["year"]) not in (5, 10, 15):
            allowed = f"5, 10 or 15 years before the census of {census[0]}"
            yield Problem(row.where("year"), f"year is {row['year']}", allowed)
    groups = rules()[PREVIOUS].columns["age_group"].allowed
    have = {scenario.city, *rows.column("area")} & set(areas)
    yield from missing_rows(rows, ("area", "sex", "age_group"), product(sorted(have), SEXES, groups))


def _previous_figures(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """No county had more than its city, and of no cohort is more left than can be."""
    rows = tables[PREVIOUS].where(city=scenario.city).rows
    if not rows:
        return
    persons = {(row["area"], row["sex"], row["age_group"]): row for row in rows}
    areas = [area for area in dict.fromkeys(row["area"] for row in rows) if area != scenario.city]
    for sex, group in dict.fromkeys((row["sex"], row["age_group"]) for row in rows):
        city, own = persons[scenario.city, sex, group], [persons[area, sex, group] for area in areas]
        total = sum(row.number("persons") for row in own)
        if total > city.number("persons"):
            worst = max(own, key=lambda row: row.number("persons"))
            found = f"{len(own)} counties have {total:.0f} people of sex {sex}, age_group {group}"
            allowed = f"at most the city's {city['persons']} in {city.where('persons')}"
            yield Problem(worst.where("persons"), found, allowed)
    counties = tables["counties"].where(city=scenario.city).column("county")
    census = [row for row in tables["population/census_age_sex"] if row["county"] in counties]
    years = census_years(tables, scenario.city)[0] - int(rows[0]["year"])
    others = [county for county in counties if county not in areas]
    for sex, cohort in product(SEXES, COHORTS):
        before = [row for row in rows if row["sex"] == sex and _of(row, cohort, 0)]
        after = [row for row in census if row["sex"] == sex and _of(row, cohort, years)]
        were = {area: _total(before, "area", [area]) for area in (*areas, scenario.city)}
        left = {area: _total(after, "county", [area]) for area in areas}
        left[scenario.city] = _total(after, "county", counties)
        cells = {row["area"]: row.where("persons") for row in reversed(before)}
        for area, place in cells.items():
            yield from _left(f"area {area}, sex {sex}", were[area], left[area], cohort, place)
        if others and areas:
            rest = were[scenario.city] - sum(were[area] for area in areas)
            named = f"area {scenario.city} without the counties that have rows, sex {sex}"
            yield from _left(named, rest, _total(after, "county", others), cohort, cells[scenario.city])


def _total(rows: list[Row], column: str, places: Collection[str]) -> float:
    return sum(row.number("persons") for row in rows if row[column] in places)


def _left(area: str, were: float, left: float, cohort: str, place: str) -> Iterator[Problem]:
    """The share of a cohort of one area and sex that is left in the later census."""
    allowed = rules()[PREVIOUS].derived[cohort]
    if not allowed.minimum * were <= left <= allowed.maximum * were or were <= 0:
        first, end = COHORTS[cohort]
        ages = f"{first} to {end - 1}" if end < OPEN_AGE else f"{first} and more"
        found = f"{area}: of {were:.0f} people of {ages} {left:.0f} are left in the later census"
        yield Problem(place, found, allowed.bounds_with_unit)


def _of(row: Row, cohort: str, years: int) -> bool:
    """Whether an age group is of those who were of the cohort some years before."""
    first, end = (age + years for age in COHORTS[cohort])
    return first <= int(row["age_group"].rstrip("+").partition("-")[0]) < end
