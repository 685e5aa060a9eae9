"""What a result leans on: assumptions ranked by the share of the plan's present cost they touch."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sim.evidence.figures import Figure
from sim.pipeline import RunResult

TOP = 10


def leaning(result: RunResult) -> list[dict[str, Any]]:
    """Return the ten assumptions the result leans on most.

    An assumption touches the present cost of the projects whose size, date, cost or need it decides.
    Equal shares are ranked by the width of the assumed range relative to the figure.
    """
    cost = _cost_by_project(result)
    assumed = [f for f in result.stages.figures.used.values() if f.quality == "assumption"]
    ranked = sorted(
        assumed, key=lambda f: (-_share(f, result, cost), -_width(f), f.table, f.key, f.parameter)
    )
    return [
        {
            "name": " ".join(filter(None, dict.fromkeys((f.key, f.parameter)))),
            "value": _or_none(f.value),
            "low": _or_none(f.low),
            "high": _or_none(f.high),
            "unit": f.unit,
            "share": round(_share(f, result, cost), 6),
            "quality": f.quality,
            "reason": f.reason,
            "reason_zh": f.reason_zh,
            "where": f.where,
        }
        for f in ranked[:TOP]
    ]


def quality_counts(result: RunResult) -> dict[str, dict[str, int]]:
    """Return how many figures of each quality entered, by table and in all."""
    frame = pd.DataFrame([(f.table, f.quality) for f in result.stages.figures.used.values()])
    counts = frame.groupby([0, 1]).size()
    by_table = {str(t): {str(q): int(n) for q, n in counts[t].items()} for t in sorted(set(frame[0]))}
    total = frame[1].value_counts().sort_index()
    return {"all": {str(q): int(n) for q, n in total.items()}, **by_table}


def _cost_by_project(result: RunResult) -> pd.Series:
    cost = (result.solution.plan.started * result.stages.costs["present_cost"]).sum(("county", "start_year"))
    series = cost.to_series().clip(lower=0.0)
    return series / series.sum() if series.sum() > 0 else series


def _share(figure: Figure, result: RunResult, cost: pd.Series) -> float:
    touched = _projects(figure, result)
    return float(cost.sum()) if touched is None else float(cost.reindex(sorted(touched)).fillna(0.0).sum())


def _projects(figure: Figure, result: RunResult) -> set[str] | None:
    """Projects a figure touches, None for all."""
    first = figure.key.split(" ")[0]
    rules = result.stages.rules
    if figure.table.startswith(("params/projects/", "projects/")):
        return {first}
    if "workforce/rates" in figure.table:
        return _makers(result, {first} | _served_by(first, result))
    if "workforce/staffing" in figure.table or figure.table == "apportioned" or "autonomous" in figure.table:
        return _makers(result, {first})
    if "assumed_baselines" in figure.table:
        return _makers(result, {first} | _served_by(first, result))
    if "county_baselines" in figure.table:
        return _makers(result, {first, figure.key.split(" ")[-1]})
    if "funds/" in figure.table:
        group = figure.key.split(" ")[-1]
        groups = rules.projects["group"].to_series()
        return set(groups.index[groups == group])
    facilities = {i.resource for i in result.stages.targets if i.per == figure.key}
    return _makers(result, facilities) if facilities else None


def _makers(result: RunResult, resources: set[str]) -> set[str]:
    outputs = result.stages.rules.outputs
    named = [r for r in resources if r in outputs["resource"].values]
    makes = (outputs.sel(resource=named) > 0).any("resource").to_series()
    return set(makes.index[makes])


def _served_by(cadre: str, result: RunResult) -> set[str]:
    ratio = result.stages.rules.heads_per_unit
    if cadre not in ratio["cadre"].values:
        return set()
    needs = (ratio.sel(cadre=cadre) > 0).to_series()
    return set(needs.index[needs])


def _width(figure: Figure) -> float:
    if figure.low != figure.low or figure.high != figure.high or not figure.value:
        return 0.0
    return (figure.high - figure.low) / abs(figure.value)


def _or_none(number: float) -> float | None:
    return None if number != number else number
