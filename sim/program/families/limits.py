"""Limits that are not money: sites, building capacity, prerequisites, the recruitment pool."""

from __future__ import annotations

import numpy as np

from sim.arrays import every, floor, isfinite, maximum, of, ones, same, space
from sim.case import Case
from sim.plan import plain_types
from sim.program.blocks import Block, Term, rows
from sim.program.families.supply import serving


def sites(case: Case) -> Block:
    r"""Room in each county: :math:`\sum_t x_{pct} \le sites_{pc}`."""
    rules = case.rules
    like = space(project=rules.projects["project"].values, county=rules.counties)
    room = of(rules.sites)
    rule = rows("sites", like, upper=room, present=isfinite(room))
    years = every(start_year=case.decision_years)
    return Block(rows=(rule,), terms=(Term("sites", "projects_started", years),))


def building_capacity(case: Case) -> Block:
    r"""Approval and building capacity of the city: :math:`X_{pt} \le starts_p` each year."""
    rules = case.rules
    like = space(project=rules.projects["project"].values, start_year=case.decision_years)
    most = of(rules.starts_per_year)
    rule = rows("building_capacity", like, upper=most, present=isfinite(most))
    return Block(rows=(rule,), terms=(Term("building_capacity", "programme", ones(like)),))


def prerequisites(case: Case) -> Block:
    r"""A project needs another in service by the same time.

    .. math:: u_{pq} \sum_t serving_{pt} x_{pct} \le \sum_t serving_{qt} x_{qct}
    """
    rules = case.rules
    need = of(rules.prerequisites)
    like = space(**need.labels, county=rules.counties)
    rule = rows("prerequisite", like, upper=0.0, present=need > 0)
    names, in_service = need.labels["project"], serving(case).rename(project="of")
    asking = need * same("project", "of", names) * in_service
    giving = -same("requires", "of", names) * in_service
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
    need = of(rules.phases)
    names = need.labels["project"]
    like = space(project=names, requires=names, county=rules.counties, start_year=years)
    rule = rows("phase", like, upper=0.0, present=need > 0)
    until = space(start_year=years, started=years)
    until.values[:] = np.tri(len(years))
    stands = space(project=names, started=years, start_year=years)
    opened = of(case.delivery["open_year"]).transpose("project", "start_year").values
    stands.values[:] = opened[..., None] < np.array(years)
    asking = need * same("project", "of", names) * until
    giving = -same("requires", "of", names) * stands.rename(project="of")
    rename = {"project": "of", "start_year": "started"}
    terms = (
        Term("phase", "projects_started", asking, rename),
        Term("phase", "projects_started", giving, rename),
    )
    return Block(rows=(rule,), terms=terms)


def choices(case: Case) -> Block:
    r"""Types that take the same building sites: renovate or rebuild.

    .. math:: \sum_{p \in choice} \sum_t x_{pct} \le \max_{p \in choice} sites_{pc}
    """
    rules = case.rules
    chosen = of(rules.choices)
    like = space(choice=chosen.labels["choice"], county=rules.counties)
    room = of(rules.sites).where(chosen, 0.0).max("project") if chosen.values.size else like
    rule = rows("choice", like, upper=room, present=isfinite(room))
    member = 1.0 * chosen * every(start_year=case.decision_years)
    return Block(rows=(rule,), terms=(Term("choice", "projects_started", member),))


def recruitment_pool(case: Case) -> Block:
    r"""Heads the city can find in a year, in all counties together.

    .. math:: \sum_p output_{pk} X_{pt} \le pool_{kt} -
              |C| \max\Big(output_{qk}, \sum_{p \ne q} output_{pk}\Big)

    Heads are continuous here and rounded afterwards, each type by less than one in each county, the plain
    type q of a cadre by less where the others bring more: what that can bring is kept back.
    """
    rules = case.rules
    pool = of(case.pool)
    heads = of(rules.outputs).pick("resource", rules.cadres).rename(resource="cadre")
    of_kind = heads.where(of(rules.projects["kind"]).eq("heads"), 0.0)
    plain = plain_types(rules.projects, rules.outputs, rules.cadres)
    own = space(cadre=rules.cadres, project=rules.projects["project"].values)
    own.values[:] = [[plain.get(cadre) == p for p in own.labels["project"]] for cadre in rules.cadres]
    rounded = of_kind * of(case.delivery["can_open"])
    most = maximum((rounded * own).sum("project"), (rounded * (1.0 - own)).sum("project"))
    kept = floor((pool - most * len(rules.counties)).at_least(0.0))
    rule = rows(
        "recruitment_pool",
        space(cadre=rules.cadres, start_year=case.decision_years),
        upper=kept,
        present=isfinite(pool),
    )
    hired = of_kind * every(start_year=case.decision_years)
    return Block(rows=(rule,), terms=(Term("recruitment_pool", "programme", hired),))
