r"""Staff by sex and age: who is old enough leaves by the statutory schedule, the rest grow a year older.

.. math:: N_{x+1,t+1} = N_{x,t} (1 - r_{x,t+1}) (1 - a) + g_{t+1} [x + 1 = entry\ age]

with :math:`r` the share retiring in the year, :math:`a` attrition among those who do not, and
:math:`g` the graduates retained. Nobody stays beyond the oldest age.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.retirement import Schedule, retirement_share


def retiring(
    ages: np.ndarray, years: list[int], schedules: dict[tuple[str, str], Schedule], cadres: list[str]
) -> xr.DataArray:
    """Return the share retiring in each year: (cadre, sex, age, year), ages at the start of the year.

    Args:
        ages: completed years.
        years: calendar years.
        schedules: (cadre, sex) to its schedule.
        cadres: codes.
    """
    sexes = ["female", "male"]
    shares = np.stack(
        [
            [retirement_share(ages, np.array(years), schedules[cadre, sex]) for sex in sexes]
            for cadre in cadres
        ]
    )
    coords = {"cadre": cadres, "sex": sexes, "age": ages, "year": years}
    return xr.DataArray(shares, dims=("cadre", "sex", "age", "year"), coords=coords)


def stock_by_age(
    base: xr.DataArray,
    structure: xr.DataArray,
    leaving: xr.DataArray,
    attrition: xr.DataArray,
    entries: xr.DataArray,
    entry_age: xr.DataArray,
) -> xr.Dataset:
    """Return heads, exits and entries of cadres whose age structure is known.

    Args:
        base: (cadre, county) heads at the end of the base year.
        structure: (cadre, sex, age) share of the cadre; sums to 1 in each cadre.
        leaving: (cadre, sex, age, year) share retiring in a year, for the years after the base year.
        attrition: (cadre) share leaving otherwise in a year.
        entries: (cadre, county, year) graduates retained in each of those years.
        entry_age: (cadre) completed years at which they enter.

    Returns:
        `headcount` with the base year, `exits`, `entries` (cadre, county, year), missing in the base year,
        and `heads_by_age (cadre, county, sex, age, year)`; persons.

    Raises:
        ValueError: as `joining`.
    """
    years = [int(y) for y in leaving["year"].values]
    joins = joining(structure, entry_age)
    heads = (base * structure).transpose("cadre", "county", "sex", "age")
    all_heads, exits = [heads], []
    for year in years:
        at = {"year": year}
        heads, gone = a_year_older(
            heads, leaving.sel(at, drop=True), attrition, entries.sel(at, drop=True) * joins
        )
        all_heads.append(heads)
        exits.append(gone)
    every = [years[0] - 1, *years]
    by_age = xr.concat(all_heads, xr.DataArray(every, dims="year", name="year")).transpose(..., "year")
    gone = xr.concat(exits, xr.DataArray(years, dims="year", name="year"))
    data = xr.Dataset({"heads_by_age": by_age, "headcount": by_age.sum(("sex", "age"))})
    data["exits"] = gone.reindex(year=every).transpose("cadre", "county", "year")
    data["entries"] = entries.reindex(year=every).transpose("cadre", "county", "year")
    data["headcount"] = data["headcount"].transpose("cadre", "county", "year")
    return data


def joining(structure: xr.DataArray, entry_age: xr.DataArray) -> xr.DataArray:
    """Return the share of those who enter by sex and age: (cadre, sex, age), all at the entry age.

    Args:
        structure: (cadre, sex, age) share of the cadre.
        entry_age: (cadre) completed years at which graduates enter.

    Raises:
        ValueError: the structure of a cadre does not sum to 1, or has no such age.
    """
    total = structure.sum(("sex", "age"))
    if bool((abs(total - 1) > 1e-9).any()):
        raise ValueError(f"age structures sum to {total.values}, expected 1")
    at = structure["age"] == entry_age
    if not bool(at.any("age").all()):
        raise ValueError(f"entry ages are {entry_age.values}, expected ages of the structure")
    return at.transpose("cadre", "age") * structure.sum("age")


def a_year_older(
    heads: xr.DataArray, leaving: xr.DataArray, attrition: xr.DataArray, entries: xr.DataArray
) -> tuple[xr.DataArray, xr.DataArray]:
    """Return heads by age a year on, and exits in the year.

    Args:
        heads: (..., cadre, county, sex, age) persons at the start of the year.
        leaving: (cadre, sex, age) share retiring in the year.
        attrition: (cadre, ...) share of the others leaving in the year.
        entries: (..., cadre, county, sex, age) persons at the end of the year.

    Returns:
        heads, and exits (..., cadre, county).
    """
    kept = heads * (1 - leaving) * (1 - attrition).clip(min=0.0)
    exits = (heads - kept).sum(("sex", "age")) + kept.isel(age=-1, drop=True).sum("sex")
    return (kept.shift(age=1, fill_value=0.0) + entries).transpose(..., *heads.dims), exits
