"""Monitoring: outcome and service indicators against the straight path from baseline to target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.evidence.figures import Figures
from sim.indicators import WORKS, Indicator

SLACK = 1e-9
NO_TARGET = ("empty", "direction", "reference")


@dataclass(frozen=True)
class Track:
    """Where an indicator stands.

    Attributes:
        state: state of the grammar.
        last_value: last known value, in the printed unit; NaN where none is known.
        last_year: its year, 0 where none.
        target: the target as a number, derived where the words derive it; NaN where it is not one.
        required_per_year: change still needed each year until the target year; NaN where unknown.
        path_value: value the straight path asks for in the last known year; NaN where unknown.
    """

    state: str
    last_value: float
    last_year: int
    target: float
    required_per_year: float
    path_value: float


def monitor(figures: Figures, indicators: list[Indicator]) -> dict[str, Track]:
    """Return the track of every indicator by its label; figures after the data cut-off do not enter."""
    rows = {(item.number, item.chosen): item for item in indicators}
    last = _last_known(figures)
    found = {}
    for item in indicators:
        parent = rows.get((item.parent, True))
        found[item.label] = _track(item, parent, last.get(item.number))
    return found


def _last_known(figures: Figures) -> Mapping[str, tuple[int, float]]:
    until = figures.scenario.time.information_until
    last: dict[str, tuple[int, float]] = {}
    for row in sorted(figures.book["plans/observations"], key=lambda row: int(row["year"])):
        if int(row["year"]) <= until:
            figures.observed(row)
            last[row["indicator"]] = int(row["year"]), row.number("value")
    return last


def _track(item: Indicator, parent: Indicator | None, observed: tuple[int, float] | None) -> Track:
    year, value = observed or (item.base_year, 0.0 if item.measure in WORKS else item.baseline)
    unknown = math.isnan(value)
    target = _target(item, parent)
    if item.measure == "change_per_year":
        return _yearly(item, year, value, observed is not None)
    if item.measure == "growth_rate":
        return _rate(item, year, value)
    left = item.target_year - year
    required = (target - value) / left if left > 0 else math.nan
    path = _path(item, target, year)
    state = _state(item, target, value, path)
    last_year = 0 if unknown else year
    return Track(state, value, last_year, target, required, math.nan if unknown else path)


def _target(item: Indicator, parent: Indicator | None) -> float:
    if item.measure == "same_percentage" and parent is not None:
        grown = parent.target / parent.baseline if parent.baseline else math.nan
        return item.baseline * grown
    return item.target


def _path(item: Indicator, target: float, year: int) -> float:
    span = item.target_year - item.base_year
    done = (year - item.base_year) / span if span > 0 else 1.0
    first = 0.0 if item.measure in WORKS else item.baseline
    return first + (target - first) * done


def _state(item: Indicator, target: float, value: float, path: float) -> str:
    if item.target_as in NO_TARGET:
        return "no_target"
    if math.isnan(value):
        return "unknown_baseline"
    if math.isnan(target):
        return "no_target"
    if item.bound == "hold" or item.better * (value - target) >= 0:
        return "hold" if item.better * (value - target) >= 0 else "monitor_off"
    if math.isnan(path):
        return "unknown_baseline"
    slack = SLACK * max(1.0, abs(path))
    return "monitor_on" if item.better * (value - path) >= -slack else "monitor_off"


def _yearly(item: Indicator, year: int, value: float, observed: bool) -> Track:
    """A change asked for each year: the path falls or rises by it from the baseline on."""
    if math.isnan(value):
        return Track("unknown_baseline", value, 0, math.nan, item.target, math.nan)
    path = item.baseline + item.target * (year - item.base_year)
    on = not observed or item.better * (value - path) >= -SLACK * max(1.0, abs(path))
    goal = item.baseline + item.target * (item.target_year - item.base_year)
    return Track("monitor_on" if on else "monitor_off", value, year, goal, item.target, path)


def _rate(item: Indicator, year: int, value: float) -> Track:
    """A rate of growth: the last known rate is compared with the rate asked for."""
    if math.isnan(item.target):
        return Track("no_target", value, 0 if math.isnan(value) else year, math.nan, math.nan, math.nan)
    if math.isnan(value):
        return Track("unknown_baseline", value, 0, item.target, math.nan, math.nan)
    on = item.better * (value - item.target) >= 0
    return Track("monitor_on" if on else "monitor_off", value, year, item.target, math.nan, item.target)
