"""A solver that does not end when it is asked to is left behind; the plan it had is kept and certified."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

import sim.program.highs as highs
from cli.progress import stop_on_interrupt
from sim.certify import certify
from sim.program import watching
from sim.program.solution import Options, allocate
from sim.program.watching import Stop
from sim.settle import settle
from tests.small import Small, build_case


class Deaf:
    """A model that runs on whatever it is asked."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def run(self) -> None:
        self.over.wait(30)


def test_a_run_that_does_not_end_is_left_after_the_grace():
    model, before = Deaf(), time.monotonic()
    assert not watching.ended(model, lambda: Stop(-1.0).due, grace=0.1)
    assert time.monotonic() - before < 5
    model.over.set()


def test_ctrl_c_is_heard_while_the_solver_is_deaf():
    model, stop = Deaf(), Stop()
    with stop_on_interrupt(stop):
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        assert not watching.ended(model, lambda: stop.due, grace=0.1)
    assert stop.asked
    model.over.set()


def test_a_run_that_ends_is_awaited():
    model = Deaf()
    model.over.set()
    assert watching.ended(model, lambda: True, grace=5.0)


def test_a_fault_inside_the_run_is_raised_outside():
    model = Deaf()
    model.run = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        watching.ended(model, lambda: False)


@pytest.mark.parametrize("deaf_at", [1, 3])
def test_levels_after_one_left_behind_keep_its_plan_and_are_certified(monkeypatch, deaf_at):
    """The clock ends while a level is in presolve: every level has a value, a bound and the same plan."""
    honest, seen = highs.ended, []

    def ended(model, due):
        seen.append(1)
        return honest(model, due) if len(seen) < deaf_at else False

    monkeypatch.setattr(highs, "ended", ended)
    case, stop = build_case(Small()), Stop()
    solution = allocate(case, Options(gap=0.0), stop)
    assert len(seen) == deaf_at
    assert not solution.closed
    assert all(np.isfinite(level.best_bound) for level in solution.levels)
    assert solution.levels[-1].status == "time_limit_reached"
    assert certify(case, settle(case, solution, 2024).claims).failed == []
