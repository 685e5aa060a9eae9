"""Labelled blocks: the one statement of the program that both compilers read.

A program is columns (decisions), rows (rules) and terms that tie them. A term is an array of
coefficients whose dimensions are those of its rows and of its columns; a dimension both share is
the same label on both sides, any other is summed over. Coefficients align by exact labels.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr


@dataclass(frozen=True)
class Columns:
    """A family of decisions.

    Attributes:
        name: family name.
        lower: least values; its dims are those of the family.
        upper: greatest values, same dims.
        whole: True where only whole numbers are allowed.
        present: False where the decision does not exist.
        units: what one unit is.
    """

    name: str
    lower: xr.DataArray
    upper: xr.DataArray
    whole: xr.DataArray
    present: xr.DataArray
    units: str


@dataclass(frozen=True)
class Rows:
    """A family of rules: lower <= activity <= upper.

    Attributes:
        name: family name.
        lower: least activity, -inf where free; its dims are those of the family.
        upper: greatest activity, same dims.
        present: False where the rule does not exist.
    """

    name: str
    lower: xr.DataArray
    upper: xr.DataArray
    present: xr.DataArray


@dataclass(frozen=True)
class Term:
    """Coefficients of one family of columns in one family of rows."""

    rows: str
    columns: str
    coefficient: xr.DataArray
    rename: Mapping[str, str] = field(default_factory=dict)
    "Column dimensions that are not the row dimension of the same name: old to new."


@dataclass(frozen=True)
class Level:
    """One objective, minimised and then frozen.

    Attributes:
        name: what it is.
        objective: coefficients by column family; each broadcasts over its family's dims.
        constant: added to the value.
        absolute: True to freeze at value + tolerance, False at value * (1 + tolerance).
        tolerance: of the freeze.
        units: of the value.
        exact: True to solve to the optimum whatever gap the run allows.
        given: families whose sums over counties are held at the plan of the level before.
        tie_break: whether it only chooses between plans of equal targets and cost.
    """

    name: str
    objective: Mapping[str, xr.DataArray]
    units: str
    constant: float = 0.0
    absolute: bool = True
    tolerance: float = 1e-6
    exact: bool = False
    given: tuple[str, ...] = ()
    tie_break: bool = False


@dataclass(frozen=True)
class Block:
    """Columns, rows and terms of one family of the formulation."""

    columns: tuple[Columns, ...] = ()
    rows: tuple[Rows, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True)
class Program:
    """The whole formulation."""

    columns: Mapping[str, Columns]
    rows: Mapping[str, Rows]
    terms: tuple[Term, ...]
    levels: tuple[Level, ...]


def assemble(blocks: Iterable[Block], levels: Iterable[Level]) -> Program:
    """Join blocks into a program.

    Raises:
        ValueError: two families share a name (of columns, of rows, or across both), or a term names
            a family that does not exist.
    """
    columns: dict[str, Columns] = {}
    rows: dict[str, Rows] = {}
    terms: list[Term] = []
    for block in blocks:
        for family in block.columns:
            _add(columns, family.name, family)
        for rule in block.rows:
            _add(rows, rule.name, rule)
        terms.extend(block.terms)
    shared = columns.keys() & rows.keys()
    if shared:
        raise ValueError(f"columns and rows share the names {sorted(shared)}")
    for term in terms:
        if term.rows not in rows or term.columns not in columns:
            raise ValueError(f"term of {term.columns!r} in {term.rows!r} names an unknown family")
    return Program(columns, rows, tuple(terms), tuple(levels))


def _add(families: dict, name: str, family: object) -> None:  # type: ignore[type-arg]
    if name in families:
        raise ValueError(f"two families are named {name!r}")
    families[name] = family


def columns(
    name: str,
    like: xr.DataArray,
    units: str,
    upper: xr.DataArray | float = np.inf,
    whole: xr.DataArray | bool = False,
    present: xr.DataArray | bool = True,
) -> Columns:
    """Return columns >= 0 over the dims of `like`."""
    return Columns(
        name,
        xr.zeros_like(like, dtype=float),
        _over(like, upper, float),
        _over(like, whole, bool),
        _over(like, present, bool),
        units,
    )


def rows(
    name: str,
    like: xr.DataArray,
    lower: xr.DataArray | float = -np.inf,
    upper: xr.DataArray | float = np.inf,
    present: xr.DataArray | bool = True,
) -> Rows:
    """Return rows over the dims of `like`."""
    return Rows(name, _over(like, lower, float), _over(like, upper, float), _over(like, present, bool))


def space(**coords: object) -> xr.DataArray:
    """Return a zero array whose dims and labels are `coords`, in order."""
    shape = [len(list(labels)) for labels in coords.values()]  # type: ignore[call-overload]
    return xr.DataArray(np.zeros(shape), dims=list(coords), coords=coords)


def _over(like: xr.DataArray, value: xr.DataArray | float | bool, dtype: type) -> xr.DataArray:
    if not isinstance(value, xr.DataArray):
        return xr.full_like(like, value, dtype=dtype)
    extra = set(value.dims) - set(like.dims)
    if extra:
        raise ValueError(f"dims {sorted(map(str, extra))} are not among {like.dims}")
    _, values = over_all_dims(like, value)
    return like.copy(data=np.zeros(like.shape, dtype=dtype) + values.astype(dtype))


def over_all_dims(*arrays: xr.DataArray) -> list[np.ndarray]:
    """Return the values of labelled arrays over all their dims together, ready to be broadcast.

    Dims stand in the order in which they first appear; one an array does not have has length 1.

    Raises:
        ValueError: two arrays carry other labels, or other orders of them, along a dim they share.
    """
    labels = labels_of(*arrays)
    found = []
    for array in arrays:
        order = [d for d in labels if d in array.dims]
        values = array.values.transpose([array.dims.index(d) for d in order])
        found.append(values.reshape([array.sizes.get(d, 1) for d in labels]))
    return found


def labels_of(*arrays: xr.DataArray) -> dict[Hashable, np.ndarray]:
    """Return the labels of every dim of labelled arrays, in the order in which dims first appear.

    Raises:
        ValueError: two arrays carry other labels, or other orders of them, along a dim they share.
    """
    labels: dict[Hashable, np.ndarray] = {}
    for array in arrays:
        for dim in array.dims:
            own = array.coords[dim].values if dim in array.coords else np.arange(array.sizes[dim])
            known = labels.setdefault(dim, own)
            if known is not own and not np.array_equal(known, own):
                raise ValueError(f"labels of {dim!r} differ: {known[:5]} and {own[:5]}")
    return labels
