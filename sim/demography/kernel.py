"""The cohort-component kernel on plain arrays: years, then rows, sexes and ages side by side in memory.

A row is a county, or a county in one draw. All years of a block of rows are done before the next
block, so that a block's people stay in the cache while rates stream through once. Ages of all sexes
and rows lie behind each other, so that ageing is one multiplication of a flat array with its own
shift; what that carries over from one sex to the next lands in age 0 and is overwritten by births.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FEMALE, MALE = 0, 1
BLOCK = 1024
"Rows done together: more rows leave the cache, fewer pay the cost of a numpy call too often."


@dataclass(frozen=True)
class Rates:
    """Rates of every row, C-contiguous but for `asfr`, which may be a part of all ages.

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
        migrants: (year-end, row, sex, age) net migrants who went, the base missing, or None.
        capped: (year-end, row, sex, age) emigration beyond the stock, the base missing, or None.
    """

    population: np.ndarray
    births: np.ndarray
    deaths: np.ndarray | None
    migrants: np.ndarray | None
    capped: np.ndarray | None


def project_rows(
    base: np.ndarray, rates: Rates, detail: bool = True, block: int = BLOCK, out: np.ndarray | None = None
) -> Flows:
    """Project every row by sex and single age.

    Args:
        base: (row, sex, age) persons at the year-end before the first rate year.
        rates: the rates of every row.
        detail: whether deaths, migrants and capped emigration are kept.
        block: rows done together.
        out: (year-end, row, sex, age) array to fill, made here if None.

    Returns:
        population and births, with the detail asked for; emigration is capped at the stock.
    """
    flows = room(base, len(rates.survival), detail, out)
    for first in range(0, len(base), block):
        part = slice(first, min(first + block, len(base)))
        flows.population[0, part] = base[part]
        for t in range(len(rates.survival)):
            start, end = flows.population[t, part], flows.population[t + 1, part]
            births = flows.births[t + 1, part]
            _age_one_year(start, end, births, rates, part, t)
            if flows.deaths is not None:
                _deaths(start, births, rates.survival[t, part], flows.deaths[t + 1, part])
            _migrate(end, rates.migration[t, part], flows, part, t)
    return flows


def room(base: np.ndarray, years: int, detail: bool, out: np.ndarray | None) -> Flows:
    """Room for the flows of `years`; nothing flows in the base year and nothing is capped yet."""
    shape = (years + 1, *base.shape)
    population = np.empty(shape) if out is None else out
    births = np.empty(shape[:-1])
    kept = [births, *((np.empty(shape), np.empty(shape), np.zeros(shape)) if detail else ())]
    for flow in kept:
        flow[0] = np.nan
    return Flows(population, *kept, *(() if detail else (None, None, None)))


def _age_one_year(
    start: np.ndarray, end: np.ndarray, births: np.ndarray, rates: Rates, part: slice, t: int
) -> None:
    """Fill `end` with the people a year older, before migration, and `births` by sex."""
    survival = rates.survival[t, part]
    np.multiply(start.reshape(-1)[:-1], survival.reshape(-1)[1:], out=end.reshape(-1)[1:])
    end[..., -1] += start[..., -1] * survival[..., -1]
    asfr = rates.asfr[t, part]
    fertile = slice(rates.first_fertile_age, rates.first_fertile_age + asfr.shape[-1])
    total = np.einsum("ra,ra->r", asfr, start[:, FEMALE, fertile])
    total += np.einsum("ra,ra->r", asfr, end[:, FEMALE, fertile])
    total *= 0.5
    np.multiply(total, rates.girls[t, part], out=births[:, FEMALE])
    np.subtract(total, births[:, FEMALE], out=births[:, MALE])
    np.multiply(births, survival[..., 0], out=end[..., 0])


def _deaths(start: np.ndarray, births: np.ndarray, survival: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` with those of each age reached who do not survive into it."""
    np.subtract(1.0, survival, out=out)
    newborn, oldest = births * out[..., 0], start[..., -1] * out[..., -1]
    flat = out.reshape(-1)[1:]
    np.multiply(flat, start.reshape(-1)[:-1], out=flat)
    out[..., 0] = newborn
    out[..., -1] += oldest


def _migrate(end: np.ndarray, wanted: np.ndarray, flows: Flows, part: slice, t: int) -> None:
    """Add migrants to `end`, which stops at nobody; keep who went and what was capped if asked for."""
    np.add(end, wanted, out=end)
    short = end.size > 0 and end.min() < 0
    if flows.migrants is not None and flows.capped is not None:
        if short:
            np.maximum(np.negative(end), 0.0, out=flows.capped[t + 1, part])
        np.add(wanted, flows.capped[t + 1, part] if short else 0.0, out=flows.migrants[t + 1, part])
    if short:
        np.maximum(end, 0.0, out=end)
