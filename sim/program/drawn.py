"""Many programs that differ only in bounds and objectives: stated once, compiled together.

A case whose arrays have the dim `draw` is stated by the same families as any other. What has no draw in
it (which rules and decisions there are, every coefficient) is one and the same; a family in which that
would differ refuses, so that nothing can differ unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.contracts import DRAW
from sim.program.blocks import Columns, Level, Program, Rows
from sim.program.matrix import Matrix

Families = Mapping[str, Columns] | Mapping[str, Rows]


class StructureError(ValueError):
    """Futures that do not share one structure: they must be stated one by one."""


@dataclass(frozen=True)
class Limits:
    """What one program of many has of its own.

    Attributes:
        row_lower: (row) least activities.
        row_upper: (row) greatest activities.
        lower: (column) least values.
        upper: (column) greatest values.
        objectives: (level, column) coefficients.
    """

    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    objectives: np.ndarray


def limits_of(matrix: Matrix) -> Limits:
    """Return what a compiled program has of its own."""
    return Limits(matrix.row_lower, matrix.row_upper, matrix.lower, matrix.upper, matrix.objectives)


@dataclass(frozen=True)
class Drawn:
    """The same of many programs; an array whose first dim has length 1 is that of all of them.

    Attributes:
        row_lower: (draw or 1, row).
        row_upper: (draw or 1, row).
        lower: (draw or 1, column).
        upper: (draw or 1, column).
        objectives: by level, (draw or 1, column).
    """

    row_lower: np.ndarray
    row_upper: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    objectives: tuple[np.ndarray, ...]

    def at(self, n: int) -> Limits:
        """Return the n-th program."""
        return Limits(
            row_lower=_nth(self.row_lower, n),
            row_upper=_nth(self.row_upper, n),
            lower=_nth(self.lower, n),
            upper=_nth(self.upper, n),
            objectives=np.stack([_nth(part, n) for part in self.objectives]),
        )


def _nth(part: np.ndarray, n: int) -> np.ndarray:
    return np.asarray(part[n if len(part) > 1 else 0])


def drawn_of(matrix: Matrix) -> Drawn:
    """Return one program as many of one."""
    return Drawn(
        row_lower=matrix.row_lower[None],
        row_upper=matrix.row_upper[None],
        lower=matrix.lower[None],
        upper=matrix.upper[None],
        objectives=tuple(cost[None] for cost in matrix.objectives),
    )


def compile_drawn(program: Program, matrix: Matrix) -> Drawn:
    """Compile what many programs have of their own.

    Args:
        program: stated of a case with draws.
        matrix: the same program compiled of one draw; its positions and coefficients hold for all.

    Raises:
        StructureError: a coefficient differs from draw to draw, or rows and columns are not the matrix's.
    """
    for term in program.terms:
        if DRAW in term.coefficient.labels and term.coefficient.values.size:
            raise StructureError(f"coefficients of {term.columns!r} in {term.rows!r} differ")
    for families, places in ((program.columns, matrix.positions), (program.rows, matrix.row_positions)):
        for name, family in families.items():
            if not np.array_equal(family.present.values, places.array(name).values >= 0):
                raise StructureError(f"{name!r} has other members")
    return Drawn(
        row_lower=_gather(program.rows, "lower"),
        row_upper=_gather(program.rows, "upper"),
        lower=_gather(program.columns, "lower"),
        upper=_gather(program.columns, "upper"),
        objectives=tuple(_objective(level, matrix) for level in program.levels),
    )


def _gather(families: Families, attribute: str) -> np.ndarray:
    """(draw or 1, member): an attribute of all that is present, family after family."""
    parts = [_members(getattr(family, attribute), family.present) for family in families.values()]
    n = max(map(len, parts))
    return np.concatenate([np.broadcast_to(part, (n, part.shape[1])) for part in parts], axis=1)


def _members(values: Array, present: Array) -> np.ndarray:
    by_draw = values.values if DRAW in values.labels else values.values[None]
    return np.asarray(by_draw[:, present.values])


def _objective(level: Level, matrix: Matrix) -> np.ndarray:
    """(draw or 1, column) coefficients of one level."""
    found = np.zeros((1, len(matrix.lower)))
    for name, coefficient in level.objective.items():
        place = matrix.positions.array(name)
        rest = [d for d in coefficient.dims if d != DRAW]
        lead = [DRAW] if DRAW in coefficient.labels else []
        own = coefficient.transpose(*lead, *rest)
        order = [d for d in place.dims if d in rest]
        own = own.transpose(*lead, *map(str, order))
        shape = [place.sizes[d] if d in rest else 1 for d in place.dims]
        values = own.values.reshape(len(own.labels[DRAW]) if lead else 1, *shape)
        every = np.broadcast_to(values, (len(values), *place.values.shape))
        if len(every) > len(found):
            found = np.repeat(found, len(every), axis=0)
        there = place.values >= 0
        found[:, place.values[there]] += every[:, there]
    return found
