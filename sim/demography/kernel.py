"""The cohort-component kernel on plain arrays: years, then rows, sexes and ages side by side in memory.

A row is a county, or a county in one draw. All years of a block of rows are done before the next
block, so that a block's people stay in the cache while rates stream through once. Ages of all sexes
and rows lie behind each other, so that ageing is one multiplication of a flat array with its own
shift; what that carries over from one sex to the next lands in age 0 and is overwritten by births.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEMALE = 0
BLOCK = 1024
"Rows done together: more rows leave the cache, fewer pay the cost of a numpy call too often."


@dataclass(frozen=True)
class Rates:
    """Rates of every row, C-contiguous.

    Attributes:
        survival: (year, row, sex, age) survival ratio into that age.
        asfr: (year, row, fertile age) births per woman-year.
        first_fertile_age: age of the first column of `asfr`.
        girls: (year, row) share of girls among births.
        migration: (year, row, sex, age) net migrants at the year-end, persons.
    """

    survival: np.ndarray
    asfr: np.ndarray
    first_fertile_age: int
    girls: np.ndarray
    migration: np.ndarray


@dataclass(frozen=True)
class Flows:
    """What the kernel fills, C-contiguous.

    Attributes:
        population: (year-end, row, sex, age) persons, the base first.
        births: (year-end, row, sex), the base missing.
        deaths: (year-end, row, sex, age), the base missing, or None where nobody asked for them.
        capped: (year-end, row, sex, age) emigration beyond the stock, the base missing, or None.
    """

    population: np.ndarray
    births: np.ndarray
    deaths: np.ndarray | None
    capped: np.ndarray | None


def project_rows(
    base: np.ndarray, rates: Rates, detail: bool = True, block: int = BLOCK, out: np.ndarray | None = None
) -> Flows:
    """Project every row by sex and single age.

    Args:
        base: (row, sex, age) persons at the year-end before the first rate year.
        rates: the rates of every row.
        detail: whether deaths and capped emigration are kept.
        block: rows done together.
        out: (year-end, row, sex, age) array to fill, made here if None.

    Returns:
        population and births, with the detail asked for; emigration is capped at the stock.
    """
    rows, sexes, ages = base.shape
    years = len(rates.survival)
    population = np.empty((years + 1, rows, sexes, ages)) if out is None else out
    births = _flow((years + 1, rows, sexes))
    lost, capped = (_flow((years + 1, rows, sexes, ages)) if detail else None for _ in range(2))
    for first in range(0, rows, block):
        part = slice(first, min(first + block, rows))
        population[0, part] = base[part]
        for t in range(years):
            start, end = population[t, part], population[t + 1, part]
            births[t + 1, part] = _age_one_year(start, end, rates, part, t)
            if lost is not None:
                _deaths(start, births[t + 1, part], rates.survival[t, part], lost[t + 1, part])
            np.add(end, rates.migration[t, part], out=end)
            if capped is not None:
                np.maximum(np.negative(end), 0.0, out=capped[t + 1, part])
            np.maximum(end, 0.0, out=end)
    return Flows(population, births, lost, capped)


def _flow(shape: tuple[int, ...]) -> np.ndarray:
    """Room for a flow; there is none in the base year."""
    values = np.empty(shape)
    values[0] = np.nan
    return values


def _age_one_year(start: np.ndarray, end: np.ndarray, rates: Rates, part: slice, t: int) -> np.ndarray:
    """Fill `end` with the people a year older, before migration; return births by sex."""
    survival = rates.survival[t, part]
    np.multiply(start.reshape(-1)[:-1], survival.reshape(-1)[1:], out=end.reshape(-1)[1:])
    end[..., -1] += start[..., -1] * survival[..., -1]
    asfr = rates.asfr[t, part]
    fertile = slice(rates.first_fertile_age, rates.first_fertile_age + asfr.shape[-1])
    total = np.einsum("ra,ra->r", asfr, start[:, FEMALE, fertile])
    total += np.einsum("ra,ra->r", asfr, end[:, FEMALE, fertile])
    total *= 0.5
    girls = total * rates.girls[t, part]
    births = np.stack([girls, total - girls], axis=-1)
    end[..., 0] = births * survival[..., 0]
    return births


def _deaths(start: np.ndarray, births: np.ndarray, survival: np.ndarray, out: np.ndarray) -> None:
    out[..., 0] = births * (1 - survival[..., 0])
    np.subtract(1.0, survival[..., 1:], out=out[..., 1:])
    out[..., 1:] *= start[..., :-1]
    out[..., -1] += start[..., -1] * (1 - survival[..., -1])
