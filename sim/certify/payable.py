"""Whether an extra start could surely be paid: by one local fund alone, out of what it has left."""

from __future__ import annotations

import numpy as np

from sim.case import Case
from sim.certify import arithmetic
from sim.certify.claims import Claims
from sim.certify.money_checks import paid_fen

FEN = 100
KEPT_FOR_FEN = 1000.0


def can_be_paid(case: Case, claims: Claims, added: np.ndarray) -> bool:
    """Return whether some local fund that may pay everything has money left for `added`.

    A sufficient condition only: a start that several funds could pay together may be missed, and money
    that is repaid does not count, for what it owes later would have to be found too.

    Args:
        case: the case.
        claims: the plan, whose ledger tells what is left.
        added: (project, county, start_year) extra units.
    """
    rules = case.rules
    due, capital = _due(case, added)
    if not _may_be_laid_out(case, claims, capital):
        return False
    used = np.flatnonzero(added.sum(axis=(1, 2)))
    shares = [
        rules.fund_rules[name].transpose("fund", "project").values
        for name in ("max_share", "max_recurrent_share")
    ]
    may = np.minimum(*shares)[:, used].min(axis=1) >= 1
    repaid = rules.bonds["repaid_by"].values.any(axis=1)
    payers = np.flatnonzero(may & rules.funds["local"].values & ~repaid)
    if np.isinf(rules.envelopes.values).all() and np.isinf(rules.envelope_totals.values).all():
        return len(payers) > 0
    return any(_fits(case, claims, int(f), due) for f in payers)


def _due(case: Case, added: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(decision year): nominal yuan of capital and running cost of the extra units, and of capital alone."""
    due, laid_out = (np.zeros(len(case.decision_years)) for _ in range(2))
    units = added.sum(axis=1)
    for s, start in enumerate(case.decision_years):
        for y, year in enumerate(case.decision_years):
            capital, running = arithmetic.money_of_start(case, start, year)
            due[y] += float(units[:, s] @ (capital + running)) * arithmetic.index(case, year)
            laid_out[y] += float(units[:, s] @ capital) * arithmetic.index(case, year)
    return due, laid_out


def _may_be_laid_out(case: Case, claims: Claims, capital: np.ndarray) -> bool:
    """Whether the capital of extra units stays within what all funds may lay out together."""
    rules, n = case.rules, len(case.decision_years)
    if np.isinf(rules.outlay.values).all() and np.isinf(rules.outlay_total):
        return True
    spent = paid_fen(case, claims.ledger, ("capital",))[:, :n].sum(axis=0) / FEN + capital
    heads = [_one_head_each(case, year)[0].sum() for year in case.decision_years]
    reserve = max(heads) * len(rules.counties) + KEPT_FOR_FEN
    by_year = bool((spent <= np.maximum(rules.outlay.values - reserve, 0.0)).all())
    return by_year and bool(spent.sum() <= max(rules.outlay_total - reserve * n, 0.0))


def _fits(case: Case, claims: Claims, f: int, due: np.ndarray) -> bool:
    n, reserve = len(case.decision_years), _reserve(case, f)
    spent = paid_fen(case, claims.ledger)[f, :n] / FEN + due
    yearly = np.maximum(case.rules.envelopes.values[f] - reserve, 0.0)
    total = max(float(case.rules.envelope_totals.values[f]) - reserve * n, 0.0)
    left = 0.0
    for y in range(n):
        carried = left if case.rules.funds["carry_over"].values[f] and np.isfinite(left) else 0.0
        left = carried + yearly[y] - spent[y]
        if left < 0:
            return False
    return bool(spent.sum() <= total)


def _reserve(case: Case, f: int) -> float:
    """What the program keeps back of a fund's yearly envelope for heads and fen rounded up."""
    rules, years = case.rules, case.decision_years
    shares = ("max_share", "max_recurrent_share")
    pays = [rules.fund_rules[name].transpose("fund", "project").values > 0 for name in shares]
    money = {year: _one_head_each(case, year) for year in years}
    most = 0.0
    for year in years:
        capital, running = money[year]
        total = float(capital @ pays[0][f] + running @ pays[1][f])
        for before in years:
            owed = arithmetic.service_of_year(case, before, year)[:, f]
            total += float(owed @ (pays[0] @ money[before][0]))
        most = max(most, total)
    return most * len(rules.counties) + KEPT_FOR_FEN


def _one_head_each(case: Case, year: int) -> tuple[np.ndarray, np.ndarray]:
    """(project): nominal yuan of capital and of running cost in a year of one head a type and start."""
    heads = case.rules.projects["kind"].values == "heads"
    in_time = arithmetic.opening_year(case) <= case.decision_years[-1]
    capital, running = np.zeros(len(heads)), np.zeros(len(heads))
    for s, start in enumerate(case.decision_years):
        parts = arithmetic.money_of_start(case, start, year)
        one = heads * in_time[:, s] * arithmetic.index(case, year)
        capital, running = capital + one * parts[0], running + one * parts[1]
    return capital, running
