"""What a factor touches of the program, found by comparing the matrices at both ends of its distribution."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sim.case import Case
from sim.program.matrix import Matrix, Numbers, compile_matrix
from sim.sweep.dataset.layout import Touched
from sim.sweep.futures.relaxing import relaxed_program

ROW_BOUNDS, COLUMN_BOUNDS, COSTS = "row_bounds", "column_bounds", "costs"
COEFFICIENTS, STRUCTURE = "coefficients", "structure"
BOUNDS_AND_COSTS = (ROW_BOUNDS, COLUMN_BOUNDS, COSTS)
"What can be changed in a loaded program without stating it anew."


def touched(
    path: str, ends: tuple[float, float], case_at: Callable[[str, float], Case], base: Matrix
) -> Touched:
    """Return what a factor touches.

    Args:
        path: the value of the scenario that varies.
        ends: its least and greatest value.
        case_at: the case where only that value differs.
        base: the program of the scenario as it is.
    """
    parts: set[str] = set()
    reasons: list[str] = []
    for value in ends:
        found, why = _differences(base, compile_matrix(relaxed_program(case_at(path, value))))
        parts |= found
        reasons += why
    order = (*BOUNDS_AND_COSTS, COEFFICIENTS, STRUCTURE)
    return Touched(path, tuple(p for p in order if p in parts), "; ".join(dict.fromkeys(reasons)))


def _differences(base: Matrix, other: Matrix) -> tuple[set[str], list[str]]:
    members = [*_members(base.positions, other.positions), *_members(base.row_positions, other.row_positions)]
    if members:
        return {STRUCTURE}, [f"other members of {', '.join(members)}"]
    parts = {
        name
        for name, pairs in {
            ROW_BOUNDS: ((base.row_lower, other.row_lower), (base.row_upper, other.row_upper)),
            COLUMN_BOUNDS: ((base.lower, other.lower), (base.upper, other.upper)),
            COSTS: ((base.objectives, other.objectives), (base.constants, other.constants)),
        }.items()
        if not all(np.array_equal(*pair) for pair in pairs)
    }
    rows = np.unique(abs(base.entries - other.entries).nonzero()[0])
    if not len(rows):
        return parts, []
    named = [n for n in base.row_positions if np.isin(rows, base.row_positions.array(n).values).any()]
    return parts | {COEFFICIENTS}, [f"other coefficients in {', '.join(named)}"]


def _members(base: Numbers, other: Numbers) -> Iterator[str]:
    """Families that have other members."""
    for name in dict.fromkeys((*base, *other)):
        both = name in base and name in other
        if not both or not np.array_equal(base.array(name).values >= 0, other.array(name).values >= 0):
            yield name
