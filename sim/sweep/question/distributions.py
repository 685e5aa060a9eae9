"""From the unit interval to the values of a factor, by the inverse of its distribution function."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.sweep.question.schema import Choice, Factor, Normal, Triangular, Uniform

HALF = 0.5


def values_of(units: np.ndarray, factors: Sequence[Factor]) -> np.ndarray:
    """Return (draw, factor) values.

    Args:
        units: (draw, factor) points of the unit cube, ends included.
        factors: one for each column.
    """
    columns = [value_of(units[:, n], factor) for n, factor in enumerate(factors)]
    return np.column_stack(columns) if columns else np.empty_like(units)


def value_of(units: np.ndarray, factor: Factor) -> np.ndarray:
    """Return (draw) values of one factor.

    A whole factor is rounded; of a uniform one the ends are widened by a half first, so that its least and
    greatest number are as likely as every other.

    Args:
        units: (draw) points from 0 to 1.
        factor: the factor.
    """
    low, high = bounds(factor)
    found = _inverse(units, factor)
    return np.asarray(np.clip(np.rint(found) if factor.whole else found, low, high))


def bounds(factor: Factor) -> tuple[float, float]:
    """Return the least and the greatest value of a factor."""
    drawn = factor.distribution
    if isinstance(drawn, Choice):
        return min(drawn.values), max(drawn.values)
    return drawn.low, drawn.high


def points(factor: Factor, levels: int | None) -> np.ndarray:
    """Return the points of the unit interval at which a grid looks at a factor.

    Args:
        factor: of a choice each value is looked at once, whatever the levels.
        levels: points of any other factor, at equal steps of probability from end to end.
    """
    if isinstance(factor.distribution, Choice):
        ends = _cumulated(factor.distribution)
        return np.asarray((ends + np.concatenate([[0.0], ends[:-1]])) * HALF)
    return np.linspace(0.0, 1.0, levels or 2)


def _inverse(units: np.ndarray, factor: Factor) -> np.ndarray:
    drawn = factor.distribution
    if isinstance(drawn, Uniform):
        wider = HALF if factor.whole else 0.0
        return drawn.low - wider + units * (drawn.high - drawn.low + 2 * wider)
    if isinstance(drawn, Choice):
        place = np.searchsorted(_cumulated(drawn)[:-1], units, side="right")
        return np.asarray(drawn.values, dtype=float)[place]
    return _bell(units, drawn)


def _bell(units: np.ndarray, drawn: Triangular | Normal) -> np.ndarray:
    from scipy import stats

    if isinstance(drawn, Triangular):
        width = drawn.high - drawn.low
        return np.asarray(
            stats.triang.ppf(units, (drawn.mode - drawn.low) / width, loc=drawn.low, scale=width)
        )
    low, high = ((end - drawn.mean) / drawn.deviation for end in (drawn.low, drawn.high))
    return np.asarray(stats.truncnorm.ppf(units, low, high, loc=drawn.mean, scale=drawn.deviation))


def _cumulated(drawn: Choice) -> np.ndarray:
    weights = np.asarray(drawn.weights or np.ones(len(drawn.values)), dtype=float)
    return np.asarray(np.cumsum(weights) / weights.sum())
