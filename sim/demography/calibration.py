"""Calibration: rates of the years already published are moved until the published figures are met.

Births first (fertility is scaled), then deaths (life expectancy is moved), then year-end residents
(net migration closes the balance, county by county where counties are published).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from sim.demography.life_table import Mortality
from sim.demography.projection import project_population

ROUNDS = 4
"Births and deaths of a year move each other by one part in ten thousand: four rounds settle both."
CLOSINGS, CLOSED = 50, 1e-6
"Most rounds, and persons within which a year-end balance counts as closed."
REACH, SHIFT_REACH = 12.0, 2.0
"Years of life expectancy, and shift on the logit scale, within which published deaths are looked for."


class UnmetError(ValueError):
    """A published figure that no rates meet; `quantity` is `births`, `deaths` or `residents`."""

    def __init__(self, quantity: str, year: int, why: str) -> None:
        self.quantity, self.year, self.why = quantity, year, why
        super().__init__(f"{quantity} of {year} {why}")


@dataclass(frozen=True)
class Published:
    """Figures published for a city by year, and residents of its counties by (county, year).

    All in persons: `residents` at the year-end, `births` and `deaths` in the year.
    """

    residents: Mapping[int, float] = field(default_factory=dict)
    births: Mapping[int, float] = field(default_factory=dict)
    deaths: Mapping[int, float] = field(default_factory=dict)
    counties: Mapping[tuple[str, int], float] = field(default_factory=dict)

    def speaks_of(self, year: int) -> bool:
        """Whether anything is published for a year."""
        of_counties = any(known == year for _, known in self.counties)
        return of_counties or any(year in part for part in (self.residents, self.births, self.deaths))


def calibrate(inputs: xr.Dataset, published: Published, cut_off: int, carry_on: bool = True) -> xr.Dataset:
    """Return inputs whose projection meets what was published up to the cut-off.

    Args:
        inputs: of `population_inputs`, with `standard_mx`, `life_expectancy` and `migration_pattern`.
        published: the published figures.
        cut_off: last year whose figures count.
        carry_on: whether fertility stays moved after the last year of published births as in it, and
            survival (on the odds scale) after the last year of published deaths; the years between
            whose residents alone are published are closed with what is carried on.

    Returns:
        the inputs with `asfr`, `survival_ratio` and `net_migration` of those years moved; the counties
        sum to their city. Where figures of all counties differ from the city's, the city's hold.

    Raises:
        UnmetError: published deaths cannot be met by any life expectancy within 12 years of the path,
            or published residents by any migration.
    """
    start, given = inputs["population_base"], inputs
    for year in (int(y) for y in inputs["year"].values):
        if year > cut_off:
            break
        one = inputs.sel(year=[year]).assign(population_base=start)
        if published.speaks_of(year):
            for _ in range(ROUNDS):
                one = _meet_births(one, published.births.get(year))
                one = _meet_deaths(one, published.deaths.get(year))
            one = _meet_residents(one, published, year)
            inputs = _with_year(inputs, one, year)
            if carry_on and year in published.births:
                inputs = _with_fertility_of(inputs, given, year)
            if carry_on and year in published.deaths:
                inputs = _with_survival_of(inputs, given, year)
        start = project_population(one)["population"].isel(year=-1, drop=True)
    return inputs


def _with_fertility_of(inputs: xr.Dataset, given: xr.Dataset, year: int) -> xr.Dataset:
    """What the births of a year moved fertility by holds in the years after it."""
    now, then = (data["asfr"].sel(year=year, drop=True) for data in (inputs, given))
    factor = (now / then.where(then > 0)).fillna(1.0)
    before = inputs["year"] <= year
    return inputs.assign(asfr=inputs["asfr"].where(before, given["asfr"] * factor))


def _with_survival_of(inputs: xr.Dataset, given: xr.Dataset, year: int) -> xr.Dataset:
    """What the deaths of a year moved survival by, on the odds scale, holds in the years after it."""
    now, then = (data["survival_ratio"].sel(year=year, drop=True) for data in (inputs, given))
    after = _odds(given["survival_ratio"]) * _odds(now) / _odds(then)
    before = inputs["year"] <= year
    return inputs.assign(survival_ratio=inputs["survival_ratio"].where(before, after / (1 + after)))


def _odds(share: xr.DataArray) -> xr.DataArray:
    return share / (1 - share)


def _with_year(inputs: xr.Dataset, one: xr.Dataset, year: int) -> xr.Dataset:
    changed = inputs.copy()
    for name in ("asfr", "survival_ratio", "net_migration"):
        array = inputs[name].copy(deep=True)
        array.loc[{"year": year}] = (
            one[name].sel(year=year).transpose(*(d for d in array.dims if d != "year"))
        )
        changed[name] = array
    return changed


def _meet_births(one: xr.Dataset, births: float | None) -> xr.Dataset:
    if births is None:
        return one
    said = float(project_population(one)["births"].sum())
    if said <= 0:
        raise UnmetError(
            "births", int(one["year"][0]), f"({births:g}) are met by no fertility: none is given"
        )
    return one.assign(asfr=one["asfr"] * (births / said))


def _meet_deaths(one: xr.Dataset, deaths: float | None) -> xr.Dataset:
    if deaths is None:
        return one
    mortality, path = mortality_of(one), one["life_expectancy"].values
    start = mortality.shift(path)

    def moved(more: float) -> xr.Dataset:
        dims = ("county", "sex", "age", "year")
        survival = xr.DataArray(mortality.survival(start + more), dims=dims)
        return one.assign(survival_ratio=survival.transpose(*one["survival_ratio"].dims))

    def too_many(more: float) -> float:
        return float(project_population(moved(more))["deaths"].sum()) - deaths

    year = int(one["year"][0])
    within = too_many(-SHIFT_REACH) <= 0 <= too_many(SHIFT_REACH)
    found = brentq(too_many, -SHIFT_REACH, SHIFT_REACH, xtol=1e-10) if within else np.inf
    if not within or abs(mortality.expectancy(start + found) - path).max() > REACH:
        raise UnmetError("deaths", year, f"({deaths:g}) are met by no life expectancy near the path")
    return moved(found)


def mortality_of(inputs: xr.Dataset) -> Mortality:
    """Return the life tables behind inputs of `population_inputs`."""
    return Mortality(
        inputs["standard_mx"].transpose("year", "sex", "age").values,
        inputs["sex_ratio_at_birth"].isel(county=0).values,
        inputs["mortality_deviation"].values,
        inputs["migration_pattern"].sum(("sex", "age")).values,
    )


def _meet_residents(one: xr.Dataset, published: Published, year: int) -> xr.Dataset:
    """Net migrants of each county that close the balance.

    Emigrants of an age in which too few live are capped by the projection, so what is still missing
    is asked for again, at all ages, until the balance closes.
    """
    place = one["migration_pattern"].sum(("sex", "age"))
    wanted = one["net_migration"].sum(("sex", "age", "year"))
    nobody = one.assign(net_migration=xr.zeros_like(one["net_migration"]))
    goal = _goal(_year_end(nobody), wanted, place, published, year)
    for _ in range(CLOSINGS):
        trial = one.assign(net_migration=_migrants(one, wanted, place))
        missing = goal - _year_end(trial)
        if float(abs(missing).max()) < CLOSED:
            break
        wanted = wanted + missing
    else:
        open_ = float(abs(missing).max())
        raise UnmetError("residents", year, f"are not met: {open_:.0f} persons are missing in a county")
    return trial


def _year_end(one: xr.Dataset) -> xr.DataArray:
    people: xr.DataArray = project_population(one)["population"].isel(year=-1, drop=True)
    return people.sum(("sex", "age"))


def _migrants(one: xr.Dataset, wanted: xr.DataArray, place: xr.DataArray) -> xr.DataArray:
    migrants = (one["migration_pattern"] / place * wanted).expand_dims(year=one["year"])
    return migrants.transpose(*one["net_migration"].dims)


def _goal(
    stayed: xr.DataArray, wanted: xr.DataArray, place: xr.DataArray, published: Published, year: int
) -> xr.DataArray:
    """(county) residents at the year-end: published ones as they are, the rest of the city by its pattern."""
    goal = stayed + wanted
    known = [county for county, known in published.counties if known == year]
    for county in known:
        goal.loc[{"county": county}] = published.counties[county, year]
    if year not in published.residents:
        return goal
    free = ~goal["county"].isin(known)
    share = place.where(free | (not bool(free.any())), 0.0)
    return goal + (published.residents[year] - float(goal.sum())) * share / share.sum()


def shrunk_fertility(
    own: np.ndarray, births: np.ndarray, province: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return each county's fertility drawn toward its province, and the part that is drawn away.

    Empirical Bayes with the births behind each rate: sampling variance :math:`s_c^2 = f_c^2 / B_c`,
    variance between counties :math:`\tau^2` what is left of the spread around the province,
    :math:`\lambda_c = s_c^2 / (s_c^2 + \tau^2)` (Efron and Morris 1975, JASA 70, 311-319).

    Args:
        own: (county) births per woman from the county's own census.
        births: (county) births of the year behind it.
        province: (county) births per woman of its province.

    Returns:
        (county) births per woman, and (county) share drawn to the province, 0 to 1.
    """
    sampling = own**2 / np.maximum(births, 1.0)
    between = max(float(np.mean((own - province) ** 2 - sampling)), 0.0)
    drawn = np.divide(sampling, sampling + between, out=np.ones_like(own), where=sampling + between > 0)
    return drawn * province + (1 - drawn) * own, drawn
