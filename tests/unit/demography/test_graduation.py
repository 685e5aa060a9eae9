from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sim.demography.graduation import graduate, group_of_age
from tests.strategies import age_groups, seeds


@given(age_groups(), seeds)
def test_every_group_keeps_its_total_and_nobody_is_negative(labels, seed):
    rng = np.random.default_rng(seed)
    group = group_of_age(labels)
    people = rng.integers(0, 10**6, (3, 2, len(labels))).astype(float)
    single = graduate(people, group, rng.uniform(0.1, 1e6, (2, 101)))
    assert (single >= 0).all()
    for n in range(len(labels)):
        np.testing.assert_allclose(single[..., group == n].sum(axis=-1), people[..., n], rtol=1e-12)


@given(age_groups(), seeds)
def test_inside_a_group_ages_keep_the_shares_of_the_standard(labels, seed):
    rng = np.random.default_rng(seed)
    group = group_of_age(labels)
    standard = rng.uniform(1.0, 100.0, 101)
    totals = np.bincount(group, weights=standard)
    np.testing.assert_allclose(graduate(3 * totals, group, standard), 3 * standard, rtol=1e-12)


@given(age_groups())
def test_every_age_falls_in_the_group_of_its_label(labels):
    group = group_of_age(labels)
    for age in range(101):
        first, _, last = labels[group[age]].rstrip("+").partition("-")
        assert int(first) <= age
        assert labels[group[age]].endswith("+") or age <= int(last or first)


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["0-4", "4-9", "10+"], "4-9 overlaps"),
        (["0-4", "5+", "90+"], "90\\+ overlaps"),
        (["0-4", "6+"], "age 5 is in no"),
        (["1-4", "5+"], "age 0 is in no"),
        (["0-4", "5-99"], "age 100 is in no"),
    ],
)
def test_groups_that_overlap_or_leave_ages_out_are_refused(labels, words):
    with pytest.raises(ValueError, match=words):
        group_of_age(labels)
