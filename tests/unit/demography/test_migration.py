from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.migration import rogers_castro
from sim.names import AGES
from sim.shipped import folder

schedules = st.fixed_dictionaries(
    {
        "a1": st.floats(0, 0.1),
        "alpha1": st.floats(0, 0.3),
        "a2": st.floats(0, 0.2),
        "alpha2": st.floats(0.01, 0.3),
        "mu2": st.floats(15, 30),
        "lambda2": st.floats(0.1, 0.6),
        "c": st.floats(0.001, 0.02),
    }
)


def _standard() -> dict[str, float]:
    with (folder("params") / "scalars.csv").open(encoding="utf-8") as file:
        rows = {row["name"]: row["value"] for row in csv.DictReader(file)}
    names = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
    return {name: float(rows[f"rogers_castro_{name}"]) for name in names}


@given(schedules)
def test_a_schedule_is_a_distribution_over_ages(parameters):
    share = rogers_castro(AGES, parameters)
    assert (share > 0).all()
    assert share.sum() == pytest.approx(1.0, abs=1e-12)


@given(schedules, st.floats(0.1, 10))
def test_only_the_ratios_of_the_levels_matter(parameters, factor):
    scaled = parameters | {name: factor * parameters[name] for name in ("a1", "a2", "c")}
    np.testing.assert_allclose(rogers_castro(AGES, scaled), rogers_castro(AGES, parameters), rtol=1e-9)


def test_ages_stand_to_each_other_as_the_printed_formula_says():
    def rate(x: float) -> float:
        labour = 0.06 * math.exp(-0.1 * (x - 20) - math.exp(-0.4 * (x - 20)))
        return 0.02 * math.exp(-0.1 * x) + labour + 0.003

    share = rogers_castro(AGES, _standard())
    assert share[25] / share[60] == pytest.approx(rate(25) / rate(60))
    assert share[0] / share[60] == pytest.approx(rate(0) / rate(60))


def test_the_standard_schedule_peaks_among_young_adults():
    assert 20 <= int(rogers_castro(AGES, _standard()).argmax()) <= 26
