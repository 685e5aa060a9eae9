r"""How far the mortality of a county lies from its city's, told by its old people in two censuses.

Of those of age :math:`x` and more in the earlier census, those aged :math:`x+n` and more are left
:math:`n` years later. The Brass shift :math:`\alpha` that explains the share left is found for each
county, sex and cohort (United Nations, Manual X (1983), chapter IX); :math:`d_{csk}` is what it lies off
the city's. The estimate :math:`d_c` is the mean of the sexes of the oldest cohort, whose people die most
and move least. It is the county's own mortality, or chance, or old people who moved. What is no
mortality shows where what should agree does not: the sexes of the county, and its younger cohort, which
lives under the same conditions and moves more.

.. math::
    v_c = \max(\tilde a, a_c) + \max(\tilde b, b_c),\quad
    a_c = \tfrac14 (d_{cf} - d_{cm})^2,\quad b_c = \tfrac12 (d_c - d_{c,younger})^2

.. math:: \sum_c \frac{d_c^2}{v_c + \tau^2} = n,\quad \lambda_c = \frac{v_c}{v_c + \tau^2}

:math:`a_c` is the variance of a mean of two that differ by chance, :math:`b_c` that of one of two. Agreement
may be chance too, so none is believed beyond the county in the middle: :math:`\tilde a` and :math:`\tilde b`
are the medians over the counties, which a few counties that people move to do not raise.
:math:`\tau^2` solves its equation for unequal variances (Paule and Mandel 1982, Journal of Research of the
National Bureau of Standards 87, 377-385), and :math:`d_c` is drawn to the city by :math:`\lambda_c`
(empirical Bayes, Morris 1983, JASA 78, 47-55).

Ad hoc are: that the median is a floor under each county's own disagreement, that both disagreements are
added though the second holds part of the first, that both cohorts are taken to err alike, and that
migration, which is no chance, is treated as if it were. One shift holds at all ages, and
what moves both sexes and both cohorts of a county alike stays in its deviation.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from sim.demography.life_table import brass_shift, infant_separation, shift_for, survival_ratios
from sim.names import AGES, SEXES


def cohort_shift(before: np.ndarray, after: np.ndarray, years: int, mx: np.ndarray) -> np.ndarray:
    """Return the Brass shift of each area and sex under which a cohort becomes those counted later.

    Args:
        before: (area, sex, age) persons of the earlier census, 0 at ages outside the cohort.
        after: (area, sex) persons of the cohort in the later census.
        years: years between the censuses.
        mx: (sex, age) standard central death rates, deaths per person-year.

    Returns:
        (area, sex) shift; at its bound where more people are left than can be.
    """
    a0 = np.array([infant_separation(mx[n, 0], sex) for n, sex in enumerate(SEXES)])

    def left(shift: np.ndarray) -> np.ndarray:
        shape = shift.shape
        standard = np.broadcast_to(mx, (*shape, mx.shape[-1]))
        _, lived, lived_open = brass_shift(standard, np.broadcast_to(a0, shape), shift)
        return np.asarray((before * _survive(survival_ratios(lived, lived_open), years)).sum(axis=-1))

    return shift_for(left, after)


def _survive(ratio: np.ndarray, years: int) -> np.ndarray:
    """(..., age) share of those of an age who live on for some years."""
    older = np.minimum(AGES[:, None] + np.arange(1, years + 1), AGES[-1])
    return np.asarray(ratio[..., older].prod(axis=-1))


def shrunk_deviation(off: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each area's mortality lies from the city's, and the part drawn away.

    Args:
        off: (cohort, area, sex) how far the shift of each lies from the city's, the oldest cohort last.

    Returns:
        (area) deviation of both sexes, 0 where there is nothing to tell, and (area) share drawn to
        the city, 0 to 1.
    """
    own = off[-1].mean(axis=-1)
    sexes = (off[-1, :, 0] - off[-1, :, 1]) ** 2 / 4
    cohorts = (off[:-1].mean(axis=-1) - own) ** 2 / 2
    error = _at_least_usual(sexes) + sum(_at_least_usual(one) for one in cohorts)
    between = variance_between(own, error)
    drawn = np.divide(error, error + between, out=np.ones_like(own), where=error + between > 0)
    return (1 - drawn) * own, drawn


def _at_least_usual(disagreement: np.ndarray) -> np.ndarray:
    """(area) squared disagreement, nowhere below that of the area in the middle."""
    return np.asarray(np.maximum(disagreement, np.median(disagreement)))


def variance_between(own: np.ndarray, error: np.ndarray) -> float:
    """Return the variance of true deviations around 0 of which unequal errors leave these (Paule-Mandel).

    Args:
        own: (area) deviations as observed.
        error: (area) variance of the error of each.

    Returns:
        variance, 0 where the errors alone explain the deviations.
    """

    def excess(between: float) -> float:
        total = error + between
        terms = np.divide(own**2, total, out=np.zeros_like(own), where=total > 0)
        return float(terms.sum() - len(own))

    exact = bool(((error == 0) & (own != 0)).any())
    if not exact and excess(0.0) <= 0:
        return 0.0
    most = float((own**2).sum())
    return float(brentq(excess, most * 1e-12, most, xtol=1e-15)) if most > 0 else 0.0
