"""A watch over the solver: a run that does not end when it is asked to is left behind.

HiGHS looks at its clock and at requests to stop between steps, not inside presolve, a factorisation or a
long heuristic. So it runs in a thread of its own; when an end has been due for `GRACE` seconds the caller
goes on with the plan it had, and the thread, which cannot be ended from outside, ends with the process.
The model of a run left behind must not be touched again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import highspy

Progress = Callable[[str, float, float], None]
"Called with level, incumbent and bound while a level is solved."

GRACE = 2.0
"Seconds a run may take to end after it was asked to."
LOOK = 0.05
"Seconds between two looks at the clock."


class Stop:
    """A flag that asks the solver to end at the next chance, keeping what it has."""

    def __init__(self, time_limit: float | None = None) -> None:
        self.deadline = None if time_limit is None else time.monotonic() + time_limit
        self.asked = False
        self.left = False
        "Whether a run did not end when it was to and was left behind."

    @property
    def due(self) -> bool:
        """Whether the clock or the user wants an end."""
        return self.asked or (self.deadline is not None and time.monotonic() > self.deadline)


def watch(
    model: highspy.Highs, name: str, scale: float, constant: float, stop: Stop, progress: Progress | None
) -> None:
    """Let a model ask whether to stop, and tell of every better plan and its bound.

    Args:
        model: loaded, its objective that of the level times `scale`.
        name: the level.
        scale: of the objective.
        constant: added to the value of the level.
        stop: asks for an early end.
        progress: called with level, incumbent and bound.
    """
    kind = highspy.cb.HighsCallbackType

    def called(which, _message, data, answer, _user):  # type: ignore[no-untyped-def]
        if which in (kind.kCallbackMipInterrupt, kind.kCallbackSimplexInterrupt):
            answer.user_interrupt = stop.due
        elif progress is not None:
            progress(name, data.mip_primal_bound / scale + constant, data.mip_dual_bound / scale + constant)

    model.setCallback(called, None)
    for which in (
        kind.kCallbackMipInterrupt,
        kind.kCallbackSimplexInterrupt,
        kind.kCallbackMipImprovingSolution,
    ):
        model.startCallback(which)


def ended(model: highspy.Highs, due: Callable[[], bool], grace: float = GRACE) -> bool:
    """Run a model; return False if it was left behind.

    Args:
        model: loaded, with its own clock and callbacks set.
        due: whether an end is wanted.
        grace: seconds it may take to end.
    """
    faults: list[BaseException] = []

    def run() -> None:
        try:
            model.run()
        except BaseException as fault:
            faults.append(fault)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    since: float | None = None
    while worker.is_alive():
        worker.join(LOOK)
        if since is None and due():
            since = time.monotonic()
        if since is not None and worker.is_alive() and time.monotonic() - since > grace:
            return False
    if faults:
        raise faults[0]
    return True
