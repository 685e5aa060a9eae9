"""Equity between counties: a floor, and the worst-off county."""

from __future__ import annotations

import xarray as xr

from sim.case import Case
from sim.program.blocks import Block, Term, columns, rows, space
from sim.program.families.supply import capacity_terms


def floor(case: Case) -> Block:
    r"""No county's coverage falls below that of the base year; a slack keeps x = 0 feasible.

    .. math:: capacity_{rc} + v_{rc} \ge floor_{rc},\quad v \ge 0
    """
    resources = [str(r) for r in case.floor["resource"].values]
    like = space(resource=resources, county=case.rules.counties)
    slack = columns("floor_slack", like, "units")
    standing, terms = capacity_terms(case, "floor", resources)
    rule = rows("floor", like, lower=case.floor - standing)
    one = Term("floor", "floor_slack", xr.ones_like(like))
    return Block(columns=(slack,), rows=(rule,), terms=(one, *terms))


def worst_county(case: Case) -> Block:
    r"""The largest uncovered share of any county, for the tie-break.

    .. math:: w + \frac{capacity_{rc}}{need_{rc}} \ge 1,\quad 0 \le w \le 1
    """
    tracked = [str(r) for r in case.floor["resource"].values if str(r) in case.need["resource"]]
    like = space(resource=tracked, county=case.rules.counties)
    worst = columns("worst_uncovered", space(city=["city"]), "share", upper=1.0)
    need = case.need.sel(resource=tracked)
    scale = 1 / need.where(need > 0)
    standing, terms = capacity_terms(case, "worst_county", tracked)
    rule = rows("worst_county", like, lower=1 - standing * scale, present=need > 0)
    scaled = [Term("worst_county", t.columns, t.coefficient * scale.fillna(0.0), t.rename) for t in terms]
    one = Term("worst_county", "worst_uncovered", xr.ones_like(like))
    return Block(columns=(worst,), rows=(rule,), terms=(one, *scaled))


def floor_objective(case: Case) -> dict[str, xr.DataArray]:
    """Objective of the rules level: relative slack of the floor."""
    total = case.floor.sum("county")
    return {"floor_slack": (1 / total.where(total > 0)).fillna(0.0)}


def worst_coefficient() -> xr.DataArray:
    """Objective of the tie-break: the worst uncovered share."""
    return space(city=["city"]) + 1.0
