"""Values of factors: within their bounds, distributed as said, whole where asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.sweep.question.distributions import bounds, points, value_of, values_of
from sim.sweep.question.schema import Factor

KINDS: list[dict[str, Any]] = [
    {"kind": "uniform", "low": -2.0, "high": 3.0},
    {"kind": "triangular", "low": 0.0, "mode": 0.0, "high": 1.0},
    {"kind": "triangular", "low": 1.0, "mode": 2.0, "high": 5.0},
    {"kind": "normal", "mean": 1.0, "deviation": 0.2, "low": 0.5, "high": 2.0},
    {"kind": "normal", "mean": 0.0, "deviation": 1.0, "low": 8.0, "high": 9.0},
    {"kind": "choice", "values": [3.0, 1.0, 2.0], "weights": [1.0, 2.0, 1.0]},
]


def factor(distribution: dict[str, Any], whole: bool = False) -> Factor:
    return Factor.model_validate(
        {
            "name": "x", "path": "assumptions.x", "title": {"zh": "某", "en": "x"}, "unit": "1",
            "distribution": distribution, "whole": whole, "source": "test", "quality": "assumption",
        },
        strict=False,
    )  # fmt: skip


@given(st.sampled_from(KINDS), st.lists(st.floats(0, 1), min_size=1, max_size=20), st.booleans())
def test_values_stay_within_bounds_and_do_not_fall(kind: dict, units: list[float], whole: bool) -> None:
    one = factor(kind, whole and kind["low"] == round(kind["low"]) if "low" in kind else whole)
    found = value_of(np.sort(np.array(units)), one)
    low, high = bounds(one)
    assert ((found >= low) & (found <= high)).all()
    if kind["kind"] != "choice":
        assert (np.diff(found) >= 0).all()
    if one.whole:
        assert (found == np.round(found)).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", [1, 7, 250])
def test_a_value_does_not_depend_on_those_beside_it(kind: dict, step: int) -> None:
    units, one = np.random.default_rng(1).random((500, 2))[:, 0], factor(kind)
    parts = [value_of(units[first : first + step], one) for first in range(0, 500, step)]
    assert np.array_equal(np.concatenate(parts), value_of(units, one))


@pytest.mark.parametrize("kind", KINDS[:5])
def test_the_ends_are_reached(kind: dict) -> None:
    assert value_of(np.array([0.0, 1.0]), factor(kind)) == pytest.approx([kind["low"], kind["high"]])


def test_marginals_are_those_of_the_distributions() -> None:
    units = (np.arange(100_000) + 0.5) / 100_000
    uniform, _, triangular, normal, _, choice = (value_of(units, factor(kind)) for kind in KINDS)
    assert uniform.mean() == pytest.approx(0.5, abs=1e-6)
    assert uniform.var() == pytest.approx(25 / 12, rel=1e-6)
    assert triangular.mean() == pytest.approx((1 + 2 + 5) / 3, rel=1e-6)
    cut = stats.truncnorm(-2.5, 5.0, 1.0, 0.2)
    assert normal.mean() == pytest.approx(cut.mean(), rel=1e-6)
    assert normal.var() == pytest.approx(cut.var(), rel=1e-3)
    assert [(choice == value).mean() for value in (3, 1, 2)] == pytest.approx([0.25, 0.5, 0.25], abs=1e-4)


def test_every_whole_number_of_a_uniform_factor_is_as_likely() -> None:
    one = factor({"kind": "uniform", "low": 6.0, "high": 9.0}, whole=True)
    found = value_of((np.arange(4000) + 0.5) / 4000, one)
    assert np.unique(found, return_counts=True)[1].tolist() == [1000] * 4
    assert value_of(np.array([0.0, 1.0]), one).tolist() == [6, 9]


def test_a_grid_looks_at_each_choice_once_and_at_both_ends() -> None:
    choice, uniform = factor(KINDS[5]), factor(KINDS[0])
    assert value_of(points(choice, 7), choice).tolist() == [3.0, 1.0, 2.0]
    assert value_of(points(uniform, 3), uniform).tolist() == [-2.0, 0.5, 3.0]


def test_columns_stay_in_the_order_of_the_factors() -> None:
    units = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert values_of(units, [factor(KINDS[0]), factor(KINDS[2])]).tolist() == [[-2, 5], [3, 1]]
