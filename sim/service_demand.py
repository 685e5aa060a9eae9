r"""Service demand: the beds that people of each age would fill, beside what the targets ask for.

.. math:: beds_{ct} = \frac{\sum_x P_{cxt}\, h_x \cdot d}{365\, o}

with :math:`h_x` admissions a resident and year, :math:`d` the mean stay and :math:`o` the share of
bed-days that is filled. Source: the bed formula of the national planning standard for health
services; admissions by age from household surveys.
"""

from __future__ import annotations

import xarray as xr

from sim.evidence.figures import Figures
from sim.labelled import choose

DAYS = 365


def service_demand(
    population: xr.DataArray, rates: xr.DataArray, stay: float, occupancy: float
) -> xr.Dataset:
    """Return bed-days and the beds they fill.

    Args:
        population: (county, sex, age, year) residents, persons.
        rates: (age) admissions a resident and year.
        stay: mean days of an admission.
        occupancy: share of bed-days filled, above 0.

    Returns:
        `admissions`, `bed_days` and `beds` (county, year).

    Raises:
        ValueError: occupancy is not above 0.
    """
    if not occupancy > 0:
        raise ValueError(f"occupancy is {occupancy}, expected above 0")
    admissions = (population.sum("sex") * rates).sum("age").transpose("county", "year")
    data = xr.Dataset({"admissions": admissions, "bed_days": admissions * stay})
    data["beds"] = data["bed_days"] / (DAYS * occupancy)
    for name, units in (("admissions", "admissions/year"), ("bed_days", "days/year"), ("beds", "beds")):
        data[name].attrs["units"] = units
    return data


def read_service_demand(figures: Figures, population: xr.DataArray) -> xr.Dataset:
    """Return the service demand of the scenario's counties from the shipped admission rates."""
    ages = population["age"]
    rates = xr.zeros_like(ages, dtype=float)
    for row in sorted(figures.book["service/admissions"], key=lambda row: int(row["age_from"])):
        figures.admitted(row)
        rates = choose(ages >= int(row["age_from"]), row.number("value"), rates)
    stay, occupancy = figures.scalar("mean_stay"), figures.scalar("bed_occupancy")
    return service_demand(population, rates, stay, occupancy)
