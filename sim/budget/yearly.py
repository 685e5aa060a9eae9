"""The least envelope that is the same every year, as a decision of its own."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, space
from sim.case import Case
from sim.names import ALL
from sim.program.blocks import Block, Level, Term, columns, rows
from sim.program.families.money import CAPITAL, RECURRENT, cash_years, debt_service

MOST = "most_a_year"
WITHIN = "within_a_year"


def most_a_year() -> Level:
    """Return the objective: the envelope of each year, million yuan."""
    one = space(purse=[MOST])
    return Level("outlay", {MOST: one.with_values(np.ones(1))}, "million yuan", absolute=False)


def yearly_block(case: Case, fund: str) -> Block:
    r"""Every year's money of a purse stays within one amount; with carry-over all years so far do together.

    .. math:: u_y \le z, \qquad\text{with carry-over}\quad \sum_{y' \le y} u_{y'} \le n_y z

    :math:`u_y` is the capital of all funds, or what one fund spends: capital, running cost, debt service;
    :math:`n_y` counts the decision years up to :math:`y`.

    Args:
        case: what is to be decided.
        fund: a fund, or `all` for the capital outlay of all funds.
    """
    years = case.decision_years
    carries = fund != ALL and bool(case.rules.funds["carry_over"].sel(fund=fund))
    rule = rows(WITHIN, space(purse=[MOST], year=years), upper=0.0)
    amount = columns(MOST, space(purse=[MOST]), "million yuan")
    share = space(year=years)
    share.values[:] = -np.arange(1, len(years) + 1) if carries else -1.0
    counted = _counted(case, carries)
    renamed = {"fund": "paid_by", "year": "paid_in"}
    terms = [Term(WITHIN, MOST, share)]
    if fund == ALL:
        terms.append(Term(WITHIN, CAPITAL, counted, rename=renamed))
    else:
        own = space(paid_by=case.rules.funds["fund"].values)
        own.values[:] = case.rules.funds["fund"].values == fund
        terms += [Term(WITHIN, paid, counted * own, rename=renamed) for paid in (CAPITAL, RECURRENT)]
        terms.append(Term(WITHIN, CAPITAL, _owed(case, fund, carries), rename=renamed))
    return Block(columns=(amount,), rows=(rule,), terms=tuple(terms))


def _counted(case: Case, carries: bool) -> Array:
    """(year, paid_in): 1 where money of a year counts in the row of another."""
    years, paid_in = np.array(case.decision_years)[:, None], np.array(cash_years(case))[None, :]
    found = space(year=case.decision_years, paid_in=cash_years(case))
    found.values[:] = paid_in <= years if carries else paid_in == years
    return found


def _owed(case: Case, fund: str, carries: bool) -> Array:
    """(paid_by, paid_in, year): debt service one fund pays for a yuan of bond money."""
    owed = debt_service(case).at("payer", fund).rename(fund="paid_by").pick("year", case.decision_years)
    axis = owed.dims.index("year")
    return owed.with_values(np.cumsum(owed.values, axis=axis)) if carries else owed
