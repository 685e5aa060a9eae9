"""Checking a run folder by itself: hashes, certificate and ledger, without solving."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.case import Case
from sim.certify import Certificate, Check, Claims, certify
from sim.errors import InputError, Problem
from sim.evidence.book import Book, open_book
from sim.evidence.figures import Figures
from sim.outputs.folder import MANIFEST, SCENARIO, file_hashes, read_table
from sim.outputs.manifest import input_hash
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.stages import Stages, allocation_case, run_stages

_REQUIRED = {"report.html", "plan.xlsx", "results.nc", SCENARIO} | {
    f"tables/{name}.csv"
    for name in (
        "population",
        "workforce",
        "gaps",
        "causes",
        "indicators",
        "projects",
        "transfers",
        "ledger",
        "evidence",
    )
}
_KINDS: dict[str, type] = {
    "files": dict,
    "levels": list,
    "cost_figures": dict,
    "targets": dict,
    "certificate": dict,
    "solver": dict,
}
_KINDS |= {"mip_gap": float, "lang": str, "input_hash": str}


@dataclass(frozen=True)
class OpenedRun:
    """A run folder read back: people, staff, needs and costs computed again from its own inputs.

    Attributes:
        record: the manifest.
        loaded: the scenario.
        book: every table used.
        stages: the stages without the plan.
        case: what was decided.
        claims: what the folder says of its plan.
    """

    record: dict[str, Any]
    loaded: LoadedScenario
    book: Book
    stages: Stages
    case: Case
    claims: Claims


def open_run(folder: Path) -> OpenedRun:
    """Read a run folder back, without checking it.

    Raises:
        InputError: the folder is not a run folder.
    """
    record = _record(folder)
    missing = sorted(name for name in _REQUIRED if not (folder / name).is_file())
    if missing:
        allowed = "a complete run folder of this version"
        raise InputError([Problem(str(folder), f"there is no {', '.join(missing)}", allowed)])
    loaded = load_scenario(str(folder / SCENARIO))
    book = open_book(loaded)
    stages = run_stages(Figures(book, loaded.scenario))
    case = allocation_case(stages)
    return OpenedRun(record, loaded, book, stages, case, _claims(folder, record, stages, case))


def verify_run(folder: Path) -> Certificate:
    """Check a run folder: its hashes, then every rule on the projects and the ledger it holds.

    People, staff, needs and costs are computed again from the folder's own copy of the inputs.

    Raises:
        InputError: the folder is not a run folder.
    """
    record = _record(folder)
    checks = [_hash_check(folder, record)]
    if not checks[0].ok:
        return Certificate(tuple(checks))
    run = open_run(folder)
    used = record["solver"]["version"]
    same = input_hash(run.loaded, run.book.digests, record["lang"], used) == record["input_hash"]
    checks.append(Check("inputs, options and versions are those of the run", 1, float(not same), 0.0))
    checks.extend(certify(run.case, run.claims).checks)
    checks.extend(_headline_checks(folder, record))
    return Certificate(tuple(checks))


def _record(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        allowed = "a run folder, such as outputs/nanchang-1a2b3c4d"
        raise InputError([Problem(str(folder), f"there is no {MANIFEST}", allowed)]) from None
    except (ValueError, NotADirectoryError) as error:
        raise InputError([Problem(str(path), f"cannot be read: {error}", "a manifest")]) from None
    wrong = [name for name, kind in _KINDS.items() if not isinstance(record.get(name), kind)]
    missing = set(wrong) | {"files", "levels", "cost_figures", "input_hash", "lang"} - record.keys()
    if missing:
        raise InputError([Problem(str(path), f"has no {', '.join(sorted(missing))}", "a manifest")])
    return record


def _headline_checks(folder: Path, record: dict[str, Any]) -> list[Check]:
    """What the first page says must follow from the tables."""
    table = read_table(folder, "indicators")
    table = table[table["why_not"] != "other_reading"]
    both = pd.concat([t[["in_program", "state"]] for t in (table, read_table(folder, "rules"))])
    inside = both[both["in_program"] == "yes"]
    short = int((inside["state"] == "gap").sum())
    outside = int((table["in_program"] != "yes").sum())
    targets = record["targets"]
    said = (targets["in_program"], targets["met"], len(targets["missed"]), targets["out_of_program"])
    counted = (len(inside), len(inside) - short, short, outside)
    gaps = [row["mip_gap"] for row in record["levels"]]
    worst = max((1.0 if gap is None else gap for gap in gaps), default=1.0)
    return [
        Check("counts of targets follow from the indicators", 4, float(said != counted), 0.0),
        Check("the largest gap is that of a level", len(gaps), abs(record["mip_gap"] - worst), 0.0),
        Check("the certificate of the run held", 1, float(not record["certificate"]["ok"]), 0.0),
    ]


def _hash_check(folder: Path, record: dict[str, Any]) -> Check:
    found, known = file_hashes(folder), record["files"]
    names = found.keys() | known.keys() | _REQUIRED
    wrong = {name for name in names if name not in found or found[name] != known.get(name)}
    label = f"files are unchanged{': ' + ', '.join(sorted(wrong)) if wrong else ''}"
    return Check(label, len(known), float(len(wrong)), 0.0)


def _claims(folder: Path, record: dict[str, Any], stages: Stages, case: Case) -> Claims:
    projects = read_table(folder, "projects")
    started, moved = _units(projects, case), _moved(folder, case)
    with xr.open_dataset(folder / "results.nc", group="plan", engine="h5netcdf") as plan:
        solved = plan["solved"].values
    levels = {
        row["name"]: (row["value"], row["best_bound"] if row["best_bound"] is not None else -np.inf)
        for row in record["levels"]
    }
    return Claims(
        started=started,
        solved=solved,
        ledger=read_table(folder, "ledger"),
        levels=levels,
        open_year=_opening(projects, case, "open_year", stages.delivery["open_year"].values),
        open_month=stages.delivery["open_month"].values,
        capacity=_capacity(folder, case, started, moved),
        figures=record["cost_figures"],
        moved=moved,
    )


def _axes(case: Case) -> list[list[Any]]:
    projects = [str(p) for p in case.rules.projects["project"].values]
    return [projects, case.rules.counties, case.decision_years]


def _places(projects: pd.DataFrame, case: Case) -> tuple[np.ndarray, ...]:
    names = ("project", "county", "start_year")
    return tuple(
        pd.Index(a).get_indexer(pd.Index(projects[n])) for a, n in zip(_axes(case), names, strict=True)
    )


def _units(projects: pd.DataFrame, case: Case) -> np.ndarray:
    units = np.zeros([len(axis) for axis in _axes(case)])
    np.add.at(units, _places(projects, case), projects["units"].to_numpy(dtype=float))
    return units


def _opening(projects: pd.DataFrame, case: Case, column: str, usual: np.ndarray) -> np.ndarray:
    shown = usual.copy()
    p, _, s = _places(projects, case)
    shown[p, s] = projects[column].to_numpy()
    return shown


def _moved(folder: Path, case: Case) -> np.ndarray:
    """(cadre, county) net heads that came, as `transfers.csv` shows them."""
    table = read_table(folder, "transfers")
    moved = np.zeros((len(case.rules.cadres), len(case.rules.counties)))
    rows = pd.Index(case.rules.cadres).get_indexer(pd.Index(table["cadre"]))
    columns = pd.Index(case.rules.counties).get_indexer(pd.Index(table["county"]))
    np.add.at(moved, (rows, columns), table["heads"].to_numpy(dtype=float))
    return moved


def _capacity(folder: Path, case: Case, started: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """Capacity at the target year as `gaps.csv` shows it; what no target counts is recomputed."""
    from sim.certify import arithmetic

    counts, _ = arithmetic.counted(case, arithmetic.standing(case, started, moved))
    gaps = read_table(folder, "gaps")
    shown = gaps[(gaps["case"] == "with") & (gaps["year"] == case.decision_years[-1])]
    shown = shown[shown["county"] != "city"]
    rows = pd.Index(case.rules.resources).get_indexer(pd.Index(shown["resource"]))
    columns = pd.Index(case.rules.counties).get_indexer(pd.Index(shown["county"]))
    counts[rows, columns] = shown["capacity"].to_numpy()
    return counts
