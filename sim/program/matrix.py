"""The matrix compiler: labelled blocks to bounds, integrality and one sparse matrix by rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy import sparse

from sim.program.blocks import Columns, Level, Program, Rows, Term, labels_of, over_all_dims


@dataclass(frozen=True)
class Matrix:
    """A compiled program.

    Attributes:
        lower: (column) least values.
        upper: (column) greatest values.
        whole: (column) True for whole numbers.
        row_lower: (row) least activities.
        row_upper: (row) greatest activities.
        entries: (row, column) coefficients.
        positions: column family to the array of its column numbers, -1 where absent.
        row_positions: row family to the array of its row numbers, -1 where absent.
        objectives: (level, column) coefficients.
        constants: (level) added to the values.
    """

    lower: np.ndarray
    upper: np.ndarray
    whole: np.ndarray
    row_lower: np.ndarray
    row_upper: np.ndarray
    entries: sparse.csr_array
    positions: Mapping[str, xr.DataArray]
    row_positions: Mapping[str, xr.DataArray]
    objectives: np.ndarray
    constants: np.ndarray


def compile_matrix(program: Program) -> Matrix:
    """Compile a program to arrays.

    Raises:
        ValueError: coefficients and families do not share the same labels.
    """
    positions = _number(program.columns)
    row_positions = _number(program.rows)
    n_columns, n_rows = _count(positions), _count(row_positions)
    triplets = [_triplets(term, row_positions, positions) for term in program.terms]
    row = np.concatenate([t[0] for t in triplets])
    column = np.concatenate([t[1] for t in triplets])
    value = np.concatenate([t[2] for t in triplets])
    entries = sparse.csr_array((value, (row, column)), shape=(n_rows, n_columns))
    entries.sum_duplicates()
    objectives, constants = _levels(program.levels, positions, n_columns)
    return Matrix(
        lower=_gather(program.columns, positions, "lower", n_columns),
        upper=_gather(program.columns, positions, "upper", n_columns),
        whole=_gather(program.columns, positions, "whole", n_columns).astype(bool),
        row_lower=_gather(program.rows, row_positions, "lower", n_rows),
        row_upper=_gather(program.rows, row_positions, "upper", n_rows),
        entries=entries,
        positions=positions,
        row_positions=row_positions,
        objectives=objectives,
        constants=constants,
    )


def with_levels(matrix: Matrix, levels: Sequence[Level]) -> Matrix:
    """Return a compiled program with other objectives."""
    objectives, constants = _levels(levels, matrix.positions, len(matrix.lower))
    return replace(matrix, objectives=objectives, constants=constants)


def _levels(
    levels: Sequence[Level], positions: Mapping[str, xr.DataArray], n: int
) -> tuple[np.ndarray, np.ndarray]:
    objectives = np.stack([_objective(level, positions, n) for level in levels])
    return objectives, np.array([level.constant for level in levels])


def values_of(matrix: Matrix, solution: np.ndarray) -> dict[str, xr.DataArray]:
    """Return the value of every decision by family; 0 where a decision does not exist."""
    padded = np.append(solution, 0.0)
    return {name: place.copy(data=padded[place.values]) for name, place in matrix.positions.items()}


def tidy(columns: np.ndarray, matrix: Matrix) -> np.ndarray:
    """Return columns with whole numbers made exact and a solver's dust at the bounds removed."""
    columns = np.where(matrix.whole, np.round(columns), columns)
    return np.asarray(np.clip(columns, matrix.lower, matrix.upper))


def _number(families: Mapping[str, Columns] | Mapping[str, Rows]) -> dict[str, xr.DataArray]:
    positions, start = {}, 0
    for name, family in families.items():
        present = family.present.values
        numbers = np.full(present.shape, -1)
        numbers[present] = np.arange(start, start + int(present.sum()))
        start += int(present.sum())
        positions[name] = family.present.copy(data=numbers)
    return positions


def _count(positions: Mapping[str, xr.DataArray]) -> int:
    return sum(int((p >= 0).sum()) for p in positions.values())


def _gather(
    families: Mapping[str, Columns] | Mapping[str, Rows],
    positions: Mapping[str, xr.DataArray],
    attribute: str,
    n: int,
) -> np.ndarray:
    result = np.empty(n)
    for name, family in families.items():
        place = positions[name].values
        result[place[place >= 0]] = getattr(family, attribute).values[place >= 0]
    return result


def _triplets(
    term: Term, row_positions: Mapping[str, xr.DataArray], positions: Mapping[str, xr.DataArray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, column and value of every entry of a term.

    Begins with the coefficients that are not zero and repeats them along the dims they do not have, so
    that nothing of the size of rows times columns is ever held.
    """
    rows = row_positions[term.rows]
    columns = positions[term.columns].rename(dict(term.rename))
    coefficient, label = term.coefficient, f"term of {term.columns!r} in {term.rows!r}"
    extra = set(coefficient.dims) - set(rows.dims) - set(columns.dims)
    if extra:
        raise ValueError(f"{label} has stray dims {sorted(map(str, extra))}")
    try:
        labels_of(rows, columns, coefficient)
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None
    at = dict(zip(coefficient.dims, np.nonzero(coefficient.values), strict=True))
    values = coefficient.values[tuple(at.values())] if at else np.atleast_1d(coefficient.values)
    free = [d for d in dict.fromkeys((*rows.dims, *columns.dims)) if d not in at]
    row, column = (_repeated(place, at, free) for place in (rows, columns))
    row, column, value = np.broadcast_arrays(row, column, values.reshape(-1, *[1] * len(free)))
    keep = (row >= 0) & (column >= 0) & (value != 0)
    return row[keep], column[keep], value[keep].astype(float)


def _repeated(place: xr.DataArray, at: Mapping[Hashable, np.ndarray], free: Sequence[Hashable]) -> np.ndarray:
    """Return (entry, *free) numbers of a family, 1 long where it lacks a dim.

    Args:
        place: numbers of the family.
        at: places of the entries along the dims of the coefficients.
        free: all other dims of rows and columns.
    """
    own, rest = [d for d in place.dims if d in at], [d for d in free if d in place.dims]
    numbers = place.transpose(*own, *rest).values
    picked = numbers[tuple(at[d] for d in own)] if own else numbers[None]
    lengths = [place.sizes[d] if d in place.dims else 1 for d in free]
    return np.asarray(picked).reshape(len(picked), *lengths)


def _objective(level: Level, positions: Mapping[str, xr.DataArray], n: int) -> np.ndarray:
    result = np.zeros(n)
    for name, coefficient in level.objective.items():
        if set(coefficient.dims) - set(positions[name].dims):
            raise ValueError(f"objective of {name!r} in {level.name!r} has stray dims")
        place, value = over_all_dims(positions[name], coefficient)
        keep = place >= 0
        result[place[keep]] += np.broadcast_to(value, place.shape)[keep]
    return result
