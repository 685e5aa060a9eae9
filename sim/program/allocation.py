"""The formulation: its table of contents, and the order in which its objectives are met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from sim.case import Case
from sim.program.blocks import Block, Level, Program, assemble
from sim.program.families import burden, equity, limits, money, outlay, supply, transfers

Family = Callable[[Case], Block]

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "projects": supply.projects,
        "programme": supply.programme,
        "transfers": transfers.transfers,
        "staffed": supply.staffed,
        "subsets": supply.subsets,
        "city_targets": supply.city_targets,
        "county_targets": supply.county_targets,
        "sites": limits.sites,
        "building_capacity": limits.building_capacity,
        "choices": limits.choices,
        "prerequisites": limits.prerequisites,
        "phases": limits.phases,
        "recruitment_pool": limits.recruitment_pool,
        "floor": equity.floor,
        "spread": equity.spread,
        "burden": burden.burden,
        "uncovered": equity.uncovered,
        "worst_county": equity.worst_county,
        "capital": money.capital,
        "recurrent": money.recurrent,
        "fund_shares": money.fund_shares,
        "local_match": money.local_match,
        "envelopes": money.envelopes,
        "outlay": outlay.outlay,
    }
)


def state_program(
    case: Case, families: Mapping[str, Family] = FAMILIES, tie_break: str = "programme"
) -> Program:
    """State the program: every family as a block, and its levels in order.

    Args:
        case: what is to be decided.
        families: the families of the formulation.
        tie_break: `programme` breaks ties of cost between plans that start the same projects in the
            same years in the city as a whole; `full` between all plans of equal cost, which is
            rarely different and far slower to prove.
    """
    return assemble((family(case) for family in families.values()), levels(case, tie_break))


def levels(case: Case, tie_break: str = "programme") -> list[Level]:
    """Return the objectives in order: rules, targets by priority, cost, burden and the tie-breaks."""
    ranks = sorted(set(case.level.values()))
    given = ("projects_started",) if tie_break == "programme" else ()
    money_units = "million yuan"
    return [
        _rules_level(case),
        *(_target_level(case, rank) for rank in ranks),
        Level("present_cost", money.present_cost_objective(case), money_units, absolute=False),
        Level("local_burden", money.local_burden_objective(case), money_units, absolute=False, given=given),
        Level("worst_county", equity.worst_objective(case), "sum of shares", given=given, tie_break=True),
        Level("uncovered", equity.uncovered_objective(case), "sum of shares", given=given, tie_break=True),
        *_fewest_transfers(case, given),
    ]


def _rules_level(case: Case) -> Level:
    own = burden.burden_objective(case)
    level = Level("rules", {**equity.rules_objective(case), **own}, "relative slack", exact=True)
    return replace(level, tolerance=burden.WITHIN) if own else level


def _fewest_transfers(case: Case, given: tuple[str, ...]) -> list[Level]:
    if not case.transfer_share:
        return []
    return [Level("transfers", transfers.transfers_objective(case), "persons", given=given, tie_break=True)]


def _target_level(case: Case, rank: int) -> Level:
    objective = supply.shortfall_objective(case, rank)
    return Level(f"targets_{rank}", objective, "weighted relative shortfall", exact=True)
