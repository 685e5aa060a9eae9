"""Money: who pays the capital and the running cost of each project, and what each fund has.

All amounts are nominal, in millions of yuan. No fund treats one county unlike another, so payments are
decided for all projects of one type and start together; each county's share of them follows its units,
which keeps every rule in every county.
"""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, every, isfinite, of, ones, space
from sim.case import MONEY, Case
from sim.program.blocks import Block, Columns, Rows, Term, columns, rows

CAPITAL, RECURRENT = "capital_spend", "recurrent_spend"
FEN_RESERVE = 1e-3
"Million yuan kept back from each yearly envelope so that rounding leaves to fen cannot exceed it."


def capital(case: Case) -> Block:
    r"""Every yuan of capital is paid by an eligible fund in the year it is spent.

    .. math:: \sum_f g_{fpty} = K_p\,profile_{pty}\,index_y X_{pt}
    """
    use = capital_use(case)
    paid = _paid(case, CAPITAL, of(case.rules.fund_rules["max_share"]) > 0, use)
    rule, terms = _paid_rows(case, "capital_use", CAPITAL, use)
    return Block(columns=(paid,), rows=(rule,), terms=terms)


def recurrent(case: Case) -> Block:
    r"""Every yuan of fiscal running cost is paid by an eligible fund in its year.

    .. math:: \sum_f r_{fpty} = R_p\,running_{pty}\,index_y X_{pt}
    """
    use = recurrent_use(case)
    paid = _paid(case, RECURRENT, of(case.rules.fund_rules["max_recurrent_share"]) > 0, use)
    rule, terms = _paid_rows(case, "recurrent_use", RECURRENT, use)
    return Block(columns=(paid,), rows=(rule,), terms=terms)


def fund_shares(case: Case) -> Block:
    r"""No fund pays more than its share of the capital in a year, nor more than its cap a project.

    .. math:: g_{fpty} \le share_{fp} K_p\,profile_{pty}\,index_y X_{pt},\qquad
              \sum_y g_{fpty} \le cap_{fp} X_{pt}
    """
    fund_rules, use = case.rules.fund_rules, capital_use(case)
    most, grant = of(fund_rules["max_share"]), of(fund_rules["grant_cap"])
    like = _payments(case)
    limited = (most > 0) & (most < 1) & (use > 0)
    by_year = rows("fund_share", like, upper=0.0, present=limited)
    capped = (most > 0) & isfinite(grant) & (use > 0).any("year")
    by_project = rows("grant_cap", _without(like, "year"), upper=0.0, present=capped)
    cap = grant.where(isfinite(grant), 0.0) / MONEY
    terms = (
        Term("fund_share", CAPITAL, ones(like)),
        Term("fund_share", "programme", -(most * use)),
        Term("grant_cap", CAPITAL, ones(like)),
        Term("grant_cap", "programme", -(cap * every(start_year=case.decision_years))),
    )
    return Block(rows=(by_year, by_project), terms=terms)


