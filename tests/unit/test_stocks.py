from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario
from sim.shipped import folder
from sim.stages import run_stages
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


def test_a_county_with_more_gps_than_physicians_is_refused_at_its_line(tmp_path):
    plan = tmp_path / "tables" / "plans" / "nanchang"
    plan.mkdir(parents=True)
    shipped = (folder("params") / "plans" / "nanchang" / "county_baselines.csv").read_text(encoding="utf-8")
    row = "360123,gps,baseline,5000,,,persons,x,2020,,,,assumption,a,b\n"
    (plan / "county_baselines.csv").write_text(shipped.rstrip() + "\n" + row, encoding="utf-8")
    scenario = (folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(f"{scenario.rstrip()}\ntables: tables\n", encoding="utf-8")
    loaded = load_scenario(str(path))
    line = len(shipped.rstrip().splitlines()) + 1
    with pytest.raises(
        InputError, match=rf"county_baselines.csv:{line}:4: gps of 360123 are 5000; allowed: no"
    ):
        run_stages(Figures(open_book(loaded), loaded.scenario))
