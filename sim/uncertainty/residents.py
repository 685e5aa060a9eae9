"""Residents of every county in many futures: the projection without its detail, block by block of futures.

It computes what `people_in_future` and `project_population` do, and keeps the totals only; a test holds the
two together. Blocks are small so that their people stay in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from sim.contracts import DRAW
from sim.demography.kernel import Rates, project_rows
from sim.uncertainty.ensemble import survival_at
from sim.uncertainty.futures import Number, Shift

BLOCK = 32
_ORDER = ("year", "county", "sex", "age")


def residents_in_futures(
    inputs: xr.Dataset, shift: Shift, last_known: int, draws: np.ndarray
) -> xr.DataArray:
    """Return the residents of many futures.

    Args:
        inputs: of `population_inputs`, with what draws start from.
        shift: how the futures differ; each a number or (draw).
        last_known: data cut-off; rates up to it stay.
        draws: labels of the futures.

    Returns:
        (draw, county, year) persons at year-end, the year before the first of the inputs included.
    """
    years = inputs["year"].values
    blocks = [slice(n, n + BLOCK) for n in range(0, len(draws), BLOCK)]
    totals = [
        _totals(inputs, *part) for part in _moved(inputs, shift, years > last_known, len(draws), blocks)
    ]
    values = np.concatenate(totals)
    coords = {DRAW: draws, "county": inputs["county"].values, "year": [years[0] - 1, *years]}
    return xr.DataArray(values, dims=(DRAW, "county", "year"), coords=coords)


def _moved(
    inputs: xr.Dataset, shift: Shift, later: np.ndarray, n: int, blocks: list[slice]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Survival, fertility and migration of each block of futures: (year, draw, county, ...).

    A block is written over by the next one.
    """
    survival = inputs["survival_ratio"].transpose(*_ORDER).values[:, None]
    fertility = inputs["asfr"].transpose("year", "county", "age").values[:, None]
    moving = inputs["net_migration"].transpose(*_ORDER).values[:, None]
    one = _place_of_one(inputs)
    births, persons, longer = (
        _each(value, n) for value in (shift.fertility, shift.net_migration, shift.life_expectancy)
    )
    factor = _odds_factor(inputs, longer, later)
    odds = survival[later] / (1 - survival[later])
    room = np.repeat(survival, BLOCK if factor is not None else 1, axis=1)
    moved = np.empty((len(later), BLOCK, *moving.shape[2:]))
    for block in blocks:
        scale = np.where(later[:, None], births[block], 1.0)
        more = np.where(later[:, None], persons[block], 0.0)
        survive, migrants = (kept[:, : scale.shape[1]] for kept in (room, moved))
        if factor is not None:
            _survival(odds, factor[:, block], survive[len(later) - len(odds) :])
        np.multiply(more[..., None, None, None], one, out=migrants)
        np.add(migrants, moving, out=migrants)
        yield survive, fertility * scale[..., None, None], migrants


def _place_of_one(inputs: xr.Dataset) -> np.ndarray:
    """(county, sex, age): where one more person who moves into the city goes."""
    people = inputs["population_base"].sum(("sex", "age"))
    pattern = inputs["migration_pattern"]
    within = pattern / pattern.sum(("sex", "age"))
    return np.asarray((people / people.sum() * within).transpose("county", "sex", "age").values)


def _odds_factor(inputs: xr.Dataset, longer: np.ndarray, later: np.ndarray) -> np.ndarray | None:
    """(later year, draw, sex, age) by which the odds of survival move, None where life is as long."""
    if not longer.any():
        return None
    after = inputs.isel(year=later)
    walk = xr.DataArray(
        np.repeat(longer[:, None], int(later.sum()), axis=1),
        dims=(DRAW, "year"),
        coords={DRAW: np.arange(len(longer)), "year": after["year"]},
    )
    still, moved = (survival_at(after, w).values for w in (xr.zeros_like(walk[:1]), walk))
    return np.asarray(moved / (1 - moved) / (still / (1 - still)))


def _survival(odds: np.ndarray, factor: np.ndarray, out: np.ndarray) -> None:
    """Fill (later year, draw, county, sex, age) with survival moved on the odds scale."""
    np.multiply(odds, factor[:, :, None], out=out)
    np.divide(out, 1 + out, out=out)


def _totals(
    inputs: xr.Dataset, survival: np.ndarray, fertility: np.ndarray, migration: np.ndarray
) -> np.ndarray:
    """(draw, county, year) residents of one block."""
    n_years, n, n_counties = migration.shape[:3]

    def rows(array: np.ndarray) -> np.ndarray:
        full = np.broadcast_to(array, (n_years, n, n_counties, *array.shape[3:]))
        return np.ascontiguousarray(full).reshape(n_years, n * n_counties, *array.shape[3:])

    base = inputs["population_base"].transpose("county", "sex", "age").values
    ratio = inputs["sex_ratio_at_birth"].transpose("year", "county").values[:, None]
    fertile = np.flatnonzero(fertility.max(axis=(0, 1, 2)) > 0)
    first, end = (int(fertile[0]), int(fertile[-1]) + 1) if len(fertile) else (1, 2)
    rates = Rates(
        rows(survival), rows(fertility[..., first:end]), first, rows(1 / (1 + ratio)), rows(migration)
    )
    flows = project_rows(np.tile(base, (n, 1, 1)), rates, detail=False)
    by_row = flows.population.sum(axis=(-1, -2))
    return np.moveaxis(by_row.reshape(n_years + 1, n, n_counties), 0, -1)


def _each(value: Number, n: int) -> np.ndarray:
    return value.values if isinstance(value, xr.DataArray) else np.full(n, value)
