from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.stocks import fill

seeds = st.integers(0, 2**31)


@given(seeds, st.integers(0, 3))
def test_the_city_keeps_its_total_while_a_county_is_not_given(seed, known):
    random = np.random.default_rng(seed)
    apportioned = random.uniform(10, 100, (1, 4))
    given_ = np.full((1, 4), np.nan)
    given_[0, :known] = random.uniform(0, 10, known)
    found = fill(given_, apportioned)
    np.testing.assert_allclose(found.sum(), apportioned.sum())
    np.testing.assert_array_equal(found[0, :known], given_[0, :known])
    rest = found[0, known:] / apportioned[0, known:]
    np.testing.assert_allclose(rest, rest[0])


def test_when_every_county_is_given_they_are_the_city():
    given_ = np.array([[5.0, 6.0]])
    np.testing.assert_array_equal(fill(given_, np.array([[50.0, 60.0]])), given_)
