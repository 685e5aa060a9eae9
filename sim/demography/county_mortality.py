r"""How far the mortality of a county lies from its city's, told by its old people in two censuses.

Of those of age :math:`x` and more in the earlier census, those aged :math:`x+n` and more are left
:math:`n` years later. The Brass shift :math:`\alpha` that explains the share left is found for each
county and sex; what it lies off the city's, :math:`d_{cs}`, is the county's own mortality, or chance,
or old people who moved. The sexes of a county age under the same conditions, so their disagreement
measures what is not mortality:

.. math::
    v_c = \max(\bar v, (d_{cf} - d_{cm})^2 / 4),\quad
    \tau^2 = \max(\overline{d^2} - \bar v, 0),\quad \lambda_c = \frac{v_c}{v_c + \tau^2}

:math:`\bar v` is the mean of :math:`(d_{cf} - d_{cm})^2 / 4`. The deviation is drawn to the city by
:math:`\lambda_c` (empirical Bayes, Efron and Morris 1975, JASA 70, 311-319). Source of the intercensal
method: United Nations, Manual X (1983), chapter IX. Moves of both sexes alike stay in the deviation.
"""

from __future__ import annotations

import numpy as np

from sim.demography.life_table import brass_shift, infant_separation, shift_for, survival_ratios
from sim.names import AGES, SEXES


def cohort_shift(before: np.ndarray, after: np.ndarray, years: int, mx: np.ndarray) -> np.ndarray:
    """Return the Brass shift of each area and sex under which the old become those counted later.

    Args:
        before: (area, sex, age) persons of the earlier census, 0 below the age the cohort starts at.
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


def shrunk_deviation(shift: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each area's shift lies from the city's, and the part drawn away.

    Args:
        shift: (area, sex) of `cohort_shift`.
        whole: (sex) that of the city.

    Returns:
        (area) deviation of both sexes, 0 where there is nothing to tell, and (area) share drawn to
        the city, 0 to 1.
    """
    by_sex = shift - whole
    own = by_sex.mean(axis=-1)
    disagreement = (by_sex[..., 0] - by_sex[..., 1]) ** 2 / 4
    usual = disagreement.mean()
    between = max(float((own**2).mean() - usual), 0.0)
    error = np.maximum(usual, disagreement)
    drawn = np.divide(error, error + between, out=np.ones_like(own), where=error + between > 0)
    return (1 - drawn) * own, drawn
