"""The capital outlay of all public funds together: its limit, and the least of it as an objective."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.case import MONEY, Case
from sim.labelled import isfinite
from sim.names import ALL
from sim.program.blocks import Block, Term, rows, space
from sim.program.families.money import CAPITAL, FEN_RESERVE, capital_use


def outlay(case: Case) -> Block:
    r"""The capital of all funds stays within what may be laid out, in a year and to the target year.

    .. math:: \sum_{fpt} g_{fpty} \le O_y,\qquad \sum_{y \le T} \sum_{fpt} g_{fpty} \le O

    Nothing is carried over from one year's limit to the next.
    """
    rules, years = case.rules, case.decision_years
    like = space(fund=[ALL], year=years)
    reserve = outlay_reserve(case)
    by_year = rows(
        "outlay", like, upper=(rules.outlay / MONEY - reserve).clip(min=0.0), present=isfinite(rules.outlay)
    )
    most = max(rules.outlay_total / MONEY - reserve * len(years), 0.0)
    total = rows("outlay_total", space(fund=[ALL]), upper=most, present=bool(np.isfinite(rules.outlay_total)))
    same = space(year=years, paid_in=_cash_years(case))
    same.values[:] = np.array(years)[:, None] == np.array(_cash_years(case))[None, :]
    terms = (
        Term("outlay", CAPITAL, same, rename={"fund": "paid_by", "year": "paid_in"}),
        Term("outlay_total", CAPITAL, _to_target(case), rename={"fund": "paid_by"}),
    )
    return Block(rows=(by_year, total), terms=terms)


def outlay_objective(case: Case) -> dict[str, xr.DataArray]:
    """Objective: capital outlay of all funds to the target year, nominal million yuan."""
    return {CAPITAL: _to_target(case)}


def outlay_reserve(case: Case) -> float:
    """Million yuan of one year kept back, since heads are rounded up by less than one and leaves to fen."""
    heads = case.delivery["can_open"] & (case.rules.projects["kind"] == "heads")
    use = capital_use(case).where(heads, 0.0).sel(year=case.decision_years)
    by_year = use.sum(("project", "start_year"))
    return float(by_year.max()) * len(case.rules.counties) + FEN_RESERVE


def _to_target(case: Case) -> xr.DataArray:
    years = space(year=_cash_years(case))
    return (years["year"] <= case.decision_years[-1]).astype(float)


def _cash_years(case: Case) -> list[int]:
    return [int(year) for year in case.delivery["year"].values]
