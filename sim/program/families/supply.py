"""Projects, staffing and targets: what is put in service, what of it counts, what is still short."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.case import Case
from sim.labelled import ceil, maximum, minimum
from sim.program.blocks import Block, Term, columns, rows, space
from sim.program.families.transfers import effect, moved_terms


def projects(case: Case) -> Block:
    r"""Decisions: :math:`x_{pct}` projects started, whole for buildings, stations and vehicles.

    .. math:: 0 \le x_{pct} \le sites_{pc},\quad x_{pct} = 0 \text{ where the start cannot open in time}

    A start that opens after the target year serves no target, so it does not exist in the program.
    """
    rules, years = case.rules, case.decision_years
    like = space(project=rules.projects["project"].values, county=rules.counties, start_year=years)
    started = columns(
        "projects_started",
        like,
        "projects",
        upper=minimum(rules.sites, _useful(case)),
        whole=rules.projects["whole"],
        present=case.delivery["can_open"],
    )
    return Block(columns=(started,))


def programme(case: Case) -> Block:
    r"""Starts of the whole city, whole where each is: :math:`X_{pt} = \sum_c x_{pct}`.

    They follow from the decisions of the counties. Cost, money and the limits of the city speak of them
    alone: a solver that branches on them settles all counties at once, and the rows stay short.
    """
    rules = case.rules
    like = space(project=rules.projects["project"].values, start_year=case.decision_years)
    may = case.delivery["can_open"]
    most = minimum(rules.sites, _useful(case)).sum("county")
    total = columns("programme", like, "projects", upper=most, whole=rules.projects["whole"], present=may)
    rule = rows("programme_of_counties", like, lower=0.0, upper=0.0, present=may)
    every = space(county=rules.counties) + 1.0
    terms = (
        Term("programme_of_counties", "projects_started", every),
        Term("programme_of_counties", "programme", -xr.ones_like(like)),
    )
    return Block(columns=(total,), rows=(rule,), terms=terms)


def _useful(case: Case) -> xr.DataArray:
    """(project): no more whole projects in a county than the largest need or floor they can serve.

    Staff are left out: they serve other resources besides their own target.
    """
    outputs = case.rules.outputs
    every = outputs["resource"].values
    need = case.need.sum("county").reindex(resource=every, fill_value=np.inf)
    floor = case.floor.sum("county").reindex(resource=every, fill_value=0.0)
    wanted = maximum(need, floor).where(~outputs["resource"].isin(case.rules.cadres), np.inf)
    most = ceil(wanted / outputs.where(outputs > 0)).max("resource").fillna(np.inf)
    return most.where(case.rules.projects["whole"], np.inf)


def staffed(case: Case) -> Block:
    r"""Units that count: no more than stand, no more than the staff can serve.

    .. math:: s_{rc} \le in\ place_{rc} + \sum_{pt} y_{ptr} x_{pct}
    .. math:: \sum_r h_{rk} s_{rc} + \sum_{pt} \Big(\sum_{r \notin S} h_{rk} y_{ptr} - y_{ptk}\Big) x_{pct}
              \le heads_{kc} - \sum_{r \notin S} h_{rk}\, in\ place_{rc}

    where S holds the resources that count only when staffed; crews of the others must be found.
    A right-hand side below zero (crews that even the present staff cannot fill) is taken as zero.
    """
    rules = case.rules
    like = space(resource=rules.staffed, county=rules.counties)
    served = columns("staffed", like, "units")
    stands = rows("staffed_in_place", like, upper=case.in_place.sel(resource=rules.staffed))
    ratio = rules.heads_per_unit.fillna(0.0)
    crewed = [r for r in rules.resources if r not in rules.staffed]
    crew = (ratio.sel(resource=crewed) * case.yields.sel(resource=crewed)).sum("resource")
    heads = case.yields.sel(resource=rules.cadres).rename(resource="cadre")
    taken = (ratio.sel(resource=crewed) * case.in_place.sel(resource=crewed)).sum("resource")
    have = case.in_place.sel(resource=rules.cadres).rename(resource="cadre")
    needs_staff = ratio.sum("resource") > 0
    staffing = rows(
        "staffing",
        space(cadre=rules.cadres, county=rules.counties),
        upper=(have - taken).clip(min=0.0),
        present=needs_staff,
    )
    terms = (
        Term("staffed_in_place", "staffed", xr.ones_like(like)),
        Term("staffed_in_place", "projects_started", -case.yields.sel(resource=rules.staffed)),
        Term("staffing", "staffed", ratio.sel(resource=rules.staffed)),
        Term("staffing", "projects_started", crew - heads),
        *moved_terms("staffing", -effect(case).sel(resource=rules.cadres).rename(resource="cadre")),
    )
    return Block(columns=(served,), rows=(stands, staffing), terms=terms)


def subsets(case: Case) -> Block:
    r"""A subset stays inside its parent: TCM physicians and GPs are physicians.

    .. math:: \sum_{pt} (y_{ptk} - y_{pt,parent(k)}) x_{pct} \le heads_{parent(k),c} - heads_{kc}
    """
    rules = case.rules
    inner, outer = list(rules.parents), list(rules.parents.values())
    yields, standing = case.yields, case.in_place
    labels = {"cadre": inner}
    parent = yields.sel(resource=outer).rename(resource="cadre").assign_coords(labels)
    own = yields.sel(resource=inner).rename(resource="cadre").assign_coords(labels)
    room = standing.sel(resource=outer).rename(resource="cadre").assign_coords(labels) - standing.sel(
        resource=inner
    ).rename(resource="cadre").assign_coords(labels)
    like = space(cadre=inner, county=rules.counties)
    rule = rows("subset", like, upper=room.clip(min=0.0))
    comes = effect(case)
    net = comes.sel(resource=inner).rename(resource="cadre").assign_coords(labels)
    net = net - comes.sel(resource=outer).rename(resource="cadre").assign_coords(labels)
    terms = (Term("subset", "projects_started", own - parent), *moved_terms("subset", net))
    return Block(rows=(rule,), terms=terms)


def city_targets(case: Case) -> Block:
    r"""A target of the city is met by the sum over its counties.

    .. math:: \sum_c capacity_{rc} + z_r \ge \sum_c need_{rc},\quad 0 \le z_r \le \sum_c need_{rc}
    """
    resources = case.resources_in("city")
    like = space(resource=resources)
    need = case.need.sel(resource=resources).sum("county")
    short = columns("city_shortfall", like, "units", upper=need)
    standing, terms = capacity_terms(case, "city_target", resources, movers=False)
    rule = rows("city_target", like, lower=need - standing.sum("county"))
    one = Term("city_target", "city_shortfall", xr.ones_like(like))
    return Block(columns=(short,), rows=(rule,), terms=(one, *terms))


def county_targets(case: Case) -> Block:
    r"""A target for every county is met in each of them.

    .. math:: capacity_{rc} + z_{rc} \ge need_{rc},\quad 0 \le z_{rc} \le need_{rc}
    """
    resources = case.resources_in("every_county")
    like = space(resource=resources, county=case.rules.counties)
    need = case.need.sel(resource=resources)
    short = columns("county_shortfall", like, "units", upper=need)
    standing, terms = capacity_terms(case, "county_target", resources)
    rule = rows("county_target", like, lower=need - standing)
    one = Term("county_target", "county_shortfall", xr.ones_like(like))
    return Block(columns=(short,), rows=(rule,), terms=(one, *terms))


def capacity_terms(
    case: Case, row: str, resources: list[str], movers: bool = True
) -> tuple[xr.DataArray, tuple[Term, ...]]:
    """Standing capacity (resource, county) and the terms that add to it in `row`.

    What counts of a staffed resource is its own decision; of any other, what stands and is started.
    Those who move between counties are left out where a row is summed over the city.
    """
    rules = case.rules
    counted = space(resource=resources)
    counts_staffed = counted["resource"].isin(rules.staffed)
    standing = case.in_place.sel(resource=resources).where(~counts_staffed, 0.0)
    added = case.yields.sel(resource=resources).where(~counts_staffed, 0.0)
    terms = [Term(row, "projects_started", added)]
    for name in [r for r in resources if r in rules.staffed]:
        pick = space(resource=resources, counted=rules.staffed)
        pick.loc[{"resource": name, "counted": name}] = 1.0
        terms.append(Term(row, "staffed", pick, rename={"resource": "counted"}))
    moving = effect(case).sel(resource=resources).where(~counts_staffed, 0.0)
    return standing, (*terms, *(moved_terms(row, moving) if movers else ()))


def shortfall_objective(case: Case, level: int) -> dict[str, xr.DataArray]:
    r"""Objective of a priority level: :math:`\sum_r w_r z_r / \sum_c need_{rc}`."""
    weights = {}
    for family, scope in (("city_shortfall", "city"), ("county_shortfall", "every_county")):
        resources = case.resources_in(scope)
        need = case.need.sel(resource=resources).sum("county")
        weight = space(resource=resources)
        weight.values[:] = [case.weight[r] * (case.level[r] == level) for r in resources]
        weights[family] = (weight / need.where(need > 0)).fillna(0.0)
    return weights
