from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.indicators import Indicator, targets
from sim.needs import needs
from tests.strategies import indicator, plan_time

COUNTIES = ["360102", "360103"]
TIME = plan_time(target_year=2025)
SHARE = [0.25, 0.75]


def _people(*by_county: float, growth: float = 1.0) -> xr.DataArray:
    years = np.arange(2020, 2026)
    values = np.array(by_county)[:, None] * growth ** (years - 2020)
    return xr.DataArray(values, dims=("county", "year"), coords={"county": COUNTIES, "year": years})


def _need(row: Indicator, people: xr.DataArray | None = None) -> xr.DataArray:
    share = xr.DataArray(
        [SHARE], dims=("resource", "county"), coords={"resource": [row.resource], "county": COUNTIES}
    )
    result = needs([row], _people(1e5, 2e5) if people is None else people, share, TIME)
    return result["need"].sel(resource=row.resource, drop=True)


@given(st.floats(0, 20), st.floats(0, 20), st.sampled_from([1000, 10000]))
def test_a_ratio_follows_the_straight_line_from_baseline_to_target(start, end, per):
    need = _need(indicator(baseline=start, target=end, per=str(per)))
    for n, year in enumerate(range(2020, 2026)):
        standard = start + (max(start, end) - start) * n / 5
        np.testing.assert_allclose(need.sel(year=year), [standard * 1e5 / per, standard * 2e5 / per])


@given(st.floats(0.9, 1.1), st.floats(1, 1e7))
def test_a_ratio_asks_in_proportion_to_people(growth, people):
    row = indicator(baseline=8.0, target=8.0)
    need = _need(row, _people(people, 2 * people, growth=growth))
    np.testing.assert_allclose(need.sel(year=2025), 8 * people * growth**5 / 1000 * np.array([1, 2]))


@given(st.floats(0, 20), st.floats(0, 20))
def test_a_target_looser_than_the_baseline_asks_to_hold_it(start, end):
    more = _need(indicator(baseline=start, target=end)).sel(year=2025)
    less = _need(indicator(baseline=start, target=end, sense="less")).sel(year=2025)
    np.testing.assert_allclose(more.sum(), max(start, end) * 300, atol=1e-9)
    np.testing.assert_allclose(less.sum(), min(start, end) * 300, atol=1e-9)


def test_works_start_from_nothing_and_are_spread_by_the_index():
    need = _need(indicator(measure="cumulative_works", baseline=math.nan, target=40.0, per=""))
    np.testing.assert_allclose(need.sel(year=2020), [0, 0])
    np.testing.assert_allclose(need.sel(year=2025), [10, 30])


def test_a_share_of_facilities_counts_facilities():
    need = _need(indicator(measure="share", baseline=50.0, target=80.0, facilities=10.0, per="hospitals"))
    np.testing.assert_allclose(need.sel(year=2020).sum(), 5)
    np.testing.assert_allclose(need.sel(year=2025).sum(), 8)


def test_a_target_for_every_county_asks_it_of_each():
    need = _need(
        indicator(
            measure="stock_total", scope="every_county", baseline=math.nan, target=1.0, per="", by_county=True
        )
    )
    np.testing.assert_array_equal(need, np.ones((2, 6)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"baseline": math.nan}, "unknown_baseline"),
        ({"baseline": math.nan, "scope": "every_county"}, "unknown_baseline"),
        ({"baseline": math.nan, "scope": "every_county", "by_county": True}, ""),
        ({"baseline": math.nan, "measure": "cumulative_works"}, ""),
        ({"baseline": 7.0, "scope": "worst_township"}, "unknown_baseline"),
        ({"measure": "share", "per": "hospitals"}, "unknown_baseline"),
        ({"measure": "share", "per": "hospitals", "facilities": 11.0}, ""),
        ({"target_year": 2030}, "later_year"),
        ({"target_year": 2022}, ""),
        ({"answered": False}, "no_project_type"),
        ({"measure": "share", "of": "beds", "whole_in_program": False}, "whole_outside"),
        ({"measure": "share", "of": "beds", "whole_in_program": True}, ""),
        ({"baseline": 0.0}, ""),
        ({"target": math.nan}, "no_target"),
        ({"response": "monitor"}, "monitored"),
        ({"reading": "stock", "chosen": False}, "other_reading"),
    ],
)
def test_what_does_not_enter_the_program_says_why(changes, reason):
    row = indicator(**changes)
    assert row.why_not() == reason
    assert targets([row]) == ([] if reason else [row])


def test_two_targets_for_one_resource_are_refused():
    with pytest.raises(ValueError, match="several targets"):
        targets([indicator(number="1"), indicator(number="2")])
