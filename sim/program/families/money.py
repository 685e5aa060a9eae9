"""Money: who pays the capital and the running cost of each project, and what each fund has.

All amounts are nominal, in millions of yuan. No fund treats one county unlike another, so payments are
decided for all projects of one type and start together; each county's share of them follows its units,
which keeps every rule in every county.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.case import MONEY, Case
from sim.labelled import isfinite
from sim.program.blocks import Block, Columns, Rows, Term, columns, rows, space

CAPITAL, RECURRENT = "capital_spend", "recurrent_spend"
FEN_RESERVE = 1e-3
"Million yuan kept back from each yearly envelope so that rounding leaves to fen cannot exceed it."


def capital(case: Case) -> Block:
    r"""Every yuan of capital is paid by an eligible fund in the year it is spent.

    .. math:: \sum_f g_{fpty} = K_p\,profile_{pty}\,index_y X_{pt}
    """
    use = capital_use(case)
    paid = _paid(case, CAPITAL, case.rules.fund_rules["max_share"] > 0, use)
    rule, terms = _paid_rows(case, "capital_use", CAPITAL, use)
    return Block(columns=(paid,), rows=(rule,), terms=terms)


def recurrent(case: Case) -> Block:
    r"""Every yuan of fiscal running cost is paid by an eligible fund in its year.

    .. math:: \sum_f r_{fpty} = R_p\,running_{pty}\,index_y X_{pt}
    """
    use = recurrent_use(case)
    paid = _paid(case, RECURRENT, case.rules.fund_rules["max_recurrent_share"] > 0, use)
    rule, terms = _paid_rows(case, "recurrent_use", RECURRENT, use)
    return Block(columns=(paid,), rows=(rule,), terms=terms)


def fund_shares(case: Case) -> Block:
    r"""No fund pays more than its share of the capital in a year, nor more than its cap a project.

    .. math:: g_{fpty} \le share_{fp} K_p\,profile_{pty}\,index_y X_{pt},\qquad
              \sum_y g_{fpty} \le cap_{fp} X_{pt}
    """
    shares, use = case.rules.fund_rules, capital_use(case)
    like = _payments(case)
    limited = (shares["max_share"] > 0) & (shares["max_share"] < 1) & (use > 0)
    by_year = rows("fund_share", like, upper=0.0, present=limited)
    capped = (shares["max_share"] > 0) & isfinite(shares["grant_cap"]) & (use > 0).any("year")
    by_project = rows("grant_cap", like.isel(year=0, drop=True), upper=0.0, present=capped)
    cap = shares["grant_cap"].where(isfinite(shares["grant_cap"]), 0.0) / MONEY
    starts = space(start_year=case.decision_years) + 1.0
    terms = (
        Term("fund_share", CAPITAL, xr.ones_like(like)),
        Term("fund_share", "programme", -(shares["max_share"] * use)),
        Term("grant_cap", CAPITAL, xr.ones_like(like)),
        Term("grant_cap", "programme", -(cap * starts)),
    )
    return Block(rows=(by_year, by_project), terms=terms)


def local_match(case: Case) -> Block:
    r"""City and county cash together pay at least the matching share of the capital.

    .. math:: \sum_{f\ local,\,y} g_{fpty} \ge m_p \sum_y K_p\,profile_{pty}\,index_y X_{pt}
    """
    rules, use = case.rules, capital_use(case)
    match = rules.fund_rules["matching_share"]
    like = _payments(case).isel(fund=0, year=0, drop=True)
    rule = rows("local_match", like, lower=0.0, present=(match > 0) & (use > 0).any("year"))
    local = rules.funds["local"].astype(float)
    years = space(year=_cash_years(case)) + 1.0
    terms = (
        Term("local_match", CAPITAL, local * years),
        Term("local_match", "programme", -(match * use.sum("year"))),
    )
    return Block(rows=(rule,), terms=terms)


def envelopes(case: Case) -> Block:
    r"""No fund spends more than its envelope; what is left is carried over where that is allowed.

    .. math:: \sum_{pt} (g_{fpty} + r_{fpty}) + d_{fy} + o_{fy} - o_{f,y-1} \le E_{fy},\qquad
              \sum_y \Big(\sum_{pt} (g_{fpty} + r_{fpty}) + d_{fy}\Big) \le E_f

    :math:`d_{fy}` is the debt service of the bonds the fund repays.
    """
    rules, years = case.rules, case.decision_years
    funds = rules.funds["fund"].values
    like = space(fund=funds, year=years)
    limited = isfinite(rules.envelopes)
    kept = columns("carry_over", like, "million yuan", present=limited & rules.funds["carry_over"])
    reserve = rounding_reserve(case)
    yearly = rows("envelope", like, upper=_less(rules.envelopes / MONEY, reserve), present=limited)
    limited_total = isfinite(rules.envelope_totals)
    total = rows(
        "envelope_total",
        space(fund=funds),
        upper=_less(rules.envelope_totals / MONEY, reserve * len(years)),
        present=limited_total,
    )
    same_year = _same_year(years, _cash_years(case))
    before = space(year=years, earlier=years)
    before.values[:] = -np.eye(len(years), k=-1)
    terms = [
        Term("envelope", "carry_over", xr.ones_like(like)),
        Term("envelope", "carry_over", before, rename={"year": "earlier"}),
    ]
    for paid in (CAPITAL, RECURRENT):
        terms.append(Term("envelope", paid, same_year, rename={"year": "paid_in"}))
        terms.append(Term("envelope_total", paid, same_year.max("year"), rename={"year": "paid_in"}))
    service = _by_payer(debt_service(case)).sel(year=years)
    owed = {"fund": "borrowed_from", "year": "paid_in"}
    terms.append(Term("envelope", CAPITAL, service, rename=owed))
    terms.append(Term("envelope_total", CAPITAL, service.sum("year"), rename=owed))
    return Block(columns=(kept,), rows=(yearly, total), terms=tuple(terms))


def capital_use(case: Case) -> xr.DataArray:
    """(project, start_year, year): capital of one start, nominal million yuan."""
    costs = case.costs
    nominal = costs["capital_cost"] * costs["price_index"] / MONEY
    return case.delivery["spending"] * nominal


def recurrent_use(case: Case) -> xr.DataArray:
    """(project, start_year, year): fiscal running cost of one start, nominal million yuan."""
    costs = case.costs
    nominal = costs["fiscal_recurrent"] * costs["price_index"] / MONEY
    return case.delivery["running"] * nominal


def debt_service(case: Case) -> xr.DataArray:
    r"""(fund, payer, paid_in, year): what a yuan of bond money costs its payer in each later year.

    Interest in each of the :math:`T_f` years after the year it was spent in, the principal at once in
    the last of them: :math:`d = i_f + [y - y' = T_f]` for :math:`0 < y - y' \le T_f`.
    """
    bonds, years = case.rules.bonds, _cash_years(case)
    age = space(paid_in=years, year=years)
    age.values[:] = np.array(years)[None, :] - np.array(years)[:, None]
    running = (age > 0) & (age <= bonds["term_years"])
    each = running * bonds["interest_rate"] + (running & (age == bonds["term_years"]))
    return bonds["repaid_by"] * each


def present_cost_objective(case: Case) -> dict[str, xr.DataArray]:
    """Objective: present cost over all public funds, real million yuan."""
    return {"programme": case.costs["present_cost"] / MONEY}


def local_burden_objective(case: Case) -> dict[str, xr.DataArray]:
    """Objective: cash of city and county to the target year, nominal million yuan."""
    return _cash_objective(case, case.rules.funds["local"].astype(float))


def fund_objective(case: Case, fund: str) -> dict[str, xr.DataArray]:
    """Objective: cash of one fund to the target year, debt service included, nominal million yuan."""
    return _cash_objective(case, (case.rules.funds["fund"] == fund).astype(float))


def _cash_objective(case: Case, counted: xr.DataArray) -> dict[str, xr.DataArray]:
    until = space(year=_cash_years(case))
    until = (until["year"] <= case.decision_years[-1]).astype(float)
    cash = counted * until
    owed = (debt_service(case) * counted.rename(fund="payer")).sum("payer") * until
    return {CAPITAL: cash + owed.sum("year").rename(paid_in="year"), RECURRENT: cash}


def _cash_years(case: Case) -> list[int]:
    return [int(year) for year in case.delivery["year"].values]


def _payments(case: Case) -> xr.DataArray:
    rules = case.rules
    return space(
        fund=rules.funds["fund"].values,
        project=rules.projects["project"].values,
        start_year=case.decision_years,
        year=_cash_years(case),
    )


def _paid(case: Case, name: str, eligible: xr.DataArray, use: xr.DataArray) -> Columns:
    present = eligible & (use > 0) & case.delivery["can_open"]
    return columns(name, _payments(case), "million yuan", present=present)


def _paid_rows(case: Case, row: str, paid: str, use: xr.DataArray) -> tuple[Rows, tuple[Term, Term]]:
    like = _payments(case).isel(fund=0, drop=True)
    rule = rows(row, like, lower=0.0, upper=0.0, present=(use > 0) & case.delivery["can_open"])
    every = space(fund=case.rules.funds["fund"].values) + 1.0
    return rule, (Term(row, paid, every), Term(row, "programme", -use))


def _by_payer(service: xr.DataArray) -> xr.DataArray:
    """The fund that pays, and the fund the money came from."""
    return service.rename(fund="borrowed_from", payer="fund")


def _same_year(years: list[int], cash_years: list[int]) -> xr.DataArray:
    same = space(year=years, paid_in=cash_years)
    same.values[:] = np.array(years)[:, None] == np.array(cash_years)[None, :]
    return same


def rounding_reserve(case: Case) -> xr.DataArray:
    """Return the money of one year each fund keeps back (fund), since heads are rounded up by less than one.

    At most one head of each type a fund may pay, in each county and start year, what it then owes for
    those paid with bonds it repays, and the fen.
    """
    rules, years = case.rules, case.decision_years
    opening = case.delivery["can_open"] & (rules.projects["kind"] == "heads")
    capital = capital_use(case).where(opening & (rules.fund_rules["max_share"] > 0), 0.0)
    running = recurrent_use(case).where(opening & (rules.fund_rules["max_recurrent_share"] > 0), 0.0)
    of_heads = ("project", "start_year")
    by_year = (capital + running).sel(year=years).sum(of_heads)
    borrowed = capital.sum(of_heads).rename(fund="borrowed_from", year="paid_in")
    owed = (_by_payer(debt_service(case)).sel(year=years) * borrowed).sum(("borrowed_from", "paid_in"))
    return (by_year + owed).max("year") * len(rules.counties) + FEN_RESERVE


def _less(envelope: xr.DataArray, reserve: xr.DataArray) -> xr.DataArray:
    return (envelope - reserve).clip(min=0.0)
