"""What a worker process that is started here does first of all: it says nothing on the terminal.

A worker that is ended while it starts would tell of it in a traceback. What goes wrong in a chunk reaches
the client, which says it in plain words.
"""

from __future__ import annotations

import os


def dask_setup(_worker: object) -> None:
    """Send standard error to nowhere; called by Dask in a worker process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
