"""Controlled rounding: whole numbers with exact row totals and column totals as near as those allow.

Rows are rounded by largest remainder. Where a column then lies outside the floor and the ceiling of its own
total, units move along rows from columns with too much to columns with too little, on shortest augmenting
paths: when none is left, no other rounding of these rows has less outside (max-flow min-cut; Bacharach 1966,
doi:10.1287/mnsc.12.9.732; Cox 1987, doi:10.1080/01621459.1987.10478456, for free row totals).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

NOISE = 1e-3
"A part of a unit this near to 0 or 1 is an error of sums: such a cell is whole already."


def largest_remainder(rows: np.ndarray) -> np.ndarray:
    """Return every row in whole numbers, its total the nearest one; each cell is its floor or its ceiling.

    Args:
        rows: (row, column), none below 0.
    """
    down = np.floor(rows)
    missing = np.rint(rows.sum(axis=-1)) - down.sum(axis=-1)
    order = np.argsort(-(rows - down), axis=-1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.broadcast_to(np.arange(rows.shape[-1]), order.shape), axis=-1)
    return np.asarray(down + (rank < missing[..., None]))


def controlled(rows: np.ndarray) -> np.ndarray:
    """Return a table in whole numbers: exact row totals, column totals at floor or ceiling if they can be.

    Row totals rounded to the nearest may together be more, or less, than the columns have room for. What is
    left over is then shared by the columns in proportion to their cells that are not whole. The same table
    gives the same numbers; cells that are whole stay as they are.

    Args:
        rows: (row, column), none below 0.
    """
    whole = largest_remainder(rows)
    part = rows - np.floor(rows)
    free = (part > NOISE) & (part < 1 - NOISE)
    total = rows.sum(axis=0)
    lower, upper = np.floor(total + NOISE), np.ceil(total - NOISE)
    lower, upper = _widened(lower, upper, whole.sum(), free.sum(axis=0))
    state = whole.sum(axis=0)
    if np.all((state >= lower) & (state <= upper)):
        return whole
    up = whole > np.floor(rows)
    moves = _Moves(whole, part, up & free, ~up & free)
    moves.shift(state - upper, upper - state)
    state = whole.sum(axis=0)
    moves.shift(state - lower, lower - state)
    return whole


def _widened(
    lower: np.ndarray, upper: np.ndarray, total: float, cells: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of the columns wide enough for the sum of the rows."""
    over, under = max(total - upper.sum(), 0.0), max(lower.sum() - total, 0.0)
    share = cells / max(cells.sum(), 1)
    up, down = (largest_remainder((extra * share)[None])[0] for extra in (over, under))
    return lower - down, upper + up


@dataclass
class _Moves:
    """A rounding whose units may move along rows.

    Attributes:
        whole: (row, column) the rounding, changed in place.
        part: (row, column) what each cell is above its floor.
        up: cells at their ceiling that may go down.
        down: cells at their floor that may go up.
    """

    whole: np.ndarray
    part: np.ndarray
    up: np.ndarray
    down: np.ndarray

    def __post_init__(self) -> None:
        self.arcs = self._counted(slice(None))

    def _counted(self, rows: slice | np.ndarray) -> np.ndarray:
        """(from, to) rows in which a unit can go from one column to another."""
        return self.up[rows].T.astype(np.float64) @ self.down[rows].astype(np.float64)

    def shift(self, surplus: np.ndarray, room: np.ndarray) -> None:
        """Move units from columns with a surplus to columns with room, as many as can be."""
        surplus, room = surplus.copy(), room.copy()
        while (path := self._path(surplus > 0, room > 0)) is not None:
            first, last = path[0], path[-1]
            width = min(surplus[first], room[last], *(self.arcs[a, b] for a, b in pairwise(path)))
            for a, b in pairwise(path):
                self._move(a, b, int(width))
            surplus[first] -= width
            room[first] += width
            surplus[last] += width
            room[last] -= width

    def _path(self, sources: np.ndarray, sinks: np.ndarray) -> list[int] | None:
        """Shortest way from a source to a sink; the first in the order of columns."""
        if not sources.any() or not sinks.any():
            return None
        before = np.where(sources, -2, -1)
        layer = np.flatnonzero(sources)
        open_to = self.arcs > 0
        while len(layer):
            reached = open_to[layer] & (before == -1)
            new = np.flatnonzero(reached.any(axis=0))
            before[new] = layer[reached[:, new].argmax(axis=0)]
            ends = new[sinks[new]]
            if len(ends):
                path = [int(ends[0])]
                while before[path[-1]] != -2:
                    path.append(int(before[path[-1]]))
                return path[::-1]
            layer = new
        return None

    def _move(self, a: int, b: int, units: int) -> None:
        """Take units from a column to another in the rows that come off best."""
        rows = np.flatnonzero(self.up[:, a] & self.down[:, b])
        cost = self.part[rows, a] - self.part[rows, b]
        rows = rows[np.argsort(cost, kind="stable")[:units]]
        self.arcs -= self._counted(rows)
        self.whole[rows, a] -= 1
        self.whole[rows, b] += 1
        self.up[rows, a], self.down[rows, a] = False, True
        self.up[rows, b], self.down[rows, b] = True, False
        self.arcs += self._counted(rows)
