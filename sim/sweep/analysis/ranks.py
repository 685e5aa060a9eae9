"""Rank correlation and rank regression, for designs that have no indices of their own."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student

from sim.sweep.analysis.intervals import rank_correlation_interval
from sim.sweep.analysis.thresholds import thresholds

_Row = tuple[str, str, str, float, float, float]


def rank_rows(names: tuple[str, ...], factors: np.ndarray, outcome: np.ndarray) -> list[_Row]:
    """Return Spearman's rho and the standardised rank regression of one outcome, with intervals.

    Args:
        names: the factors.
        factors: (future, factor) values.
        outcome: (future) values.

    Returns:
        measure, factor, '', value, low, high; a factor that does not vary has none. With no more futures
        than factors only rho is told.
    """
    moving = [n for n in range(len(names)) if np.ptp(factors[:, n]) > 0]
    ranked = np.column_stack([rankdata(factors[:, n]) for n in moving]) if moving else np.empty((0, 0))
    if not moving or np.ptp(outcome) == 0:
        return []
    x, y = _standard(ranked), _standard(rankdata(outcome))
    rho = x.T @ y / len(y)
    rows: list[_Row] = []
    for place, n in enumerate(moving):
        value = float(np.clip(rho[place], -1, 1))
        rows.append(("spearman", names[n], "", value, *rank_correlation_interval(value, len(y))))
    slopes = _regression(x, y)
    if slopes is not None:
        values, half = slopes
        for place, n in enumerate(moving):
            value, wide = float(values[place]), float(half[place])
            rows.append(("rank_regression", names[n], "", value, value - wide, value + wide))
    return rows


def _regression(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Slopes of standardised ranks and half the width of their intervals."""
    free = len(y) - x.shape[1] - 1
    if free < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    spread = float(((y - x @ slopes) ** 2).sum()) / free
    error = np.sqrt(spread * np.diag(np.linalg.inv(x.T @ x)))
    return slopes, student.ppf(0.5 + thresholds().confidence / 2, free) * error


def _standard(values: np.ndarray) -> np.ndarray:
    shifted: np.ndarray = values - values.mean(axis=0)
    result: np.ndarray = shifted / shifted.std(axis=0)
    return result
