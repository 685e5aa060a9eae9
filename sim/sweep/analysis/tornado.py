"""The outcome at either end of each factor, beside the median future."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds

COLUMNS = ("outcome", "factor", "basis", "middle", "at_low", "at_high", "width", "futures_low", "futures_high")
ENDS, EXACT = "tenths", "one_at_a_time"


def tornado(data: Dataset, outcomes: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Return each outcome at the low and the high end of each factor, widest first.

    On a grid the other factors stay at their middle point, exactly; elsewhere the mean of the lowest and
    of the highest tenth of the factor is taken, ties with the last one included.

    Args:
        data: the dataset.
        outcomes: outcome to its values in the futures that did not fail (row).
    """
    factors = {factor.name: data.values(factor.name) for factor in data.factors}
    make = _on_grid if data.method == "grid" else _by_tenths
    rows = []
    for name, values in outcomes.items():
        found = [row for row in make(factors, values) if np.isfinite(row["at_low"] + row["at_high"])]
        for row in sorted(found, key=lambda row: -float(row["width"])):
            rows.append({"outcome": name, **row})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_tenths(factors: Mapping[str, np.ndarray], outcome: np.ndarray) -> list[dict[str, object]]:
    share, middle = thresholds().tail_share, float(np.median(outcome))
    rows = []
    for name, values in factors.items():
        if np.ptp(values) == 0:
            continue
        low, high = np.quantile(values, [share, 1 - share], method="inverted_cdf")
        rows.append(_row(name, ENDS, middle, outcome[values <= low], outcome[values >= high]))
    return rows


def _on_grid(factors: Mapping[str, np.ndarray], outcome: np.ndarray) -> list[dict[str, object]]:
    points = {name: np.unique(values) for name, values in factors.items()}
    centre = {name: found[(len(found) - 1) // 2] for name, found in points.items()}
    away = sum((factors[name] != centre[name]).astype(int) for name in factors)
    rows = []
    for name, values in factors.items():
        alone = away - (values != centre[name]) == 0
        at = [outcome[alone & (values == end)] for end in (points[name][0], points[name][-1])]
        middle = outcome[alone & (values == centre[name])]
        if len(points[name]) > 1:
            rows.append(_row(name, EXACT, float(middle.mean()) if len(middle) else np.nan, *at))
    return rows


def _row(name: str, basis: str, middle: float, low: np.ndarray, high: np.ndarray) -> dict[str, object]:
    at_low, at_high = (float(part.mean()) if len(part) else float("nan") for part in (low, high))
    return {
        "factor": name,
        "basis": basis,
        "middle": middle,
        "at_low": at_low,
        "at_high": at_high,
        "width": abs(at_high - at_low),
        "futures_low": len(low),
        "futures_high": len(high),
    }
