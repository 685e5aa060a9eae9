"""Many changed plans at once are judged as each would be alone: same number, same worst excess."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import xarray as xr

from sim.case import Case
from sim.certify import Claims, refutation
from sim.certify.entries import entries
from sim.program.allocation import state_program
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix
from sim.program.solution import read_solution
from sim.settle import settle
from tests.formulation import one_by_one
from tests.formulation.test_mutations import CASES
from tests.instances import instance
from tests.small import build_case


def solved(case: Case, end_year: int) -> tuple[Case, Claims]:
    program = state_program(case)
    matrix = compile_matrix(program)
    result = solve_levels(matrix, program.levels, 1e-3, 200)
    return case, settle(case, read_solution(case, matrix, result), end_year).claims


@cache
def small(name: str, n: int) -> tuple[Case, Claims]:
    return solved(build_case(CASES[name][n]), 2024)


def means(case: Case) -> xr.DataArray:
    """What each county can spend: little, so that what is left to it matters."""
    years = case.decision_years
    values = np.linspace(2e7, 8e8, len(case.rules.counties))[:, None] * np.ones(len(years))
    coords = {"county": case.rules.counties, "year": years}
    return xr.DataArray(values, dims=("county", "year"), coords=coords)


@cache
def city(kind: str) -> tuple[Case, Claims]:
    case = instance(4, 2, scarce=kind == "scarce")
    more = {"transfer_share": 0.02, "spread_cap": {"beds": 0.1, "points": 0.2}}
    more |= {"burden_cap": 0.02, "means": means(case)}
    return solved(replace(case, **more) if kind == "moving" else case, 2030)


def assert_same(case: Case, claims: Claims) -> float:
    """Compare both ways; return the worst excess found."""
    together, alone = (
        refutation.checks(case, claims, entries(case, claims.ledger)),
        one_by_one.checks(case, claims),
    )
    assert [c.name for c in together] == [c.name for c in alone]
    assert [c.rows for c in together] == [c.rows for c in alone]
    assert [c.tolerance for c in together] == [c.tolerance for c in alone]
    worst = [c.worst for c in alone]
    np.testing.assert_allclose([c.worst for c in together], worst, rtol=1e-9, atol=1e-9)
    return max(worst)


def raised(claims: Claims, share: float) -> Claims:
    """Claims whose bounds are wrong: above the values by a share of them."""
    wrong = {n: (v, v + share * max(abs(v), 0.1)) for n, (v, _) in claims.levels.items()}
    return replace(claims, levels=wrong)


ALL = [(name, n) for name, cases in CASES.items() for n in range(len(cases))]


@pytest.mark.parametrize(("name", "n"), ALL)
def test_all_changes_of_a_small_plan_are_judged_as_one_by_one(name: str, n: int) -> None:
    case, claims = small(name, n)
    assert_same(case, claims)
    assert_same(case, raised(claims, 0.5))


@pytest.mark.parametrize("name", ["phases", "prerequisites", "choices", "transfers", "envelopes"])
def test_plans_that_break_rules_already_are_judged_as_one_by_one(name: str) -> None:
    random = np.random.default_rng(7)
    for n in range(len(CASES[name])):
        case, claims = small(name, n)
        units = claims.solved + random.integers(-1, 2, claims.solved.shape)
        moved = claims.moved + random.integers(-1, 2, claims.moved.shape)
        broken = replace(claims, solved=np.maximum(units, 0.0), moved=moved)
        assert_same(case, raised(broken, 0.5))


@pytest.mark.parametrize("kind", ["rich", "scarce", "moving"])
def test_all_changes_of_a_city_are_judged_as_one_by_one(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, claims = city(kind)
    assert_same(case, claims)
    unpaid = replace(raised(claims, 0.2), ledger=claims.ledger.iloc[:0])
    assert assert_same(case, unpaid) > 0
    monkeypatch.setattr(refutation, "AT_ONCE", 7)
    assert_same(case, raised(claims, 0.2))
