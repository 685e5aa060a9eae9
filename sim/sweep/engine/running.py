"""Computing the parts of a sweep, in this process or on Dask workers, and keeping each as it is finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.errors import SweepStoppedError
from sim.program.watching import Stop
from sim.sweep.engine.job import Job
from sim.sweep.engine.store import Store
from sim.sweep.engine.working import Done, compute, drop, hold

if TYPE_CHECKING:
    from distributed import Client

LOOK = 0.5
"Seconds between two looks at the clock and at Ctrl-C while no part is finished."


@dataclass
class Tally:
    """How far a sweep is.

    Attributes:
        draws: futures of the sweep.
        before: futures that were finished before this run.
        rows: futures finished in this run.
        failed: failed futures, those of earlier runs included.
        parts: parts finished in this run.
        inside: CPU seconds in the solver, in this run.
        outside: CPU seconds elsewhere in the workers, in this run.
        client: CPU seconds of this process, in this run.
        solves: level solves, in this run.
        seconds: on the clock, in this run.
    """

    draws: int
    before: int
    rows: int = 0
    failed: int = 0
    parts: int = 0
    inside: float = 0.0
    outside: float = 0.0
    client: float = 0.0
    solves: int = 0
    seconds: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _cpu: float = field(default_factory=time.process_time)

    def add(self, done: Done) -> None:
        """Count a finished part."""
        self.rows += done.rows
        self.failed += done.failed
        self.parts += 1
        self.inside += done.inside
        self.outside += done.outside
        self.solves += done.solves

    def look(self) -> None:
        """Look at the clocks."""
        self.seconds = time.monotonic() - self._began
        self.client = time.process_time() - self._cpu

    @property
    def rest(self) -> float:
        """CPU seconds that were not the solver's, of workers and client."""
        return self.outside + self.client

    def record(self) -> dict[str, Any]:
        """Return the timings to keep."""
        clocks = ("inside", "outside", "client", "seconds")
        counts = ("rows", "parts", "solves")
        kept = {name: round(getattr(self, name), 3) for name in clocks}
        return {name: getattr(self, name) for name in counts} | kept


Tell = Callable[[Tally], None]
Source = Callable[[Job, Sequence[int], Stop, Callable[[], None]], Iterator[Done]]
"Yields finished chunks of a job; of the parts, the stop, and what is called while nothing is finished."


def run_sweep(job: Job, store: Store, source: Source, stop: Stop, tell: Tell) -> Tally:
    """Compute what is still to be computed and keep every part.

    Args:
        job: the sweep.
        store: its folder.
        source: where chunks are computed: `serially`, or `on_cluster` of a client.
        stop: asks for an early end.
        tell: called after every part and now and then.

    Raises:
        SweepStoppedError: asked to stop, or the workers are gone; finished parts are kept.
        OSError: the disk is full; finished parts are kept.
    """
    tally = Tally(job.design.n, store.rows, failed=store.failed)

    def look() -> None:
        tally.look()
        tell(tally)

    chunks = source(job, store.todo, stop, look)
    try:
        for done in chunks:
            store.save(done.part, done.data)
            if done.trace:
                store.note_error(done.trace)
            tally.add(done)
            look()
    except SweepStoppedError as error:
        finished = job.parts - len(store.todo) + tally.parts
        said = f"{error}; {finished} of {job.parts} parts are finished in {store.folder}"
        raise SweepStoppedError(f"{said}; --resume goes on with the others") from None
    finally:
        chunks.close()  # type: ignore[attr-defined]
        tally.look()
        if tally.parts:
            store.note_timings(tally.record())
    return tally


def serially(job: Job, todo: Sequence[int], stop: Stop, look: Callable[[], None]) -> Iterator[Done]:
    """Yield the chunks of a job, computed in this process one after another."""
    hold(job.work)
    try:
        for part in todo:
            if stop.due:
                raise SweepStoppedError("stopped")
            look()
            first, last = job.span(part)
            yield compute(job.id, part, first, job.design.values(first, last))
    finally:
        drop(job.id)


def on_cluster(client: Client) -> Source:
    """Return a source of chunks that are computed by the workers of a client, in any order."""

    def chunks(job: Job, todo: Sequence[int], stop: Stop, look: Callable[[], None]) -> Iterator[Done]:
        from sim.sweep.engine.flights import Flights

        with Flights(client, job) as flights:
            waiting = iter(todo)
            while flights.fill(waiting):
                if stop.due:
                    raise SweepStoppedError("stopped")
                landed = flights.landed(LOOK)
                if not landed:
                    look()
                yield from landed

    return chunks
