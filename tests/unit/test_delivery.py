from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.delivery import delivery
from tests.strategies import plan_time

TIME = plan_time(target_year=2025)
months = st.integers(0, 60)
tails = st.integers(1, 20)


def _dates(prepare: int, build: int, tail: float = 10) -> xr.Dataset:
    lead = xr.Dataset(
        {"preparation_months": ("project", [prepare]), "construction_months": ("project", [build])},
        coords={"project": ["hospital"]},
    )
    return delivery(lead, TIME, tail).squeeze("project")


def _in_time(dates: xr.Dataset) -> xr.Dataset:
    return dates.isel(start_year=dates["can_open"].values.astype(bool))


@given(months, months)
def test_a_project_opens_in_the_month_after_preparation_and_construction(prepare, build):
    dates = _dates(prepare, build)
    for start in TIME.decision_years:
        after = 12 * start + prepare + build
        assert dates["open_year"].sel(start_year=start) == after // 12
        assert dates["open_month"] == after % 12 + 1
        assert dates["can_open"].sel(start_year=start) == (after // 12 <= 2025)


@given(months, months)
def test_capacity_counts_from_the_end_of_the_year_it_opens_in(prepare, build):
    dates = _dates(prepare, build)
    expected = dates["year"] >= dates["open_year"]
    np.testing.assert_array_equal(dates["in_service"], expected.transpose(*dates["in_service"].dims))


@given(months, months, tails)
def test_spending_sums_to_one_and_running_to_the_tail(prepare, build, tail):
    dates = _in_time(_dates(prepare, build, tail))
    np.testing.assert_allclose(dates["spending"].sum("year"), 1, rtol=1e-12)
    np.testing.assert_allclose(dates["running"].sum("year") * 12, tail * 12, rtol=1e-12)


@given(months, months)
def test_one_more_month_never_opens_or_spends_earlier(prepare, build):
    now, longer = _dates(prepare, build), _dates(prepare, build + 1)
    first, then = (12 * d["open_year"] + d["open_month"] for d in (now, longer))
    assert (then == first + 1).all()
    assert (longer["in_service"] <= now["in_service"]).all()
    later = _dates(prepare + 1, build)
    assert (later["spending"].cumsum("year") <= now["spending"].cumsum("year") + 1e-12).all()
    assert (later["running"].cumsum("year") <= now["running"].cumsum("year") + 1e-12).all()


@given(months, months)
def test_nothing_is_spent_before_construction_and_nothing_run_before_opening(prepare, build):
    dates = _dates(prepare, build)
    opening = dates["open_year"]
    assert (dates["running"].where(dates["year"] < opening, 0) == 0).all()
    starts = dates["start_year"] + prepare // 12
    assert (dates["spending"].where(dates["year"] < starts, 0) == 0).all()


def test_the_years_of_a_project_worked_by_hand():
    dates = _dates(6, 12, tail=2).sel(start_year=2021)
    assert (int(dates["open_year"]), int(dates["open_month"])) == (2022, 7)
    by_year = dates.sel(year=slice(2021, 2024))
    np.testing.assert_allclose(by_year["spending"], [0.5, 0.5, 0, 0])
    np.testing.assert_allclose(by_year["running"], [0, 0.5, 1, 0.5])
    np.testing.assert_array_equal(by_year["in_service"], [0, 1, 1, 1])


def test_what_opens_in_december_runs_one_month_of_its_year():
    dates = _dates(0, 11).sel(start_year=2025)
    assert int(dates["open_month"]) == 12
    assert dates["can_open"]
    assert float(dates["running"].sel(year=2025)) == pytest.approx(1 / 12)


def test_one_month_later_it_opens_too_late():
    dates = _dates(0, 12).sel(start_year=2025)
    assert int(dates["open_year"]) == 2026
    assert not dates["can_open"]
