"""The budget curve: what each envelope buys, where the curve bends, and what changes from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim.budget.need import Need
from sim.budget.solving import Budgeted, Funded
from sim.program.known_plans import keeps_rules
from sim.program.watching import Progress, Stop

Tell = Callable[[int, int], None]
DIFFERENT = 1e-5
"Part by which levels differ that differ at all: the tolerance of the freezes is smaller."
FIGURES = ("present_cost_yuan", "capital_outlay_yuan", "local_burden_yuan")
STEP_COLUMNS = ["step", "from_yuan", "to_yuan", "project", "change", "units", "where"]


@dataclass(frozen=True)
class Curve:
    """Certified plans at rising envelopes.

    Attributes:
        points: the plans, the smallest envelope first.
        knee: place of the point where the curve bends most; None where it is straight or flat.
        knee_level: the level whose curve bends there.
    """

    points: tuple[Funded, ...]
    knee: int | None
    knee_level: str


def curve(
    budget: Budgeted,
    envelopes: Sequence[float],
    known: Sequence[Need],
    stop: Stop | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda _n, _of: None,
) -> Curve:
    """Return the plan at every envelope; each is a start for the next.

    The plans that the least money pays for stand in the curve too, and are starts for larger envelopes.

    Args:
        budget: the case and the purse.
        envelopes: yuan.
        known: plans of least money by priority level.
        stop: asks the solver for an early end.
        progress: called with level, incumbent and bound.
        tell: called with the number of each point and how many there are.

    Raises:
        CertificateError: a plan fails its certificate.
        NoCertifiedPlanError: no plan was found.
    """
    given = {need.yuan: need.plan for need in known}
    wanted = sorted({*map(float, envelopes), *given})
    points: list[Funded] = []
    for n, yuan in enumerate(wanted, start=1):
        tell(n, len(wanted))
        starts = [plan.known for plan in (*points[-1:], *(p for y, p in given.items() if y <= yuan))]
        points.append(budget.at(yuan, starts, stop, progress))
    points = _handed_back(budget, points, stop, progress)
    level = bending_level(points)
    return Curve(tuple(points), knee([p.yuan for p in points], _values(points, level)), level)


def _handed_back(
    budget: Budgeted, points: list[Funded], stop: Stop | None, progress: Progress | None
) -> list[Funded]:
    """The same points; a plan of a larger envelope that fits a smaller one and is better is a start there."""
    found = points[-1:]
    for point in reversed(points[:-1]):
        later = found[0]
        fits = keeps_rules(budget.matrix_at(point.yuan), later.columns)
        if fits and _is_better(later, point):
            point = budget.at(point.yuan, [point.known, later.known], stop, progress)
        found.insert(0, point)
    return found


def _is_better(one: Funded, other: Funded) -> bool:
    """Whether a plan is better in the first level in which two plans differ, up to the present cost."""
    for level in one.levels:
        gap = other.value(level.name) - level.value
        if abs(gap) > DIFFERENT * max(abs(level.value), 1.0):
            return gap > 0
        if level.name == "present_cost":
            return False
    return False


def bending_level(points: Sequence[Funded]) -> str:
    """Return the first priority level of targets that money moves at all; the first where it moves none."""
    names = [level.name for level in points[0].levels if level.name.startswith("targets_")]
    moved = [name for name in names if np.ptp(_values(points, name)) > 1e-6]
    return (moved or names or [points[0].levels[0].name])[0]


def knee(envelopes: Sequence[float], values: Sequence[float]) -> int | None:
    """Return the place of the point farthest below the straight line from the first to the last.

    Source: Satopaa, Albrecht, Irwin and Raghavan (2011), Finding a "Kneedle" in a haystack,
    doi:10.1109/ICDCSW.2011.20, for a falling convex curve. The curve is taken up to the first envelope that
    reaches the least value: what no more money mends is not part of the bend.

    Args:
        envelopes: money, rising.
        values: what is left short at each.
    """
    money, left = np.array(envelopes, dtype=float), np.array(values, dtype=float)
    fall = left.max() - left.min()
    if len(left) < 3 or fall <= 0:
        return None
    end = int(np.argmax(left <= left.min() + 1e-9 * fall)) + 1
    money, left = money[:end], left[:end]
    if end < 3 or money[-1] <= money[0]:
        return None
    x = (money - money[0]) / (money[-1] - money[0])
    below = (1 - x) - (left - left.min()) / fall
    place = int(np.argmax(below))
    return place if below[place] > 1e-9 else None


def _values(points: Sequence[Funded], level: str) -> list[float]:
    return [point.value(level) for point in points]


def curve_table(points: Sequence[Funded]) -> pd.DataFrame:
    """Return one row an envelope: money, what is left short by level, cost, bounds, gap and status."""
    return pd.DataFrame([_row(point) for point in points])


def _row(point: Funded) -> dict[str, object]:
    targets = [level for level in point.levels if level.name.startswith("targets_")]
    row: dict[str, object] = {"envelope_yuan": round(point.yuan, 2)}
    ranks = [level.name.removeprefix("targets_") for level in targets]
    row |= {
        f"shortfall_level{n}": round(point.value(level.name), 9)
        for n, level in zip(ranks, targets, strict=True)
    }
    row |= {name: round(point.figures[name], 2) for name in FIGURES}
    row |= {f"bound_level{n}": round(level.best_bound, 9) for n, level in zip(ranks, targets, strict=True)}
    decided = [level for level in point.levels if level in targets or level.name in ("rules", "present_cost")]
    worst = max(decided, key=lambda level: level.mip_gap)
    row |= {
        "bound_present_cost_yuan": round(point.level("present_cost").best_bound * 1e6, 2),
        "rules_slack": round(point.value("rules"), 5),
        "mip_gap": round(worst.mip_gap, 9),
        "status": worst.status,
    }
    return row


def resource_table(points: Sequence[Funded]) -> pd.DataFrame:
    """Return one row an envelope and target: units short, share of the need covered."""
    rows = []
    for point in points:
        for resource in map(str, point.need["resource"].values):
            need, short = (float(a.sel(resource=resource)) for a in (point.need, point.short))
            covered = 1.0 if need <= 0 else max(1 - short / need, 0.0)
            rows.append((round(point.yuan, 2), resource, round(need, 6), round(short, 6), round(covered, 9)))
    return pd.DataFrame(rows, columns=["envelope_yuan", "resource", "need", "shortfall", "coverage"])


def step_table(points: Sequence[Funded]) -> pd.DataFrame:
    """Return what each larger envelope adds, drops and moves, by project type.

    `added` and `dropped` are units of the city more or fewer; of the rest, `moved_year` start in another
    year and `moved_county` in another county. `where` names the counties or years and the units each gains
    or loses.
    """
    rows: list[tuple[object, ...]] = []
    for n in range(1, len(points)):
        before, after = points[n - 1], points[n]
        old, new = (point.solution.plan.started.transpose(*_DIMS) for point in (before, after))
        for p, project in enumerate(map(str, new["project"].values)):
            place = (n, round(before.yuan, 2), round(after.yuan, 2), project)
            rows += [(*place, *change) for change in _changes(new.values[p] - old.values[p], new)]
    return pd.DataFrame(rows, columns=STEP_COLUMNS)


_DIMS = ("project", "county", "start_year")


def _changes(change: np.ndarray, labels: xr.DataArray) -> list[tuple[str, int, str]]:
    """Change, units and where, of the difference (county, start_year) of one project type."""
    coords = labels.coords
    total = int(change.sum())
    by_county, by_year = change.sum(axis=1), change.sum(axis=0)
    found = []
    if total:
        kind = "added" if total > 0 else "dropped"
        found.append((kind, abs(total), _said(by_county, coords["county"].values)))
    years = int(np.abs(by_year).sum() - abs(total)) // 2
    if years:
        found.append(("moved_year", years, _said(by_year, coords["start_year"].values)))
    counties = int(np.abs(by_county).sum() - abs(total)) // 2
    if counties:
        found.append(("moved_county", counties, _said(by_county, coords["county"].values)))
    return found


def _said(change: np.ndarray, labels: np.ndarray) -> str:
    return " ".join(f"{label}{int(d):+d}" for label, d in zip(labels, change, strict=True) if d)
