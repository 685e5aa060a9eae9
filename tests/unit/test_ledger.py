from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.ledger import COLUMNS, FEN, cost_figures, ledger, yuan
from sim.plan import Plan
from tests.strategies import seeds

PROJECTS, COUNTIES, FUNDS = ["ward", "recruit"], ["360102", "360103"], ["central", "municipal", "county"]
STARTS, YEARS = [2021, 2022], [2021, 2022, 2023, 2024]
COORDS = {"project": PROJECTS, "county": COUNTIES, "fund": FUNDS, "start_year": STARTS, "year": YEARS}
KEYS = ["project", "county", "year"]
NOBODY = xr.DataArray(np.zeros((1, 2)), dims=("cadre", "county"))
NO_BONDS = xr.Dataset(
    {
        "interest_rate": ("fund", [0.0] * 3),
        "term_years": ("fund", [0.0] * 3),
        "repaid_by": (("fund", "payer"), np.zeros((3, 3))),
    },
    coords={"fund": FUNDS, "payer": FUNDS},
)


def _array(values: np.ndarray, *dims: str) -> xr.DataArray:
    return xr.DataArray(values, dims=dims, coords={d: COORDS[d] for d in dims})


def _shares(rng: np.random.Generator) -> xr.DataArray:
    parts = rng.uniform(0, 1, (3, 2, 2, 4))
    return _array(parts / parts.sum(axis=0), "fund", "project", "county", "year")


def _case(seed: int, high: float = 1e7) -> tuple[Plan, xr.Dataset, xr.Dataset]:
    rng = np.random.default_rng(seed)
    started = _array(rng.integers(0, 4, (2, 2, 2)).astype(float), "project", "county", "start_year")
    plan = Plan(started, started, _shares(rng), _shares(rng), NOBODY)
    profile = rng.uniform(0, 1, (2, 2, 4))
    dates = xr.Dataset(
        {
            "spending": _array(
                profile / profile.sum(axis=-1, keepdims=True), "project", "start_year", "year"
            ),
            "running": _array(rng.uniform(0, 1, (2, 2, 4)), "project", "start_year", "year"),
        }
    )
    price = xr.Dataset(
        {
            "capital_cost": _array(rng.uniform(0, high, 2), "project"),
            "fiscal_recurrent": _array(rng.uniform(0, high, 2), "project"),
            "price_index": _array(1.02 ** np.arange(1, 5), "year"),
            "present_cost": _array(rng.uniform(0, high, (2, 2)), "project", "start_year"),
        }
    )
    return plan, dates, price


def _use(plan: Plan, dates: xr.Dataset, price: xr.Dataset, kind: str) -> xr.DataArray:
    """(project, county, year) real yuan, before any rounding."""
    profile, cost = {
        "capital": ("spending", "capital_cost"),
        "recurrent": ("running", "fiscal_recurrent"),
    }[kind]
    return (plan.started * dates[profile]).sum("start_year") * price[cost]


def _select(table: pd.DataFrame, kind: str, basis: str) -> pd.DataFrame:
    return table[(table["kind"] == kind) & (table["price_basis"] == basis)]


@given(seeds, st.sampled_from(["capital", "recurrent"]), st.sampled_from([1.0, 1e3, 1e7, 1e9]))
def test_the_total_of_a_project_is_exact_to_the_fen(seed, kind, high):
    plan, dates, price = _case(seed, high)
    table = ledger(plan, dates, price, NO_BONDS, 2024)
    use = _use(plan, dates, price, kind)
    for basis, amount in (("real", use), ("nominal", use * price["price_index"])):
        leaves = _select(table, kind, basis).groupby(["project", "county"])["amount_fen"].sum()
        for project in PROJECTS:
            for county in COUNTIES:
                wanted = round(float(amount.sel(project=project, county=county).sum()) * FEN)
                assert abs(leaves.get((project, county), 0) - wanted) <= (0 if high < 1e8 else 1)


