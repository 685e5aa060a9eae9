"""What the plan loses against the best of each future, level by level.

The best is an LP, a lower bound of what any whole plan can do; so the regret told is an upper bound.
Levels come in order: a level compares like with like only where all levels before it are equal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.sweep.analysis.interests import level_pairs
from sim.sweep.analysis.intervals import wilson
from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds

ABOVE_OUTLAY = "plan_money_above_outlay"
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
"Of the regret of a level: least, quarters, the ends of nine tenths, most."
QUANTILE_COLUMNS = tuple(f"q{round(q * 100):03d}" for q in QUANTILES)
COLUMNS = (
    "level",
    "unit",
    "futures",
    *QUANTILE_COLUMNS,
    "above",
    "share_above",
    "low",
    "high",
    "comparable",
    "decided_here",
    "below_bound",
)


def regret_table(data: Dataset) -> pd.DataFrame:
    """Return the regret of each level, in the order they are solved.

    `above`: futures where the plan is worse than the tolerance; `comparable`: futures where all levels
    before are equal; `decided_here`: of these, where this level is the first at which the plan is worse;
    `below_bound`: where the plan is better than the bound, gave nothing away before and keeps to the outlay
    of the future: only a plan that breaks another rule of that future can be.
    """
    equal = np.ones(int(data.ok.sum()), dtype=bool)
    gave_nothing = _affordable(data)
    rows = []
    pairs = level_pairs(data)
    held = data.each(column for outcome, best in pairs for column in (outcome.column, best))
    for outcome, _ in pairs:
        (_, plan), (_, bound) = next(held), next(held)
        loss = plan - bound
        tolerance = thresholds().regret_tolerance * np.maximum(1.0, np.abs(bound))
        worse, better = loss > tolerance, loss < -tolerance
        share = float(worse.mean()) if len(worse) else 0.0
        rows.append(
            {
                "level": outcome.level,
                "unit": outcome.unit,
                "futures": len(loss),
                **dict(zip(QUANTILE_COLUMNS, _quantiles(loss), strict=True)),
                "above": int(worse.sum()),
                "share_above": share,
                **dict(zip(("low", "high"), wilson(share, data.independent), strict=True)),
                "comparable": int(equal.sum()),
                "decided_here": int((equal & worse).sum()),
                "below_bound": int((gave_nothing & better).sum()),
            }
        )
        gave_nothing = gave_nothing & (loss <= thresholds().constant * np.maximum(1.0, np.abs(bound)))
        equal = equal & ~worse & ~better
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _affordable(data: Dataset) -> np.ndarray:
    """(draw) whether the plan keeps to the outlay that all funds may lay out in a future."""
    above = [o.column for o in data.outcomes if o.column == ABOVE_OUTLAY]
    return data.values(above[0]) <= 0 if above else np.ones(int(data.ok.sum()), dtype=bool)


def _quantiles(values: np.ndarray) -> list[float]:
    known = values[np.isfinite(values)]
    return (
        [float(v) for v in np.quantile(known, QUANTILES)] if len(known) else [float("nan")] * len(QUANTILES)
    )
