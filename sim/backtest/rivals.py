r"""Two naive forecasts of a series, against which a projection must earn its keep."""

from __future__ import annotations

import numpy as np

LEAST_POINTS = 4
"Points a grey model is fitted to at least."


def constant_growth(years: np.ndarray, values: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Continue the mean growth rate between the first and the last known year.

    Args:
        years: (n) years of the known values, rising; one year alone means no growth.
        values: (n) known values, 0 or more.
        ahead: (m) years to forecast, later than those known.

    Returns:
        (m) forecasts, in the unit of `values`; NaN where the first of several values is 0, from which
        no rate of growth leads anywhere.
    """
    span = years[-1] - years[0]
    if span and values[0] <= 0:
        return np.full(len(ahead), np.nan)
    rate = (values[-1] / values[0]) ** (1 / span) if span else 1.0
    return np.asarray(values[-1] * rate ** (np.asarray(ahead) - years[-1]))


def grey_model(years: np.ndarray, values: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    r"""GM(1,1), the grey model of Deng (1982, Systems and Control Letters 1(5), 288-294).

    The running sum :math:`X` of the series is taken to follow :math:`dX/dt + aX = b`, fitted by least
    squares of :math:`x_k = -a (X_k + X_{k-1})/2 + b`; the forecast is the difference of

    .. math:: \hat X_{k} = (x_0 - b/a)\, e^{-ak} + b/a

    Args:
        years: (n) consecutive years of the known values.
        values: (n) known values, 0 or more.
        ahead: (m) years to forecast, later than those known.

    Returns:
        (m) forecasts, in the unit of `values`; NaN where fewer than four consecutive years are known,
        or a value is 0: the model is one of positive series.
    """
    years, values = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    if len(years) < LEAST_POINTS or (np.diff(years) != 1).any() or (values <= 0).any():
        return np.full(len(ahead), np.nan)
    total = np.cumsum(values)
    middle = (total[1:] + total[:-1]) / 2
    design = np.column_stack([-middle, np.ones_like(middle)])
    (a, b), *_ = np.linalg.lstsq(design, values[1:], rcond=None)
    step = np.asarray(ahead, dtype=float) - years[0]
    if abs(a) < 1e-12:
        return np.full(len(step), b)
    return np.asarray((values[0] - b / a) * (1 - np.exp(a)) * np.exp(-a * step))
