"""From a run folder to certified alternatives and their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from sim.case import MONEY
from sim.certify import certify
from sim.errors import CertificateError
from sim.outputs.verify import OpenedRun, open_run, verify_run
from sim.program.alternatives import Wanted, alternatives, counted
from sim.program.watching import Progress, Stop
from sim.settle import settle

RUN = "run"


@dataclass(frozen=True)
class Found:
    """The alternatives of a run.

    Attributes:
        run: the run read back.
        units: every project and county: units in the run, in each alternative, and in all of them.
        plans: one row a plan: cost, burden, what is elsewhere, proof.
        checks: checks of the certificate that hold for every alternative.
    """

    run: OpenedRun
    units: pd.DataFrame
    plans: pd.DataFrame
    checks: int


def find(folder: Path, wanted: Wanted, stop: Stop | None = None, progress: Progress | None = None) -> Found:
    """Find alternatives of a run, each certified.

    Raises:
        InputError: the folder is not a run folder.
        CertificateError: the run folder does not hold, or an alternative fails its certificate.
    """
    checked = verify_run(folder)
    if not checked.ok:
        raise CertificateError(f"{folder} does not hold: {', '.join(checked.failed)}")
    run = open_run(folder)
    case, claims = run.case, run.claims
    solved, started = (_labelled(run, units) for units in (claims.solved, claims.started))
    shown_cost = claims.figures["present_cost_yuan"] / MONEY
    found = alternatives(case, claims.levels, solved, shown_cost, wanted, stop, progress)
    rows = [_row(RUN, claims.figures, claims.figures, claims.levels, 0.0, 0.0)]
    units, checks = {RUN: started.sum("start_year")}, 0
    for n, other in enumerate(found, start=1):
        settled = settle(case, other.solution, run.loaded.scenario.time.end_year)
        certificate = certify(case, settled.claims)
        if not certificate.ok:
            raise CertificateError(f"alternative {n} fails its certificate: {', '.join(certificate.failed)}")
        checks = len(certificate.checks)
        name = f"alternative_{n}"
        units[name] = other.solution.plan.started.sum("start_year")
        figures, levels = settled.figures, settled.claims.levels
        rows.append(_row(name, figures, claims.figures, levels, other.elsewhere, other.most))
    return Found(run, _units(run, units), pd.DataFrame(rows), checks)


def _labelled(run: OpenedRun, units: Any) -> xr.DataArray:
    rules = run.case.rules
    labels = {
        "project": rules.projects["project"].values,
        "county": rules.counties,
        "start_year": run.case.decision_years,
    }
    return xr.DataArray(units, dims=list(labels), coords=labels)


def _row(
    name: str,
    figures: Mapping[str, float],
    of_run: Mapping[str, float],
    levels: Mapping[str, tuple[float, float]],
    elsewhere: float,
    most: float,
) -> dict[str, Any]:
    cost, base = figures["present_cost_yuan"], of_run["present_cost_yuan"]
    return {
        "plan": name,
        "present_cost_yuan": round(cost, 2),
        "difference_yuan": round(cost - base, 2),
        "difference_share": round(cost / base - 1, 6) if base else 0.0,
        "capital_outlay_yuan": round(figures["capital_outlay_yuan"], 2),
        "local_burden_yuan": round(figures["local_burden_yuan"], 2),
        "elsewhere_share": round(elsewhere, 6),
        "elsewhere_bound": round(most, 6),
        **{level: round(value, 6) for level, (value, _) in levels.items() if _is_kept(level)},
    }


def _is_kept(level: str) -> bool:
    return level.startswith("targets_") or level in ("rules", "worst_county", "uncovered")


def _units(run: OpenedRun, plans: Mapping[str, xr.DataArray]) -> pd.DataFrame:
    """One row a project and county in which any plan has units; `core` is what all plans have."""
    table = pd.DataFrame({name: units.to_series() for name, units in plans.items()}).astype(int)
    table["core"] = table.min(axis=1)
    table = table[table[list(plans)].any(axis=1)].reset_index()
    table["county"] = table["county"].astype(str)
    places = dict(zip(run.case.rules.projects["project"].values, counted(run.case).values, strict=True))
    kinds = ["yes" if places[name] else "no" for name in table["project"]]
    table.insert(2, "compared", kinds)
    order = list(run.case.rules.projects["project"].values)
    table["project"] = pd.Categorical(table["project"], order)
    table = table.sort_values(["project", "county"], ignore_index=True)
    return table.assign(project=table["project"].astype(str))


def moves(units: pd.DataFrame, name: str) -> list[tuple[str, list[tuple[str, int]], list[tuple[str, int]]]]:
    """Return, by project compared, what a plan takes from counties and gives to others, beside the run.

    Args:
        units: the table of units.
        name: its column of the plan.

    Returns:
        project, counties that lose units, counties that gain units; most moved first.
    """
    compared = units[units["compared"] == "yes"]
    result = []
    for project, part in compared.groupby("project", sort=False):
        change = [(c, int(d)) for c, d in zip(part["county"], part[name] - part[RUN], strict=True) if d]
        if change:
            less, more = ([pair for pair in change if sign * pair[1] > 0] for sign in (-1, 1))
            result.append((str(project), less, more))
    return sorted(result, key=lambda row: -sum(abs(d) for _, d in row[1] + row[2]))


def names_of(plans: pd.DataFrame) -> Sequence[str]:
    """Return the names of the alternatives, in order."""
    return [name for name in plans["plan"] if name != RUN]
