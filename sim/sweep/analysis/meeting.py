"""How often each target is met, and how often each project is wanted, by county and in the city."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from sim.sweep.analysis.failing import is_met
from sim.sweep.analysis.intervals import wilson
from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds
from sim.sweep.dataset.layout import Outcome

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
    for outcome, coverage in _known(data, [o for o in data.outcomes if o.kind == "coverage"]):
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
    units_of = [o for o in data.outcomes if o.kind == "units"]
    plan = {o.column: u[:1] for o, u in _known(data, [o for o in units_of if o.of == "plan"])}
    rows = []
    for outcome, units in _known(data, [o for o in units_of if o.of == "best"]):
        own = plan.get(f"plan{outcome.column.removeprefix('best')}", np.empty(0))
        rows.append(
            {
                "project": outcome.project,
                "county": outcome.county,
                **_share(data, units >= thresholds().wanted_units, "wanted"),
                "mean_units": float(units.mean()) if len(units) else float("nan"),
                "most_units": float(units.max()) if len(units) else float("nan"),
                "plan_units": float(own[0]) if len(own) else float("nan"),
            }
        )
    return pd.DataFrame(rows, columns=list(WANTED_COLUMNS))


def _share(data: Dataset, holds: np.ndarray, name: str) -> dict[str, float]:
    share = float(holds.mean()) if len(holds) else float("nan")
    low, high = wilson(share, data.independent) if len(holds) else (float("nan"), float("nan"))
    return {"futures": len(holds), name: int(holds.sum()), "share": share, "low": low, "high": high}


def _known(data: Dataset, outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, np.ndarray]]:
    """Each outcome with its values where it has one."""
    found = data.each([outcome.column for outcome in outcomes])
    for outcome, (_, values) in zip(outcomes, found, strict=True):
        yield outcome, values[np.isfinite(values)]
