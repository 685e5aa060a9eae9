"""Brute force, the money: what each start costs, whether plans can be paid, and what they cost whom.

Payments are shares and not whole numbers, but need no search. All that limits the central money of a start
(a share of each year's capital, a cap a project, the local match) is a least sum over years: what central
money can do in a set of years is known in closed form, and for all starts together it is the sum of that.
"""

from __future__ import annotations

from itertools import chain, product

import numpy as np

from tests.small import TERMS, Small

YEARS = range(2021, 2026)
LIFE = [10, 8, 4, None, None]
GRANTED = 3
"The first so many types may be paid by central money."


def opens(small: Small, p: int, start: int) -> int:
    return start + (small.lead[p] + small.build[p]) // 12


def _months(first: int, length: int, start: int, year: int) -> int:
    return sum(1 for m in range(first, first + length) if start + m // 12 == year)


def _real(small: Small) -> tuple[np.ndarray, np.ndarray]:
    """Capital and running cost of one start, each (project, start, year), in prices of the price year."""
    starts = small.starts_in
    capital = np.zeros((5, len(starts), len(YEARS)))
    running = np.zeros_like(capital)
    for p, (s, start), (y, year) in product(range(5), enumerate(starts), enumerate(YEARS)):
        span, lead = max(small.build[p], 1), small.lead[p] + small.build[p]
        capital[p, s, y] = small.capital[p] * _months(small.lead[p], span, start, year) / span
        running[p, s, y] = small.recurrent[p] * _months(lead, 24, start, year) / 12
    return capital, running


def _nominal(small: Small) -> tuple[np.ndarray, np.ndarray]:
    """Capital and running cost of one start, each (project, start, year to the target year), nominal."""
    index = np.array([(1 + TERMS.deflator) ** (year - TERMS.price_year) for year in YEARS])
    capital, running = (real * index for real in _real(small))
    n = len(small.starts_in)
    return capital[..., :n], running[..., :n]


def running_cost(small: Small) -> np.ndarray:
    """(project, start, year) what one start costs to run, nominal."""
    index = np.array([(1 + TERMS.deflator) ** (year - TERMS.price_year) for year in YEARS])
    return np.asarray(_real(small)[1] * index)


def present_cost(small: Small, city: np.ndarray) -> np.ndarray:
    """(plan) present cost of starts in the city (plan, project, start), less what is left at the end."""
    factor = np.array([(1 + TERMS.discount_rate) ** (TERMS.price_year - year) for year in YEARS])
    one = sum(real @ factor for real in _real(small))
    for p, life in enumerate(LIFE):
        for s, start in enumerate(small.starts_in):
            if life:
                end = opens(small, p, start) + 2
                left = small.capital[p] * max(1 - 2 / life, 0)
                one[p, s] -= left * (1 + TERMS.discount_rate) ** (TERMS.price_year - end)
    return np.einsum("nps,ps->n", city, one)


def local_burden(small: Small, city: np.ndarray) -> np.ndarray:
    """(plan) least cash of the county to the target year for starts in the city (plan, project, start).

    Central money of a year saves what it pays less what its bond has cost by the target year; the years
    in which it saves most come first, and those in which it saves nothing are left to the county.
    """
    capital, running = _nominal(small)
    n = len(small.starts_in)
    worth = np.array([1 - _served(small, n - 1 - y) for y in range(n)])
    one = (capital + running).sum(axis=2)
    used: list[int] = []
    for y in sorted(range(n), key=lambda y: -worth[y]):
        if worth[y] > 0:
            one -= worth[y] * (_granted(small, capital, [*used, y]) - _granted(small, capital, used))
            used.append(y)
    return np.einsum("nps,ps->n", city, one)


def _served(small: Small, years: int) -> float:
    """What a yuan of bond money has cost after so many years."""
    if not small.interest:
        return 0.0
    return small.interest * min(years, small.term) + (years >= small.term)


def _granted(small: Small, capital: np.ndarray, years: list[int]) -> np.ndarray:
    """(project, start) most central money one start can have in some years together."""
    most = np.minimum(small.central_cap, (1 - small.match) * capital.sum(axis=2))
    found = np.minimum(small.central_share * capital[..., years].sum(axis=2), most)
    found[GRANTED:] = 0
    return found


def affordable(small: Small, city: np.ndarray) -> np.ndarray:
    """(plan) whether starts in the city (plan, project, start) can be paid.

    The county must find what it owes in its years, and central money must cover what is left in every set
    of years. With carry-over the years from the first of a stretch count together. A total envelope is
    kept if the least burden keeps it. Debt service by year has no closed form: not with yearly envelopes.
    """
    n = len(small.starts_in)
    ok, limited = _laid_out(small, city), np.isfinite(small.envelope)
    reserve = _reserve(small, *_nominal(small))
    if np.isfinite(small.envelope_total):
        ok &= local_burden(small, city) <= max(small.envelope_total - n * reserve, 0.0) + 1e-3
    if not limited.any():
        return ok
    assert not (small.interest and small.central_share and n > 1)
    capital, running = _nominal(small)
    due = np.einsum("nps,psy->ny", city, capital + running)
    missing = due - [max(e - reserve, 0.0) for e in small.envelope]
    for parts in product(*_firsts(limited, small.carry_over)):
        years = list(chain.from_iterable(parts))
        most = np.einsum("nps,ps->n", city, _granted(small, capital, years))
        ok &= missing[:, years].sum(axis=1) <= most + 1e-3
    return ok


def _laid_out(small: Small, city: np.ndarray) -> np.ndarray:
    """(plan) whether the capital of all funds keeps to its limits, whoever pays."""
    capital, running = _nominal(small)
    n = len(small.starts_in)
    laid = np.einsum("nps,psy->ny", city, capital)
    reserve = _reserve(small, capital, 0 * running)
    most = np.maximum(np.array(small.outlay or [np.inf] * n) - reserve, 0.0)
    in_all = max(small.outlay_total - n * reserve, 0.0)
    return np.asarray((laid <= most + 1e-3).all(axis=1) & (laid.sum(axis=1) <= in_all + 1e-3))


def _firsts(limited: np.ndarray, carry_over: bool) -> list[list[list[int]]]:
    """For each stretch of years that share what is left: its first so many years, none of them included."""
    stretches: list[list[int]] = []
    for y in np.flatnonzero(limited).tolist():
        if carry_over and stretches and stretches[-1][-1] == y - 1:
            stretches[-1].append(y)
        else:
            stretches.append([y])
    return [[years[:k] for k in range(len(years) + 1)] for years in stretches]


def _reserve(small: Small, capital: np.ndarray, running: np.ndarray) -> float:
    """Money kept back a year: one head of each kind and start in each county, and 1,000 yuan."""
    due = np.zeros(len(small.starts_in))
    for p, (s, start) in product((3, 4), enumerate(small.starts_in)):
        if opens(small, p, start) <= small.starts_in[-1]:
            due += capital[p, s] + running[p, s]
    return float(due.max()) * len(small.counties) + 1000
