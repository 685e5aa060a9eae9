"""Where a falling curve bends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.budget.curve import knee


def test_the_corner_of_two_straight_lines_is_the_knee() -> None:
    assert knee([0, 1, 2, 3, 4, 5, 6], [10, 6, 2, 1.5, 1, 0.5, 0]) == 2


def test_what_no_more_money_mends_is_no_bend() -> None:
    steep = [0.0, 1.0, 2.0, 3.0]
    assert knee(steep, [9, 3, 1, 0]) == knee([*steep, 10, 20], [9, 3, 1, 0, 0, 0])


@pytest.mark.parametrize("left", [[1, 1, 1], [2, 1, 0], [1, 0], [3, 0, 0, 0], [1]])
def test_flat_straight_and_short_curves_have_none(left: list[float]) -> None:
    assert knee(list(range(len(left))), left) is None


@given(
    st.lists(st.floats(0.1, 10), min_size=3, max_size=12),
    st.floats(1e-3, 1e6),
    st.floats(1e-3, 1e6),
    st.floats(0, 1e3),
)
def test_units_of_money_and_of_shortfall_do_not_matter(
    falls: list[float], scale: float, unit: float, above: float
) -> None:
    left = np.cumsum(np.array(falls)[::-1])[::-1]
    money = np.arange(len(left), dtype=float)
    place = knee(money.tolist(), left.tolist())
    other = knee((money * scale).tolist(), (left * unit + above * unit).tolist())
    if place is not None and other is not None:
        below = _below(money, left)
        assert below[place] == pytest.approx(below[other], abs=1e-6)


def _below(money: np.ndarray, left: np.ndarray) -> np.ndarray:
    x = (money - money[0]) / (money[-1] - money[0])
    return (1 - x) - (left - left.min()) / (left.max() - left.min())
