"""Money of random small cases, in whole fen: envelopes, carry-over, sums of leaves, deflated prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import example, given

from sim.case import MONEY
from sim.certify import certify
from sim.certify.money_checks import FLOWS
from sim.evidence.book import open_book
from sim.program import Options, allocate
from sim.program.families.money import FEN_RESERVE
from sim.scenario.reading import load_scenario
from sim.settle import settle
from tests.formulation.drawn import small_cases
from tests.shipped import PLAIN
from tests.small import Small, build_case, few

FEN = 100
ROUGH = Options(gap=0.3, node_limit=1)
THIRDS = Small(
    lead=(3, 3, 3, 0, 0),
    sites=(2, 2, 2, 4, 4),
    pool=40.0,
    floor=(0.0, 0.0),
    capital=(5e6 / 3, 1e6 / 3, 4e5 / 7, 2e4 / 3, 1e4 / 9),
    recurrent=(3e5 / 7, 2e5 / 3, 5e4 / 9, 8e4 / 3, 0.01 / 3),
    central_share=1 / 3,
    envelope=(4e6, 5e6),
    interest=1 / 30,
)


def real_leaves(case, plan, kind: str) -> xr.DataArray:
    """(project, county, fund, year) real fen before rounding."""
    profile, cost, shares = {
        "capital": ("spending", "capital_cost", plan.capital_paid),
        "recurrent": ("running", "fiscal_recurrent", plan.recurrent_paid),
    }[kind]
    return (plan.started * case.delivery[profile] * shares).sum("start_year") * case.costs[cost] * FEN


def envelopes_hold(case, nominal: pd.DataFrame) -> None:
    years, rules = case.decision_years, case.rules
    spent = nominal.groupby(["fund", "year"])["amount_fen"].sum()
    for fund in map(str, rules.funds["fund"].values):
        limits = rules.envelopes.sel(fund=fund).values * FEN
        used = np.array([spent.get((fund, year), 0) for year in years])
        assert used.sum() <= float(rules.envelope_totals.sel(fund=fund)) * FEN
        keeps, left = bool(rules.funds["carry_over"].sel(fund=fund)), 0.0
        for limit, use in zip(limits, used, strict=True):
            have = (left if keeps else 0.0) + limit
            assert use <= have
            left = have - use
        if keeps and np.isfinite(limits).all():
            assert used.sum() + left == limits.sum()
    capital = nominal[nominal["kind"] == "capital"].groupby("year")["amount_fen"].sum()
    outlay = np.array([capital.get(year, 0) for year in years])
    assert np.all(outlay <= rules.outlay.values * FEN)
    assert outlay.sum() <= rules.outlay_total * FEN


@given(small_cases(envelope=True))
@example(THIRDS)
@example(replace(THIRDS, carry_over=False, envelope=(5e6 / 3, 1e7 / 3)))
@example(replace(THIRDS, envelope=(0.0, 0.0), outlay_total=1e7 / 3))
@few(6)
def test_money_is_kept_to_the_fen(small: Small) -> None:
    case = build_case(small)
    solution = allocate(case, ROUGH)
    last = int(case.delivery["year"].values[-1])
    settled = settle(case, solution, last)
    assert certify(case, settled.claims).ok
    ledger, plan = settled.ledger, solution.plan
    envelopes_hold(case, ledger[ledger["price_basis"] == "nominal"])
    index = case.costs["price_index"]
    for kind in ("capital", "recurrent"):
        cubes = {}
        real = real_leaves(case, plan, kind)
        for basis, fen in (("real", real), ("nominal", real * index)):
            part = ledger[(ledger["kind"] == kind) & (ledger["price_basis"] == basis)]
            cube = _cube(part, fen)
            cubes[basis] = cube
            assert float(abs(cube - fen).max()) < 1 + 1e-3
            for kept, rows in (("project", "county"), 1), (("county",), "project"), (("project",), "county"):
                over = [dim for dim in fen.dims if dim not in kept]
                most = 0.5 * (fen.sizes[rows] if isinstance(rows, str) else rows)
                assert float(abs(cube.sum(over) - fen.sum(over)).max()) <= most + 1e-3
            leaves = (fen > 0).sum(("project", "county"))
            assert bool((abs((cube - fen).sum(("project", "county"))) <= leaves + 1e-3).all())
            assert int(cube.sum()) == int(part["amount_fen"].sum())
        off = abs(cubes["nominal"] / index - cubes["real"])
        assert float(off.max()) <= 1 + float((1 / index).max()) + 1e-3


@pytest.mark.parametrize("name", PLAIN)
def test_what_the_program_keeps_back_covers_the_fen_of_every_plan(name: str) -> None:
    """A leaf is less than a fen off, and a fund-year has a leaf of each kind for each project and county."""
    loaded = load_scenario(name)
    book = open_book(loaded)
    rows = len(book["counties"].where(city=loaded.scenario.city).rows) * len(book["projects/types"].rows)
    assert rows * len(FLOWS) < FEN_RESERVE * MONEY * FEN


def _cube(part: pd.DataFrame, like: xr.DataArray) -> xr.DataArray:
    cube = xr.zeros_like(like)
    for row in part.itertuples():
        place = {"project": row.project, "county": row.county, "fund": row.fund, "year": row.year}
        cube.loc[place] += row.amount_fen
    return cube
