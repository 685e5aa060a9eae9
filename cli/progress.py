"""Progress on the terminal: the stage, and while solving the level, the plan found and the bound."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

from sim.program.watching import Stop


class Teller:
    """Shows stages and levels, and keeps the seconds each stage took."""

    def __init__(self, status: Status) -> None:
        self.status = status
        self.seconds: dict[str, float] = {}
        self._stage, self._since = "", time.monotonic()

    def stage(self, name: str) -> None:
        """Begin a stage."""
        self.close()
        self._stage, self._since = name, time.monotonic()
        self.status.update(name)

    def level(self, name: str, incumbent: float, bound: float) -> None:
        """Show the best plan and the bound of a level."""
        self.status.update(f"{self._stage}: {name}, plan {incumbent:.6g}, bound {bound:.6g}")

    def close(self) -> None:
        """End the running stage."""
        if self._stage:
            self.seconds[self._stage] = time.monotonic() - self._since


@contextmanager
def telling() -> Iterator[Teller]:
    """Show progress on standard error while the block runs."""
    with Console(stderr=True).status("starting") as status:
        yield Teller(status)


@contextmanager
def stop_on_interrupt(stop: Stop) -> Iterator[None]:
    """Turn Ctrl-C into a request to stop: the plan found so far is certified and written."""

    def ask(_signal: int, _frame: object) -> None:
        stop.asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
