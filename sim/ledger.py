"""The ledger: integer fen at the leaves; every other figure of money is a sum of leaves.

A leaf is fund x county x project x year x kind. Leaves of one project in one county are rounded
together by largest remainder, so that the project's total is exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

from sim.plan import Plan

FEN = 100
_LEAF = ["fund", "county", "project", "year"]
COLUMNS = ["fund", "county", "project", "year", "kind", "flow", "price_basis", "amount_fen"]


def ledger(
    plan: Plan, delivery: xr.Dataset, costs: xr.Dataset, bonds: xr.Dataset, end_year: int
) -> pd.DataFrame:
    """Return the ledger of a plan in nominal and in real money.

    Args:
        plan: projects and the funds that pay for them.
        delivery: `spending`, `running` (project, start_year, year).
        costs: `capital_cost`, `fiscal_recurrent` (project) real yuan; `price_index (year)`.
        bonds: `interest_rate`, `term_years` (fund) and `repaid_by (fund, payer)`; 0 where money is no bond.
        end_year: last year shown.

    Returns:
        `fund, county, project, year, kind, flow, price_basis, amount_fen`, sorted; no zero leaves.
    """
    parts = [*_debt_service(plan, delivery, costs, bonds, end_year)]
    for kind, unit_cost, profile, shares in (
        ("capital", costs["capital_cost"], delivery["spending"], plan.capital_paid),
        ("recurrent", costs["fiscal_recurrent"], delivery["running"], plan.recurrent_paid),
    ):
        real = xr.dot(plan.started, profile * shares, dim="start_year") * unit_cost
        real = real.sel(year=slice(None, end_year))
        for basis, amount in (("nominal", real * costs["price_index"]), ("real", real)):
            leaves = _rounded(amount.transpose("project", "county", "fund", "year"))
            parts.append(_rows(leaves, kind, basis, "use"))
    table = pd.concat(parts, ignore_index=True)[COLUMNS]
    return table.sort_values(["price_basis", "kind", *_LEAF], ignore_index=True)


def _rounded(amount: xr.DataArray) -> xr.DataArray:
    """Yuan to whole fen, exact in the total of each (project, county): largest remainder."""
    fen = amount.values * FEN
    flat = fen.reshape(*fen.shape[:2], math.prod(fen.shape[2:]))
    down = np.floor(flat)
    missing = np.rint(flat.sum(axis=-1)) - down.sum(axis=-1)
    order = np.argsort(-(flat - down), axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(flat.shape[-1]), order.shape), axis=-1)
    whole = down + (rank < missing[..., None])
    return amount.copy(data=whole.reshape(fen.shape).astype(np.int64))


def _debt_service(
    plan: Plan, delivery: xr.Dataset, costs: xr.Dataset, bonds: xr.Dataset, end_year: int
) -> Iterator[pd.DataFrame]:
    """Interest every year after the one the money was spent in, the principal at once at the end."""
    spent = delivery["spending"] * costs["price_index"] * costs["capital_cost"] * plan.capital_paid
    borrowed = xr.dot(plan.started, spent, dim="start_year").rename(year="paid_in")
    years = delivery["year"].values
    age = xr.DataArray(
        years[None, :] - years[:, None], dims=("paid_in", "year"), coords={"paid_in": years, "year": years}
    )
    term = bonds["term_years"]
    each = {
        "interest": ((age > 0) & (age <= term)) * bonds["interest_rate"],
        "principal": ((age > 0) & (age == term)) * 1.0,
    }
    for kind, rate in each.items():
        by_bond = xr.dot(borrowed, rate, dim="paid_in")
        nominal = xr.dot(by_bond, bonds["repaid_by"], dim="fund").rename(payer="fund")
        nominal = nominal.sel(year=slice(None, end_year))
        for basis, amount in (("nominal", nominal), ("real", nominal / costs["price_index"])):
            leaves = _rounded(amount.transpose("project", "county", "fund", "year"))
            yield _rows(leaves, kind, basis, "debt_service")


def _rows(leaves: xr.DataArray, kind: str, basis: str, flow: str) -> pd.DataFrame:
    frame = leaves.rename("amount_fen").to_dataframe().reset_index()
    frame = frame[frame["amount_fen"] != 0]
    return frame.assign(kind=kind, flow=flow, price_basis=basis)


def yuan(table: pd.DataFrame, **wanted: object) -> float:
    """Return the sum of the leaves that equal `wanted`, in yuan."""
    keep = pd.Series(True, index=table.index)
    for column, value in wanted.items():
        keep &= table[column].isin(value) if isinstance(value, list | tuple | set) else table[column] == value
    return int(table.loc[keep, "amount_fen"].sum()) / FEN


def cost_figures(
    table: pd.DataFrame, plan: Plan, costs: xr.Dataset, local: list[str], target_year: int
) -> dict[str, float]:
    """Return the three named cost figures, in yuan.

    `capital_outlay`: nominal, to the target year. `present_cost`: capital + fiscal recurrent of the
    tail - residual value, real and discounted. `local_burden`: nominal cash of city and county, capital,
    recurrent and debt service, to the target year.
    """
    nominal = table[(table["price_basis"] == "nominal") & (table["year"] <= target_year)]
    return {
        "capital_outlay_yuan": yuan(nominal, kind="capital"),
        "present_cost_yuan": float((plan.started * costs["present_cost"]).sum()),
        "local_burden_yuan": yuan(nominal, fund=set(local)),
    }
