r"""Life tables on single ages with an open last age.

.. math:: q_x = \frac{m_x}{1 + (1 - a_x) m_x},\quad L_x = l_{x+1} + a_x d_x,\quad T_w = l_w / m_w

:math:`a_x = 0.5` but for age 0, where it follows Andreev and Kingkade (2015), "Average age at death
in infancy and infant mortality level", Demographic Research 33, doi:10.4054/DemRes.2015.33.13, table 3-2.
"""

from __future__ import annotations

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


def alpha_for_expectancy(
    mx: np.ndarray, a0: np.ndarray, sex_ratio: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Return the Brass shift, one for both sexes, that meets a combined life expectancy.

    Args:
        mx: (year, sex, age) standard.
        a0: (year, sex) separation factors.
        sex_ratio: (year) male births per female birth.
        wanted: (year) e0 of both sexes, years.

    Raises:
        ValueError: a wanted e0 is out of reach of the standard.
    """
    low = np.full(wanted.shape, -_ALPHA_BOUND)
    high = np.full(wanted.shape, _ALPHA_BOUND)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        reached = _expectancy(mx, a0, sex_ratio, middle)
        low = np.where(reached > wanted, middle, low)
        high = np.where(reached > wanted, high, middle)
    alpha = (low + high) / 2
    if np.abs(_expectancy(mx, a0, sex_ratio, alpha) - wanted).max() > 1e-6:
        raise ValueError(f"no life table with life expectancy {wanted}")
    return np.asarray(alpha)


def survival_by_expectancy(mx: np.ndarray, sex_ratio: np.ndarray, expectancy: np.ndarray) -> np.ndarray:
    """Return the survival ratios of the standard shifted to a path of life expectancy.

    Args:
        mx: (year, sex, age) standard, deaths per person-year.
        sex_ratio: (year) male births per female birth.
        expectancy: (year) both sexes together, years.

    Returns:
        (sex, age, year) survival ratio into each age.
    """
    a0 = np.stack([infant_separation(mx[:, n, 0], sex) for n, sex in enumerate(SEXES)], axis=-1)
    alpha = alpha_for_expectancy(mx, a0, sex_ratio, expectancy)
    _, lived, lived_open = brass_shift(mx, a0, np.broadcast_to(alpha[:, None], a0.shape))
    return np.moveaxis(survival_ratios(lived, lived_open), 0, -1)


def _expectancy(mx: np.ndarray, a0: np.ndarray, sex_ratio: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    _, years, open_years = brass_shift(mx, a0, np.broadcast_to(alpha[..., None], a0.shape))
    return combined_expectancy(years.sum(axis=-1) + open_years, sex_ratio)


def _separation(shape: tuple[int, ...], a0: np.ndarray) -> np.ndarray:
    a = np.full(shape, 0.5)
    a[..., 0] = a0
    return a
