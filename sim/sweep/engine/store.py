"""The folder of a sweep: opened, gone on with or refused; one part after another kept whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.sweep.dataset.layout import DRAWS, MANIFEST, PART, SWEEP
from sim.sweep.dataset.manifest import as_text, differences
from sim.sweep.engine.job import Job
from sim.sweep.engine.parts import DIGESTS, clear_killed, distrust, save_part, write_beside

TIMINGS, ERRORS = "timings.json", "errors.log"


@dataclass(frozen=True)
class Store:
    """The open folder of a sweep.

    Attributes:
        folder: of the dataset.
        todo: parts still to be computed, in order.
        distrusted: parts that are there and must be computed again, and why.
        failed: failed futures of the finished parts.
        rows: futures of the finished parts.
    """

    folder: Path
    todo: tuple[int, ...]
    distrusted: Mapping[int, str]
    failed: int
    rows: int

    def save(self, part: int, data: bytes) -> None:
        """Keep a finished part.

        Raises:
            OSError: the disk is full or may not be written; the part is lost, nothing else.
        """
        save_part(self.folder, part, data)

    def note_error(self, trace: str) -> None:
        """Keep the traceback of the first future that raised."""
        path = self.folder / ERRORS
        if not path.is_file():
            write_beside(path, trace.encode())

    def note_timings(self, record: Mapping[str, Any]) -> None:
        """Add the timings of one run to those of the runs before it."""
        path = self.folder / TIMINGS
        write_beside(path, as_text({"runs": [*timings(self.folder), dict(record)]}).encode())


def timings(folder: Path) -> list[dict[str, Any]]:
    """Return the timings of the runs that worked on a folder."""
    try:
        return list(json.loads((folder / TIMINGS).read_text(encoding="utf-8"))["runs"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def open_store(job: Job, out: Path, resume: bool) -> Store:
    """Open the folder of a job and say which parts are still to be computed.

    Args:
        job: the sweep.
        out: folder of sweeps, or the folder of this very sweep.
        resume: whether an unfinished folder is gone on with.

    Raises:
        InputError: the folder is of another sweep, was changed, or is unfinished and `resume` was not asked.
        OSError: the folder may not be written.
    """
    folder = out if (out / MANIFEST).is_file() else out / job.folder_name
    there = (folder / MANIFEST).is_file()
    if there:
        _check_same(job, folder)
    elif resume:
        _check_no_other(job, out)
    store = _look(job, folder)
    if there and store.todo and not resume:
        found = f"an unfinished sweep is there: {job.parts - len(store.todo)} of {job.parts} parts"
        raise InputError([Problem(str(folder), found, "--resume goes on with it")])
    if store.todo:
        _begin(job, folder)
    return store


def _look(job: Job, folder: Path) -> Store:
    todo: dict[int, str] = {}
    failed = rows = 0
    for part in range(job.parts):
        first, last = job.span(part)
        why, failures = distrust(folder, part, job.id, first, last)
        if why:
            todo[part] = why
        else:
            failed, rows = failed + failures, rows + last - first
    doubted = {part: why for part, why in todo.items() if (folder / DRAWS / PART.format(part)).is_file()}
    return Store(folder, tuple(todo), doubted, failed, rows)


def _begin(job: Job, folder: Path) -> None:
    """The manifest last of all: a folder that has one has all but its parts."""
    for name in (DRAWS, DIGESTS):
        (folder / name).mkdir(parents=True, exist_ok=True)
    clear_killed(folder)
    write_beside(folder / SWEEP, job.text.encode())
    write_beside(folder / MANIFEST, as_text(job.manifest()).encode())


def _check_same(job: Job, folder: Path) -> None:
    """Refuse a folder whose manifest or sweep is not that of the job, naming what differs."""
    theirs = _read(folder)
    ours = json.loads(as_text(job.manifest()))
    if ours == theirs:
        return
    said = differences(ours, theirs)
    where = str(folder / MANIFEST)
    if theirs.get("id") == ours["id"]:
        raise InputError([Problem(where, f"was changed: {said}", "as the sweep wrote it; another --out")])
    found = f"belongs to other inputs; these differ: {said}"
    raise InputError([Problem(where, found, "the same inputs, or another --out")])


def _check_no_other(job: Job, out: Path) -> None:
    """Refuse to go on where only sweeps of this name with other inputs are there."""
    others = sorted(out.glob(f"sweep-{job.sweep.name}-{'?' * 8}/{MANIFEST}"))
    if others:
        theirs = _read(others[-1].parent)
        said = differences(json.loads(as_text(job.manifest())), theirs)
        found = f"nothing to resume: {others[-1].parent.name} has other inputs; these differ: {said}"
        raise InputError([Problem(str(out), found, "the same inputs, or no --resume for a new folder")])


def _read(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    if not isinstance(record, dict):
        raise InputError([Problem(str(folder / MANIFEST), "cannot be read", "as a sweep wrote it")])
    return record
