r"""Life tables on single ages with an open last age.

.. math:: q_x = \frac{m_x}{1 + (1 - a_x) m_x},\quad L_x = l_{x+1} + a_x d_x,\quad T_w = l_w / m_w

:math:`a_x = 0.5` but for age 0, where it follows Andreev and Kingkade (2015), "Average age at death
in infancy and infant mortality level", Demographic Research 33, doi:10.4054/DemRes.2015.33.13, table 3-2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sim.names import SEXES

# Andreev-Kingkade: (m0 below which it holds, intercept, slope), constants of the published formula.
_A0_PIECES = {
    "female": ((0.01724, 0.14903, -2.05527), (0.06891, 0.04667, 3.88089), (np.inf, 0.31411, 0.0)),
    "male": ((0.02300, 0.14929, -1.99545), (0.08307, 0.02832, 3.26021), (np.inf, 0.29915, 0.0)),
}
_BISECTIONS = 60
_ALPHA_BOUND = 4.0


def infant_separation(m0: np.ndarray, sex: str) -> np.ndarray:
    """Return a(0), the mean years lived by those who die in infancy.

    Args:
        m0: central death rate at age 0, any shape, deaths per person-year.
        sex: `female` or `male`.
    """
    limits = [limit for limit, _, _ in _A0_PIECES[sex]]
    piece = np.searchsorted(limits[:-1], m0, side="right")
    intercept = np.array([p[1] for p in _A0_PIECES[sex]])[piece]
    slope = np.array([p[2] for p in _A0_PIECES[sex]])[piece]
    return np.asarray(intercept + slope * m0)


def survivors(mx: np.ndarray, a0: np.ndarray) -> np.ndarray:
    """Return l(x) with l(0) = 1.

    Args:
        mx: (..., age) central death rates.
        a0: (...) separation factor of age 0.
    """
    a = _separation(mx.shape, a0)
    q = mx / (1 + (1 - a) * mx)
    alive = np.ones_like(mx)
    alive[..., 1:] = np.cumprod(1 - q[..., :-1], axis=-1)
    return alive


def person_years(lx: np.ndarray, a0: np.ndarray, open_rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return L(x) below the open age, and T of the open age.

    Args:
        lx: (..., age) survivors.
        a0: (...) separation factor of age 0.
        open_rate: (...) central death rate of the open age.
    """
    a = _separation(lx.shape, a0)[..., :-1]
    deaths = lx[..., :-1] - lx[..., 1:]
    return lx[..., 1:] + a * deaths, lx[..., -1] / open_rate


def survival_ratios(years: np.ndarray, open_years: np.ndarray) -> np.ndarray:
    """Return S(x), the share surviving into each age: S(0) = L(0)/l(0), S(w) = T(w)/(L(w-1)+T(w)).

    Args:
        years: (..., age - 1) person-years below the open age.
        open_years: (...) person-years of the open age.
    """
    ratios = np.empty((*years.shape[:-1], years.shape[-1] + 1))
    ratios[..., 0] = years[..., 0]
    ratios[..., 1:-1] = years[..., 1:] / years[..., :-1]
    ratios[..., -1] = open_years / (years[..., -1] + open_years)
    return ratios


def brass_shift(
    mx: np.ndarray, a0: np.ndarray, alpha: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shift a standard life table by alpha on the logit scale (Brass 1971, beta = 1).

    The open rate moves by the same factor as the rate of the age below it.

    Args:
        mx: (..., age) standard central death rates.
        a0: (...) separation factor, kept from the standard.
        alpha: (...) shift; positive raises mortality.

    Returns:
        l(x), L(x) below the open age, and T of the open age.
    """
    standard = survivors(mx, a0)
    with np.errstate(divide="ignore"):
        odds = (1 - standard) / standard * np.exp(2 * alpha)[..., None]
    lx = 1 / (1 + odds)
    closed = np.maximum(lx[..., -2], np.finfo(float).tiny)
    years, _ = person_years(lx, a0, mx[..., -1])
    factor = ((closed - lx[..., -1]) / years[..., -1]) / mx[..., -2]
    return lx, years, lx[..., -1] / (mx[..., -1] * factor)


def combined_expectancy(by_sex: np.ndarray, sex_ratio: np.ndarray) -> np.ndarray:
    """Return life expectancy of both sexes together, weighted by births.

    Args:
        by_sex: (..., sex) e0 of females and males, years.
        sex_ratio: (...) male births per female birth.
    """
    return np.asarray((by_sex[..., 0] + sex_ratio * by_sex[..., 1]) / (1 + sex_ratio))


@dataclass(frozen=True)
class Mortality:
    """Life tables of the counties of a city, each a standard shifted on the logit scale.

    Attributes:
        standard: (year, sex, age) central death rates, deaths per person-year.
        sex_ratio: (year) male births per female birth.
        deviation: (county) of each county's shift from the city's.
        weight: (county) of each county in the city's mean, any unit.
    """

    standard: np.ndarray
    sex_ratio: np.ndarray
    deviation: np.ndarray = field(default_factory=lambda: np.zeros(1))
    weight: np.ndarray = field(default_factory=lambda: np.ones(1))

    def survival(self, shift: np.ndarray) -> np.ndarray:
        """Return (county, sex, age, year) survival ratios into each age at the city's (year) shift."""
        lived, lived_open = self._lived(shift)
        return np.moveaxis(survival_ratios(lived, lived_open), 1, -1)

    def expectancy(self, shift: np.ndarray) -> np.ndarray:
        """Return (year) life expectancy of both sexes and all counties at the city's (year) shift."""
        lived, lived_open = self._lived(shift)
        counties = combined_expectancy(lived.sum(axis=-1) + lived_open, self.sex_ratio)
        return np.asarray(self.weight @ counties / self.weight.sum())

    def shift(self, expectancy: np.ndarray) -> np.ndarray:
        """Return the city's (year) shift that meets a (year) path of life expectancy, years.

        Raises:
            ValueError: a wanted life expectancy is out of reach of the standard.
        """
        shift = shift_for(self.expectancy, expectancy)
        if np.abs(self.expectancy(shift) - expectancy).max() > 1e-6:
            raise ValueError(f"no life table with life expectancy {expectancy}")
        return shift

    def _lived(self, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        mx = self.standard
        a0 = np.stack([infant_separation(mx[:, n, 0], sex) for n, sex in enumerate(SEXES)], axis=-1)
        shape = (len(self.deviation), *a0.shape)
        own = (self.deviation[:, None] + shift)[..., None]
        _, lived, lived_open = brass_shift(
            np.broadcast_to(mx, (*shape, mx.shape[-1])),
            np.broadcast_to(a0, shape),
            np.broadcast_to(own, shape),
        )
        return lived, lived_open


def shift_for(outcome: Callable[[np.ndarray], np.ndarray], wanted: np.ndarray) -> np.ndarray:
    """Return the Brass shifts at which an outcome that falls with mortality is as wanted.

    Args:
        outcome: of an array of shifts, element by element, falling; an array of the same shape.
        wanted: any shape.

    Returns:
        shifts, of the shape of `wanted`; at the bound of the search where none does.
    """
    low = np.full(wanted.shape, -_ALPHA_BOUND)
    high = np.full(wanted.shape, _ALPHA_BOUND)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = outcome(middle) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray((low + high) / 2)


def _separation(shape: tuple[int, ...], a0: np.ndarray) -> np.ndarray:
    a = np.full(shape, 0.5)
    a[..., 0] = a0
    return a
