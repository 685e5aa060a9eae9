"""Labelled arrays that are strict: plain numpy under labels that must agree.

What two arrays share along a dim must be the same labels in the same order: one label missing, strange or
elsewhere raises. Nothing is filled, dropped or put in another order. A dim that only one of them has
is repeated over, as in the formulas of the families.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import xarray as xr

Labels = tuple[Hashable, ...]


class Array:
    """An array with labels along every dim.

    Attributes:
        labels: dim to its labels, in the order of the dims.
        values: the numbers.
    """

    __array_ufunc__ = None

    def __init__(self, values: np.ndarray, labels: Mapping[str, Labels]) -> None:
        self.labels = dict(labels)
        self.values = values
        if values.shape != tuple(map(len, self.labels.values())):
            raise ValueError(f"shape {values.shape} is not that of {list(self.labels)}")

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the dims, in order."""
        return tuple(self.labels)

    @property
    def sizes(self) -> dict[str, int]:
        """Dim to its length."""
        return {dim: len(labels) for dim, labels in self.labels.items()}

    def __repr__(self) -> str:
        return f"Array({self.sizes}, {self.values!r})"

    def __float__(self) -> float:
        return float(self.values)

    def __neg__(self) -> Array:
        return Array(-self.values, self.labels)

    def __invert__(self) -> Array:
        return Array(~self.values, self.labels)

    def __add__(self, other: Any) -> Array:
        return combined(np.add, self, other)

    def __radd__(self, other: Any) -> Array:
        return combined(np.add, other, self)

    def __sub__(self, other: Any) -> Array:
        return combined(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Array:
        return combined(np.subtract, other, self)

    def __mul__(self, other: Any) -> Array:
        return combined(np.multiply, self, other)

    def __rmul__(self, other: Any) -> Array:
        return combined(np.multiply, other, self)

    def __truediv__(self, other: Any) -> Array:
        return combined(np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Array:
        return combined(np.divide, other, self)

    def __lt__(self, other: Any) -> Array:
        return combined(np.less, self, other)

    def __le__(self, other: Any) -> Array:
        return combined(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Array:
        return combined(np.greater, self, other)

    def __ge__(self, other: Any) -> Array:
        return combined(np.greater_equal, self, other)

    def __and__(self, other: Any) -> Array:
        return combined(np.logical_and, self, other)

    def eq(self, other: Any) -> Array:
        """Return True where two arrays hold the same."""
        return combined(np.equal, self, other)

    def where(self, condition: Any, other: Any) -> Array:
        """Return this where the condition holds, else `other`."""
        return combined(lambda own, holds, rest: np.where(holds, own, rest), self, condition, other)

    def at_least(self, least: float) -> Array:
        """Return the larger of this and a number."""
        return Array(np.maximum(self.values, least), self.labels)

    def without_nan(self, value: float) -> Array:
        """Return this with `value` where it is no number."""
        return Array(np.where(np.isnan(self.values), value, self.values), self.labels)

    def sum(self, *dims: str) -> Array:
        """Return the sum along dims."""
        return self._reduced(np.add, dims)

    def max(self, *dims: str) -> Array:
        """Return the greatest along dims."""
        return self._reduced(np.maximum, dims)

    def any(self, *dims: str) -> Array:
        """Return whether any along dims is True."""
        return self._reduced(np.logical_or, dims)

    def _reduced(self, function: np.ufunc, dims: tuple[str, ...]) -> Array:
        axes = tuple(self.dims.index(dim) for dim in dims)
        rest = {dim: labels for dim, labels in self.labels.items() if dim not in dims}
        return Array(np.asarray(function.reduce(self.values, axis=axes)), rest)

    def pick(self, dim: str, wanted: Iterable[Hashable]) -> Array:
        """Return the part with these labels along a dim, in their order.

        Raises:
            KeyError: a label is not there.
        """
        place = {label: n for n, label in enumerate(self.labels[dim])}
        chosen = tuple(wanted)
        rows = np.array([place[label] for label in chosen], dtype=int)
        return Array(np.take(self.values, rows, axis=self.dims.index(dim)), self.labels | {dim: chosen})

    def at(self, dim: str, label: Hashable) -> Array:
        """Return the part at one label, without the dim.

        Raises:
            KeyError: the label is not there.
        """
        one = self.pick(dim, [label])
        rest = {other: labels for other, labels in self.labels.items() if other != dim}
        return Array(one.values.squeeze(axis=self.dims.index(dim)), rest)

    def rename(self, **names: str) -> Array:
        """Return the same with other names of dims: old to new."""
        return Array(self.values, {names.get(dim, dim): labels for dim, labels in self.labels.items()})

    def relabel(self, dim: str, labels: Iterable[Hashable]) -> Array:
        """Return the same with other labels along a dim."""
        return Array(self.values, self.labels | {dim: tuple(labels)})

    def transpose(self, *dims: str) -> Array:
        """Return the same with its dims in another order."""
        order = [self.dims.index(dim) for dim in dims]
        return Array(self.values.transpose(order), {dim: self.labels[dim] for dim in dims})

    def with_values(self, values: np.ndarray) -> Array:
        """Return other numbers under the same labels."""
        return Array(values, self.labels)

    def to_xarray(self) -> xr.DataArray:
        """Return it as xarray has it, for what follows the program."""
        coords = {dim: list(labels) for dim, labels in self.labels.items()}
        return xr.DataArray(self.values, coords=coords, dims=self.dims)


def of(array: xr.DataArray | Array) -> Array:
    """Return a labelled array of a case as the program has it; its numbers are not copied."""
    if isinstance(array, Array):
        return array
    labels = {str(dim): tuple(array.get_index(dim).tolist()) for dim in array.dims}
    return Array(array.values, labels)


def number(value: float | xr.DataArray) -> Array:
    """Return a plain number as an array without dims; one that has draws as it is."""
    return of(value) if isinstance(value, xr.DataArray) else Array(np.asarray(value, dtype=float), {})


def space(**labels: Iterable[Hashable]) -> Array:
    """Return a zero array whose dims and labels are given, in order."""
    own = {dim: _plain(each) for dim, each in labels.items()}
    return Array(np.zeros([len(each) for each in own.values()]), own)


def _plain(labels: Iterable[Hashable]) -> Labels:
    return tuple(labels.tolist() if isinstance(labels, np.ndarray) else labels)


def every(**labels: Iterable[Hashable]) -> Array:
    """Return ones whose dims and labels are given: a coefficient of 1 that is summed over."""
    return ones(space(**labels))


def ones(like: Array) -> Array:
    """Return ones under the labels of an array."""
    return like.with_values(np.ones(like.values.shape))


def same(dim: str, other: str, labels: Iterable[Hashable]) -> Array:
    """Return 1 where two dims over the same labels have the same one, else 0."""
    own = _plain(labels)
    return Array(np.eye(len(own)), {dim: own, other: own})


def combined(function: Callable[..., Any], *operands: Any) -> Array:
    """Apply a function of numbers to arrays and plain numbers, over all their dims together.

    Raises:
        ValueError: two arrays carry other labels, or other orders of them, along a dim they share.
    """
    arrays = [x for x in operands if isinstance(x, Array)]
    labels = labels_of(*arrays)
    values = [_spread(x, labels) if isinstance(x, Array) else x for x in operands]
    with np.errstate(all="ignore"):
        return Array(np.asarray(function(*values)), labels)


def dot(a: Array, b: Array, *dims: str) -> Array:
    """Return the sum along dims of the product of two arrays, which is never held.

    Raises:
        ValueError: the arrays carry other labels, or other orders of them, along a dim they share.
    """
    labels = labels_of(a, b)
    number = {dim: n for n, dim in enumerate(labels)}
    rest = {dim: each for dim, each in labels.items() if dim not in dims}
    axes = [[number[dim] for dim in part] for part in (a.labels, b.labels, rest)]
    return Array(np.einsum(a.values, axes[0], b.values, axes[1], axes[2]), rest)


def over_all_dims(*arrays: Array) -> list[np.ndarray]:
    """Return the values of arrays over all their dims together, ready to be broadcast.

    Dims stand in the order in which they first appear; one an array does not have has length 1.

    Raises:
        ValueError: two arrays carry other labels, or other orders of them, along a dim they share.
    """
    labels = labels_of(*arrays)
    return [_spread(array, labels) for array in arrays]


def labels_of(*arrays: Array) -> dict[str, Labels]:
    """Return the labels of every dim of arrays, in the order in which dims first appear.

    Raises:
        ValueError: two arrays carry other labels, or other orders of them, along a dim they share.
    """
    labels: dict[str, Labels] = {}
    for array in arrays:
        for dim, own in array.labels.items():
            known = labels.setdefault(dim, own)
            if known is not own and known != own:
                raise ValueError(f"labels of {dim!r} differ: {known[:5]} and {own[:5]}")
    return labels


def _spread(array: Array, labels: Mapping[str, Labels]) -> np.ndarray:
    dims = array.dims
    order = [dims.index(dim) for dim in labels if dim in array.labels]
    shape = [len(each) if dim in array.labels else 1 for dim, each in labels.items()]
    return array.values.transpose(order).reshape(shape)


def minimum(a: Array, b: Array | float) -> Array:
    """Return the smaller of two, aligned by labels."""
    return combined(np.minimum, a, b)


def maximum(a: Array, b: Array | float) -> Array:
    """Return the larger of two, aligned by labels."""
    return combined(np.maximum, a, b)


def floor(array: Array) -> Array:
    """Round down."""
    return combined(np.floor, array)


def ceil(array: Array) -> Array:
    """Round up."""
    return combined(np.ceil, array)


def isfinite(array: Array) -> Array:
    """Return True where a number is finite."""
    return combined(np.isfinite, array)


def share(part: Array | float, whole: Array) -> Array:
    """Return the quotient, 0 where the whole is 0 or less."""
    return combined(lambda a, b: np.where(b > 0, a / b, 0.0), part, whole)
