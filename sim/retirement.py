r"""Statutory retirement: who leaves in which year, by sex and post, from the monthly schedule.

A cohort of one birth month retires at its old age, later by one month for every `step` months begun
since the reform started, up to the new age:

.. math::
    m = b + 12 a_0 - m_0,\qquad delay = \min\Big(12 (a_1 - a_0), \big\lfloor m / step \big\rfloor + 1\Big)
    \text{ for } m \ge 0,\quad 0 \text{ before}

with :math:`b` the birth month, :math:`a_0` the old and :math:`a_1` the new age, :math:`m_0` the first
month of the reform. Source: decision of the Standing Committee of the National People's Congress on
the gradual delay of the statutory retirement age, 2024-09-13, in force 2025-01-01.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MONTHS = 12


@dataclass(frozen=True)
class Schedule:
    """The schedule of one post and sex.

    Attributes:
        old_age: years at which people retired before the reform.
        new_age: years at which they retire after it.
        step: months of the calendar that delay retirement by one month.
        first_year: year whose January opens the reform.
    """

    old_age: int
    new_age: int
    step: int
    first_year: int


def retirement_month(birth_month: np.ndarray, schedule: Schedule) -> np.ndarray:
    """Return the month in which a cohort retires; months count from January of year 0.

    Args:
        birth_month: month of birth, 12 x year + month - 1.
        schedule: of its sex and post.
    """
    due = np.asarray(birth_month) + MONTHS * schedule.old_age
    late = due - MONTHS * schedule.first_year
    longest = MONTHS * (schedule.new_age - schedule.old_age)
    delay = np.where(late >= 0, np.minimum(late // schedule.step + 1, longest), 0)
    return np.asarray(due + delay)


def retirement_share(ages: np.ndarray, years: np.ndarray, schedule: Schedule) -> np.ndarray:
    """Return the share of those at work at the start of a year who retire in it: (age, year).

    Ages are completed years at the start of the year; birthdays are even over the twelve months.
    Who should have retired before is taken to leave in the year, so that nobody stays for ever.

    Args:
        ages: completed years.
        years: calendar years.
        schedule: of one sex and post.
    """
    months = np.arange(MONTHS)
    start = MONTHS * np.asarray(years)[None, :, None]
    born = start - MONTHS * (np.asarray(ages)[:, None, None] + 1) + months
    leaves = retirement_month(born, schedule)
    at_work = leaves >= start
    leaving = at_work & (leaves < start + MONTHS)
    left = at_work.sum(axis=-1)
    share = np.divide(leaving.sum(axis=-1), left, out=np.ones(left.shape), where=left > 0)
    return np.asarray(share)
