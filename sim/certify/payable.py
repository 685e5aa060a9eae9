"""Whether extra starts could surely be paid: by one local fund alone, out of what it has left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.case import Case
from sim.certify import arithmetic
from sim.certify.entries import Entries
from sim.certify.money_checks import paid_fen

FEN = 100
KEPT_FOR_FEN = 1000.0


@dataclass(frozen=True)
class Purse:
    """What the local funds of a plan have left.

    Attributes:
        due: (project, start_year, decision year) nominal yuan of capital and running cost of one start.
        may: (fund, project) True where a fund may pay all of it, with money nobody repays.
        spent: (fund, decision year) nominal yuan of the ledger.
        yearly: (fund, decision year) envelopes less what the program keeps back.
        total: (fund) the same in all.
        carries: (fund) True where what is left may be spent later.
        unlimited: whether no fund has an envelope.
    """

    due: np.ndarray
    may: np.ndarray
    spent: np.ndarray
    yearly: np.ndarray
    total: np.ndarray
    carries: np.ndarray
    unlimited: bool

    def pays(self, added: np.ndarray) -> np.ndarray:
        """Return (plan) True where some local fund that may pay everything has money left for it.

        A sufficient condition only: a start that several funds could pay together may be missed, and money
        that is repaid does not count, for what it owes later would have to be found too.

        Args:
            added: (project, plan, start_year) extra units.
        """
        due = np.einsum("pns,psy->ny", added, self.due)
        used = added.sum(axis=2) > 0
        found = np.zeros(len(due), dtype=bool)
        for fund in np.flatnonzero(self.may.any(axis=1)):
            may = ~(used & ~self.may[fund][:, None]).any(axis=0)
            found |= may if self.unlimited else may & self._fits(fund, due)
        return found

    def _fits(self, fund: np.intp, due: np.ndarray) -> np.ndarray:
        """(plan): whether the money due fits into what one fund has left each year and in all."""
        spent = self.spent[fund] + due
        fits, left = spent.sum(axis=1) <= self.total[fund], np.zeros(len(due))
        for y, envelope in enumerate(self.yearly[fund]):
            carried = np.where(self.carries[fund] & np.isfinite(left), left, 0.0)
            left = carried + envelope - spent[:, y]
            fits &= left >= 0
        return np.asarray(fits)


def purse(case: Case, booked: Entries) -> Purse:
    """Return what the local funds have left by the ledger of a plan."""
    rules, years = case.rules, case.decision_years
    capital, running = arithmetic.money_of_starts(case, years)
    repaid = rules.bonds["repaid_by"].values.any(axis=1)
    local = rules.funds["local"].values & ~repaid
    reserve = reserves(case)
    envelopes, totals = rules.envelopes.values, rules.envelope_totals.values
    return Purse(
        due=(capital + running) * arithmetic.indices(case, years),
        may=(np.minimum(*_shares(case)) >= 1) & local[:, None],
        spent=paid_fen(booked)[:, : len(years)] / FEN,
        yearly=np.maximum(envelopes - reserve[:, None], 0.0),
        total=np.maximum(totals - reserve * len(years), 0.0),
        carries=rules.funds["carry_over"].values,
        unlimited=bool(np.isinf(envelopes).all() and np.isinf(totals).all()),
    )


def _shares(case: Case) -> list[np.ndarray]:
    """(fund, project): greatest share of the capital, and of the running cost."""
    rules = case.rules.fund_rules
    return [rules[n].transpose("fund", "project").values for n in ("max_share", "max_recurrent_share")]


def reserves(case: Case) -> np.ndarray:
    """(fund): what the program keeps back of yearly envelopes for heads and fen rounded up, yuan."""
    pays_capital, pays_running = (share > 0 for share in _shares(case))
    capital, running = _one_head_each(case)
    borrowed = pays_capital @ capital
    owed = np.einsum("gfby,gb->fy", arithmetic.service_of_years(case, case.decision_years), borrowed)
    most = (borrowed + pays_running @ running + owed).max(axis=1)
    return np.asarray(most * len(case.rules.counties) + KEPT_FOR_FEN)


def _one_head_each(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """(project, decision year): nominal yuan of capital and running cost of one head a type and start."""
    years = case.decision_years
    heads = case.rules.projects["kind"].values == "heads"
    in_time = (arithmetic.opening_year(case) <= years[-1]) & heads[:, None]
    index = arithmetic.indices(case, years)
    capital, running = (
        np.einsum("psy,ps->py", part, in_time.astype(float)) * index
        for part in arithmetic.money_of_starts(case, years)
    )
    return capital, running
