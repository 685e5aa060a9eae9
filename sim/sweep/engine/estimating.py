"""How much memory, disk and time a sweep would take, from a few of its chunks computed for nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sim.program.watching import Stop
from sim.sweep.dataset.manifest import as_text
from sim.sweep.engine.cluster import workers_here
from sim.sweep.engine.job import Job
from sim.sweep.engine.measuring import own_peak, peak_of_all
from sim.sweep.engine.running import on_cluster
from sim.sweep.engine.working import Done

PILOT = 3
"Chunks that are computed: the first and others at equal steps."
DIGEST_BYTES = 65
"Of the digest beside each part."


@dataclass(frozen=True)
class Estimate:
    """What a sweep would take.

    Attributes:
        memory: greatest resident bytes of the client and all workers together.
        disk: bytes of the folder.
        soonest: seconds on the clock if every chunk is as quick as the quickest looked at.
        latest: seconds if every chunk is as slow as the slowest.
        workers: worker processes.
    """

    memory: float
    disk: float
    soonest: float
    latest: float
    workers: int


def estimated(job: Job, workers: int) -> Estimate:
    """Compute a few chunks on one worker and return what the whole would take; nothing is written.

    Args:
        job: the sweep.
        workers: worker processes it would have.
    """
    workers = min(workers, job.parts)
    pilot = sorted({round(n * max(job.parts - 2, 0) / (PILOT - 1)) for n in range(PILOT)})
    began = time.monotonic()
    with peak_of_all() as peak, workers_here(1) as client:
        ready = time.monotonic() - began
        found = list(on_cluster(client)(job, pilot, Stop(), lambda: None))
        opening = time.monotonic() - began - ready - sum(done.seconds for done in found)
        each = max(client.run(own_peak).values())
    start = ready * workers + max(opening, 0.0)
    chunks = job.design.n / job.sweep.chunk / workers
    paces = [done.seconds * job.sweep.chunk / done.rows for done in found]
    return Estimate(
        memory=peak.all + (workers - 1) * each,
        disk=_disk(job, found),
        soonest=start + chunks * min(paces),
        latest=start + max(chunks, 1.0) * max(paces),
        workers=workers,
    )


def _disk(job: Job, found: list[Done]) -> float:
    """Parts of full size as the pilot's, and the files beside them."""
    full = [len(done.data) for done in found if done.rows == job.sweep.chunk] or [
        len(done.data) for done in found
    ]
    parts = job.design.n / max(found[0].rows, 1) * sum(full) / len(full)
    beside = len(job.text.encode()) + len(as_text(job.manifest()).encode())
    return parts + job.parts * DIGEST_BYTES + beside
