"""The order in which projects go when an envelope shrinks: what is dropped first costs the targets least.

Every plan of the order is a part of the one before it, so that an order can be stated and kept: no county
gets more of a project type; staff follow what is left. It is therefore no better than the plan of the same
envelope on the curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.budget.solving import Budgeted, Funded
from sim.program.watching import Progress, Stop

COLUMNS = ["shrink_share", "envelope_yuan", "county", "project", "units", "capital_yuan"]


@dataclass(frozen=True)
class Trimmed:
    """One step of the order.

    Attributes:
        share: by how much the envelope is smaller than at first.
        plan: the certified plan that is left.
    """

    share: float
    plan: Funded


def trimmed(
    budget: Budgeted,
    plan: Funded,
    shares: Sequence[float],
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> list[Trimmed]:
    """Return the plans that are left of a plan when its envelope shrinks by each share.

    Args:
        budget: the case and the purse.
        plan: the plan that is trimmed.
        shares: rising, each above 0 and at most 1.
        stop: asks the solver for an early end.
        progress: called with level, incumbent and bound.

    Raises:
        CertificateError: a plan fails its certificate.
        NoCertifiedPlanError: no plan was found.
    """
    found, before = [], plan
    for share in shares:
        before = budget.within(before, plan.yuan * (1 - share), stop, progress)
        found.append(Trimmed(share, before))
    return found


def trimming_table(budget: Budgeted, plan: Funded, steps: Sequence[Trimmed]) -> pd.DataFrame:
    """Return what goes at each step: county, project, units, their capital (real yuan), most money first."""
    rows: list[tuple[object, ...]] = []
    unit_cost = budget.case.costs["capital_cost"]
    before = plan
    for step in steps:
        gone = (before.solution.plan.started - step.plan.solution.plan.started).sum("start_year")
        gone = gone.transpose("county", "project")
        for c, p in np.argwhere(gone.values > 0):
            project, units = str(gone["project"].values[p]), int(gone.values[c, p])
            capital = round(units * float(unit_cost.sel(project=project)), 2)
            place = (step.share, round(step.plan.yuan, 2), str(gone["county"].values[c]), project)
            rows.append((*place, units, capital))
        before = step.plan
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = {"shrink_share": True, "capital_yuan": False, "project": True, "county": True}
    return table.sort_values(list(order), ascending=list(order.values()), ignore_index=True)
