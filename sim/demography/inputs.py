"""Inputs of the projection for one city: census, national rates, the plan's life expectancy, migration."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.demography.calibration import Published, UnmetError, calibrate, mortality_of, shrunk_fertility
from sim.demography.graduation import graduate, group_of_age
from sim.demography.life_table import combined_expectancy
from sim.demography.migration import rogers_castro
from sim.demography.mortality_inputs import mortality_deviation
from sim.errors import InputError, Problem
from sim.evidence.figures import Figures, column_array
from sim.evidence.fitting import census_years
from sim.names import AGES, SEXES

TABLES = (
    ("counties", "population", "persons"),
    ("population/census_age_sex", "persons", "persons"),
    ("population/national_age_sex", "persons", "persons"),
    ("population/national_fertility", "asfr", "births per woman-year"),
    ("population/national_mortality", "mx", "deaths per person-year"),
    ("population/national_vital", "sex_ratio_at_birth", "males per female birth"),
    ("population/life_expectancy", "life_expectancy", "years"),
)
BY_YEAR = ("population/national_fertility", "population/national_mortality", "population/national_vital")
BY_CENSUS = "net_migration_by_census"
_AGE_LABELS = [str(age) for age in AGES]


def population_inputs(figures: Figures, counties: list[str], until: int | None = None) -> xr.Dataset:
    """Return the inputs of `project_population` for counties of the scenario's city.

    What is published or planned for the city holds for all its counties together, so all are computed
    whichever are asked for.

    The projection starts from the census, also where the plan's base year is later. Beside the inputs
    stand what draws start from: `standard_mx (year, sex, age)`, `life_expectancy (year)`,
    `mortality_deviation (county)` and
    `migration_pattern (county, sex, age)`, the place of one net migrant of the city.

    Args:
        figures: the evidence.
        counties: county codes.
        until: the data cut-off, that of the scenario by default.

    After the data cut-off rates are held or follow the UN path, and net migration is held or zero,
    as the scenario says; until then net migration meets the published year-end totals.

    Raises:
        InputError: a published figure that no rates meet, or a year without a rate; file and line.
    """
    every = figures.book["counties"].where(city=figures.scenario.city).column("county")
    whole = _of_city(figures, every, until)
    return whole if counties == every else whole.sel(county=counties)


def _of_city(figures: Figures, counties: list[str], until: int | None) -> xr.Dataset:
    """The inputs of all counties of the city."""
    time = figures.scenario.time
    census_year = census_years(figures.book.tables, figures.scenario.city)[0]
    years = list(range(census_year + 1, time.end_year + 1))
    held = figures.scenario.population.rates_after_information == "hold"
    last_known = max(time.information_until if until is None else until, census_year)
    rate_years = [min(year, last_known) for year in years] if held else years
    _remember(figures, [census_year, *rate_years])
    inputs = xr.Dataset(coords={"county": counties, "sex": list(SEXES), "age": AGES, "year": years})
    inputs["population_base"] = ("county", "sex", "age"), _base(figures, counties)
    ratio = _vital(figures, "sex_ratio_at_birth", rate_years)
    inputs["sex_ratio_at_birth"] = ("county", "year"), np.broadcast_to(ratio, (len(counties), len(years)))
    inputs["asfr"] = ("county", "age", "year"), _asfr(figures, counties, census_year, rate_years)
    mx, expectancy = _mortality(figures, rate_years), _life_expectancy(figures, years, held)
    inputs["standard_mx"] = ("year", "sex", "age"), mx
    inputs["life_expectancy"] = ("year",), expectancy
    inputs["migration_pattern"] = ("county", "sex", "age"), _migration_pattern(figures, inputs)
    deviation = mortality_deviation(figures, counties, census_year, mx[0])
    inputs["mortality_deviation"] = ("county",), deviation
    dims = ("county", "sex", "age", "year")
    mortality = mortality_of(inputs)
    inputs["survival_ratio"] = dims, mortality.survival(mortality.shift(expectancy))
    inputs["net_migration"] = dims, _net_migration(figures, inputs, last_known)
    carry_on = figures.scenario.population.correction_after_information == "hold"
    try:
        return calibrate(inputs, _published(figures, counties), last_known, carry_on)
    except UnmetError as error:
        raise InputError([_where_unmet(figures, counties, error)]) from error


def _remember(figures: Figures, years: list[int]) -> None:
    """Keep which tables entered; of the nation's rates only the years that were read."""
    for table, parameter, unit in TABLES:
        figures.tabled(table, parameter, unit, years=years if table in BY_YEAR else ())
    figures.tabled("counties", "total_fertility_rate", "births per woman", "fertility_quality")


