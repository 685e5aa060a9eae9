"""What a plan means year by year and county by county, as sums of the leaves of its ledger."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from sim.case import COUNTY_FUND, Case
from sim.explain import left_short
from sim.names import CITY
from sim.program.solution import Solution

TAIL_COLUMNS = ["county", "fund", "year", "amount_fen"]
BOND_COLUMNS = ["fund", "year", "issued_fen", "interest_fen", "principal_fen", "outstanding_fen"]
PRICE_COLUMNS = ["year", "price_index", "nominal_fen", "real_fen", "off_fen"]
COUNTY_COLUMNS = ["county", "received_fen", "paid_by_county_fen", "paid_by_others_fen", "recurrent_fen"]
_NOMINAL, _REAL = "nominal", "real"


def recurrent_tail(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the fiscal running cost of each year, nominal fen: `county, fund, year, amount_fen`.

    It runs from the opening of each project for the tail of the scenario or to the end of the ledger.
    """
    part = ledger[(ledger["kind"] == "recurrent") & (ledger["price_basis"] == _NOMINAL)]
    sums = part.groupby(["county", "fund", "year"])["amount_fen"].sum()
    return pd.DataFrame(sums.reset_index(), columns=TAIL_COLUMNS)


def service_income(case: Case, solution: Solution, years: Sequence[int]) -> pd.DataFrame:
    """Return what service income pays of running cost beside the funds: `county, year, service_income_yuan`.

    Not in the ledger: no public fund pays or receives it.
    """
    costs, delivery = case.costs, case.delivery
    each = delivery["running"] * costs["service_income"] * costs["price_index"]
    yuan = xr.dot(solution.plan.started, each, dim=("project", "start_year")).sel(year=list(years))
    table = yuan.rename("service_income_yuan").to_dataframe(dim_order=["county", "year"]).reset_index()
    table["service_income_yuan"] = table["service_income_yuan"].round(2)
    return pd.DataFrame(table[table["service_income_yuan"] > 0].reset_index(drop=True))


def bonds(case: Case, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the issue, interest, principal and debt outstanding at year-end of each bond, nominal fen.

    Interest and principal follow from what was issued; the ledger has them under the fund that repays.
    Money raised and repaid is financing and no use: only what it pays for is.
    """
    rules = case.rules
    nominal = ledger[ledger["price_basis"] == _NOMINAL]
    repaid = rules.bonds["repaid_by"].sum("payer")
    lenders = [str(f) for f in repaid["fund"].values[repaid.values > 0]]
    years = list(range(case.decision_years[0], int(nominal["year"].max() if len(nominal) else 0) + 1))
    rows: list[tuple[object, ...]] = []
    for fund in lenders:
        issued = _by_year(nominal[(nominal["kind"] == "capital") & (nominal["fund"] == fund)], years)
        if not issued.any():
            continue
        term = round(float(rules.bonds["term_years"].sel(fund=fund)))
        due = np.concatenate([np.zeros(term, dtype=np.int64), issued])[: len(years)]
        owed = np.cumsum(issued) - np.cumsum(due)
        before = np.concatenate([[0], owed[:-1]])
        interest = np.rint(before * float(rules.bonds["interest_rate"].sel(fund=fund))).astype(np.int64)
        rows += [(fund, *row) for row in zip(years, issued, interest, due, owed, strict=True)]
    return pd.DataFrame(rows, columns=BOND_COLUMNS)


def _by_year(part: pd.DataFrame, years: Sequence[int]) -> np.ndarray:
    sums = part.groupby("year")["amount_fen"].sum()
    return sums.reindex(list(years), fill_value=0).to_numpy(dtype=np.int64)


def prices(case: Case, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return nominal and real uses of each year, and how far nominal / index is from real, fen."""
    use = ledger[ledger["flow"] == "use"]
    sums = use.groupby(["year", "price_basis"])["amount_fen"].sum().unstack("price_basis")
    sums = sums.reindex(columns=[_NOMINAL, _REAL]).fillna(0).astype(np.int64)
    index = case.costs["price_index"].sel(year=sums.index.to_numpy()).values
    off = sums[_NOMINAL].to_numpy() / index - sums[_REAL].to_numpy()
    rows = zip(sums.index, index.round(9), sums[_NOMINAL], sums[_REAL], off.round(3), strict=True)
    return pd.DataFrame(rows, columns=PRICE_COLUMNS)


def county_view(case: Case, solution: Solution, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return what each county receives, pays and gains, nominal fen to the target year.

    `received` is the capital of the projects that stand in it, whoever pays; `gained` the share of its own
    needs newly covered, the mean over the targets of the city and of every county that it needs anything of.
    """
    until = ledger[(ledger["price_basis"] == _NOMINAL) & (ledger["year"] <= case.decision_years[-1])]
    capital, running = (until[until["kind"] == kind] for kind in ("capital", "recurrent"))
    own = until["fund"] == COUNTY_FUND
    paid = until[own & until["kind"].isin(["capital", "recurrent", "interest", "principal"])]
    others = capital[capital["fund"] != COUNTY_FUND]
    counties = case.rules.counties
    table = pd.DataFrame({"county": counties})
    for name, part in zip(COUNTY_COLUMNS[1:], (capital, paid, others, running), strict=True):
        table[name] = _of(part, counties)
    before, after = covered(case, None), covered(case, solution)
    return table.assign(covered_before=before.round(9), covered_after=after.round(9))


def _of(part: pd.DataFrame, counties: Sequence[str]) -> np.ndarray:
    sums = part.groupby("county")["amount_fen"].sum()
    return sums.reindex(list(counties), fill_value=0).to_numpy(dtype=np.int64)


def covered(case: Case, solution: Solution | None) -> np.ndarray:
    """Return (county) mean share of its needs covered at the target year, without a plan or with one."""
    if solution is None:
        started = np.zeros(
            [case.delivery.sizes["project"], len(case.rules.counties), len(case.decision_years)]
        )
        moved = np.zeros([len(case.rules.cadres), len(case.rules.counties)])
    else:
        started = solution.plan.started.transpose("project", "county", "start_year").values
        moved = solution.plan.moved.transpose("cadre", "county").values
    short = left_short(case, started, moved).drop_sel(county=CITY)
    share = 1 - short / case.need.where(case.need > 0)
    return np.asarray(share.mean("resource").fillna(1.0).values)
