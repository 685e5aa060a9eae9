"""Limits that are not money: sites, building capacity, prerequisites, the recruitment pool."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.case import Case
from sim.labelled import floor, isfinite
from sim.program.blocks import Block, Term, rows, space


def sites(case: Case) -> Block:
    r"""Room in each county: :math:`\sum_t x_{pct} \le sites_{pc}`."""
    rules = case.rules
    like = space(project=rules.projects["project"].values, county=rules.counties)
    rule = rows("sites", like, upper=rules.sites, present=isfinite(rules.sites))
    every = space(start_year=case.decision_years) + 1.0
    return Block(rows=(rule,), terms=(Term("sites", "projects_started", every),))


def building_capacity(case: Case) -> Block:
    r"""Approval and building capacity of the city: :math:`X_{pt} \le starts_p` each year."""
    rules = case.rules
    like = space(project=rules.projects["project"].values, start_year=case.decision_years)
    most = rules.starts_per_year
    rule = rows("building_capacity", like, upper=most, present=isfinite(most))
    return Block(rows=(rule,), terms=(Term("building_capacity", "programme", xr.ones_like(like)),))


def prerequisites(case: Case) -> Block:
    r"""A project needs another in service by the same time.

    .. math:: u_{pq} \sum_t serving_{pt} x_{pct} \le \sum_t serving_{qt} x_{qct}
    """
    rules = case.rules
    need = rules.prerequisites
    like = space(project=need["project"].values, requires=need["requires"].values, county=rules.counties)
    rule = rows("prerequisite", like, upper=0.0, present=need > 0)
    same = space(project=need["project"].values, of=need["project"].values)
    same.values[:] = np.eye(need.sizes["project"])
    asking = need * same * case.serving.rename(project="of")
    giving = -same.rename(project="requires") * case.serving.rename(project="of")
    terms = (
        Term("prerequisite", "projects_started", asking, rename={"project": "of"}),
        Term("prerequisite", "projects_started", giving, rename={"project": "of"}),
    )
    return Block(rows=(rule,), terms=terms)


def phases(case: Case) -> Block:
    r"""A later phase starts only where the earlier one stands.

    .. math:: u_{pq} \sum_{s \le t} x_{pcs} \le \sum_{s:\ open_{qs} < t} x_{qcs}
    """
    rules, years = case.rules, case.decision_years
    need = rules.phases
    names = need["project"].values
    like = space(project=names, requires=names, county=rules.counties, start_year=years)
    rule = rows("phase", like, upper=0.0, present=need > 0)
    same = space(project=names, of=names)
    same.values[:] = np.eye(len(names))
    until = space(start_year=years, started=years)
    until.values[:] = np.tri(len(years))
    stands = space(project=names, started=years, start_year=years)
    opened = case.delivery["open_year"].transpose("project", "start_year").values
    stands.values[:] = opened[..., None] < np.array(years)
    terms = (
        Term("phase", "projects_started", need * same * until, {"project": "of", "start_year": "started"}),
        Term(
            "phase",
            "projects_started",
            -same.rename(project="requires") * stands.rename(project="of"),
            {"project": "of", "start_year": "started"},
        ),
    )
    return Block(rows=(rule,), terms=terms)


def choices(case: Case) -> Block:
    r"""Types that take the same building sites: renovate or rebuild.

    .. math:: \sum_{p \in choice} \sum_t x_{pct} \le \max_{p \in choice} sites_{pc}
    """
    rules = case.rules
    member = rules.choices.astype(float)
    like = space(choice=member["choice"].values, county=rules.counties)
    room = rules.sites.where(rules.choices, 0.0).max("project") if member.size else like
    rule = rows("choice", like, upper=room, present=isfinite(room))
    every = space(start_year=case.decision_years) + 1.0
    return Block(rows=(rule,), terms=(Term("choice", "projects_started", member * every),))


def recruitment_pool(case: Case) -> Block:
    r"""Heads the city can find in a year, in all counties together.

    .. math:: \sum_p output_{pk} X_{pt} \le pool_{kt} - |C|

    Heads are continuous here and rounded up afterwards, by less than one in each county: that many
    are kept back.
    """
    rules = case.rules
    kept = floor((case.pool - len(rules.counties)).clip(min=0.0))
    rule = rows(
        "recruitment_pool",
        space(cadre=rules.cadres, start_year=case.decision_years),
        upper=kept,
        present=isfinite(case.pool),
    )
    heads = rules.outputs.sel(resource=rules.cadres).rename(resource="cadre")
    every = space(start_year=case.decision_years) + 1.0
    of_kind = heads.where(rules.projects["kind"] == "heads", 0.0)
    return Block(rows=(rule,), terms=(Term("recruitment_pool", "programme", of_kind * every),))
