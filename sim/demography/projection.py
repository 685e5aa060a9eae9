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

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.demography.kernel import Flows, Rates, project_rows
from sim.names import AGES, SEXES

_FLOW = ("county", "sex", "age", "year")
OUTPUT: Contract = {
    "population": Variable(_FLOW, "persons", minimum=0),
    "births": Variable(("county", "sex", "year"), "births", minimum=0, missing=True),
    "deaths": Variable(_FLOW, "deaths", minimum=0, missing=True),
    "net_migration": Variable(_FLOW, "persons", missing=True),
    "migration_capped": Variable(_FLOW, "persons", minimum=0, missing=True),
}


def project_population(inputs: xr.Dataset, compiled: bool = False) -> xr.Dataset:
    """Project every county by sex and single age.

    Args:
        inputs: `population_base (county, sex, age)` persons at the year-end before the first rate
            year; `survival_ratio (county, sex, age, year)` into that age; `asfr (county, age, year)`
            births per woman-year; `sex_ratio_at_birth (county, year)`; `net_migration (county, sex,
            age, year)` persons by age at the year-end. Any may also have `draw`; order is free;
            sex is `female, male`, age 0..100. Rates of year y move year-end y-1 to year-end y.
        compiled: whether numba's machine code does the years; it agrees to 1e-12 and not to the bit,
            so it is never taken unasked.

    Returns:
        `population (..., year)` with the base year; `births (county, sex, year)`, `deaths (county,
        sex, age, year)`, `net_migration` and `migration_capped` (emigration beyond the stock, persons),
        which are missing (NaN) in the base year.

    Raises:
        ImportError: `compiled` without numba (`pip install gapwise[compiled]`).
        ValueError: a dimension or a label is missing or out of order, or a value is missing or out of
            bounds; the variable, county, sex, age and year of the first are named.
    """
    lead, years, arrays = _prepare(inputs)
    flows = _kernel(compiled)(arrays["population_base"], _rates(arrays))
    coords: dict[str, Any] = {name: inputs[name].values for name in lead if name in inputs.coords}
    coords |= {"sex": list(SEXES), "age": AGES, "year": [years[0] - 1, *years]}
    sizes = tuple(inputs.sizes[name] for name in lead)

    def put(values: np.ndarray | None, units: str, *tail: str) -> xr.Variable:
        """(year, row, ...) of the kernel as (..., year) with the dims of `lead`, without a copy."""
        assert values is not None
        apart = values.reshape(len(values), *sizes, *values.shape[2:])
        return xr.Variable((*lead, *tail, "year"), np.moveaxis(apart, 0, -1), {"units": units})

    found = {
        "population": put(flows.population, "persons", "sex", "age"),
        "deaths": put(flows.deaths, "deaths", "sex", "age"),
        "net_migration": put(flows.migrants, "persons", "sex", "age"),
        "migration_capped": put(flows.capped, "persons", "sex", "age"),
        "births": put(flows.births, "births", "sex"),
    }
    return xr.Dataset(found, coords)


def _kernel(compiled: bool) -> Callable[[np.ndarray, Rates], Flows]:
    """The plain kernel, or the compiled one, which alone needs numba."""
    if not compiled:
        return project_rows
    from sim.demography.compiled import project_rows as compiled_rows

    return compiled_rows


def _rates(arrays: dict[str, np.ndarray]) -> Rates:
    """The rates as the kernel wants them; girls are one of 1 + males per female birth."""
    asfr = arrays["asfr"]
    fertile = np.flatnonzero(asfr.max(axis=(0, 1), initial=0.0)[1:-1] > 0) + 1
    first, last = (int(fertile[0]), int(fertile[-1])) if len(fertile) else (1, 1)
    return Rates(
        survival=arrays["survival_ratio"],
        asfr=asfr[..., first : last + 1],
        first_fertile_age=first,
        girls=1 / (1 + arrays["sex_ratio_at_birth"]),
        migration=arrays["net_migration"],
    )


WANTED = {
    "population_base": ("sex", "age"),
    "survival_ratio": ("sex", "age"),
    "asfr": ("age",),
    "sex_ratio_at_birth": (),
    "net_migration": ("sex", "age"),
}
BOUNDS = {
    "population_base": (0.0, np.inf, "persons"),
    "survival_ratio": (0.0, 1.0, "a share surviving into each age"),
    "asfr": (0.0, 1.0, "births per woman-year, not per 1,000 women"),
    "sex_ratio_at_birth": (0.8, 1.5, "male births per female birth, not their share of births"),
    "net_migration": (-np.inf, np.inf, "persons"),
}
HIGHEST_TFR = 15.0
"Births per woman no population has reached; above it the rates are in another unit."


