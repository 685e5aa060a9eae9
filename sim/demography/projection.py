r"""The cohort-component projection, one array program over (draw, county) rows.

With :math:`N` the start and :math:`P` the end of the year, :math:`w` the open age:

.. math::
    P_x = N_{x-1} S_x,\quad P_w = (N_{w-1} + N_w) S_w,\quad
    B = \sum_x f_x \frac{N^F_x + P^F_x}{2},\quad P_0 = B_s S_0,\quad P_x \mathrel{+}= G_x

Source: United Nations, World Population Prospects 2024, methodology: one-year steps, migrants at
the end of the year. Deaths are computed, not a residual, so that
P(t+1) = P(t) + births - deaths + net migration is a check and not a definition.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.names import AGES, SEXES

_FLOW = ("county", "sex", "age", "year")
OUTPUT: Contract = {
    "population": Variable(_FLOW, "persons", minimum=0),
    "births": Variable(("county", "sex", "year"), "births", minimum=0, missing=True),
    "deaths": Variable(_FLOW, "deaths", minimum=0, missing=True),
    "net_migration": Variable(_FLOW, "persons", missing=True),
    "migration_capped": Variable(_FLOW, "persons", minimum=0, missing=True),
}


def project_population(inputs: xr.Dataset) -> xr.Dataset:
    """Project every county by sex and single age.

    Args:
        inputs: `population_base (county, sex, age)` persons at the year-end before the first rate
            year; `survival_ratio (county, sex, age, year)` into that age; `asfr (county, age, year)`
            births per woman-year; `sex_ratio_at_birth (county, year)`; `net_migration (county, sex,
            age, year)` persons by age at the year-end. Any may also have `draw`; order is free;
            sex is `female, male`, age 0..100. Rates of year y move year-end y-1 to year-end y.

    Returns:
        `population (..., year)` with the base year; `births (county, sex, year)`, `deaths (county,
        sex, age, year)`, `net_migration` and `migration_capped` (emigration beyond the stock, persons),
        which are missing (NaN) in the base year.

    Raises:
        ValueError: a dimension or a label is missing or out of order.
    """
    lead, years, arrays = _prepare(inputs)
    n_years = len(years)
    shape = (*arrays["population_base"].shape, n_years)
    population = np.empty((*shape[:-1], n_years + 1))
    deaths, migrants, capped = np.empty(shape), np.empty(shape), np.empty(shape)
    births = np.empty((*shape[:-2], n_years))
    population[..., 0] = arrays["population_base"]
    for t in range(n_years):
        step = {name: array[..., t] for name, array in arrays.items() if name != "population_base"}
        end, births[..., t], deaths[..., t] = _step(population[..., t], step)
        wanted = step["net_migration"]
        migrants[..., t] = np.maximum(wanted, -end)
        capped[..., t] = migrants[..., t] - wanted
        population[..., t + 1] = end + migrants[..., t]
    dims = (*lead, "sex", "age")
    coords: dict[str, Any] = {name: inputs[name].values for name in lead if name in inputs.coords}
    coords |= {"sex": list(SEXES), "age": AGES, "year": [years[0] - 1, *years]}
    result = xr.Dataset(coords=coords)
    result["population"] = ((*dims, "year"), population, {"units": "persons"})
    flows = {"deaths": (deaths, "deaths"), "net_migration": (migrants, "persons")}
    flows["migration_capped"] = (capped, "persons")
    for name, (values, units) in flows.items():
        result[name] = ((*dims, "year"), _with_base(values), {"units": units})
    result["births"] = ((*lead, "sex", "year"), _with_base(births), {"units": "births"})
    return result


def _step(start: np.ndarray, rates: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    survival = rates["survival_ratio"]
    end, deaths = np.empty_like(start), np.empty_like(start)
    end[..., 1:] = start[..., :-1] * survival[..., 1:]
    deaths[..., 1:] = start[..., :-1] * (1 - survival[..., 1:])
    end[..., -1] += start[..., -1] * survival[..., -1]
    deaths[..., -1] += start[..., -1] * (1 - survival[..., -1])
    mothers = (start[..., 0, 1:-1] + end[..., 0, 1:-1]) / 2
    total = np.einsum("...a,...a->...", rates["asfr"][..., 1:-1], mothers)
    ratio = rates["sex_ratio_at_birth"]
    girls = total / (1 + ratio)
    births = np.stack([girls, total - girls], axis=-1)
    end[..., 0] = births * survival[..., 0]
    deaths[..., 0] = births * (1 - survival[..., 0])
    return end, births, deaths


def _prepare(inputs: xr.Dataset) -> tuple[tuple[str, ...], list[int], dict[str, np.ndarray]]:
    if list(inputs["sex"].values) != list(SEXES):
        raise ValueError(f"sex is {list(inputs['sex'].values)}, expected {list(SEXES)}")
    if not np.array_equal(inputs["age"].values, AGES):
        raise ValueError("age must be the single ages 0..100")
    years = [int(year) for year in inputs["year"].values]
    if years != list(range(years[0], years[0] + len(years))):
        raise ValueError(f"years are not consecutive: {years}")
    wanted = {
        "population_base": ("sex", "age"),
        "survival_ratio": ("sex", "age", "year"),
        "asfr": ("age", "year"),
        "sex_ratio_at_birth": ("year",),
        "net_migration": ("sex", "age", "year"),
    }
    lead = tuple(d for d in ("draw", "county") if any(d in inputs[name].dims for name in wanted))
    sizes = tuple(inputs.sizes[d] for d in lead)
    arrays = {}
    for name, tail in wanted.items():
        array = inputs[name].transpose(*(d for d in lead if d in inputs[name].dims), *tail)
        values = array.values.astype(float)
        for n, d in enumerate(lead):
            if d not in array.dims:
                values = np.expand_dims(values, n)
        if np.isnan(values).any():
            raise ValueError(f"{name} has missing values")
        arrays[name] = np.broadcast_to(values, (*sizes, *values.shape[len(lead) :]))
    return lead, years, arrays


def _with_base(flow: np.ndarray) -> np.ndarray:
    base = np.full((*flow.shape[:-1], 1), np.nan)
    return np.concatenate([base, flow], axis=-1)


def check_projection(result: xr.Dataset) -> xr.Dataset:
    """Return `result` if it keeps the contract and the balance of every county.

    Raises:
        ContractError: naming the breach.
        ArithmeticError: P(t+1) = P(t) + births - deaths + net migration fails beyond 1e-9.
    """
    check(result, OUTPUT, "population")
    people = result["population"].sum(("sex", "age"))
    change = people.diff("year")
    flows = (
        result["births"].sum("sex")
        - result["deaths"].sum(("sex", "age"))
        + result["net_migration"].sum(("sex", "age"))
    ).isel(year=slice(1, None))
    if (abs(change - flows) > 1e-9 * people.max()).any():
        raise ArithmeticError("the population balance does not hold")
    return result
