"""Projects, staffing and targets: what is put in service, what of it counts, what is still short."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, ceil, every, maximum, minimum, of, ones, share, space
from sim.case import Case
from sim.program.blocks import Block, Term, columns, rows
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
        upper=minimum(of(rules.sites), _useful(case)),
        whole=of(rules.projects["whole"]),
        present=of(case.delivery["can_open"]),
    )
    return Block(columns=(started,))


def programme(case: Case) -> Block:
    r"""Starts of the whole city, whole where each is: :math:`X_{pt} = \sum_c x_{pct}`.

    They follow from the decisions of the counties. Cost, money and the limits of the city speak of them
    alone: a solver that branches on them settles all counties at once, and the rows stay short.
    """
    rules = case.rules
    like = space(project=rules.projects["project"].values, start_year=case.decision_years)
    may = of(case.delivery["can_open"])
    most = minimum(of(rules.sites), _useful(case)).sum("county")
    whole = of(rules.projects["whole"])
    total = columns("programme", like, "projects", upper=most, whole=whole, present=may)
    rule = rows("programme_of_counties", like, lower=0.0, upper=0.0, present=may)
    terms = (
        Term("programme_of_counties", "projects_started", every(county=rules.counties)),
        Term("programme_of_counties", "programme", -ones(like)),
    )
    return Block(columns=(total,), rows=(rule,), terms=terms)


def yields(case: Case) -> Array:
    """(project, start_year, resource): units a start adds by the target year."""
    added = of(case.rules.outputs) * serving(case)
    return added.transpose("project", "start_year", "resource")


def serving(case: Case) -> Array:
    """(project, start_year): 1 where a start is in service at the end of the target year."""
    return of(case.delivery["in_service"]).at("year", case.decision_years[-1])


def _useful(case: Case) -> Array:
    """(project): no more whole projects in a county than the largest need or floor they can serve.

    Staff are left out: they serve other resources besides their own target.
    """
    outputs, resources = of(case.rules.outputs), case.rules.resources
    need = _of_every(resources, of(case.need).sum("county"), np.inf)
    floor = _of_every(resources, of(case.floor).sum("county"), 0.0)
    wanted = maximum(need, floor).where(~_among(resources, case.rules.cadres), np.inf)
    served = ceil(wanted / outputs).where(outputs > 0, -np.inf).max("resource")
    most = served.where(served > -np.inf, np.inf)
    return most.where(of(case.rules.projects["whole"]), np.inf)


def _of_every(resources: list[str], known: Array, other: float) -> Array:
    """(..., resource): what is known of some resources, `other` for the rest."""
    rest = [dim for dim in known.dims if dim != "resource"]
    own = known.transpose(*rest, "resource")
    values = np.full((*own.values.shape[:-1], len(resources)), other)
    values[..., [resources.index(str(name)) for name in own.labels["resource"]]] = own.values
    return Array(values, {**own.labels, "resource": tuple(resources)})


def _among(resources: list[str], some: list[str]) -> Array:
    """(resource): True where it is one of some."""
    return space(resource=resources).with_values(np.isin(resources, some))


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
    in_place, added = of(case.in_place), yields(case)
    stands = rows("staffed_in_place", like, upper=in_place.pick("resource", rules.staffed))
    ratio = of(rules.heads_per_unit).without_nan(0.0)
    crewed = [r for r in rules.resources if r not in rules.staffed]
    of_crews = ratio.pick("resource", crewed)
    crew = (of_crews * added.pick("resource", crewed)).sum("resource")
    heads = added.pick("resource", rules.cadres).rename(resource="cadre")
    taken = (of_crews * in_place.pick("resource", crewed)).sum("resource")
    have = in_place.pick("resource", rules.cadres).rename(resource="cadre")
    needs_staff = ratio.sum("resource") > 0
    staffing = rows(
        "staffing",
        space(cadre=rules.cadres, county=rules.counties),
        upper=(have - taken).at_least(0.0),
        present=needs_staff,
    )
    movers = effect(case).pick("resource", rules.cadres).rename(resource="cadre")
    terms = (
        Term("staffed_in_place", "staffed", ones(like)),
        Term("staffed_in_place", "projects_started", -added.pick("resource", rules.staffed)),
        Term("staffing", "staffed", ratio.pick("resource", rules.staffed)),
        Term("staffing", "projects_started", crew - heads),
        *moved_terms("staffing", -movers),
    )
    return Block(columns=(served,), rows=(stands, staffing), terms=terms)


def subsets(case: Case) -> Block:
    r"""A subset stays inside its parent: TCM physicians and GPs are physicians.

    .. math:: \sum_{pt} (y_{ptk} - y_{pt,parent(k)}) x_{pct} \le heads_{parent(k),c} - heads_{kc}
    """
    rules = case.rules
    inner, outer = list(rules.parents), list(rules.parents.values())

    def beyond_parent(units: Array) -> Array:
        """(cadre, ...): what each subset has more than its parent."""
        own, parent = (
            units.pick("resource", names).rename(resource="cadre").relabel("cadre", inner)
            for names in (inner, outer)
        )
        return own - parent

    room = -beyond_parent(of(case.in_place))
    rule = rows("subset", space(cadre=inner, county=rules.counties), upper=room.at_least(0.0))
    terms = (
        Term("subset", "projects_started", beyond_parent(yields(case))),
        *moved_terms("subset", beyond_parent(effect(case))),
    )
    return Block(rows=(rule,), terms=terms)


def city_targets(case: Case) -> Block:
    r"""A target of the city is met by the sum over its counties.

    .. math:: \sum_c capacity_{rc} + z_r \ge \sum_c need_{rc},\quad 0 \le z_r \le \sum_c need_{rc}
    """
    resources = case.resources_in("city")
    like = space(resource=resources)
    need = of(case.need).pick("resource", resources).sum("county")
    short = columns("city_shortfall", like, "units", upper=need)
    standing, terms = capacity_terms(case, "city_target", resources, movers=False)
    rule = rows("city_target", like, lower=need - standing.sum("county"))
    one = Term("city_target", "city_shortfall", ones(like))
    return Block(columns=(short,), rows=(rule,), terms=(one, *terms))


def county_targets(case: Case) -> Block:
    r"""A target for every county is met in each of them.

    .. math:: capacity_{rc} + z_{rc} \ge need_{rc},\quad 0 \le z_{rc} \le need_{rc}
    """
    resources = case.resources_in("every_county")
    like = space(resource=resources, county=case.rules.counties)
    need = of(case.need).pick("resource", resources)
    short = columns("county_shortfall", like, "units", upper=need)
    standing, terms = capacity_terms(case, "county_target", resources)
    rule = rows("county_target", like, lower=need - standing)
    one = Term("county_target", "county_shortfall", ones(like))
    return Block(columns=(short,), rows=(rule,), terms=(one, *terms))


def capacity_terms(
    case: Case, row: str, resources: list[str], movers: bool = True
) -> tuple[Array, tuple[Term, ...]]:
    """Standing capacity (resource, county) and the terms that add to it in `row`.

    What counts of a staffed resource is its own decision; of any other, what stands and is started.
    Those who move between counties are left out where a row is summed over the city.
    """
    rules = case.rules
    unstaffed = ~_among(resources, rules.staffed)
    standing = of(case.in_place).pick("resource", resources).where(unstaffed, 0.0)
    added = yields(case).pick("resource", resources).where(unstaffed, 0.0)
    terms = [Term(row, "projects_started", added)]
    for name in [r for r in resources if r in rules.staffed]:
        pick = space(resource=resources, counted=rules.staffed)
        pick.values[resources.index(name), rules.staffed.index(name)] = 1.0
        terms.append(Term(row, "staffed", pick, rename={"resource": "counted"}))
    moving = effect(case).pick("resource", resources).where(unstaffed, 0.0)
    return standing, (*terms, *(moved_terms(row, moving) if movers else ()))


def shortfall_objective(case: Case, level: int) -> dict[str, Array]:
    r"""Objective of a priority level: :math:`\sum_r w_r z_r / \sum_c need_{rc}`."""
    weights = {}
    for family, scope in (("city_shortfall", "city"), ("county_shortfall", "every_county")):
        resources = case.resources_in(scope)
        need = of(case.need).pick("resource", resources).sum("county")
        weight = space(resource=resources)
        weight.values[:] = [case.weight[r] * (case.level[r] == level) for r in resources]
        weights[family] = share(weight, need)
    return weights
