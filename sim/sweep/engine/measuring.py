"""Memory of this process and of all it started."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OFTEN = 0.02
"Seconds between two looks at the memory."
KILO = 1024


@dataclass
class Peak:
    """The greatest memory seen, in bytes."""

    all: int = 0


def memory_of_all() -> int:
    """Return the resident bytes of this process and of all below it."""
    import psutil

    here = psutil.Process()
    total = 0
    for process in (here, *here.children(recursive=True)):
        try:
            total += int(process.memory_info().rss)
        except psutil.Error:
            continue
    return total


def own_peak() -> int:
    """Return the greatest resident bytes this process has had, or has now where that is not known."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * KILO for line in lines if line.startswith("VmHWM:"))
    except (OSError, StopIteration, ValueError):
        import psutil

        return int(psutil.Process(os.getpid()).memory_info().rss)


@contextmanager
def peak_of_all() -> Iterator[Peak]:
    """Watch the memory of this process and all below it while the block runs."""
    peak, ended = Peak(), threading.Event()

    def watch() -> None:
        while not ended.wait(OFTEN):
            peak.all = max(peak.all, memory_of_all())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()
