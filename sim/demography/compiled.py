"""The kernel compiled by numba: the formulas of `sim.demography.kernel`, one pass over the ages of a row.

Births are summed in another order, so results agree with the plain kernel to about 1e-15 and not to the
bit. That is why this module is imported only where somebody asks for it: the same inputs must give the
same bytes whatever is installed. The first call on a machine compiles for some seconds; numba keeps the
machine code for the next.
"""

from __future__ import annotations

import numpy as np

from sim.demography.kernel import FEMALE, MALE, Flows, Rates, room

try:
    from numba import njit
except ImportError as error:
    raise ImportError("the compiled kernel needs numba: pip install gapwise[compiled]") from error

BLOCK = 256
"Rows done together: their people stay in the cache from one year to the next."


def project_rows(
    base: np.ndarray, rates: Rates, detail: bool = True, block: int = BLOCK, out: np.ndarray | None = None
) -> Flows:
    """Project every row by sex and single age; arguments and result as in `sim.demography.kernel`."""
    flows = room(base, len(rates.survival), detail, out)
    kept = (flows.deaths, flows.migrants, flows.capped)
    nothing = np.empty((0, *base.shape))
    _project(
        base,
        (rates.survival, np.ascontiguousarray(rates.asfr), rates.girls, rates.migration),
        rates.first_fertile_age,
        (flows.population, flows.births, *(nothing if flow is None else flow for flow in kept)),
        detail,
        block,
    )
    return flows


@njit(cache=True)
def _survive(start: np.ndarray, survival: np.ndarray, end: np.ndarray) -> None:
    """Fill `end` (age) with the people of one sex a year older; age 0 is left to the births."""
    for x in range(1, start.size):
        end[x] = start[x - 1] * survival[x]
    end[-1] += start[-1] * survival[-1]


@njit(cache=True)
def _births(start: np.ndarray, end: np.ndarray, asfr: np.ndarray, first: int) -> float:
    """Births of the women (age) at both ends of a year."""
    total = 0.0
    for n in range(asfr.size):
        total += asfr[n] * (start[first + n] + end[first + n])
    return 0.5 * total


@njit(cache=True)
def _deaths(start: np.ndarray, born: float, survival: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (age) with those of one sex who do not survive into the age."""
    for x in range(1, start.size):
        out[x] = start[x - 1] * (1.0 - survival[x])
    out[0] = born * (1.0 - survival[0])
    out[-1] += start[-1] * (1.0 - survival[-1])


@njit(cache=True)
def _went(wanted: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` (age) with the migrants wanted, as if enough people were there."""
    for x in range(out.size):
        out[x] = wanted[x] + 0.0


@njit(cache=True)
def _migrate(end: np.ndarray, wanted: np.ndarray) -> int:
    """Add the migrants wanted to the people (age) of one sex; return how many ages fall below nobody."""
    below = 0
    for x in range(end.size):
        end[x] += wanted[x]
        below += end[x] < 0.0
    return below


@njit(cache=True)
def _report_capped(end: np.ndarray, went: np.ndarray, capped: np.ndarray) -> None:
    """Where `end` (age) is below nobody, take what is missing from the emigration that went."""
    for x in range(end.size):
        if end[x] < 0.0:
            capped[x] = -end[x]
            went[x] += capped[x]


@njit(cache=True)
def _stop_at_nobody(end: np.ndarray) -> None:
    """Raise what is below 0 to 0."""
    for x in range(end.size):
        end[x] = max(end[x], 0.0)


@njit(cache=True)
def _project(
    base: np.ndarray,
    rates: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    first: int,
    flows: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    detail: bool,
    block: int,
) -> None:
    """Fill (population, births, deaths, migrants, capped) from (survival, asfr, girls, migration)."""
    survival, asfr, girls, migration = rates
    population, births, deaths, went, capped = flows
    for begin in range(0, len(base), block):
        finish = min(begin + block, len(base))
        population[0, begin:finish] = base[begin:finish]
        for t in range(len(survival)):
            for r in range(begin, finish):
                start, end, live = population[t, r], population[t + 1, r], survival[t, r]
                for s in (FEMALE, MALE):
                    _survive(start[s], live[s], end[s])
                total = _births(start[FEMALE], end[FEMALE], asfr[t, r], first)
                births[t + 1, r, FEMALE] = total * girls[t, r]
                births[t + 1, r, MALE] = total - births[t + 1, r, FEMALE]
                for s in (FEMALE, MALE):
                    born, wanted = births[t + 1, r, s], migration[t, r, s]
                    end[s, 0] = born * live[s, 0]
                    if detail:
                        _deaths(start[s], born, live[s], deaths[t + 1, r, s])
                        _went(wanted, went[t + 1, r, s])
                    if _migrate(end[s], wanted) > 0:
                        if detail:
                            _report_capped(end[s], went[t + 1, r, s], capped[t + 1, r, s])
                        _stop_at_nobody(end[s])
