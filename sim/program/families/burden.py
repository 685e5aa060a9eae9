"""The running cost a plan leaves to each county, beside what the county can spend."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, every, isfinite, of, space
from sim.case import COUNTY_FUND, MONEY, PER_MILLE, Case
from sim.program.blocks import Block, Term, columns, rows
from sim.program.families.money import cash_years, recurrent_use

SLACK = "burden_slack"
WITHIN = 1e-9
"Freeze of the rules level under this rule: a millionth of a county's means would run a fifth of a post."


def burden(case: Case) -> Block:
    r"""Running cost stays within a share of what each county can spend; a slack keeps x = 0 feasible.

    .. math:: \sum_{p \in P,\,t} R_p\,running_{pty}\,index_y\, x_{pct} - F_{cy}\,b_c / 1000
              \le \sigma F_{cy},\quad b_c \ge 0

    :math:`P` are the types whose running cost the county fund may pay, :math:`F_{cy}` what county :math:`c`
    can spend in year :math:`y` (nominal million yuan), :math:`\sigma` the share, and :math:`b_c` how far the
    share of the heaviest year is above it, per mille. Heads are continuous here: rounding them up can add
    less than one of each type. Without the rule it has no rows and no columns.
    """
    means = _means(case)
    years = means.labels["year"]
    use = recurrent_use(case).where(_payable(case), 0.0).pick("year", years)
    known = isfinite(means)
    within = means.where(known, 0.0)
    limit = within * (case.burden_cap if years else 0.0)
    slack = columns(SLACK, space(county=case.rules.counties), "per mille", present=bool(years))
    rule = rows("burden", means, upper=limit, present=known & (use > 0).any("project", "start_year"))
    return Block(
        columns=(slack,),
        rows=(rule,),
        terms=(Term("burden", "projects_started", use), Term("burden", SLACK, -(within / PER_MILLE))),
    )


def burden_objective(case: Case) -> dict[str, Array]:
    r"""Part of the rules level: :math:`\sum_c b_c`; nothing without the rule."""
    return {SLACK: every(county=case.rules.counties)} if _means(case).labels["year"] else {}


def _means(case: Case) -> Array:
    """(county, year) what a county can spend, nominal million yuan; no year where there is no rule."""
    if case.means is None or not np.isfinite(case.burden_cap):
        return space(county=case.rules.counties, year=[])
    flowing = set(cash_years(case))
    means = of(case.means).transpose("county", "year")
    return means.pick("year", [year for year in means.labels["year"] if year in flowing]) / MONEY


def _payable(case: Case) -> Array:
    """(project): whether the county fund may pay the running cost."""
    own = space(fund=case.rules.funds["fund"].values)
    own.values[:] = case.rules.funds["fund"].values == COUNTY_FUND
    return ((of(case.rules.fund_rules["max_recurrent_share"]) > 0) & (own > 0)).any("fund")
