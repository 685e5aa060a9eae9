"""Equity between counties: a floor, the worst-off county, and the parts left uncovered."""

from __future__ import annotations

from sim.arrays import Array, every, of, ones, share, space
from sim.case import Case
from sim.program.blocks import Block, Term, columns, rows
from sim.program.families.supply import capacity_terms, yields


def floor(case: Case) -> Block:
    r"""No county's coverage falls below that of the base year; a slack keeps x = 0 feasible.

    .. math:: capacity_{rc} + v_{rc} \ge floor_{rc},\quad v \ge 0
    """
    least = of(case.floor)
    resources = [str(r) for r in least.labels["resource"]]
    like = space(resource=resources, county=case.rules.counties)
    slack = columns("floor_slack", like, "units")
    standing, terms = capacity_terms(case, "floor", resources)
    rule = rows("floor", like, lower=least - standing)
    one = Term("floor", "floor_slack", ones(like))
    return Block(columns=(slack,), rows=(rule,), terms=(one, *terms))


def spread(case: Case) -> Block:
    r"""No county is ahead of another by more than the cap; a slack keeps x = 0 feasible.

    .. math:: M_r \ge \frac{in\ place_{rc} + \sum_{pt} y_{ptr} x_{pct}}{need_{rc}},\quad
              m_r \le \frac{capacity_{rc}}{need_{rc}},\quad M_r - m_r - e_r \le cap_r,\quad e \ge 0

    The county ahead is measured by what stands there and the one behind by what counts, so that beds
    cannot be made to stand unstaffed in order to seem fewer.
    """
    resources = _capped(case)
    need = of(case.need).pick("resource", resources)
    like, by_county = space(resource=resources), space(resource=resources, county=case.rules.counties)
    found = [columns(f"{end}_cover", like, "share") for end in ("highest", "lowest")]
    slack = columns("spread_slack", like, "share")
    scale = share(1.0, need)
    stands, added = (units.pick("resource", resources) for units in (of(case.in_place), yields(case)))
    ahead = rows("ahead", by_county, lower=stands * scale, present=need > 0)
    standing, terms = capacity_terms(case, "behind", resources)
    behind = rows("behind", by_county, lower=-standing * scale, present=need > 0)
    caps = space(resource=resources)
    caps.values[:] = [case.spread_cap[r] for r in resources]
    within = rows("spread", like, upper=caps)
    one = ones(like)
    return Block(
        columns=(*found, slack),
        rows=(ahead, behind, within),
        terms=(
            Term("ahead", "highest_cover", ones(by_county)),
            Term("ahead", "projects_started", -added * scale),
            Term("behind", "lowest_cover", -ones(by_county)),
            *(Term("behind", t.columns, t.coefficient * scale, t.rename) for t in terms),
            Term("spread", "highest_cover", one),
            Term("spread", "lowest_cover", -one),
            Term("spread", "spread_slack", -one),
        ),
    )


def uncovered(case: Case) -> Block:
    r"""The part of a county's need that is not covered, for every target of the city.

    .. math:: u_{rc} + \frac{capacity_{rc}}{need_{rc}} \ge 1,\quad 0 \le u_{rc} \le 1
    """
    resources = case.resources_in("city")
    need = of(case.need).pick("resource", resources)
    like = space(resource=resources, county=case.rules.counties)
    part = columns("uncovered", like, "share", upper=1.0, present=need > 0)
    scale = share(1.0, need)
    standing, terms = capacity_terms(case, "county_cover", resources)
    rule = rows("county_cover", like, lower=1 - standing * scale, present=need > 0)
    scaled = [Term("county_cover", t.columns, t.coefficient * scale, t.rename) for t in terms]
    one = Term("county_cover", "uncovered", ones(like))
    return Block(columns=(part,), rows=(rule,), terms=(one, *scaled))


def worst_county(case: Case) -> Block:
    r"""The worst-off county of each target of the city: :math:`w_r \ge u_{rc}`."""
    resources = case.resources_in("city")
    need = of(case.need).pick("resource", resources)
    like = space(resource=resources, county=case.rules.counties)
    worst = columns("worst_uncovered", space(resource=resources), "share", upper=1.0)
    rule = rows("worst_county", like, lower=0.0, present=need > 0)
    one = Term("worst_county", "worst_uncovered", ones(like))
    less = Term("worst_county", "uncovered", -ones(like))
    return Block(columns=(worst,), rows=(rule,), terms=(one, less))


def rules_objective(case: Case) -> dict[str, Array]:
    """Objective of the rules level: relative slack of the floor, and what the spread is above its cap."""
    total = of(case.floor).sum("county")
    return {"floor_slack": share(1.0, total), "spread_slack": every(resource=_capped(case))}


def _capped(case: Case) -> list[str]:
    """Targets whose spread between counties has a cap."""
    targeted = of(case.need).labels["resource"]
    return [r for r in case.spread_cap if r in targeted]


def worst_objective(case: Case) -> dict[str, Array]:
    r"""Objective of the first tie-break between counties: :math:`\sum_r w_r`."""
    return {"worst_uncovered": every(resource=case.resources_in("city"))}


def uncovered_objective(case: Case) -> dict[str, Array]:
    r"""Objective of the last: :math:`\sum_{rc} u_{rc}\, need_{rc} / \sum_c need_{rc}`."""
    need = of(case.need).pick("resource", case.resources_in("city"))
    return {"uncovered": share(need, need.sum("county"))}
