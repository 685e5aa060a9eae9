"""Labelled blocks: the one statement of the program that both compilers read.

A program is columns (decisions), rows (rules) and terms that tie them. Bounds and objectives may also have
the dim `draw`: many programs that differ in nothing else. A term is an array of
coefficients whose dimensions are those of its rows and of its columns; a dimension both share is
the same label on both sides, any other is summed over. Coefficients align by exact labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.arrays import Array, Labels, over_all_dims
from sim.contracts import DRAW


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
    lower: Array
    upper: Array
    whole: Array
    present: Array
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
    lower: Array
    upper: Array
    present: Array


@dataclass(frozen=True)
class Term:
    """Coefficients of one family of columns in one family of rows."""

    rows: str
    columns: str
    coefficient: Array
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
    objective: Mapping[str, Array]
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
    like: Array,
    units: str,
    upper: Array | float = np.inf,
    whole: Array | bool = False,
    present: Array | bool = True,
) -> Columns:
    """Return columns >= 0 over the dims of `like`."""
    return Columns(
        name,
        _over(like, 0.0, float),
        _over(like, upper, float),
        _over(like, whole, bool),
        _over(like, _in_every_draw(present), bool),
        units,
    )


def rows(
    name: str,
    like: Array,
    lower: Array | float = -np.inf,
    upper: Array | float = np.inf,
    present: Array | bool = True,
) -> Rows:
    """Return rows over the dims of `like`."""
    there = _over(like, _in_every_draw(present), bool)
    return Rows(name, _over(like, lower, float), _over(like, upper, float), there)


def _in_every_draw(present: Array | bool) -> Array | bool:
    """What is there in one draw is there in all; else they are not one program.

    Raises:
        ValueError: it is there in some draws only.
    """
    if not isinstance(present, Array) or DRAW not in present.labels:
        return present
    first = present.at(DRAW, present.labels[DRAW][0])
    if not (present.values == np.expand_dims(first.values, present.dims.index(DRAW))).all():
        raise ValueError("a rule or a decision is there in some draws only")
    return first


def _with_draws(like: Array, draws: Labels) -> Array:
    values = np.broadcast_to(like.values, (len(draws), *like.values.shape))
    return Array(values, {DRAW: draws, **like.labels})


def _over(like: Array, value: Array | float | bool, dtype: type) -> Array:
    """Return a value over the dims of `like`; what is repeated is not held twice."""
    values: object = value
    if isinstance(value, Array):
        if DRAW in value.labels:
            like = _with_draws(like, value.labels[DRAW])
        extra = set(value.dims) - set(like.dims)
        if extra:
            raise ValueError(f"dims {sorted(extra)} are not among {like.dims}")
        values = over_all_dims(like, value)[1]
    held: np.ndarray = np.zeros((), dtype=dtype) + np.asarray(values).astype(dtype)
    return like.with_values(np.broadcast_to(held, like.values.shape))
