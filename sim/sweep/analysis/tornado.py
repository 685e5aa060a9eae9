"""The outcome at either end of each factor, beside the median future."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.sweep.analysis.thresholds import thresholds

COLUMNS = (
    "outcome",
    "factor",
    "basis",
    "middle",
    "at_low",
    "at_high",
    "width",
    "futures_low",
    "futures_high",
)
ENDS, EXACT = "tenths", "one_at_a_time"


def tornado(
    grid: bool, factors: Mapping[str, np.ndarray], outcomes: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Return each outcome at the low and the high end of each factor, widest first.

    On a grid the other factors stay at their middle point, exactly; elsewhere the mean of the lowest and
    of the highest tenth of the factor is taken, ties with the last one included.

    Args:
        grid: whether the design is a grid.
        factors: factor to its values (row).
        outcomes: outcome to its values (row), NaN where the future failed.
    """
    make = _on_grid if grid else _by_tenths
    rows = []
    for name, values in outcomes.items():
        known = np.isfinite(values)
        made = make({factor: column[known] for factor, column in factors.items()}, values[known])
        rows += [{"outcome": name, **row} for row in made]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).dropna(subset=["width"])
    order = table["outcome"].map({name: n for n, name in enumerate(outcomes)})
    table = table.assign(order=order).sort_values(
        ["order", "width"], ascending=[True, False], kind="stable", ignore_index=True
    )
    return table.drop(columns="order")


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
