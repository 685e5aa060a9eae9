"""Progress of a sweep on standard error: a bar on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from sim.sweep.engine.measuring import memory_of_all
from sim.sweep.engine.running import Tally

SECONDS, TENTHS = 10.0, 10
"A plain line comes after so many seconds, or so many parts of the whole,"
LEAST = 1.0
"but not within so many seconds of the line before."
MEGA = 2**20


def megabytes(amount: float) -> str:
    """Return an amount of bytes in words."""
    return f"{amount / MEGA:.0f} MB" if amount >= 10 * MEGA else f"{amount / MEGA:.1f} MB"


@contextmanager
def following() -> Iterator[Callable[[Tally], None]]:
    """Show progress while the block runs."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainLines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting")

        def show(tally: Tally) -> None:
            done = tally.before + tally.rows
            progress.update(task, total=tally.draws, completed=done, description=_said(tally))

        yield show


class PlainLines:
    """Writes a line at most every ten seconds or tenth of the work."""

    def __init__(self) -> None:
        self._last, self._tenth = time.monotonic(), 0

    def __call__(self, tally: Tally) -> None:
        """Write a line if it is time."""
        done = tally.before + tally.rows
        tenth = done * TENTHS // max(tally.draws, 1)
        due = LEAST if tenth > self._tenth else SECONDS
        if time.monotonic() < self._last + due:
            return
        self._last, self._tenth = time.monotonic(), tenth
        click.echo(f"{done} of {tally.draws} rows, {_said(tally)}{_left(tally)}", err=True)


def _said(tally: Tally) -> str:
    speed = tally.rows / max(tally.seconds, 1e-9)
    return f"{tally.failed} failed, {speed:.0f} rows/s, {megabytes(memory_of_all())}"


def _left(tally: Tally) -> str:
    left = tally.draws - tally.before - tally.rows
    return f", {left * tally.seconds / tally.rows:.0f} s left" if tally.rows else ""
