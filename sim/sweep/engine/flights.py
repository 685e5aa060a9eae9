"""Chunks on their way to Dask workers and back: a bounded number, none of them lost with its worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType

from distributed import Client, Future, KilledWorker, wait
from distributed.client import FutureCancelledError, FuturesCancelledError
from distributed.comm import CommClosedError

from sim.errors import SweepStoppedError
from sim.sweep.engine.cluster import Holder
from sim.sweep.engine.job import Job
from sim.sweep.engine.working import Done, compute

AHEAD = 2
"Chunks on their way for each worker thread."
GONE = (CommClosedError, FutureCancelledError, FuturesCancelledError)
"What a client raises when its scheduler is gone."
ALONE = 60.0
"Seconds without any worker after which the sweep ends; one that died is started again within a few."
LOST = "the scheduler of the workers is gone"


class Flights:
    """Sends chunks of a job and takes in what comes back."""

    def __init__(self, client: Client, job: Job) -> None:
        self.client, self.job = client, job
        self._name = f"sweep-{job.id}"
        self._flying: dict[Future, int] = {}
        self._seen = time.monotonic()

    def __enter__(self) -> Flights:
        """Bring the recipe to the workers."""
        holder = Holder(self.job.work)
        try:
            self.client.register_plugin(holder, name=self._name)
        except GONE:
            raise SweepStoppedError(LOST) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Call back what is on its way; let the workers forget the recipe."""
        try:
            if self.client.status == "running":
                self.client.cancel(list(self._flying), force=True)
                self.client.unregister_worker_plugin(self._name)
        except (*GONE, TimeoutError):
            pass
        self._flying.clear()

    def fill(self, waiting: Iterator[int]) -> bool:
        """Send chunks until there are enough on their way; return whether there is any."""
        try:
            most = AHEAD * max(sum(self.client.nthreads().values()), 1)
            while len(self._flying) < most and (part := next(waiting, None)) is not None:
                self._flying[self._send(part)] = part
        except GONE:
            raise SweepStoppedError(LOST) from None
        return bool(self._flying)

    def _send(self, part: int) -> Future:
        first, last = self.job.span(part)
        values = self.job.design.values(first, last)
        return self.client.submit(
            compute, self.job.id, part, first, values, pure=False, key=f"part-{part}-{self.job.id}"
        )

    def landed(self, patience: float) -> list[Done]:
        """Return the chunks that came back, none if nothing comes within `patience` seconds.

        Raises:
            SweepStoppedError: the scheduler or every worker is gone, or workers died again and again at
                one chunk.
        """
        if self.client.status not in ("running", "connecting"):
            raise SweepStoppedError(LOST)
        try:
            done = wait(list(self._flying), timeout=patience, return_when="FIRST_COMPLETED").done
            return [self._take(future) for future in done]
        except TimeoutError:
            self._look_for_workers()
            return []
        except GONE:
            raise SweepStoppedError(LOST) from None

    def _look_for_workers(self) -> None:
        """End the sweep if there has been no worker for long."""
        try:
            workers = self.client.nthreads()
        except GONE:
            raise SweepStoppedError(LOST) from None
        if workers:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > ALONE:
            raise SweepStoppedError("the scheduler has no worker left")

    def _take(self, future: Future) -> Done:
        part = self._flying.pop(future)
        try:
            done: Done = future.result()
        except KilledWorker:
            said = f"the workers died again and again at part {part}, for want of memory or by a fault"
            raise SweepStoppedError(said) from None
        finally:
            future.release()
        return done
