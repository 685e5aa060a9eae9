"""PRIM: a planted box is found, none is made up, and what is told of a box holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.sweep.analysis.boxes import find_box, find_boxes
from sim.sweep.analysis.failing import Event, discover

EVERY = np.ones(2000, dtype=bool)


def _points(seed, n=2000, k=5):
    return np.random.default_rng(seed).random((n, k))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 0.6), st.floats(0.35, 0.6))
def test_a_planted_box_is_found(seed, above, below):
    x = _points(seed)
    event = (x[:, 1] > above) & (x[:, 3] < below)
    box = find_box(x, event, EVERY)
    found = {(limit.factor, limit.side): limit.value for limit in box.limits}
    assert set(found) == {(1, 0), (3, 1)}
    assert found[1, 0] == pytest.approx(above, abs=0.06)
    assert found[3, 1] == pytest.approx(below, abs=0.06)
    assert box.coverage > 0.85
    assert box.density > 0.85


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 0.9))
def test_what_is_told_of_a_box_holds(seed, share):
    rng = np.random.default_rng(seed)
    x = rng.random((400, 3))
    event = rng.random(400) < share * x[:, 0]
    for box in find_boxes(x, event):
        assert box.events == event[box.inside].sum()
        assert box.futures == box.inside.sum()
        assert box.coverage == pytest.approx(box.events / event.sum())
        assert box.density == pytest.approx(box.events / box.futures)
        assert all(limit.quasi_p <= 0.05 for limit in box.limits)


def test_two_planted_boxes_are_both_found():
    x = _points(3)
    event = (x[:, 0] > 0.8) | (x[:, 2] < 0.15)
    boxes = find_boxes(x, event)
    assert {(limit.factor, limit.side) for box in boxes[:2] for limit in box.limits} >= {(0, 0), (2, 1)}
    inside = np.sum([box.inside.astype(int) for box in boxes], axis=0)
    assert inside.max() == 1
    assert event[inside > 0].sum() > 0.95 * event.sum()


def test_a_choice_is_peeled_value_by_value():
    x = _points(8)
    x[:, 2] = np.floor(x[:, 2] * 3)
    event = (x[:, 2] == 2) & (x[:, 0] > 0.5)
    box = find_box(x, event, EVERY)
    assert {(limit.factor, limit.side): limit.value for limit in box.limits}[2, 0] == 2


def test_chance_alone_makes_no_box():
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        found += bool(find_boxes(rng.random((500, 3)), rng.random(500) < 0.3))
    assert found <= 1


def test_a_rare_but_real_failure_is_found():
    x = _points(6, n=1000)
    event = (x[:, 0] > 0.8) & (x[:, 1] > 0.8)
    assert event.sum() < 0.05 * 1000
    found = discover(Event("beds", event), x)
    assert {(limit.factor, limit.side) for limit in found.boxes[0].limits} == {(0, 0), (1, 0)}


def test_every_box_after_the_first_is_dense():
    rng = np.random.default_rng(11)
    x = rng.random((3000, 3))
    event = (x[:, 0] > 0.8) | (rng.random(3000) < 0.3 * x[:, 1])
    assert all(box.density >= 0.8 for box in find_boxes(x, event)[1:])


def test_the_order_of_the_futures_does_not_matter():
    x = _points(9)
    event = (x[:, 1] > 0.5) & (x[:, 3] < 0.5)
    turned = find_box(x[::-1], event[::-1], EVERY)
    assert turned.limits == find_box(x, event, EVERY).limits


def test_fewer_independent_futures_make_a_limit_less_sure():
    x = _points(10)
    event = (x[:, 1] > 0.5) & (np.random.default_rng(1).random(2000) < 0.9)
    sure = find_box(x, event, EVERY).limits[0].quasi_p
    assert find_box(x, event, EVERY, 0.05).limits[0].quasi_p > sure


@pytest.mark.parametrize(
    ("fails", "told"),
    [(0, "never"), (19, "few"), (2000, "always"), (1981, "few_left")],
)
def test_no_box_is_made_up_of_too_few_or_too_many(fails, told):
    found = discover(Event("beds", np.arange(2000) < fails), _points(1))
    assert (found.told, found.boxes, found.fails) == (told, (), fails)


def test_where_it_nearly_always_fails_the_exceptions_are_told():
    x = _points(2)
    found = discover(Event("beds", x[:, 1] > 0.1), x)
    assert found.told == "holds"
    limit = found.boxes[0].limits[0]
    assert (limit.factor, limit.side) == (1, 1)
    assert limit.value == pytest.approx(0.1, abs=0.02)


def test_no_condition_is_said_where_there_is_none():
    x = np.ones((200, 2))
    assert discover(Event("beds", np.arange(200) % 2 == 0), x).told == "none"
