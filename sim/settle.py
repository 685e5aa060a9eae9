"""Settling a solved plan: the ledger, the three cost figures, and what the run then claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.capacity import capacity
from sim.case import Case
from sim.certify import Claims
from sim.ledger import cost_figures, ledger
from sim.plan import delivered, with_movers
from sim.program.solution import Solution


@dataclass(frozen=True)
class Settled:
    """Money and claims of a plan."""

    ledger: pd.DataFrame
    figures: Mapping[str, float]
    claims: Claims


def settle(case: Case, solution: Solution, end_year: int) -> Settled:
    """Return the ledger of a plan, its cost figures, and the claims a certificate checks.

    Args:
        case: what was decided.
        solution: the plan with its levels.
        end_year: last year of the ledger.
    """
    rules, plan, target_year = case.rules, solution.plan, case.decision_years[-1]
    table = ledger(plan, case.delivery, case.costs, rules.bonds, end_year)
    local = [str(f) for f in rules.funds["fund"].values[rules.funds["local"].values]]
    figures = cost_figures(table, plan, case.costs, local, target_year)
    serving = case.delivery["in_service"].sel(year=[target_year])
    movers = with_movers(plan.moved, rules.parents, rules.resources)
    stands = case.in_place + movers + delivered(plan.started, rules.outputs, serving)
    counts = capacity(stands, rules.heads_per_unit, rules.staffed)["capacity"]
    claims = Claims(
        started=plan.started.values,
        solved=plan.solved.values,
        ledger=table,
        levels={level.name: (level.value, level.best_bound) for level in solution.levels},
        open_year=case.delivery["open_year"].values,
        open_month=case.delivery["open_month"].values,
        capacity=np.asarray(counts.isel(year=0).values),
        figures=figures,
        moved=plan.moved.transpose("cadre", "county").values,
    )
    return Settled(table, figures, claims)
