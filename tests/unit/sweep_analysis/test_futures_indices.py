"""Which factors decide: Sobol, Morris and ranks against what is known in closed form."""

from __future__ import annotations

import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.sweep.question
from sim.errors import InputError
from sim.sweep.analysis.answering import answered
from sim.sweep.analysis.intervals import rank_correlation_interval, wilson
from sim.sweep.analysis.ranks import rank_rows
from sim.sweep.dataset.layout import Outcome
from tests.futures import factor, ishigami_futures, saltelli, write_futures

A, B = 7.0, 0.1
V1 = 0.5 * (1 + B * np.pi**4 / 5) ** 2
V2 = A**2 / 8
V13 = 8 * B**2 * np.pi**8 / 225
V = V1 + V2 + V13
EXACT = {
    ("sobol_first", "x1", ""): V1 / V,
    ("sobol_first", "x2", ""): V2 / V,
    ("sobol_first", "x3", ""): 0.0,
    ("sobol_total", "x1", ""): (V1 + V13) / V,
    ("sobol_total", "x2", ""): V2 / V,
    ("sobol_total", "x3", ""): V13 / V,
    ("sobol_second", "x1", "x3"): V13 / V,
    ("sobol_second", "x1", "x2"): 0.0,
    ("sobol_second", "x2", "x3"): 0.0,
}


def _by_key(table):
    return {(row.measure, row.factor, row.other): row for row in table.itertuples()}


@pytest.mark.parametrize("key", EXACT)
def test_ishigami_lies_inside_the_intervals(ishigami, key):
    row = _by_key(ishigami.tables["indices"])[key]
    assert row.low <= EXACT[key] <= row.high


def test_a_failed_future_drops_its_base_sample_and_nothing_else(ishigami):
    settled = ishigami.tables["settled"].iloc[0]
    assert (settled["groups"], settled["dropped"]) == (1022, 2)
    assert ishigami.leading["y"] == ["x1", "x2", "x3"]
    assert settled["stable"]


def test_a_constant_outcome_is_told_and_has_no_index(ishigami):
    table = ishigami.tables["outcomes"].set_index("outcome")
    assert table["constant"].to_dict() == {"y": False, "still": True}
    assert set(ishigami.tables["indices"]["outcome"]) == {"y"}
    assert not ishigami.tables["indices"]["value"].isna().any()


def test_more_samples_make_narrower_intervals(ishigami, tmp_path):
    few = answered(ishigami_futures(tmp_path / "few", 64, second=True), lambda data: None)
    widest = [found.tables["settled"]["widest"].iloc[0] for found in (few, ishigami)]
    assert widest[0] > 2 * widest[1]


def test_too_few_whole_groups_give_no_index(tmp_path):
    folder = ishigami_futures(tmp_path / "set", 4, failed=(0, 5, 10))
    found = answered(folder, lambda data: None)
    assert found.tables["indices"].empty
    assert found.tables["settled"].empty
    assert found.leading["y"] == []


class _Design:
    """Stands in for the design of a sweep: points of the unit cube, and values twice as large."""

    def __init__(self, unit):
        self.unit = unit

    @staticmethod
    def of_manifest(manifest):
        return _Design(saltelli("ab", manifest["design"]["base_samples"]))

    def rows(self, first, last):
        return self.unit[first:last]

    def values(self, first, last):
        return 2 * self.unit[first:last]


def test_indices_are_refused_where_the_values_are_not_those_of_the_design(tmp_path, monkeypatch):
    design = types.ModuleType("design")
    design.Design = _Design
    monkeypatch.setattr(sim.sweep.question, "design", design)
    unit = saltelli("ab", 16)
    outcome = Outcome("y", "model", "value", "1", "结果", "Outcome")
    told, factors = {"method": "sobol", "base_samples": 16}, [factor(name, 0, 2) for name in "ab"]
    y = unit @ np.array([1.0, 2.0])
    folder = write_futures(tmp_path / "own", factors, 2 * unit, [outcome], {"y": y}, told, mode="fixed")
    assert answered(folder).leading["y"] == ["b", "a"]
    other = 2 * unit
    other[33, 1] += 1e-9
    folder = write_futures(tmp_path / "other", factors, other, [outcome], {"y": y}, told, mode="fixed")
    with pytest.raises(InputError, match="b has values that the design of this sweep does not make"):
        answered(folder)


def _trajectories(k, n, rng, levels=4):
    step, rows = levels / (2 * (levels - 1)), []
    for _ in range(n):
        point = rng.integers(0, levels // 2, k) / (levels - 1)
        rows.append(point.copy())
        for j in rng.permutation(k):
            point[j] += step
            rows.append(point.copy())
    return np.array(rows)


def test_morris_of_a_plane_is_its_slopes(tmp_path):
    unit = _trajectories(3, 10, np.random.default_rng(2))
    y = unit @ np.array([3.0, -2.0, 0.0])
    design = {"method": "morris", "trajectories": 10, "levels": 4}
    outcome = Outcome("y", "model", "value", "1", "结果", "Outcome")
    factors = [factor(name, 10, 20) for name in "abc"]
    folder = write_futures(
        tmp_path / "set", factors, 10 + 10 * unit, [outcome], {"y": y}, design, (17,), mode="fixed"
    )
    found = answered(folder, lambda data: unit)
    rows = _by_key(found.tables["indices"])
    for name, slope in zip("abc", (3.0, -2.0, 0.0), strict=True):
        assert rows["morris_mu", name, ""].value == pytest.approx(slope)
        assert rows["morris_mu_star", name, ""].value == pytest.approx(abs(slope))
        assert rows["morris_sigma", name, ""].value == pytest.approx(0, abs=1e-9)
    assert found.leading["y"] == ["a", "b", "c"]
    assert found.tables["settled"]["groups"].iloc[0] == 9


def test_ranks_see_through_a_curve_and_a_still_factor_has_no_index():
    x = np.random.default_rng(4).random((300, 3))
    x[:, 2] = 1.0
    rows = rank_rows(("a", "b", "c"), x, np.exp(9 * x[:, 0]))
    told = {(row[0], row[1]): row[3] for row in rows}
    assert told["spearman", "a"] == pytest.approx(1)
    assert abs(told["spearman", "b"]) < 0.2
    assert told["rank_regression", "a"] == pytest.approx(1)
    assert not [row for row in rows if row[1] == "c"]


def test_fishers_interval_covers_the_truth_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(5), 0
    truth = 6 / np.pi * np.arcsin(0.5 / 2)
    for _ in range(200):
        a = rng.normal(size=80)
        b = 0.5 * a + np.sqrt(0.75) * rng.normal(size=80)
        row = rank_rows(("a",), a[:, None], b)[0]
        hits += row[4] <= truth <= row[5]
    assert 0.9 <= hits / 200 <= 0.99


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.floats(1, 1e6))
def test_wilson_holds_its_share_and_narrows(share, n):
    low, high = wilson(share, n)
    assert 0 <= low <= share <= high <= 1
    tighter = wilson(share, 4 * n)
    assert tighter[1] - tighter[0] <= high - low + 1e-12


def test_wilson_is_the_published_interval():
    assert wilson(0.1, 10) == pytest.approx((0.0178762, 0.4041500), abs=1e-6)
    assert rank_correlation_interval(1.0, 50) == (1.0, 1.0)
    assert rank_correlation_interval(0.3, 3) == (-1.0, 1.0)
