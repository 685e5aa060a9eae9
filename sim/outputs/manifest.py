"""The manifest: what went in, what was proven, what entered the program. No clock, no machine."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import pandas as pd

import sim
from sim.certify import Certificate
from sim.evidence.moved import moved
from sim.outputs.leaning import leaning, quality_counts
from sim.pipeline import RunResult
from sim.program.loading import SEED
from sim.scenario.reading import LoadedScenario

INTERRUPTED = ("time_limit_reached", "interrupted_by_user")
_VERSIONS = ("numpy", "scipy", "pandas", "xarray", "highspy")


def input_hash(
    loaded: LoadedScenario, digests: Mapping[str, str], lang: str = "zh", solver: str | None = None
) -> str:
    """Return the SHA-256 of everything that decides a run folder: inputs, options and versions.

    Where the tables stand does not count: their contents do.

    Args:
        loaded: the scenario.
        digests: SHA-256 of every table used.
        lang: language of the report and the workbook.
        solver: version of the solver; that of the installed one where it is not given.
    """
    parts = {
        "scenario": loaded.scenario.model_dump_json(exclude={"tables"}),
        "lang": lang,
        "tables": dict(sorted(digests.items())),
        "gapwise": sim.__version__,
        "highspy": version("highspy"),
    }
    if loaded.scenario.solver.name != "highs":
        parts["solver"] = solver or solver_of(loaded.scenario.solver.name)["version"]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def solver_of(name: str) -> dict[str, str]:
    """Return name and version of a solver.

    Raises:
        InputError: it is not installed.
    """
    if name == "highs":
        return {"name": name, "version": version("highspy")}
    from sim.program.pyomo_levels import solver_version

    return {"name": name, "version": solver_version(name)}


def run_id(loaded: LoadedScenario, digests: Mapping[str, str], lang: str = "zh") -> str:
    """Return `<scenario>-<first 8 of the input hash>`, the name of the run folder."""
    return f"{loaded.scenario.name}-{input_hash(loaded, digests, lang)[:8]}"


def manifest(result: RunResult, tables: Mapping[str, pd.DataFrame], lang: str = "zh") -> dict[str, Any]:
    """Return the manifest of a run, plain types only.

    Args:
        result: the run.
        tables: its tables; their row counts are recorded.
        lang: language of the report and the workbook.
    """
    loaded, scenario = result.loaded, result.loaded.scenario
    levels = [
        {
            "name": level.name,
            "units": level.units,
            "value": level.value,
            "best_bound": level.best_bound if abs(level.best_bound) != float("inf") else None,
            "abs_gap": level.abs_gap if level.abs_gap != float("inf") else None,
            "mip_gap": level.mip_gap if level.mip_gap != float("inf") else None,
            "status": level.status,
        }
        for level in result.solution.levels
    ]
    return {
        "run_id": run_id(loaded, result.book.digests, lang),
        "scenario": scenario.name,
        "plan": scenario.plan,
        "version": sim.__version__,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS}},
        "input_hash": input_hash(loaded, result.book.digests, lang),
        "inputs": dict(sorted(result.book.digests.items())),
        "lang": lang,
        "solver": solver_of(scenario.solver.name),
        "seed": SEED,
        "report_date": scenario.report_date.isoformat(),
        "information_until": scenario.time.information_until,
        "reproducible": all(level.status not in INTERRUPTED for level in result.solution.levels),
        "stopped_above_gap": any(
            level.status in INTERRUPTED and level.mip_gap > scenario.solver.gap
            for level in result.solution.levels
        ),
        "levels": levels,
        "mip_gap": max((row["mip_gap"] if row["mip_gap"] is not None else 1.0) for row in levels),
        "targets": target_counts(result),
        "cost_figures": dict(result.figures),
        "assumed_baselines": list(scenario.assumed_baselines),
        "illustrative": any(envelope.illustrative for envelope in scenario.envelopes),
        "supposed": any(moved(scenario.future)) or bool(scenario.figures),
        "without_assumed": _bare(result.without_assumed),
        "unknown_stocks": unknown_staff(result),
        "rounding_cost_yuan": result.solution.rounding_cost_yuan,
        "certificate": certificate_rows(result.certificate),
        "quality_counts": quality_counts(result),
        "leaning": leaning(result),
        "rows": {name: len(table) for name, table in tables.items()},
    }


def target_counts(result: RunResult) -> dict[str, Any]:
    """Return how many indicators entered the program, how many not and why, and how many are met."""
    indicators = result.stages.indicators
    inside = result.stages.targets
    printed = sum(not i.is_rule for i in inside)
    chosen = [i for i in indicators if i.chosen]
    reasons = Counter(i.why_not() for i in chosen if not i.in_program)
    year = result.loaded.scenario.time.target_year
    state = result.gaps["state"].sel(county="city", year=year)
    missed = [i.resource for i in inside if state.sel(resource=i.resource).item() == "gap"]
    by_level = Counter(i.level for i in inside)
    return {
        "in_program": len(inside),
        "printed": len(chosen),
        "printed_in_table": sum(i.origin == "table" for i in chosen),
        "other_readings": len(indicators) - len(chosen),
        "printed_in_program": printed,
        "rules_in_program": len(inside) - printed,
        "out_of_program": len(chosen) - printed,
        "why_not": dict(sorted(reasons.items())),
        "met": len(inside) - len(missed),
        "missed": missed,
        "by_level": {str(level): n for level, n in sorted(by_level.items())},
    }


def _bare(result: RunResult | None) -> dict[str, Any] | None:
    """What the same run says without assumed baselines."""
    if result is None:
        return None
    return {
        "targets": target_counts(result),
        "cost_figures": dict(result.figures),
        "certificate": result.certificate.ok,
    }


def unknown_staff(result: RunResult) -> list[str]:
    """Return the cadres of unknown stock that something in the program would need."""
    wanted = {t.resource for t in result.stages.targets}
    staffing = result.book["workforce/staffing"]
    asked = {row["cadre"] for row in staffing if row["resource"] in wanted}
    return [name for name in result.stages.unknown if name in asked]


def certificate_rows(certificate: Certificate) -> dict[str, Any]:
    """Return the certificate as plain types."""
    rows = [
        {
            "name": check.name,
            "rows": check.rows,
            "worst": check.worst if check.worst != float("inf") else None,
            "tolerance": check.tolerance,
            "ok": check.ok,
        }
        for check in certificate.checks
    ]
    return {"ok": certificate.ok, "checks": rows}