def _prepare(inputs: xr.Dataset) -> tuple[tuple[str, ...], list[int], dict[str, np.ndarray]]:
    """Check the labels; return leading dims, years, and arrays of (year, row, ...)."""
    _check_labels(inputs)
    lead = tuple(d for d in ("draw", "county") if any(d in inputs[name].dims for name in WANTED))
    sizes = {d: inputs.sizes[d] for d in lead}
    arrays = {name: _by_row(inputs[name], name, tail, sizes) for name, tail in WANTED.items()}
    return lead, [int(year) for year in inputs["year"].values], arrays


def _check_labels(inputs: xr.Dataset) -> None:
    for name, tail in WANTED.items():
        yearly = () if name == "population_base" else ("year",)
        if name not in inputs:
            raise ValueError(f"{name} is missing")
        wrong = {*tail, *yearly} ^ (set(inputs[name].dims) - {"draw", "county"})
        if wrong:
            raise ValueError(
                f"{name} has dims {inputs[name].dims}, expected {(*tail, *yearly)} and county, draw"
            )
    for name in ("sex", "age", "year"):
        if name not in inputs.coords:
            raise ValueError(f"{name} has no labels")
    if list(inputs["sex"].values) != list(SEXES):
        raise ValueError(f"sex is {list(inputs['sex'].values)}, expected {list(SEXES)}")
    if not np.array_equal(inputs["age"].values, AGES):
        missing = sorted(set(AGES.tolist()) - set(inputs["age"].values.tolist()))
        raise ValueError(f"age must be the single ages 0..100; missing or out of order: {missing or 'order'}")
    years = inputs["year"].values
    if not np.issubdtype(years.dtype, np.integer):
        raise ValueError(f"years are {years[:3]} of type {years.dtype}, expected whole numbers")
    if not len(years) or not np.array_equal(years, np.arange(years[0], years[0] + len(years))):
        raise ValueError(f"years are not consecutive, or there is none: {years.tolist()}")
    for name in ("county", "draw"):
        if inputs.sizes.get(name, 1) == 0:
            raise ValueError(f"{name} is empty, expected at least one")
        labels = inputs[name].values.tolist() if name in inputs.coords else []
        twice = [label for label, n in Counter(labels).items() if n > 1]
        if twice:
            raise ValueError(f"{name} has {twice[0]} twice, expected each once")


def _by_row(array: xr.DataArray, name: str, tail: tuple[str, ...], sizes: dict[str, int]) -> np.ndarray:
    """(year, row, ...) or, for the base, (row, ...): rows are draws and counties, contiguous.

    Nothing is copied where the array already lies so.
    """
    yearly = () if name == "population_base" else ("year",)
    own = tuple(d for d in sizes if d in array.dims)
    turned = array.transpose(*yearly, *own, *tail)
    values = np.ascontiguousarray(turned.values, dtype=float)
    _check_bounds(turned, values, name)
    for n, d in enumerate(sizes):
        if d not in array.dims:
            values = np.expand_dims(values, n + len(yearly))
    head, rest = values.shape[: len(yearly)], values.shape[len(yearly) + len(sizes) :]
    full = np.broadcast_to(values, (*head, *sizes.values(), *rest))
    return np.ascontiguousarray(full).reshape(*head, -1, *rest)


def _check_bounds(array: xr.DataArray, values: np.ndarray, name: str) -> None:
    """Raise for the first value out of bounds; the lowest and highest are NaN where any value is."""
    if not values.size:
        return
    low, high, meaning = BOUNDS[name]
    lowest, highest = float(values.min()), float(values.max())
    if not (low <= lowest and highest <= high and np.isfinite(lowest) and np.isfinite(highest)):
        index = np.argwhere(~((values >= low) & (values <= high) & np.isfinite(values)))[0]
        found = values[tuple(index)]
        said = "missing values" if np.isnan(found) else f"{found:g}"
        place = _place(array, index)
        raise ValueError(f"{name} has {said} at {place}; expected {low:g} to {high:g}, {meaning}")
    if name == "asfr":
        totals = np.einsum("...a->...", values)
        if totals.max() > HIGHEST_TFR:
            place = _place(array.isel(age=0), np.argwhere(totals == totals.max())[0])
            raise ValueError(f"asfr sums to {totals.max():g} at {place}; expected {meaning}")
        ends = array.isel(age=[0, -1])
        if float(ends.max()) > 0:
            place = _place(ends, np.argwhere(ends.values > 0)[0])
            raise ValueError(f"asfr is above 0 at {place}; expected 0 there: nobody of that age gives birth")


def _place(array: xr.DataArray, index: np.ndarray) -> str:
    """The labels of one cell."""
    labels = zip(array.dims, index, strict=True)
    return ", ".join(f"{d} {array[d].values[n] if d in array.coords else n}" for d, n in labels)


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
