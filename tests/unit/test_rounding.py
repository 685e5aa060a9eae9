"""Controlled rounding: exact rows, columns as near as the rows allow, whatever the parts of a unit."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from sim.rounding import controlled, largest_remainder
from tests.strategies import seeds

PARTS = [0.0, 1 / 3, 0.5, 2 / 3, 0.1, 0.999, 1.0, 1 / 7]


def outside(total: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    return float(np.maximum(total - upper, 0).sum() + np.maximum(lower - total, 0).sum())


def drawn(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    shape = (rng.integers(1, 30), rng.integers(1, 7))
    part = rng.choice(PARTS, shape) if seed % 2 else rng.uniform(0, 1, shape)
    return (rng.integers(0, 3, shape) + part) * (rng.uniform(size=shape) < rng.uniform(0.2, 1))


@given(seeds)
def test_rows_are_exact_and_cells_stay_at_their_floor_or_ceiling(seed):
    rows = drawn(seed)
    whole = controlled(rows)
    assert np.array_equal(whole.sum(axis=1), np.rint(rows.sum(axis=1)))
    assert np.all(np.abs(whole - rows) < 1)
    assert np.all(whole[rows == np.rint(rows)] == rows[rows == np.rint(rows)])
    assert np.array_equal(whole, controlled(rows.copy()))


@given(seeds)
def test_no_rounding_of_these_rows_has_less_outside_the_columns(seed):
    """Against a transportation program, whose vertices are whole: the least that must lie outside."""
    rows = drawn(seed)
    whole, down = controlled(rows), np.floor(rows)
    total, (n, m) = rows.sum(axis=0), rows.shape
    lower, upper = np.floor(total + 1e-3), np.ceil(total - 1e-3)
    part = rows - down
    most = ((part > 1e-3) & (part < 1 - 1e-3)).astype(float)
    down += part >= 1 - 1e-3
    of_row, of_column = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    pad = np.zeros((n, 2 * m))
    found = linprog(
        np.r_[np.zeros(n * m), np.ones(2 * m)],
        A_ub=np.block(
            [[of_column, -np.eye(m), np.zeros((m, m))], [-of_column, np.zeros((m, m)), -np.eye(m)]]
        ),
        b_ub=np.r_[upper - down.sum(axis=0), down.sum(axis=0) - lower],
        A_eq=np.hstack([of_row, pad]),
        b_eq=np.rint(rows.sum(axis=1)) - down.sum(axis=1),
        bounds=[*((0, b) for b in most.ravel()), *[(0, None)] * (2 * m)],
    )
    assert found.status == 0
    assert outside(whole.sum(axis=0), lower, upper) <= found.fun + 1e-6


ADVERSARIAL = {
    "thirds of a fen": (np.full((3000, 9), 1 / 3), 1.0),
    "ninths of a fen": (np.full((3000, 9), 1 / 9), 1.0),
    "halves": (np.full((4000, 4), 0.5), 1.0),
    "two funds, half a fen each": (np.full((5000, 2), 0.5), 1.0),
    "a fund that pays 0.6 of every fen": (np.tile([0.6, 0.4], (5000, 1)), 1.0),
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_thousands_of_parts_of_a_fen_leave_no_column_a_fen_off(name: str) -> None:
    rows, most = ADVERSARIAL[name]
    assert np.abs(controlled(rows).sum(axis=0) - rows.sum(axis=0)).max() < most
    if name.startswith(("two", "a fund")):
        assert np.abs(largest_remainder(rows).sum(axis=0) - rows.sum(axis=0)).max() >= 1000


@given(st.integers(1, 400), st.integers(1, 5), st.floats(0.05, 0.95))
def test_rows_that_all_round_one_way_share_it_evenly(n, m, part):
    """The columns must add up to the rows: what the rows add, half a unit each at most, is shared."""
    rows = np.full((n, m), part)
    off = controlled(rows).sum(axis=0) - rows.sum(axis=0)
    added = np.rint(rows.sum(axis=1)).sum() - rows.sum()
    assert abs(added) <= n / 2 + 1e-6
    assert np.abs(off - added / m).max() <= 2


def test_a_hundred_thousand_leaves_take_no_time() -> None:
    rng = np.random.default_rng(3)
    rows = rng.uniform(0, 1e7, (5000, 60)) * (rng.uniform(size=(5000, 60)) < 1 / 3)
    start = process_time()
    whole = controlled(rows)
    assert process_time() - start < 0.5
    assert np.abs(whole.sum(axis=0) - rows.sum(axis=0)).max() < 3
