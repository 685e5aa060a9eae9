"""The labelled arrays of the program: labels must agree, nothing is filled, dropped or reordered."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.arrays import (
    Array,
    dot,
    every,
    isfinite,
    labels_of,
    maximum,
    minimum,
    of,
    over_all_dims,
    same,
    share,
    space,
)
from sim.program.blocks import Block, Level, Term, assemble, columns, rows
from sim.program.matrix import compile_matrix

COUNTIES = ("110001", "110002", "110003")


def by_county(*values: float, counties: tuple[str, ...] = COUNTIES) -> Array:
    return Array(np.array(values), {"county": counties})


WRONG = [("110001", "110003", "110002"), ("110001", "110002", "110009"), COUNTIES[:2]]


@pytest.mark.parametrize("counties", WRONG)
def test_a_county_missing_strange_or_elsewhere_raises(counties):
    other = by_county(*range(len(counties)), counties=counties)
    for combine in (lambda a, b: a + b, lambda a, b: a > b, minimum, lambda a, b: a.where(b > 0, 0.0)):
        with pytest.raises(ValueError, match="labels of 'county' differ"):
            combine(by_county(1.0, 2.0, 3.0), other)


@pytest.mark.parametrize("counties", WRONG)
def test_a_wrong_county_raises_in_columns_rows_and_terms(counties):
    like, other = space(county=COUNTIES), space(county=counties)
    with pytest.raises(ValueError, match="labels"):
        columns("x", like, "units", upper=other)
    with pytest.raises(ValueError, match="labels"):
        rows("r", like, upper=other)
    block = Block((columns("x", like, "units"),), (rows("r", like),), (Term("r", "x", other + 1.0),))
    with pytest.raises(ValueError, match="term of 'x' in 'r'"):
        compile_matrix(assemble([block], [Level("sum", {"x": every(county=COUNTIES)}, "")]))


def test_dims_stand_in_the_order_of_their_first_appearance():
    a, b = space(year=[1, 2], county=COUNTIES), space(county=COUNTIES, fund=["one", "two"])
    assert (a * b).dims == ("year", "county", "fund")
    assert [v.shape for v in over_all_dims(a, b)] == [(2, 3, 1), (1, 3, 2)]
    assert labels_of(a, b) == {"year": (1, 2), "county": COUNTIES, "fund": ("one", "two")}


def test_arithmetic_is_that_of_the_numbers():
    a, b = by_county(1.0, 2.0, 3.0), by_county(2.0, 0.0, -4.0)
    for found, wanted in (
        (a + b, [3, 2, -1]),
        (1 + b, [3, 1, -3]),
        (a - b, [-1, 2, 7]),
        (1 - b, [-1, 1, 5]),
        (2 * a, [2, 4, 6]),
        (-a, [-1, -2, -3]),
        (6 / a, [6, 3, 2]),
        (maximum(a, b), [2, 2, 3]),
        (minimum(a, 2.0), [1, 2, 2]),
        (share(a, b), [0.5, 0, 0]),
        (a.where(b > 0, 9.0), [1, 9, 9]),
        (b.at_least(0.0), [2, 0, 0]),
        ((a / b).without_nan(0.0).where(isfinite(a / b), 7.0), [0.5, 7, -0.75]),
        (1.0 * ((a >= 2) & (b < 0)), [0, 0, 1]),
        (1.0 * ~a.eq(2.0), [1, 0, 1]),
    ):
        np.testing.assert_array_equal(found.values, wanted)
    assert float(a.sum("county")) == 6
    assert float(a.max("county")) == 3


def test_parts_are_taken_by_label_and_a_strange_label_raises():
    a = Array(np.arange(6.0).reshape(2, 3), {"year": (2021, 2022), "county": COUNTIES})
    np.testing.assert_array_equal(a.pick("county", ["110003", "110001"]).values, [[2, 0], [5, 3]])
    assert a.at("year", 2022).dims == ("county",)
    assert a.rename(county="place").dims == ("year", "place")
    np.testing.assert_array_equal(a.transpose("county", "year").values, a.values.T)
    with pytest.raises(KeyError):
        a.pick("county", ["110009"])
    with pytest.raises(KeyError):
        a.at("year", 2023)


def test_one_array_stands_for_the_same_in_xarray():
    a = Array(np.arange(6.0).reshape(2, 3), {"year": (2021, 2022), "county": COUNTIES})
    back = of(a.to_xarray())
    assert back.labels == a.labels
    np.testing.assert_array_equal(back.values, a.values)
    np.testing.assert_array_equal(same("a", "b", COUNTIES).values, np.eye(3))


def test_a_shape_that_is_not_that_of_the_labels_raises():
    with pytest.raises(ValueError, match="shape"):
        Array(np.zeros(2), {"county": COUNTIES})


DIMS = {"county": COUNTIES, "year": (2021, 2022), "project": ("ward", "point")}


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    """Whole numbers over some of the dims, in any order."""
    dims = draw(st.permutations(sorted(DIMS)))[: draw(st.integers(0, 3))]
    shape = [len(DIMS[dim]) for dim in dims]
    values = draw(st.lists(st.integers(-9, 9), min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    return Array(np.array(values, dtype=float).reshape(shape), {dim: DIMS[dim] for dim in dims})


def alike(ours: Array, theirs: xr.DataArray) -> None:
    """The same numbers under the same labels, whatever the order of the dims."""
    assert set(ours.dims) == set(theirs.dims)
    np.testing.assert_array_equal(ours.transpose(*theirs.dims).values, theirs.values)
    for dim in ours.dims:
        assert ours.labels[dim] == tuple(theirs.get_index(dim).tolist())


TWO = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "from": lambda a, b: 3.0 - a * b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (b * b + 1.0),
    "less": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
    "above": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "and": lambda a, b: (a > 0) & (b > 0),
    "where": lambda a, b: a.where(b > 0, -1.0),
    "not": lambda a, b: ~(a > b),
    "negative": lambda a, b: -a + b,
}


@pytest.mark.parametrize("name", sorted(TWO))
@given(arrays(), arrays())
def test_two_arrays_combine_as_in_xarray(name: str, a: Array, b: Array) -> None:
    alike(TWO[name](a, b), TWO[name](a.to_xarray(), b.to_xarray()))


@given(arrays(), arrays(), st.sets(st.sampled_from(sorted(DIMS))))
def test_sums_products_and_parts_are_those_of_xarray(a: Array, b: Array, wanted: set[str]) -> None:
    own = [dim for dim in a.dims if dim in wanted]
    alike(a.sum(*own), a.to_xarray().sum(own))
    alike(a.max(*own), a.to_xarray().max(own))
    alike((a > 0).any(*own), (a > 0).to_xarray().any(own))
    shared = [dim for dim in a.dims if dim in b.dims and dim in wanted]
    alike(dot(a, b, *shared), xr.dot(a.to_xarray(), b.to_xarray(), dim=shared))
    for dim in own:
        last = DIMS[dim][-1]
        alike(a.at(dim, last), a.to_xarray().sel({dim: last}, drop=True))
        alike(a.pick(dim, [last]), a.to_xarray().sel({dim: [last]}))
        alike(a.rename(**{dim: "other"}), a.to_xarray().rename({dim: "other"}))
    alike(of(a.to_xarray()), a.to_xarray())
