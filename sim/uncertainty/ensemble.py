"""An ensemble of projections: fertility, life expectancy and migration drift from their central paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.demography.life_table import (
    brass_shift,
    combined_expectancy,
    infant_separation,
    survival_ratios,
)
from sim.demography.projection import project_population
from sim.names import CITY, SEXES
from sim.uncertainty.draws import random_walks, spread_of_counties

BLOCK = 250
"Draws projected together, so that memory does not grow with their number."
_ALPHAS = np.linspace(-1.0, 1.0, 81)


@dataclass(frozen=True)
class Spread:
    """Standard deviation of one year's step of each walk.

    Attributes:
        fertility: of the logarithm of the total fertility rate, each county its own walk.
        life_expectancy: years, one walk for the city.
        migration: net migrants of the city as a share of its base residents; each county has its own
            walk, as wide as makes the city's so (`spread_of_counties`).
        correlation: of the steps of two counties.
        seed: of all streams.
    """

    fertility: float
    life_expectancy: float
    migration: float
    correlation: float
    seed: int


def ensemble(inputs: xr.Dataset, first_year: int, spread: Spread, draws: int) -> Iterator[xr.Dataset]:
    """Yield the projections of blocks of draws, dims of `project_population` with `draw` first.

    The arguments are those of `drawn_inputs`.
    """
    for part in drawn_inputs(inputs, first_year, spread, draws):
        yield project_population(part)


def drawn_inputs(inputs: xr.Dataset, first_year: int, spread: Spread, draws: int) -> Iterator[xr.Dataset]:
    """Yield the inputs of blocks of draws: `asfr`, `net_migration`, `survival_ratio` have `draw`.

    Args:
        inputs: of `population_inputs`, with what draws start from.
        first_year: first year whose rates are not known; walks start there.
        spread: how far paths drift.
        draws: number of draws in all.
    """
    years = [int(y) for y in inputs["year"].values if int(y) >= first_year]
    counties = [str(c) for c in inputs["county"].values]
    fertility = random_walks(
        "fertility", counties, years, draws, spread.fertility, spread.correlation, spread.seed
    )
    people = inputs["population_base"].sum(("sex", "age")).values
    wide = spread_of_counties(spread.migration, people / people.sum(), spread.correlation)
    migration = random_walks("migration", counties, years, draws, wide, spread.correlation, spread.seed)
    longevity = random_walks("longevity", [CITY], years, draws, spread.life_expectancy, 1.0, spread.seed)
    for first in range(0, draws, BLOCK):
        part = {"draw": slice(first, first + BLOCK)}
        longer = longevity.isel(part).squeeze("county", drop=True)
        yield drawn(inputs, fertility.isel(part), longer, migration.isel(part))


def drawn(
    inputs: xr.Dataset, fertility: xr.DataArray, longevity: xr.DataArray, migration: xr.DataArray
) -> xr.Dataset:
    """Return the inputs with the drift of each draw on them.

    Args:
        inputs: of `population_inputs`.
        fertility: (draw, county, year) drift of the logarithm of fertility.
        longevity: (draw, year) drift of life expectancy, years.
        migration: (draw, county, year) drift of net migration, share of base residents.
    """
    every = inputs["year"]
    moves = every.isin(longevity["year"])
    fertility, longevity, migration = (
        walk.reindex(year=every, fill_value=0.0) for walk in (fertility, longevity, migration)
    )
    people = inputs["population_base"].sum(("sex", "age"))
    pattern = inputs["migration_pattern"]
    within = pattern / pattern.sum(("sex", "age"))
    return inputs.assign(
        asfr=inputs["asfr"] * np.exp(fertility),
        net_migration=inputs["net_migration"] + migration * people * within,
        survival_ratio=_drifted(inputs, longevity).where(moves, inputs["survival_ratio"]),
    )


def _drifted(inputs: xr.Dataset, longevity: xr.DataArray) -> xr.DataArray:
    """Survival ratios moved, on the odds scale, as the drift moves those of the standard."""
    still = survival_at(inputs, xr.zeros_like(longevity.isel(draw=[0]))).isel(draw=0, drop=True)
    moved = survival_at(inputs, longevity)
    own = inputs["survival_ratio"] / (1 - inputs["survival_ratio"])
    odds = own * (moved / (1 - moved)) / (still / (1 - still))
    return odds / (1 + odds)


def survival_at(inputs: xr.Dataset, longevity: xr.DataArray) -> xr.DataArray:
    """Return survival ratios at the life expectancy of each draw: (year, draw, sex, age).

    The shift that meets a life expectancy is read off a fine grid of shifts of each year's standard.

    Args:
        inputs: of `population_inputs`: `standard_mx`, `sex_ratio_at_birth`, `life_expectancy`.
        longevity: (draw, year) years more of life expectancy.
    """
    mx = inputs["standard_mx"].transpose("year", "sex", "age").values
    ratio = inputs["sex_ratio_at_birth"].isel(county=0).values
    a0 = np.stack([infant_separation(mx[:, n, 0], sex) for n, sex in enumerate(SEXES)], axis=-1)
    wanted = (inputs["life_expectancy"] + longevity).transpose("year", "draw").values
    alpha = np.stack([_alpha(mx[t], a0[t], ratio[t], wanted[t]) for t in range(len(mx))])
    each = np.broadcast_to(alpha[..., None], (*alpha.shape, len(SEXES)))
    _, lived, lived_open = brass_shift(mx[:, None], a0[:, None], each)
    values = survival_ratios(lived, lived_open)
    coords = {"year": inputs["year"], "draw": longevity["draw"], "sex": inputs["sex"], "age": inputs["age"]}
    return xr.DataArray(values, dims=("year", "draw", "sex", "age"), coords=coords)


def _alpha(mx: np.ndarray, a0: np.ndarray, ratio: float, wanted: np.ndarray) -> np.ndarray:
    """Brass shifts that meet life expectancies of one year, by interpolation on a grid: (draw)."""
    grid = np.broadcast_to(_ALPHAS[:, None], (len(_ALPHAS), len(a0)))
    shape = (*grid.shape, mx.shape[-1])
    _, lived, lived_open = brass_shift(np.broadcast_to(mx, shape), np.broadcast_to(a0, grid.shape), grid)
    reached = combined_expectancy(lived.sum(axis=-1) + lived_open, np.full(len(_ALPHAS), ratio))
    return np.asarray(np.interp(-wanted, -reached, _ALPHAS))