def _base(figures: Figures, counties: list[str]) -> np.ndarray:
    figures.scalar("census_as_year_end")
    census = figures.book["population/census_age_sex"]
    labels = list(dict.fromkeys(census.column("age_group")))
    coords = {"county": counties, "sex": list(SEXES), "age_group": labels, "age": _AGE_LABELS}
    groups = column_array(census, "persons", ("county", "sex", "age_group"), coords, "persons")
    national = figures.book["population/national_age_sex"]
    standard = column_array(national, "persons", ("sex", "age"), coords, "persons")
    return graduate(groups.values, group_of_age(labels), standard.values)


def _vital(figures: Figures, name: str, years: list[int]) -> np.ndarray:
    rows = figures.book["population/national_vital"]
    coords = {"year": [str(y) for y in dict.fromkeys(years)]}
    array = column_array(rows, name, ("year",), coords, "")
    return array.sel(year=[str(y) for y in years]).values


def _asfr(figures: Figures, counties: list[str], census_year: int, rate_years: list[int]) -> np.ndarray:
    """(county, age, year) births per woman-year: the nation's, times the county's level of the census.

    Ages below the first and above the last of the table have no births.

    Raises:
        InputError: a year that is read has no row of an age between; year and ages are named.
    """
    base_year = str(census_year)
    labels = [str(y) for y in dict.fromkeys([int(base_year), *rate_years])]
    coords = {"year": labels, "age": _AGE_LABELS, "county": counties}
    rows = figures.book["population/national_fertility"]
    national = column_array(rows, "asfr", ("age", "year"), coords, "births per woman-year")
    fertile = [int(age) for age in rows.column("age")]
    within = xr.DataArray((min(fertile) <= AGES) & (max(fertile) >= AGES), dims="age")
    unknown = national.isnull() & within
    if unknown.any():
        places = [(str(y), ", ".join(national["age"].values[unknown.sel(year=y)])) for y in labels]
        found = [f"no row for year {year}, age {ages}" for year, ages in places if ages]
        raise InputError([Problem(f"{rows.file}:1:1", said, "one row for each") for said in found])
    national = national.where(within, 0.0)
    relative = _fertility(figures, counties) / float(national.sel(year=base_year).sum())
    path = national.sel(year=[str(y) for y in rate_years]).values
    return np.asarray(relative[:, None, None] * path)


def _fertility(figures: Figures, counties: list[str]) -> np.ndarray:
    """(county) births per woman of the census, drawn toward the province as far as chance explains them."""
    coords = {"county": counties, "age_group": ["0"], "sex": list(SEXES)}
    table = figures.book["counties"]
    own = column_array(table, "total_fertility_rate", ("county",), coords, "")
    province = column_array(table, "province_fertility_rate", ("county",), coords, "")
    census = figures.book["population/census_age_sex"]
    infants = column_array(census, "persons", ("county", "sex", "age_group"), coords, "persons")
    rate, drawn = shrunk_fertility(
        own.values, infants.sum(("sex", "age_group")).values, province.fillna(own).values
    )
    figures.shrunk("fertility_drawn_to_province", float(drawn.max()))
    return rate


def _mortality(figures: Figures, rate_years: list[int]) -> np.ndarray:
    """(year, sex, age) central death rates of the nation, deaths per person-year."""
    labels = [str(y) for y in dict.fromkeys(rate_years)]
    coords = {"year": labels, "sex": list(SEXES), "age": _AGE_LABELS}
    rows = figures.book["population/national_mortality"]
    by_year = column_array(rows, "mx", ("year", "sex", "age"), coords, "deaths per person-year")
    return np.asarray(by_year.sel(year=[str(y) for y in rate_years]).values)


