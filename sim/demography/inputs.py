"""Inputs of the projection for one city: census, national rates, the plan's life expectancy, migration."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.demography.graduation import graduate, group_of_age
from sim.demography.life_table import (
    alpha_for_expectancy,
    brass_shift,
    combined_expectancy,
    infant_separation,
    survival_ratios,
)
from sim.demography.migration import rogers_castro
from sim.demography.projection import project_population
from sim.evidence.figures import Figures, column_array
from sim.names import AGES, SEXES
from sim.scenario.schema import Time

TABLES = (
    ("counties", "population", "persons"),
    ("population/census_age_sex", "persons", "persons"),
    ("population/national_age_sex", "persons", "persons"),
    ("population/national_fertility", "asfr", "births per woman-year"),
    ("population/national_mortality", "mx", "deaths per person-year"),
    ("population/national_vital", "sex_ratio_at_birth", "males per female birth"),
    ("population/life_expectancy", "life_expectancy", "years"),
)
_AGE_LABELS = [str(age) for age in AGES]


def population_inputs(figures: Figures, counties: list[str]) -> xr.Dataset:
    """Return the inputs of `project_population` for the counties of the scenario's city.

    After the data cut-off rates are held or follow the UN path, and net migration is held or zero,
    as the scenario says; until then net migration meets the published year-end totals.
    """
    time = figures.scenario.time
    for table, parameter, unit in TABLES:
        figures.tabled(table, parameter, unit)
    years = time.years[1:]
    held = figures.scenario.population.rates_after_information == "hold"
    rate_years = [min(year, max(time.information_until, time.base_year)) for year in years] if held else years
    inputs = xr.Dataset(coords={"county": counties, "sex": list(SEXES), "age": AGES, "year": years})
    inputs["population_base"] = ("county", "sex", "age"), _base(figures, counties)
    ratio = _vital(figures, "sex_ratio_at_birth", rate_years)
    inputs["sex_ratio_at_birth"] = ("county", "year"), np.broadcast_to(ratio, (len(counties), len(years)))
    inputs["asfr"] = ("county", "age", "year"), _asfr(figures, counties, rate_years)
    survival = _survival(figures, rate_years, years, ratio, held)
    shape = (len(counties), *survival.shape)
    inputs["survival_ratio"] = ("county", "sex", "age", "year"), np.broadcast_to(survival, shape)
    inputs["net_migration"] = ("county", "sex", "age", "year"), _net_migration(figures, inputs, time)
    return inputs


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


def _asfr(figures: Figures, counties: list[str], rate_years: list[int]) -> np.ndarray:
    base_year = str(figures.scenario.time.base_year)
    labels = [str(y) for y in dict.fromkeys([int(base_year), *rate_years])]
    coords = {"year": labels, "age": _AGE_LABELS, "county": counties}
    rows = figures.book["population/national_fertility"]
    national = column_array(rows, "asfr", ("age", "year"), coords, "births per woman-year").fillna(0.0)
    tfr = column_array(figures.book["counties"], "total_fertility_rate", ("county",), coords, "")
    relative = tfr.values / float(national.sel(year=base_year).sum())
    path = national.sel(year=[str(y) for y in rate_years]).values
    return np.asarray(relative[:, None, None] * path)


def _survival(
    figures: Figures, rate_years: list[int], years: list[int], ratio: np.ndarray, held: bool
) -> np.ndarray:
    labels = [str(y) for y in dict.fromkeys(rate_years)]
    coords = {"year": labels, "sex": list(SEXES), "age": _AGE_LABELS}
    rows = figures.book["population/national_mortality"]
    by_year = column_array(rows, "mx", ("year", "sex", "age"), coords, "deaths per person-year")
    mx = by_year.sel(year=[str(y) for y in rate_years]).values
    a0 = np.stack([infant_separation(mx[:, n, 0], sex) for n, sex in enumerate(SEXES)], axis=-1)
    alpha = alpha_for_expectancy(mx, a0, ratio, _life_expectancy(figures, years, held))
    _, lived, lived_open = brass_shift(mx, a0, np.broadcast_to(alpha[:, None], a0.shape))
    return np.moveaxis(survival_ratios(lived, lived_open), 0, -1)


def _life_expectancy(figures: Figures, years: list[int], held: bool) -> np.ndarray:
    """Both sexes; the plan's own points joined by straight lines, then held or moved by the UN's gain."""
    rows = figures.book["population/life_expectancy"].where(city=figures.scenario.city)
    points = sorted(rows, key=lambda row: int(row["year"]))
    known = [int(row["year"]) for row in points]
    path = np.interp(years, known, [row.number("life_expectancy") for row in points])
    if held or years[-1] <= known[-1]:
        return path
    sexes = [_vital(figures, f"life_expectancy_{sex}", years) for sex in SEXES]
    national = combined_expectancy(np.stack(sexes, axis=-1), _vital(figures, "sex_ratio_at_birth", years))
    after = np.array(years) >= known[-1]
    return path + np.where(after, national - national[years.index(known[-1])], 0.0)


def _net_migration(figures: Figures, inputs: xr.Dataset, time: Time) -> np.ndarray:
    """Totals spread over counties by base population, over sexes and ages by the model schedule."""
    names = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
    schedule = rogers_castro(AGES, {name: figures.scalar(f"rogers_castro_{name}") for name in names})
    female = figures.scalar("migrant_share_female")
    people = inputs["population_base"].sum(("sex", "age")).values
    pattern = (people / people.sum())[:, None, None] * np.outer([female, 1 - female], schedule)
    years = list(map(int, inputs["year"].values))
    later = 0.0
    if figures.scenario.population.migration_after_information == "hold":
        later = figures.scalar("net_migration_per_year")
    totals = np.full(len(years), later)
    published = {
        int(row["year"]): row.number("persons")
        for row in figures.book["population/published_totals"].where(city=figures.scenario.city)
    }
    for n, year in enumerate(years):
        if year > time.information_until:
            break
        if year in published:
            totals[n] = 0.0
            trial = inputs.assign(
                net_migration=(("county", "sex", "age", "year"), pattern[..., None] * totals)
            )
            people_after = project_population(trial)["population"].sel(year=year).sum()
            totals[n] = published[year] - float(people_after)
    return np.asarray(pattern[..., None] * totals)
