from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.retirement import Schedule, retirement_month, retirement_share

MEN = Schedule(60, 63, 4, 2025)
WOMEN_55 = Schedule(55, 58, 4, 2025)
WOMEN_50 = Schedule(50, 55, 2, 2025)
schedules = st.sampled_from([MEN, WOMEN_55, WOMEN_50])


def month(year: int, number: int) -> int:
    return 12 * year + number - 1


@pytest.mark.parametrize(
    ("schedule", "born", "retires"),
    [  # the official table of birth months and new retirement months
        (MEN, (1964, 12), (2024, 12)),
        (MEN, (1965, 1), (2025, 2)),
        (MEN, (1965, 4), (2025, 5)),
        (MEN, (1965, 5), (2025, 7)),
        (MEN, (1976, 8), (2039, 7)),
        (MEN, (1976, 9), (2039, 9)),
        (MEN, (1990, 1), (2053, 1)),
        (WOMEN_55, (1970, 1), (2025, 2)),
        (WOMEN_55, (1981, 9), (2039, 9)),
        (WOMEN_50, (1975, 1), (2025, 2)),
        (WOMEN_50, (1975, 3), (2025, 5)),
        (WOMEN_50, (1984, 11), (2039, 11)),
    ],
)
def test_the_official_table_is_reproduced(schedule, born, retires):
    assert retirement_month(np.array(month(*born)), schedule) == month(*retires)


@given(schedules, st.integers(1940, 2000), st.integers(1, 12))
def test_who_is_born_later_never_retires_earlier(schedule, year, number):
    first, second = (retirement_month(np.array(month(year, number) + n), schedule) for n in (0, 1))
    assert second >= first
    assert schedule.old_age * 12 <= first - month(year, number) <= schedule.new_age * 12


@given(schedules, st.integers(2021, 2045))
def test_nobody_below_the_old_age_leaves_and_nobody_above_the_new_stays(schedule, year):
    ages = np.arange(100)
    share = retirement_share(ages, np.array([year]), schedule)[:, 0]
    assert (share[: schedule.old_age - 1] == 0).all()
    assert (share[schedule.new_age :] == 1).all()
    assert ((share >= 0) & (share <= 1)).all()


@given(schedules)
def test_a_cohort_is_whole_until_the_old_age_and_gone_by_the_new(schedule):
    years = np.arange(2021, 2061)
    share = retirement_share(np.arange(100), years, schedule)
    first = schedule.old_age - 20
    left = np.cumprod([1 - share[first + n, n] for n in range(len(years))])
    assert (left[:19] == 1).all()
    assert left[20 + schedule.new_age - schedule.old_age] == 0


def test_before_the_reform_a_year_of_births_retires_in_a_year():
    share = retirement_share(np.arange(58, 62), np.array([2020]), MEN)[:, 0]
    np.testing.assert_allclose(share, [0, 1, 1, 1])


def test_the_first_year_of_the_reform_keeps_the_last_months_at_work():
    share = retirement_share(np.array([59]), np.array([2025]), MEN)
    np.testing.assert_allclose(share, [[9 / 12]])
