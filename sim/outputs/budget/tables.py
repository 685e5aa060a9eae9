"""The tables of a budget, and the proof that they tie with the leaves of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from sim.budget.answering import Answered
from sim.budget.curve import curve_table, resource_table, step_table
from sim.budget.fiscal import Fiscal, programme_faults, programme_table, recurrent_share
from sim.budget.solving import Funded
from sim.budget.trimming import trimming_table
from sim.budget.views import bonds, county_view, prices, recurrent_tail, service_income
from sim.budget.works import named_works
from sim.case import COUNTY_FUND
from sim.errors import CertificateError
from sim.ledger import FEN
from sim.outputs.tables import evidence

OF_NEED, OF_ENVELOPE = "need", "envelope"
LEAVES = ("project", "county", "fund", "year")


def budget_tables(found: Answered) -> dict[str, pd.DataFrame]:
    """Return every table of a budget by name; those of a plan for the least money and for the envelope.

    Raises:
        CertificateError: a total is not the sum of its leaves.
    """
    plans = {OF_NEED: found.needs[-1].plan, OF_ENVELOPE: found.plan}
    of_plans: dict[str, list[pd.DataFrame]] = {}
    for name, plan in plans.items():
        for table, frame in _of_plan(found, plan).items():
            frame.insert(0, "plan", name)
            of_plans.setdefault(table, []).append(frame)
    points = found.curve.points
    promised = _promised(found.fiscal)
    return {
        "need": _need(found),
        "curve": curve_table(points),
        "curve_by_resource": resource_table(points),
        "steps": step_table(points),
        "marginal": _marginal(found),
        "trimming": trimming_table(found.budget, found.plan, found.trimmed),
        "works": named_works(found.book, found.question.purse, found.plan.yuan),
        "per_capita": promised,
        "evidence": evidence(found),
        **{name: pd.concat(frames, ignore_index=True) for name, frames in of_plans.items()},
    }


def _of_plan(found: Answered, plan: Funded) -> dict[str, pd.DataFrame]:
    case, ledger = found.case, plan.settled.ledger
    tables = {
        "recurrent_tail": recurrent_tail(ledger),
        "service_income": service_income(case, plan.solution, sorted(ledger["year"].unique().tolist())),
        "county_view": county_view(case, plan.solution, ledger),
        "bonds": bonds(case, ledger),
        "prices": prices(case, ledger),
        "recurrent_share": recurrent_share(ledger, found.fiscal.capacity),
        "ledger": ledger.copy(),
    }
    wrong = list(untied(tables, plan, found.case.decision_years[-1]))
    if wrong:
        raise CertificateError(f"tables do not tie with the ledger: {'; '.join(wrong)}")
    return tables


def _promised(side: Fiscal) -> pd.DataFrame:
    table = programme_table(side)
    wrong = list(programme_faults(table, side))
    if wrong:
        raise CertificateError(f"per-capita programmes do not tie: {'; '.join(wrong)}")
    return table


def untied(tables: Mapping[str, pd.DataFrame], plan: Funded, target_year: int) -> Iterator[str]:
    """Yield every total that is not the sum of the leaves it stands for.

    Args:
        tables: the tables of one plan.
        plan: the plan.
        target_year: last year of the cost figures.
    """
    ledger = tables["ledger"]
    nominal = ledger[ledger["price_basis"] == "nominal"]
    until = nominal[nominal["year"] <= target_year]
    capital = _fen(until, kind="capital")
    own = until[until["fund"] == COUNTY_FUND]
    pairs = {
        "recurrent tail": (tables["recurrent_tail"]["amount_fen"].sum(), _fen(nominal, kind="recurrent")),
        "running cost beside means": (
            tables["recurrent_share"]["recurrent_fen"].sum(),
            _fen(nominal, kind="recurrent"),
        ),
        "running cost of counties beside means": (
            tables["recurrent_share"]["county_fen"].sum(),
            _fen(nominal, kind="recurrent", fund=COUNTY_FUND),
        ),
        "received by counties": (tables["county_view"]["received_fen"].sum(), capital),
        "paid by counties": (tables["county_view"]["paid_by_county_fen"].sum(), own["amount_fen"].sum()),
        "running cost by county": (
            tables["county_view"]["recurrent_fen"].sum(),
            _fen(until, kind="recurrent"),
        ),
        "nominal by year": (tables["prices"]["nominal_fen"].sum(), _fen(nominal, flow="use")),
        "real by year": (tables["prices"]["real_fen"].sum(), _fen(ledger, flow="use", price_basis="real")),
        "capital outlay": (round(plan.figures["capital_outlay_yuan"] * FEN), capital),
    }
    for label in LEAVES:
        pairs[f"sums by {label}"] = (
            nominal.groupby(label)["amount_fen"].sum().sum(),
            nominal["amount_fen"].sum(),
        )
    issued = nominal[(nominal["kind"] == "capital") & nominal["fund"].isin(tables["bonds"]["fund"])]
    pairs["bonds issued"] = (tables["bonds"]["issued_fen"].sum(), issued["amount_fen"].sum())
    yield from (f"{name}: {one} and {two} fen" for name, (one, two) in pairs.items() if int(one) != int(two))
    leaves = len(nominal[nominal["flow"] == "debt_service"])
    for kind in ("interest", "principal"):
        off = abs(int(tables["bonds"][f"{kind}_fen"].sum()) - _fen(nominal, kind=kind))
        if off > leaves + len(tables["bonds"]):
            yield f"{kind} of bonds: {off} fen away"


def _fen(table: pd.DataFrame, **wanted: str) -> int:
    keep = pd.Series(True, index=table.index)
    for column, value in wanted.items():
        keep &= table[column] == value
    return int(table.loc[keep, "amount_fen"].sum())


def _need(found: Answered) -> pd.DataFrame:
    rows = []
    for need in found.needs:
        figures = need.plan.figures
        why = {r: found.reasons[r] for r in need.missed}
        rows.append(
            {
                "priority": need.level,
                "targets": len(need.resources),
                "least_yuan": round(need.yuan, 2),
                "bound_yuan": round(need.bound, 2),
                "mip_gap": round(need.mip_gap, 9),
                "shortfall": round(need.plan.value(f"targets_{need.level}"), 9),
                "capital_outlay_yuan": round(figures["capital_outlay_yuan"], 2),
                "present_cost_yuan": round(figures["present_cost_yuan"], 2),
                "local_burden_yuan": round(figures["local_burden_yuan"], 2),
                "missed": " ".join(need.missed),
                "causes": " ".join(
                    f"{r}={','.join(g.key for rules in w.conflicts for g in rules) or w.cause}"
                    for r, w in why.items()
                ),
            }
        )
    return pd.DataFrame(rows)


def _marginal(found: Answered) -> pd.DataFrame:
    columns = ["fund", "year", "limit_yuan", "step_yuan", "level", "units"]
    columns += [
        "fall_least_per_million",
        "fall_most_per_million",
        "resolved",
        "shadow_price_lp",
        "price_level",
    ]
    rows = [
        (w.fund, w.year or "", round(w.limit, 2), round(w.step, 2), w.level, w.units)
        + (
            round(w.least, 12),
            round(w.most, 12),
            "yes" if w.resolved else "no",
            round(w.price, 12),
            w.price_level,
        )
        for w in found.worths
    ]
    return pd.DataFrame(rows, columns=columns)
