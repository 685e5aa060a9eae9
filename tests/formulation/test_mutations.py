"""The certificate catches a wrong formulation: a flipped sign, a dropped lead year, an omitted family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.case import Case
from sim.certify import Certificate, certify
from sim.errors import NoCertifiedPlanError
from sim.program.allocation import FAMILIES, levels
from sim.program.blocks import Block, Program, assemble
from sim.program.families.transfers import IN, OUT
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix
from sim.program.solution import read_solution
from sim.settle import settle
from tests.small import Small, build_case

EARLY = Small(lead=(3, 3, 3, 0, 0), sites=(1, 1, 1, 4, 4))
MANY_SENIORS = ((8.0, 6.0), (1.0, 0.0), (0.0, 0.0), (9.0, 9.0))
FEW_NURSES = ((4.0, 3.0), (0.0, 0.0), (0.0, 0.0), (1.0, 1.0), (1.0, 1.0))
POOR = replace(EARLY, central_share=0.0)
NOTHING = ((0.0, 0.0), (0.0, 0.0))
MOVING = replace(EARLY, transfer=0.5, sites=(0, 0, 0, 0, 0), floor=(0.0, 0.0))
BEDS_AND_SENIORS = ((4.0, 4.0), (0.0, 0.0), (0.0, 0.0), (0.0, 6.0))
MOVES = [
    replace(
        MOVING,
        nurses_per_bed=1.0,
        need=BEDS_AND_SENIORS,
        standing=((4.0, 4.0), *NOTHING, (2.0, 6.0), (0.0, 6.0)),
    ),
    replace(
        MOVING,
        nurses_per_bed=1.0,
        need=((4.0, 4.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        standing=((4.0, 4.0), *NOTHING, (2.0, 6.0), (2.0, 0.0)),
    ),
    replace(
        MOVING,
        nurses_per_bed=1.0,
        need=((4.0, 4.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        standing=((4.0, 4.0), *NOTHING, (2.0, 6.0), (0.0, 1.0)),
    ),
    replace(
        MOVING,
        need=((0.0, 0.0), (0.0, 0.0), (4.0, 4.0), (2.0, 2.0)),
        standing=(*NOTHING, (0.0, 0.0), (1.0, 6.0), (0.0, 4.0)),
    ),
    replace(
        MOVING,
        nurses_per_bed=1.0,
        floor=(4.0, 0.0),
        need=((4.0, 4.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
        standing=((4.0, 4.0), *NOTHING, (2.0, 6.0), (0.0, 1.0)),
    ),
    replace(
        MOVING,
        need=((0.0, 0.0), (0.0, 0.0), (2.0, 2.0), (2.0, 2.0)),
        standing=(*NOTHING, (0.0, 0.0), (3.0, 2.0), (0.0, 2.0)),
    ),
    replace(
        MOVING,
        need=((0.0, 0.0), (0.0, 0.0), (6.0, 0.0), (3.0, 0.0)),
        standing=(*NOTHING, (0.0, 0.0), (0.0, 6.0), (0.0, 3.0)),
    ),
]
CASES = {
    "staffed": [EARLY, Small(nurses_per_bed=1.0), Small(nurses_per_bed=1.0, pool=2.0)],
    "subsets": [replace(EARLY, need=MANY_SENIORS, standing=FEW_NURSES, pool=9.0)],
    "city_targets": [EARLY],
    "county_targets": [
        replace(EARLY, every_county=True, need=((8.0, 6.0), (1.0, 1.0), (6.0, 5.0), (1.0, 1.0))),
        replace(EARLY, every_county=True, need=((8.0, 6.0), (3.0, 3.0), (6.0, 5.0), (1.0, 1.0))),
    ],
    "programme": [EARLY],
    "sites": [replace(EARLY, need=((15.0, 15.0), (3.0, 3.0), (6.0, 5.0), (1.0, 1.0)))],
    "building_capacity": [replace(EARLY, starts=(1.0, 1.0, 1.0, 1.0, 1.0), lead=(9, 3, 3, 0, 0))],
    "prerequisites": [EARLY],
    "choices": [
        replace(
            EARLY,
            choice=(0, 1),
            lead=(3, 3, 3, 0, 0),
            need=((15.0, 15.0), (1.0, 1.0), (6.0, 5.0), (1.0, 1.0)),
        )
    ],
    "phases": [replace(EARLY, phase=1.0), replace(EARLY, phase=2.0, sites=(1, 1, 2, 4, 4))],
    "spread": [
        replace(EARLY, spread=0.1, floor=(0.0, 0.0), need=((8.0, 8.0), (0.0, 0.0), (6.0, 5.0), (1.0, 1.0))),
        replace(EARLY, spread=0.0, floor=(0.0, 0.0), need=((4.0, 8.0), (0.0, 0.0), (6.0, 5.0), (1.0, 1.0))),
    ],
    "burden": [
        replace(EARLY, burden=0.1, means=(4e6, 4e6)),
        replace(EARLY, burden=0.02, means=(9e6, 2e6)),
        replace(EARLY, burden=0.0, means=(4e9, 2e6), floor=(9.0, 3.0)),
    ],
    "transfers": MOVES,
    "recruitment_pool": [replace(EARLY, pool=4.0, need=((8.0, 6.0), (1.0, 0.0), (30.0, 30.0), (1.0, 1.0)))],
    "floor": [
        replace(EARLY, floor=(7.0, 3.0), need=((3.0, 3.0), (0.0, 0.0), (6.0, 5.0), (1.0, 1.0))),
        replace(EARLY, floor=(40.0, 3.0)),
    ],
    "worst_county": [EARLY, replace(EARLY, need=((9.0, 9.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)))],
    "uncovered": [EARLY, replace(EARLY, need=((9.0, 9.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)))],
    "capital": [EARLY],
    "recurrent": [EARLY],
    "fund_shares": [EARLY, replace(EARLY, central_cap=3e5)],
    "local_match": [replace(EARLY, match=0.8)],
    "envelopes": [
        replace(POOR, envelope=(1.2e6, 1.2e6)),
        replace(POOR, envelope=(1.2e6, 1.2e6), carry_over=False),
        replace(POOR, envelope=(6e6, 1.2e6)),
        replace(POOR, envelope=(4e7, 2e5)),
        replace(POOR, envelope_total=3e6),
        replace(POOR, envelope_total=6.5e6),
        replace(EARLY, interest=0.3, term=1, envelope=(np.inf, 2.6e6)),
        replace(EARLY, interest=0.3, term=1, envelope_total=4.5e6),
        replace(POOR, capital=(1e5,) * 5, recurrent=(9e5, 9e5, 9e5, 9e5, 9e5), envelope=(2.5e6, 3e6)),
        replace(POOR, capital=(1e5,) * 5, recurrent=(9e5, 9e5, 9e5, 9e5, 9e5), envelope_total=5e6),
    ],
    "outlay": [
        replace(POOR, outlay=(1.2e6, 1.2e6)),
        replace(POOR, outlay=(6e6, 1.2e6)),
        replace(POOR, outlay_total=3e6),
        replace(POOR, outlay_total=6.5e6),
    ],
}


def certificate_of(case: Case, program: Program) -> Certificate:
    """Solve a program, right or wrong, and certify what it claims of the case."""
    matrix = compile_matrix(program)
    result = solve_levels(matrix, program.levels, gap=0.0)
    solution = read_solution(case, matrix, result)
    return certify(case, settle(case, solution, 2024).claims)


def stated(case: Case, blocks: dict[str, Block]) -> Program:
    """Assemble blocks, leaving out what speaks of families that are gone."""
    columns = {c.name for block in blocks.values() for c in block.columns}
    rows = {r.name for block in blocks.values() for r in block.rows}
    kept = [
        replace(block, terms=tuple(t for t in block.terms if t.columns in columns and t.rows in rows))
        for block in blocks.values()
    ]
    goals = [
        replace(level, objective={k: v for k, v in level.objective.items() if k in columns}, given=())
        for level in levels(case)
    ]
    return assemble(kept, goals)


def blocks_of(case: Case) -> dict[str, Block]:
    return {name: family(case) for name, family in FAMILIES.items()}


ALL = [(name, n) for name, cases in CASES.items() for n in range(len(cases))]


@pytest.mark.parametrize(("name", "n"), ALL)
def test_the_right_program_is_certified(name: str, n: int) -> None:
    case, blocks = prepared(name, n)
    assert certificate_of(case, stated(case, blocks)).failed == []


@cache
def prepared(name: str, n: int) -> tuple[Case, dict[str, Block]]:
    """A case and the right blocks of its program, stated once for all tests."""
    case = build_case(CASES[name][n])
    return case, blocks_of(case)


def rejected(name: str, change: Callable[[Block], Block], binding: str = "") -> bool:
    """Whether a changed family is refused on at least one case in which it, or `binding`, binds."""
    binding = binding or name
    for n in range(len(CASES[binding])):
        case, right = prepared(binding, n)
        blocks = right | {name: change(right[name])}
        try:
            if certificate_of(case, stated(case, blocks)).failed:
                return True
        except NoCertifiedPlanError:
            return True
    return False


def test_no_more_of_a_cadre_leave_than_may_with_those_of_its_subsets() -> None:
    case, right = prepared("transfers", len(MOVES) - 1)
    apart = right["transfers"]
    loose = tuple(replace(r, upper=r.upper + 1) if r.name == "leavers" else r for r in apart.rows)
    wrong = stated(case, right | {"transfers": replace(apart, rows=loose)})
    assert "no more leave a county than may" in certificate_of(case, wrong).failed


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_omitted_family_is_rejected(name: str) -> None:
    assert rejected(name, lambda block: Block(columns=block.columns))


SIGNS = [
    (name, n)
    for name, cases in CASES.items()
    for n, term in enumerate(FAMILIES[name](build_case(cases[0])).terms)
    if np.any(term.coefficient.values)
]


@pytest.mark.parametrize(("name", "n"), SIGNS)
def test_a_flipped_sign_is_rejected(name: str, n: int) -> None:
    def flip(block: Block) -> Block:
        terms = list(block.terms)
        terms[n] = replace(terms[n], coefficient=-terms[n].coefficient)
        return replace(block, terms=tuple(terms))

    moves = FAMILIES[name](build_case(CASES[name][0])).terms[n].columns in (IN, OUT)
    assert rejected(name, flip, "transfers" if moves else "")


def test_every_family_with_rules_is_tried() -> None:
    assert set(CASES) == set(FAMILIES) - {"projects"}


def test_a_dropped_lead_year_is_rejected() -> None:
    small = Small(lead=(13, 3, 3, 0, 0), build=(11, 6, 1, 0, 6))
    case = build_case(small)
    early = build_case(replace(small, lead=(1, 3, 3, 0, 0)))
    wrong = stated(early, blocks_of(early))
    assert certificate_of(case, stated(case, blocks_of(case))).failed == []
    assert "every project opens by the target year" in certificate_of(case, wrong).failed


def test_a_wrong_present_cost_is_rejected() -> None:
    case = build_case(Small())
    cheap = replace(case, costs=case.costs.assign(present_cost=case.costs["present_cost"] * 0.5))
    assert certificate_of(case, stated(cheap, blocks_of(cheap))).failed != []
