"""Intervals of shares and of correlations."""

from __future__ import annotations

import math
from statistics import NormalDist

from sim.sweep.analysis.thresholds import thresholds


def normal_quantile() -> float:
    """Return the quantile of the normal distribution that bounds a two-sided interval."""
    return NormalDist().inv_cdf(0.5 + thresholds().confidence / 2)


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's interval of a share seen in n futures that count (doi:10.1080/01621459.1927.10502953).

    Args:
        share: 0 to 1.
        n: need not be whole, where futures share values; 0 gives the whole range.
    """
    if n <= 0:
        return 0.0, 1.0
    z = normal_quantile()
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if share == 0 else max(middle - half, 0.0)
    return min(low, share), 1.0 if share == 1 else max(min(middle + half, 1.0), share)


def rank_correlation_interval(rho: float, n: int) -> tuple[float, float]:
    """Return the interval of Spearman's rho by Fisher's z, variance of Bonett and Wright.

    Args:
        rho: -1 to 1.
        n: futures; under four the whole range.
    """
    if n <= 3:
        return -1.0, 1.0
    if abs(rho) >= 1:
        return rho, rho
    half = normal_quantile() * math.sqrt((1 + rho * rho / 2) / (n - 3))
    return math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half)
