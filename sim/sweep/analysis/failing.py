"""In which futures the plan fails: the events, and the conditions under which they come.

The plan fails in a future where it misses a target that it meets in the scenario itself; in a dataset that
does not tell of it, one it meets in at least half of the futures. A target it misses anyway is no matter of
the future: it is told apart, and has an event of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sim.names import CITY
from sim.sweep.analysis.boxes import Box, find_boxes
from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds

OVERALL = ""
Told = Literal["boxes", "holds", "never", "always", "few", "few_left", "none"]


@dataclass(frozen=True)
class Event:
    """One way to fail.

    Attributes:
        resource: the target that is missed, '' for any that is usually met.
        fails: (row) whether it is missed.
    """

    resource: str
    fails: np.ndarray


@dataclass(frozen=True)
class Discovery:
    """The conditions of one event.

    Attributes:
        resource: as of the event.
        fails, futures: how many.
        told: `boxes` when the boxes say where the plan fails, `holds` when they say where it does not,
            because it fails nearly everywhere; else why there is no box.
        boxes: the conditions.
    """

    resource: str
    fails: int
    futures: int
    told: Told
    boxes: tuple[Box, ...]


def events(data: Dataset) -> tuple[list[Event], list[str]]:
    """Return the events, the overall one first, and the targets the plan usually misses."""
    asked = {
        outcome.column: outcome.resource
        for outcome in data.outcomes
        if outcome.of == "plan" and outcome.kind == "coverage" and outcome.county == CITY
    }
    least = 1 - thresholds().met_tolerance
    missed = {asked[column]: values < least for column, values in data.each(asked)}
    if not missed or not data.ok.any():
        return [], []
    usual = _usual(data, asked, missed)
    any_fails = np.any([missed[name] for name in usual], axis=0) if usual else np.zeros(data.ok.sum(), bool)
    found = [Event(OVERALL, any_fails)] if usual else []
    return found + [Event(*pair) for pair in missed.items()], [name for name in missed if name not in usual]


def _usual(data: Dataset, asked: Mapping[str, str], missed: Mapping[str, np.ndarray]) -> list[str]:
    """Targets the plan meets but for the future."""
    known = data.manifest.get("usual") or {}
    if set(asked) <= set(known):
        return [name for column, name in asked.items() if is_met(np.array(known[column]))]
    return [name for name, fails in missed.items() if 1 - fails.mean() >= thresholds().usual_share]


def is_met(coverage: np.ndarray) -> np.ndarray:
    """Return whether a target is met."""
    met: np.ndarray = coverage >= 1 - thresholds().met_tolerance
    return met


def discoveries(data: Dataset, found: list[Event]) -> list[Discovery]:
    """Return the conditions of each event."""
    x = np.column_stack([values for _, values in data.each(factor.name for factor in data.factors)])
    weight = data.independent / max(int(data.ok.sum()), 1)
    half = data.draw[data.ok] // data.group % 2 == 0
    return [discover(event, x, weight, half) for event in found]


def discover(event: Event, x: np.ndarray, weight: float = 1.0, half: np.ndarray | None = None) -> Discovery:
    """Return the conditions of one event; none are made up where it is too rare or too usual.

    Args:
        event: what is looked for.
        x: (row, factor) values of the factors.
        weight: independent futures per future.
        half: (row) whether it belongs to the half in which boxes are tried first.
    """
    n, fails, least = len(event.fails), int(event.fails.sum()), thresholds().fewest_events
    why: Told | None = None
    if fails == 0:
        why = "never"
    elif fails == n:
        why = "always"
    elif fails < least:
        why = "few"
    elif n - fails < least:
        why = "few_left"
    if why:
        return Discovery(event.resource, fails, n, why, ())
    nearly_all = fails / n >= thresholds().dense
    boxes = tuple(find_boxes(x, ~event.fails if nearly_all else event.fails, weight, half))
    told: Told = "none" if not boxes else "holds" if nearly_all else "boxes"
    return Discovery(event.resource, fails, n, told, boxes)


COLUMNS = (
    "resource",
    "fails",
    "futures",
    "told",
    "box",
    "coverage",
    "density",
    "futures_inside",
    "events_inside",
    "factor",
    "side",
    "limit",
    "quasi_p",
)


def discovery_table(data: Dataset, found: list[Discovery]) -> pd.DataFrame:
    """Return one row a condition; one row without condition where there is no box."""
    rows: list[tuple[object, ...]] = []
    for one in found:
        head = (one.resource or "any", one.fails, one.futures, one.told)
        if not one.boxes:
            rows.append((*head, *[None] * 9))
        for n, box in enumerate(one.boxes, start=1):
            told = (n, box.coverage, box.density, box.futures, box.events)
            rows += [
                (
                    *head,
                    *told,
                    data.factors[limit.factor].name,
                    "at_most" if limit.side else "at_least",
                    limit.value,
                    limit.quasi_p,
                )
                for limit in box.limits
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"box": "Int64", "futures_inside": "Int64"})
