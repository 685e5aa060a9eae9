"""Heads paid with bonds: rounding them up borrows more, which someone repays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sim.certify import Claims, certify
from sim.certify.arithmetic import service_of_years
from sim.certify.entries import entries
from sim.certify.payable import purse, reserves
from sim.program.allocation import state_program
from sim.program.families.money import _rounding_reserve, debt_service
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix
from sim.program.solution import read_solution
from sim.settle import settle
from tests.formulation.test_mutations import blocks_of, certificate_of, stated
from tests.small import Small, build_case

NONE = (0.0, 0.0)
HIRED = Small(
    interest=0.2,
    pay_heads=(1.0, 0.0),
    whole_heads=False,
    recruits=1.0,
    sites=(0, 0, 0, 9, 0),
    need=(NONE, NONE, (9.5, 4.0), NONE),
    standing=((4.0, 3.0), NONE, NONE, (4.0, 3.0), (1.0, 1.0)),
    floor=NONE,
    capital=(5e6, 1e6, 4e5, 1e6, 1e4),
    recurrent=(0.0, 0.0, 0.0, 1e5, 0.0),
    nurses_per_point=0.0,
)


@pytest.mark.parametrize(
    "changes",
    [
        {"pool": 4.0},
        {"pool": 5.0, "envelope": (np.inf, 2.5e6)},
        {"pool": 5.0, "envelope": (np.inf, 3e6)},
        {"pool": 5.0, "envelope": (np.inf, 4e6)},
        {"pool": 5.0, "envelope": (np.inf, 5e6)},
    ],
)
def test_what_rounded_heads_borrow_fits_the_envelope_of_who_repays_it(changes: dict) -> None:
    case = build_case(replace(HIRED, **changes))
    assert certificate_of(case, stated(case, blocks_of(case))).failed == []


def test_rounded_heads_add_their_interest_to_the_local_burden() -> None:
    case = build_case(replace(HIRED, pool=6.0, recruits=2.0, need=(NONE, NONE, (9.0, 4.0), NONE)))
    assert certificate_of(case, stated(case, blocks_of(case))).failed == []


def test_the_reserve_holds_a_head_of_each_type_and_what_is_owed_for_it() -> None:
    case = build_case(HIRED)
    index = 1.02
    recruited = 1e5 * (index**2 * 2)  # two starts run in 2022, each in two counties
    owed = 1.2 * 1e6 * index
    promoted = 1.2 * 1e4 * index  # a sixth of them in 2021 would open in time
    kept = float(_rounding_reserve(case).at("fund", "county")) * 1e6
    assert kept == pytest.approx(2 * (recruited + owed + promoted) + 1000, rel=1e-6)
    assert reserves(case)[1] == pytest.approx(kept, rel=1e-9)
    assert reserves(case)[0] == pytest.approx(float(_rounding_reserve(case).at("fund", "central")) * 1e6)


def test_the_certificate_owes_what_the_program_owes() -> None:
    case = build_case(replace(HIRED, interest=0.05, term=2))
    owed = debt_service(case).transpose("fund", "payer", "paid_in", "year")
    np.testing.assert_allclose(service_of_years(case, list(owed.labels["year"])), owed.values)


def test_an_extra_start_is_not_paid_with_money_that_is_repaid() -> None:
    case = build_case(replace(HIRED, central_share=1.0))
    local = xr.ones_like(case.rules.funds["local"]) * [True, False] > 0
    everything = xr.ones_like(case.rules.fund_rules["max_share"])
    rules = replace(
        case.rules,
        funds=case.rules.funds.assign(local=local),
        fund_rules=case.rules.fund_rules.assign(max_share=everything, max_recurrent_share=everything),
    )
    bond = replace(case, rules=rules)
    cash = replace(bond, rules=replace(rules, bonds=rules.bonds * 0.0))
    booked, added = entries(case, claims_of(case).ledger), np.zeros((5, 1, 2))
    added[3, 0, 0] = 1.0
    assert purse(cash, booked).pays(added).tolist() == [True]
    assert purse(bond, booked).pays(added).tolist() == [False]


def claims_of(case) -> Claims:
    program = state_program(case, tie_break="full")
    matrix = compile_matrix(program)
    result = solve_levels(matrix, program.levels, gap=0.0)
    return settle(case, read_solution(case, matrix, result), 2024).claims


@pytest.mark.parametrize("kind", ["capital", "recurrent", "interest", "principal"])
def test_an_entry_of_the_wrong_flow_is_found(kind: str) -> None:
    case = build_case(replace(HIRED, pool=6.0))
    claims = claims_of(case)
    table = claims.ledger.copy()
    assert certify(case, claims).ok
    first = table.index[table["kind"] == kind][0]
    table.loc[first, "flow"] = "use" if kind in ("interest", "principal") else "debt_service"
    wrong = certify(case, replace(claims, ledger=table))
    assert wrong.failed == ["the flow of each entry is that of its kind"]
