from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.backtest.rivals import constant_growth, grey_model
from sim.backtest.scores import SCORES, scores

AHEAD = np.array([2021, 2022, 2025])


@given(st.floats(-0.1, 0.1), st.floats(1, 1e7), st.integers(1, 10))
def test_constant_growth_continues_an_exponential_exactly(rate, start, span):
    years = np.array([2020 - span, 2020])
    values = start * (1 + rate) ** (years - years[0])
    np.testing.assert_allclose(
        constant_growth(years, values, AHEAD), start * (1 + rate) ** (AHEAD - years[0]), rtol=1e-9
    )


def test_one_year_alone_does_not_grow():
    np.testing.assert_array_equal(constant_growth(np.array([2020]), np.array([5.0]), AHEAD), 5.0)


@given(st.floats(0.0, 0.05), st.floats(1, 1e7))
def test_a_grey_model_follows_a_slow_exponential_closely(rate, start):
    years = np.arange(2015, 2021)
    values = start * (1 + rate) ** (years - 2015)
    wanted = start * (1 + rate) ** (AHEAD - 2015)
    np.testing.assert_allclose(grey_model(years, values, AHEAD), wanted, rtol=2e-3)


def test_a_grey_model_by_hand():
    """Series 2, 3, 4, 6 (running sums 2, 5, 9, 15): normal equations solved by hand."""
    x, z = np.array([3.0, 4.0, 6.0]), np.array([3.5, 7.0, 12.0])
    slope = ((z - z.mean()) * (x - x.mean())).sum() / ((z - z.mean()) ** 2).sum()
    a, b = -slope, x.mean() - slope * z.mean()
    total = [(2 - b / a) * np.exp(-a * k) + b / a for k in (3, 4, 5)]
    found = grey_model(np.arange(2017, 2021), np.array([2.0, 3.0, 4.0, 6.0]), np.array([2021, 2022]))
    np.testing.assert_allclose(found, np.diff(total))


@pytest.mark.parametrize("years", [[2018, 2019, 2020], [2010, 2015, 2018, 2020]])
def test_a_grey_model_without_four_years_in_a_row_says_nothing(years):
    assert np.isnan(grey_model(np.array(years), np.ones(len(years)), AHEAD)).all()


@given(st.lists(st.sampled_from([0.0, 0.0, 1e-3, 5.0, 1e7]), min_size=1, max_size=6))
def test_a_series_with_zeros_never_grows_without_bound(values):
    years, known = np.arange(2021 - len(values), 2021), np.array(values)
    for rival in (constant_growth, grey_model):
        assert not np.isinf(rival(years, known, AHEAD)).any()


def test_nothing_grows_from_zero_and_what_fell_to_zero_stays():
    years = np.array([2015, 2020])
    assert np.isnan(constant_growth(years, np.array([0.0, 5.0]), AHEAD)).all()
    np.testing.assert_array_equal(constant_growth(years, np.array([5.0, 0.0]), AHEAD), 0.0)
    assert np.isnan(grey_model(np.arange(2017, 2021), np.array([0.0, 1.0, 2.0, 3.0]), AHEAD)).all()


def scored(actual: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": "city",
            "indicator": "births",
            "actual": actual,
            "projected": [110.0, 190.0],
            "constant_growth": [120.0, np.nan],
            "grey_model": [np.nan, np.nan],
            "low": [95.0, 180.0],
            "high": [105.0, 195.0],
        }
    )


def test_an_actual_of_zero_has_no_error_in_percent_and_still_counts_as_a_figure():
    (row,) = scores(scored([0.0, 200.0])).to_dict("records")
    assert (row["n"], row["projected_n"], row["constant_growth_n"]) == (2, 1, 0)
    assert (row["projected_mape"], row["projected_bias"]) == (pytest.approx(5), pytest.approx(-5))
    assert np.isnan(row["constant_growth_mape"])
    assert scores(scored([0.0, 190.0]))["coverage"].tolist() == [1.0]


def test_scores_of_nothing_keep_their_columns():
    empty = scores(scored([1.0, 1.0]).iloc[:0])
    assert (len(empty), tuple(empty)) == (0, SCORES)
    assert tuple(scores(scored([1.0, 1.0]))) == SCORES


def test_scores_by_hand():
    (row,) = scores(scored([100.0, 200.0])).to_dict("records")
    assert (row["projected_mape"], row["projected_bias"]) == (pytest.approx(7.5), pytest.approx(2.5))
    assert (row["constant_growth_n"], row["constant_growth_mape"]) == (1, pytest.approx(20))
    assert row["grey_model_n"] == 0
    assert row["coverage"] == 0.5