def local_match(case: Case) -> Block:
    r"""City and county cash together pay at least the matching share of the capital.

    .. math:: \sum_{f\ local,\,y} g_{fpty} \ge m_p \sum_y K_p\,profile_{pty}\,index_y X_{pt}
    """
    rules, use = case.rules, capital_use(case)
    match = of(rules.fund_rules["matching_share"])
    like = _without(_payments(case), "fund", "year")
    rule = rows("local_match", like, lower=0.0, present=(match > 0) & (use > 0).any("year"))
    local = 1.0 * of(rules.funds["local"])
    terms = (
        Term("local_match", CAPITAL, local * every(year=cash_years(case))),
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
    by_year, in_all = of(rules.envelopes), of(rules.envelope_totals)
    limited = isfinite(by_year)
    kept = columns("carry_over", like, "million yuan", present=limited & of(rules.funds["carry_over"]))
    reserve = rounding_reserve(case)
    yearly = rows("envelope", like, upper=_less(by_year / MONEY, reserve), present=limited)
    total = rows(
        "envelope_total",
        space(fund=funds),
        upper=_less(in_all / MONEY, reserve * len(years)),
        present=isfinite(in_all),
    )
    paid_in = same_year(years, cash_years(case))
    before = space(year=years, earlier=years)
    before.values[:] = -np.eye(len(years), k=-1)
    terms = [
        Term("envelope", "carry_over", ones(like)),
        Term("envelope", "carry_over", before, rename={"year": "earlier"}),
    ]
    for paid in (CAPITAL, RECURRENT):
        terms.append(Term("envelope", paid, paid_in, rename={"year": "paid_in"}))
        terms.append(Term("envelope_total", paid, paid_in.max("year"), rename={"year": "paid_in"}))
    service = _by_payer(debt_service(case)).pick("year", years)
    owed = {"fund": "borrowed_from", "year": "paid_in"}
    terms.append(Term("envelope", CAPITAL, service, rename=owed))
    terms.append(Term("envelope_total", CAPITAL, service.sum("year"), rename=owed))
    return Block(columns=(kept,), rows=(yearly, total), terms=tuple(terms))


def capital_use(case: Case) -> Array:
    """(project, start_year, year): capital of one start, nominal million yuan."""
    nominal = of(case.costs["capital_cost"]) * of(case.costs["price_index"]) / MONEY
    return of(case.delivery["spending"]) * nominal


def recurrent_use(case: Case) -> Array:
    """(project, start_year, year): fiscal running cost of one start, nominal million yuan."""
    nominal = of(case.costs["fiscal_recurrent"]) * of(case.costs["price_index"]) / MONEY
    return of(case.delivery["running"]) * nominal


def debt_service(case: Case) -> Array:
    r"""(fund, payer, paid_in, year): what a yuan of bond money costs its payer in each later year.

    Interest in each of the :math:`T_f` years after the year it was spent in, the principal at once in
    the last of them: :math:`d = i_f + [y - y' = T_f]` for :math:`0 < y - y' \le T_f`.
    """
    bonds, years = case.rules.bonds, cash_years(case)
    age = space(paid_in=years, year=years)
    age.values[:] = np.array(years)[None, :] - np.array(years)[:, None]
    term = of(bonds["term_years"])
    running = (age > 0) & (age <= term)
    each = running * of(bonds["interest_rate"]) + (running & age.eq(term))
    return of(bonds["repaid_by"]) * each


def present_cost_objective(case: Case) -> dict[str, Array]:
    """Objective: present cost over all public funds, real million yuan."""
    return {"programme": of(case.costs["present_cost"]) / MONEY}


def local_burden_objective(case: Case) -> dict[str, Array]:
    """Objective: cash of city and county to the target year, nominal million yuan."""
    return _cash_objective(case, 1.0 * of(case.rules.funds["local"]))


def fund_objective(case: Case, fund: str) -> dict[str, Array]:
    """Objective: cash of one fund to the target year, debt service included, nominal million yuan."""
    counted = space(fund=case.rules.funds["fund"].values)
    counted.values[:] = case.rules.funds["fund"].values == fund
    return _cash_objective(case, counted)


def _cash_objective(case: Case, counted: Array) -> dict[str, Array]:
    until = space(year=cash_years(case))
    until.values[:] = np.array(cash_years(case)) <= case.decision_years[-1]
    cash = counted * until
    owed = (debt_service(case) * counted.rename(fund="payer")).sum("payer") * until
    return {CAPITAL: cash + owed.sum("year").rename(paid_in="year"), RECURRENT: cash}


def cash_years(case: Case) -> list[int]:
    """Return the years in which money flows: those of the delivery."""
    return [int(year) for year in case.delivery["year"].values]


def _without(like: Array, *dims: str) -> Array:
    return space(**{dim: labels for dim, labels in like.labels.items() if dim not in dims})


def _payments(case: Case) -> Array:
    rules = case.rules
    return space(
        fund=rules.funds["fund"].values,
        project=rules.projects["project"].values,
        start_year=case.decision_years,
        year=cash_years(case),
    )


def _paid(case: Case, name: str, eligible: Array, use: Array) -> Columns:
    present = eligible & (use > 0) & of(case.delivery["can_open"])
    return columns(name, _payments(case), "million yuan", present=present)


def _paid_rows(case: Case, row: str, paid: str, use: Array) -> tuple[Rows, tuple[Term, Term]]:
    like, may = _without(_payments(case), "fund"), of(case.delivery["can_open"])
    rule = rows(row, like, lower=0.0, upper=0.0, present=(use > 0) & may)
    funds = every(fund=case.rules.funds["fund"].values)
    return rule, (Term(row, paid, funds), Term(row, "programme", -use))


def _by_payer(service: Array) -> Array:
    """The fund that pays, and the fund the money came from."""
    return service.rename(fund="borrowed_from", payer="fund")


def same_year(years: list[int], cash_years: list[int]) -> Array:
    """Return 1 where money is paid in the year of a row: (year, paid_in)."""
    same = space(year=years, paid_in=cash_years)
    same.values[:] = np.array(years)[:, None] == np.array(cash_years)[None, :]
    return same


def rounding_reserve(case: Case) -> Array:
    """Return the money of one year each fund keeps back (fund), since heads are rounded up by less than one.

    At most one head of each type a fund may pay, in each county and start year, what it then owes for
    those paid with bonds it repays, and the fen.
    """
    rules, years = case.rules, case.decision_years
    opening = of(case.delivery["can_open"]) & of(rules.projects["kind"]).eq("heads")
    pays_capital = of(rules.fund_rules["max_share"]) > 0
    pays_running = of(rules.fund_rules["max_recurrent_share"]) > 0
    capital = capital_use(case).where(opening & pays_capital, 0.0)
    running = recurrent_use(case).where(opening & pays_running, 0.0)
    of_heads = ("project", "start_year")
    by_year = (capital + running).pick("year", years).sum(*of_heads)
    borrowed = capital.sum(*of_heads).rename(fund="borrowed_from", year="paid_in")
    service = _by_payer(debt_service(case)).pick("year", years)
    owed = (service * borrowed).sum("borrowed_from", "paid_in")
    return (by_year + owed).max("year") * len(rules.counties) + FEN_RESERVE


def _less(envelope: Array, reserve: Array) -> Array:
    return (envelope - reserve).at_least(0.0)
