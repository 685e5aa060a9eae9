"""How often each target is met, and how often each project is wanted, by county and in the city."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.sweep.analysis.failing import is_met
from sim.sweep.analysis.intervals import wilson
from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds

MET_COLUMNS = ("of", "resource", "county", "futures", "met", "share", "low", "high", "least_coverage")
WANTED_COLUMNS = (
    "project",
    "county",
    "futures",
    "wanted",
    "share",
    "low",
    "high",
    "mean_units",
    "most_units",
    "plan_units",
)


def met_table(data: Dataset) -> pd.DataFrame:
    """Return how often each target is met, by the plan and by the best, in each county and the city."""
    rows = []
    for outcome in data.outcomes:
        if outcome.kind == "coverage":
            coverage = data.values(outcome.column)
            coverage = coverage[np.isfinite(coverage)]
            rows.append(
                {
                    "of": outcome.of,
                    "resource": outcome.resource,
                    "county": outcome.county,
                    **_share(data, is_met(coverage), "met"),
                    "least_coverage": float(coverage.min()) if len(coverage) else float("nan"),
                }
            )
    return pd.DataFrame(rows, columns=list(MET_COLUMNS))


def wanted_table(data: Dataset) -> pd.DataFrame:
    """Return how often the LP of a future wants each project, in each county and the city."""
    rows = []
    for outcome in data.outcomes:
        if outcome.kind == "units" and outcome.of == "best":
            units = data.values(outcome.column)
            units = units[np.isfinite(units)]
            plan = f"plan{outcome.column.removeprefix('best')}"
            rows.append(
                {
                    "project": outcome.project,
                    "county": outcome.county,
                    **_share(data, units >= thresholds().wanted_units, "wanted"),
                    "mean_units": float(units.mean()) if len(units) else float("nan"),
                    "most_units": float(units.max()) if len(units) else float("nan"),
                    "plan_units": _first(data, plan),
                }
            )
    return pd.DataFrame(rows, columns=list(WANTED_COLUMNS))


def _share(data: Dataset, holds: np.ndarray, name: str) -> dict[str, float]:
    share = float(holds.mean()) if len(holds) else float("nan")
    low, high = wilson(share, data.independent) if len(holds) else (float("nan"), float("nan"))
    return {"futures": len(holds), name: int(holds.sum()), "share": share, "low": low, "high": high}


def _first(data: Dataset, column: str) -> float:
    values = data.values(column) if column in data.columns else np.empty(0)
    return float(values[0]) if len(values) else float("nan")
