"""The matrix compiler: labelled blocks to bounds, integrality and one sparse matrix by rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy import sparse

from sim.arrays import Array, labels_of, over_all_dims
from sim.program.blocks import Columns, Level, Program, Rows, Term

Families = Mapping[str, Columns] | Mapping[str, Rows]


class Numbers(Mapping[str, xr.DataArray]):
    """Family to the labelled array of its numbers, -1 where absent; labelled when it is asked for."""

    def __init__(self, of_family: Mapping[str, Array]) -> None:
        self._of_family = of_family

    def array(self, family: str) -> Array:
        """Return the numbers of a family as the program has arrays."""
        return self._of_family[family]

    def __eq__(self, other: object) -> bool:
        """Whether all families have the same members, numbered alike."""
        if not isinstance(other, Numbers) or self._of_family.keys() != other._of_family.keys():
            return False
        pairs = ((own, other.array(name)) for name, own in self._of_family.items())
        return all(a.labels == b.labels and np.array_equal(a.values, b.values) for a, b in pairs)

    def __hash__(self) -> int:
        return hash(tuple(self._of_family))

    def __getitem__(self, family: str) -> xr.DataArray:
        return self._of_family[family].to_xarray()

    def __iter__(self) -> Iterator[str]:
        return iter(self._of_family)

    def __len__(self) -> int:
        return len(self._of_family)


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
    positions: Numbers
    row_positions: Numbers
    objectives: np.ndarray
    constants: np.ndarray


def compile_matrix(program: Program) -> Matrix:
    """Compile a program to arrays.

    Raises:
        ValueError: coefficients and families do not share the same labels.
    """
    positions, n_columns = _number(program.columns)
    row_positions, n_rows = _number(program.rows)
    triplets = [_triplets(term, row_positions, positions) for term in program.terms]
    row, column, value = (np.concatenate(part) for part in zip(*triplets, strict=True))
    entries = sparse.csr_array((value, (row, column)), shape=(n_rows, n_columns))
    entries.sum_duplicates()
    objectives, constants = _levels(program.levels, positions, n_columns)
    return Matrix(
        lower=_gather(program.columns, "lower"),
        upper=_gather(program.columns, "upper"),
        whole=_gather(program.columns, "whole"),
        row_lower=_gather(program.rows, "lower"),
        row_upper=_gather(program.rows, "upper"),
        entries=entries,
        positions=Numbers(positions),
        row_positions=Numbers(row_positions),
        objectives=objectives,
        constants=constants,
    )


def with_levels(matrix: Matrix, levels: Sequence[Level]) -> Matrix:
    """Return a compiled program with other objectives."""
    positions = {name: matrix.positions.array(name) for name in matrix.positions}
    objectives, constants = _levels(levels, positions, len(matrix.lower))
    return replace(matrix, objectives=objectives, constants=constants)


def _levels(levels: Sequence[Level], positions: Mapping[str, Array], n: int) -> tuple[np.ndarray, np.ndarray]:
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


def _number(families: Families) -> tuple[dict[str, Array], int]:
    """Return the numbers of every family, one after the other, and how many there are."""
    positions, start = {}, 0
    for name, family in families.items():
        present = family.present.values
        end = start + int(np.count_nonzero(present))
        numbers = np.full(present.shape, -1, dtype=np.int32)
        numbers[present] = np.arange(start, end, dtype=np.int32)
        positions[name] = family.present.with_values(numbers)
        start = end
    return positions, start


def _gather(families: Families, attribute: str) -> np.ndarray:
    """Return an attribute of all that is present, family after family."""
    parts = [getattr(family, attribute).values[family.present.values] for family in families.values()]
    return np.concatenate(parts)


def _triplets(
    term: Term, row_positions: Mapping[str, Array], positions: Mapping[str, Array]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, column and value of every entry of a term.

    Begins with the coefficients that are not zero and repeats them along the dims they do not have, so
    that nothing of the size of rows times columns is ever held.
    """
    rows = row_positions[term.rows]
    columns = positions[term.columns].rename(**term.rename)
    coefficient, label = term.coefficient, f"term of {term.columns!r} in {term.rows!r}"
    extra = set(coefficient.dims) - set(rows.dims) - set(columns.dims)
    if extra:
        raise ValueError(f"{label} has stray dims {sorted(extra)}")
    try:
        labels_of(rows, columns, coefficient)
    except ValueError as error:
        raise ValueError(f"{label}: {error}") from None
    at = dict(zip(coefficient.dims, np.nonzero(coefficient.values), strict=True)) if coefficient.dims else {}
    values = coefficient.values[tuple(at.values())] if at else np.atleast_1d(coefficient.values)
    free = [d for d in dict.fromkeys((*rows.dims, *columns.dims)) if d not in at]
    row, column = (_repeated(place, at, free) for place in (rows, columns))
    row, column, value = np.broadcast_arrays(row, column, values.reshape(-1, *[1] * len(free)))
    keep = (row >= 0) & (column >= 0) & (value != 0)
    return row[keep], column[keep], value[keep].astype(float)


def _repeated(place: Array, at: Mapping[str, np.ndarray], free: Sequence[str]) -> np.ndarray:
    """Return (entry, *free) numbers of a family, 1 long where it lacks a dim.

    Args:
        place: numbers of the family.
        at: places of the entries along the dims of the coefficients.
        free: all other dims of rows and columns.
    """
    own, rest = [d for d in place.dims if d in at], [d for d in free if d in place.dims]
    numbers = place.transpose(*own, *rest).values
    picked = numbers[tuple(at[d] for d in own)] if own else numbers[None]
    sizes = place.sizes
    return np.asarray(picked).reshape(len(picked), *(sizes.get(d, 1) for d in free))


def _objective(level: Level, positions: Mapping[str, Array], n: int) -> np.ndarray:
    result = np.zeros(n)
    for name, coefficient in level.objective.items():
        if set(coefficient.dims) - set(positions[name].dims):
            raise ValueError(f"objective of {name!r} in {level.name!r} has stray dims")
        place, value = over_all_dims(positions[name], coefficient)
        keep = place >= 0
        result[place[keep]] += np.broadcast_to(value, place.shape)[keep]
    return result
