"""Whether another process is still at work, by its number."""

from __future__ import annotations

import os


def alive(process: int) -> bool:
    """Return whether a process of that number is there and is not this one."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != os.getpid()