def _life_expectancy(figures: Figures, years: list[int], held: bool) -> np.ndarray:
    """(year) both sexes; the plan's own points joined by straight lines, then held or moved by the UN's gain.

    The gain is counted from the year of the plan's last point, from the census where the point is older.
    """
    rows = figures.book["population/life_expectancy"].where(city=figures.scenario.city)
    points = sorted(rows, key=lambda row: int(row["year"]))
    known = [int(row["year"]) for row in points]
    path = np.interp(years, known, [row.number("life_expectancy") for row in points])
    if held or years[-1] <= known[-1]:
        return path
    since = [years[0] - 1, *years]
    sexes = [_vital(figures, f"life_expectancy_{sex}", since) for sex in SEXES]
    national = combined_expectancy(np.stack(sexes, axis=-1), _vital(figures, "sex_ratio_at_birth", since))
    first = max(known[-1], since[0])
    gain = np.where(np.array(since) >= first, national - national[since.index(first)], 0.0)
    return np.asarray(path + gain[1:])


def _migration_known(figures: Figures, last_known: int) -> str:
    """The assumption that rests on nothing later than the cut-off, where the plan gives another.

    An assumption without a year is nobody's observation: it is later than no cut-off.
    """
    years = {row["name"]: row["year"] for row in figures.book["plans/scalars"]}
    year = years["net_migration_per_year"]
    late = year != "" and int(year) > last_known
    return BY_CENSUS if late and BY_CENSUS in years else "net_migration_per_year"


def _migration_pattern(figures: Figures, inputs: xr.Dataset) -> np.ndarray:
    """One net migrant of the city by county (base population), sex and age (model schedule)."""
    names = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
    schedule = rogers_castro(AGES, {name: figures.scalar(f"rogers_castro_{name}") for name in names})
    female = figures.scalar("migrant_share_female")
    people = inputs["population_base"].sum(("sex", "age")).values
    place = (people / people.sum())[:, None, None]
    return np.asarray(place * np.outer([female, 1 - female], schedule))


def _net_migration(figures: Figures, inputs: xr.Dataset, last_known: int) -> np.ndarray:
    """The named assumption or the scenario's path; calibration then moves the years already published."""
    years = inputs["year"].values
    chosen = figures.scenario.population
    totals = np.zeros(len(years))
    if chosen.migration_after_information == "path":
        path = sorted(chosen.migration_path, key=lambda point: point.year)
        totals = np.interp(years, [point.year for point in path], [point.persons for point in path])
    elif chosen.migration_after_information != "zero":
        totals = totals + figures.scalar(_migration_known(figures, last_known))
    if chosen.migration_after_information == "decline":
        left = (years[-1] - years) / max(years[-1] - last_known, 1)
        totals = totals * np.clip(left, 0.0, 1.0)
    return inputs["migration_pattern"].values[..., None] * totals


def _published(figures: Figures, counties: list[str]) -> Published:
    city, book = figures.scenario.city, figures.book
    vital = book["population/published_vital"].where(city=city)
    return Published(
        residents={
            int(r["year"]): r.number("persons") for r in book["population/published_totals"].where(city=city)
        },
        births={int(r["year"]): r.number("births") for r in vital if r["births"]},
        deaths={int(r["year"]): r.number("deaths") for r in vital if r["deaths"]},
        counties={
            (r["county"], int(r["year"])): r.number("persons")
            for r in book["population/published_counties"]
            if r["county"] in counties
        },
    )


def _where_unmet(figures: Figures, counties: list[str], error: UnmetError) -> Problem:
    """The cell of the published figure that nothing meets."""
    year, book = str(error.year), figures.book
    totals = book["population/published_totals"].where(city=figures.scenario.city, year=year).rows
    of_counties = book["population/published_counties"].where(year=year).rows
    vital = book["population/published_vital"].where(city=figures.scenario.city, year=year).rows
    people = (*totals, *(row for row in of_counties if row["county"] in counties))
    row, column = (people[0], "persons") if error.quantity == "residents" else (vital[0], error.quantity)
    return Problem(row.where(column), str(error), "a figure the census and the rates can lead to")
