"""PRIM: conditions on the factors under which an event is frequent, found by peeling.

Friedman and Fisher (1999, doi:10.1023/A:1008894516817), with the lenient objective and the quasi-p values
of Bryant and Lempert (2010, doi:10.1016/j.techfore.2009.08.002). No chance enters: ties go to the factor
that stands first, low before high.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from sim.sweep.analysis.intervals import wilson
from sim.sweep.analysis.thresholds import thresholds

LOW, HIGH = 0, 1


@dataclass(frozen=True)
class Limit:
    """One end of one factor: at least (side 0) or at most (side 1) a value.

    Attributes:
        factor: column of the factor.
        side: 0 or 1.
        value: where the box ends; it belongs to the box.
        quasi_p: chance of a density as high or higher if this limit did nothing.
    """

    factor: int
    side: int
    value: float
    quasi_p: float = 0.0


@dataclass(frozen=True)
class Box:
    """Conditions and how well they tell the event.

    Attributes:
        limits: the conditions, most telling first.
        inside: (future) whether they hold.
        futures, events: inside the box.
        coverage: share of all events that are inside.
        density: share of the inside that are events.
    """

    limits: tuple[Limit, ...]
    inside: np.ndarray
    futures: int
    events: int
    coverage: float
    density: float


def find_boxes(
    x: np.ndarray, event: np.ndarray, weight: float = 1.0, half: np.ndarray | None = None
) -> list[Box]:
    """Return boxes, each found in the futures that those before it leave over.

    Peeling finds something dense in pure chance too. So a box is told only if one found in half of the
    futures holds in the other half, at the same significance as its limits; further boxes only if dense.

    Args:
        x: (future, factor) values.
        event: (future) whether it happened.
        weight: independent futures per future, under 1 where futures share values.
        half: (future) whether it belongs to the first half; every second one where nothing is said.
    """
    found: list[Box] = []
    left = np.ones(len(event), dtype=bool)
    first = np.arange(len(event)) % 2 == 0 if half is None else half
    while len(found) < thresholds().boxes and event[left].sum() >= thresholds().fewest_events:
        box = find_box(x, event, left, weight)
        if box is None or (found and box.density < thresholds().dense):
            break
        if not _holds_elsewhere(x, event, left & first, left & ~first, weight):
            break
        found.append(box)
        left &= ~box.inside
    return found


def find_box(x: np.ndarray, event: np.ndarray, among: np.ndarray, weight: float = 1.0) -> Box | None:
    """Return the best box among some futures, None where none is denser than chance.

    Coverage is of all events. Of the boxes of the peeling that are dense enough, else of all, the one whose
    coverage and density have the largest harmonic mean is taken.
    """
    boxes = [_box(limits, x, event, among) for limits in _peeling(x, event, among)]
    base = event[among].mean()
    low = [wilson(box.density, box.futures * weight)[0] for box in boxes]
    better = [box for box, least in zip(boxes, low, strict=True) if box.limits and least > base]
    if not better:
        return None
    dense = [box for box in better if box.density >= thresholds().dense]
    pruned = _pruned(max(dense or better, key=_harmonic), x, event, among, weight)
    return pruned if pruned.limits else None


def _holds_elsewhere(
    x: np.ndarray, event: np.ndarray, one: np.ndarray, other: np.ndarray, weight: float
) -> bool:
    """Whether a box found in one part of the futures is denser than chance in the other part."""
    box = find_box(x, event, one, weight) if event[one].any() and event[other].any() else None
    if box is None:
        return False
    again = _box(box.limits, x, event, other)
    whole = _box((), x, event, other)
    return again.futures > 0 and _quasi_p(again, whole, weight) <= thresholds().significance


def _harmonic(box: Box) -> float:
    return 2 * box.coverage * box.density / max(box.coverage + box.density, 1e-300)


def _peeling(x: np.ndarray, event: np.ndarray, among: np.ndarray) -> Iterator[tuple[Limit, ...]]:
    """The limits after each peel, from the whole space to the smallest box."""
    limits: dict[tuple[int, int], float] = {}
    rows = np.flatnonzero(among)
    events = int(event[among].sum())
    least = max(min(thresholds().mass * len(event), events), thresholds().fewest_events / 2)
    while True:
        yield tuple(Limit(factor, side, value) for (factor, side), value in limits.items())
        best: tuple[float, tuple[int, int], np.ndarray] | None = None
        for key, kept in _candidates(x, rows):
            gain = event[rows[kept]].mean() - event[rows].mean()
            score = gain * len(rows) / (len(rows) - kept.sum())
            if kept.sum() >= least and gain > 0 and (best is None or score > best[0]):
                best = score, key, kept
        if best is None:
            return
        _, (factor, side), kept = best
        rows = rows[kept]
        limits[factor, side] = float((np.min, np.max)[side](x[rows, factor]))


def _candidates(x: np.ndarray, rows: np.ndarray) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Which of the rows stay if one end of one factor is peeled, at least the outermost value."""
    share = thresholds().peel
    for factor in range(x.shape[1]):
        values = x[rows, factor]
        if np.ptp(values) == 0:
            continue
        low, high = np.quantile(values, [share, 1 - share])
        yield (factor, LOW), values > low if low == values.min() else values >= low
        yield (factor, HIGH), values < high if high == values.max() else values <= high


def _box(limits: Sequence[Limit], x: np.ndarray, event: np.ndarray, among: np.ndarray) -> Box:
    inside = among & _holds(limits, x)
    events, futures = int(event[inside].sum()), int(inside.sum())
    return Box(
        tuple(limits),
        inside,
        futures,
        events,
        events / max(int(event.sum()), 1),
        events / max(futures, 1),
    )


def _holds(limits: Sequence[Limit], x: np.ndarray) -> np.ndarray:
    inside = np.ones(len(x), dtype=bool)
    for limit in limits:
        values = x[:, limit.factor]
        inside &= values >= limit.value if limit.side == LOW else values <= limit.value
    return inside


def _pruned(box: Box, x: np.ndarray, event: np.ndarray, among: np.ndarray, weight: float) -> Box:
    """The box without the limits that tell nothing, the least telling dropped first."""
    limits = list(box.limits)
    while limits:
        now = _box(limits, x, event, among)
        without = [[other for other in limits if other is not limit] for limit in limits]
        values = [_quasi_p(now, _box(rest, x, event, among), weight) for rest in without]
        worst = int(np.argmax(values))
        if values[worst] <= thresholds().significance:
            told = [
                Limit(limit.factor, limit.side, limit.value, p)
                for limit, p in zip(limits, values, strict=True)
            ]
            return _box(sorted(told, key=lambda limit: limit.quasi_p), x, event, among)
        limits = without[worst]
    return _box((), x, event, among)


def _quasi_p(box: Box, rest: Box, weight: float) -> float:
    n, k = round(box.futures * weight), round(box.events * weight)
    return float(binom.sf(k - 1, n, rest.density))