@given(seeds, st.sampled_from(["capital", "recurrent"]))
def test_no_leaf_is_off_by_more_than_a_fen(seed, kind):
    plan, dates, price = _case(seed)
    table = _select(ledger(plan, dates, price, NO_BONDS, 2024), kind, "real")
    paid = plan.capital_paid if kind == "capital" else plan.recurrent_paid
    exact = ((paid * _use(plan, dates, price, kind)) * FEN).to_series()
    leaves = table.set_index(["fund", *KEYS])["amount_fen"]
    whole = leaves.reindex(exact.reorder_levels(["fund", *KEYS]).index, fill_value=0)
    off = whole - exact.reorder_levels(["fund", *KEYS])
    assert off.abs().max() < 1 + 1e-6


@given(seeds)
def test_leaves_are_whole_fen_once_each_and_none_is_zero(seed):
    table = ledger(*_case(seed), NO_BONDS, 2024)
    assert list(table.columns) == COLUMNS
    assert table["amount_fen"].dtype == np.int64
    assert (table["amount_fen"] > 0).all()
    assert not table.duplicated([c for c in COLUMNS if c != "amount_fen"]).any()


@given(seeds, st.sampled_from(["fund", "county", "project", "year"]))
def test_every_way_of_adding_gives_the_same_total(seed, column):
    table = ledger(*_case(seed), NO_BONDS, 2024)
    real = table[table["price_basis"] == "real"]
    parts = [yuan(table, price_basis="real", **{column: key}) for key in real[column].unique()]
    assert round(sum(parts) * FEN) == real["amount_fen"].sum()
    assert yuan(table, price_basis="real", **{column: set(real[column])}) == real["amount_fen"].sum() / FEN


@given(seeds)
def test_nothing_after_the_last_year_is_shown(seed):
    plan, dates, price = _case(seed)
    assert set(ledger(plan, dates, price, NO_BONDS, 2022)["year"]) <= {2021, 2022}


@given(seeds)
def test_the_three_cost_figures_add_what_they_name(seed):
    plan, dates, price = _case(seed)
    table = ledger(plan, dates, price, NO_BONDS, 2024)
    figures = cost_figures(table, plan, price, ["municipal", "county"], 2022)
    nominal = table[(table["price_basis"] == "nominal") & (table["year"] <= 2022)]
    capital = nominal[nominal["kind"] == "capital"]["amount_fen"].sum()
    local = nominal[nominal["fund"] != "central"]["amount_fen"].sum()
    assert figures["capital_outlay_yuan"] == capital / FEN
    assert figures["local_burden_yuan"] == local / FEN
    by_hand = sum(
        float(plan.started.sel(project=p, start_year=y).sum())
        * float(price["present_cost"].sel(project=p, start_year=y))
        for p in PROJECTS
        for y in STARTS
    )
    assert figures["present_cost_yuan"] == pytest.approx(by_hand)


def test_a_plan_of_nothing_has_an_empty_ledger():
    plan, dates, price = _case(1)
    nothing = Plan(plan.solved, 0 * plan.started, plan.capital_paid, plan.recurrent_paid, NOBODY)
    table = ledger(nothing, dates, price, NO_BONDS, 2024)
    assert table.empty
    assert list(table.columns) == COLUMNS


@given(seeds)
def test_bonds_are_served_by_the_fund_that_repays_them(seed):
    """Central money lent at 3 % for two years, repaid by the county."""
    plan, dates, price = _case(seed)
    bonds = NO_BONDS.copy(deep=True)
    bonds["interest_rate"].loc["central"], bonds["term_years"].loc["central"] = 0.03, 2
    bonds["repaid_by"].loc["central", "county"] = 1.0
    table = ledger(plan, dates, price, bonds, 2024)
    nominal = table[table["price_basis"] == "nominal"]
    lent = nominal[(nominal["kind"] == "capital") & (nominal["fund"] == "central")]
    by_year = lent.groupby("year")["amount_fen"].sum().reindex(YEARS, fill_value=0)
    for kind, wanted in (
        ("interest", [0.03 * sum(by_year[y] for y in (year - 1, year - 2) if y in YEARS) for year in YEARS]),
        ("principal", [by_year.get(year - 2, 0) for year in YEARS]),
    ):
        part = nominal[nominal["kind"] == kind]
        assert set(part["fund"]) <= {"county"}
        assert set(part["flow"]) <= {"debt_service"}
        found = part.groupby("year")["amount_fen"].sum().reindex(YEARS, fill_value=0)
        np.testing.assert_allclose(found, wanted, atol=20)
