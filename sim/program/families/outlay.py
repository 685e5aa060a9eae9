"""The capital outlay of all public funds together: its limit, and the least of it as an objective."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, isfinite, number, of, space
from sim.case import MONEY, Case
from sim.names import ALL
from sim.program.blocks import Block, Term, rows
from sim.program.families.money import CAPITAL, FEN_RESERVE, capital_use, cash_years, same_year


def outlay(case: Case) -> Block:
    r"""The capital of all funds stays within what may be laid out, in a year and to the target year.

    .. math:: \sum_{fpt} g_{fpty} \le O_y,\qquad \sum_{y \le T} \sum_{fpt} g_{fpty} \le O

    Nothing is carried over from one year's limit to the next.
    """
    rules, years = case.rules, case.decision_years
    reserve, limits = outlay_reserve(case), of(rules.outlay)
    like = space(fund=[ALL], year=years)
    most = (limits / MONEY - reserve).at_least(0.0)
    by_year = rows("outlay", like, upper=most, present=isfinite(limits))
    whole = number(rules.outlay_total)
    in_all, limited = (whole / MONEY - reserve * len(years)).at_least(0.0), isfinite(whole)
    total = rows("outlay_total", space(fund=[ALL]), upper=in_all, present=limited)
    paid_in = same_year(years, cash_years(case))
    terms = (
        Term("outlay", CAPITAL, paid_in, rename={"fund": "paid_by", "year": "paid_in"}),
        Term("outlay_total", CAPITAL, _to_target(case), rename={"fund": "paid_by"}),
    )
    return Block(rows=(by_year, total), terms=terms)


def outlay_objective(case: Case) -> dict[str, Array]:
    """Objective: capital outlay of all funds to the target year, nominal million yuan."""
    return {CAPITAL: _to_target(case)}


def outlay_reserve(case: Case) -> float:
    """Million yuan of one year kept back, since heads are rounded up by less than one and leaves to fen."""
    heads = of(case.delivery["can_open"]) & of(case.rules.projects["kind"]).eq("heads")
    use = capital_use(case).where(heads, 0.0).pick("year", case.decision_years)
    by_year = use.sum("project", "start_year")
    return float(by_year.values.max()) * len(case.rules.counties) + FEN_RESERVE


def _to_target(case: Case) -> Array:
    until = space(year=cash_years(case))
    until.values[:] = np.array(cash_years(case)) <= case.decision_years[-1]
    return until
