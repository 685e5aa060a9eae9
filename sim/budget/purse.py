"""Whose money is limited: one fund's, or the capital outlay of all funds together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import xarray as xr

from sim.case import MONEY, Case
from sim.names import ALL
from sim.program.blocks import Block, Level
from sim.program.families import money, outlay
from sim.rules import usable_funds


@dataclass(frozen=True)
class Purse:
    """Money that can be limited.

    Attributes:
        fund: a fund, all it spends in the years of the plan counted (capital, running cost and debt
            service); or `all`, the capital outlay of all funds together.
        per_year: whether an envelope is of each year, or of the whole plan.
    """

    fund: str = ALL
    per_year: bool = False

    def filled(self, case: Case, yuan: float) -> Case:
        """Return the case with this much money in the purse, in place of the limit it had; infinite for none.

        Args:
            case: what is to be decided.
            yuan: nominal, of each decision year or of the plan.
        """
        rules = case.rules
        if self.fund == ALL and self.per_year:
            return replace(case, rules=replace(rules, outlay=xr.full_like(rules.outlay, yuan)))
        if self.fund == ALL:
            return replace(case, rules=replace(rules, outlay_total=yuan))
        limits = rules.envelopes if self.per_year else rules.envelope_totals
        changed = limits.where(limits["fund"] != self.fund, yuan)
        name = "envelopes" if self.per_year else "envelope_totals"
        return replace(case, rules=replace(rules, **{name: changed}))  # type: ignore[arg-type]

    def stated(self, case: Case) -> Block:
        """Return the block of the program that speaks of this purse."""
        return outlay.outlay(case) if self.fund == ALL else money.envelopes(case)

    def spent(self, case: Case) -> Level:
        """Return the objective: the least of this money over the plan, million yuan."""
        if self.fund == ALL:
            return Level("outlay", outlay.outlay_objective(case), "million yuan", absolute=False)
        return Level("outlay", money.fund_objective(case, self.fund), "million yuan", absolute=False)

    def reserve(self, case: Case) -> float:
        """Return the yuan of a year that the program keeps back for heads and fen rounded up."""
        if self.fund == ALL:
            return outlay.outlay_reserve(case) * MONEY
        return float(money.rounding_reserve(case).at("fund", self.fund)) * MONEY

    def years(self, case: Case) -> int:
        """Return over how many years one envelope of the purse is spent."""
        return 1 if self.per_year else len(case.decision_years)


def usable(case: Case) -> list[str]:
    """Return the funds whose money some project of the case may take, or that repay such a fund."""
    return usable_funds(case.rules.fund_rules, case.rules.bonds, case.delivery["can_open"])
