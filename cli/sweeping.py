"""A sweep computed or estimated from the command line: its workers, its progress, its last words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from sim.program.watching import Stop
from sim.sweep.engine.cluster import cores, workers_here, workers_there
from sim.sweep.engine.estimating import Estimate, estimated
from sim.sweep.engine.job import Job
from sim.sweep.engine.running import Source, Tally, on_cluster, run_sweep
from sim.sweep.engine.store import ERRORS, Store, open_store

from .progress import stop_on_interrupt
from .sweep_progress import following, megabytes


def compute(job: Job, out: Path, resume: bool, workers: int | None, scheduler: str | None) -> None:
    """Compute what is missing of a sweep and say how it went.

    Args:
        job: the sweep.
        out: folder of sweeps, or that of this one.
        resume: whether an unfinished folder is gone on with.
        workers: processes to start; as many as cores where none is said.
        scheduler: address of a scheduler whose workers are used instead.
    """
    store = open_store(job, out, resume)
    for part, why in store.distrusted.items():
        click.echo(f"part {part} {why}: computed again", err=True)
    if not store.todo:
        click.echo(f"reused: {store.folder}")
        click.echo(f"rows: {store.rows}, failed: {store.failed}")
        return
    stop = Stop()
    with stop_on_interrupt(stop), _source(store, workers, scheduler) as source, following() as tell:
        tally = run_sweep(job, store, source, stop, tell)
    _say(store, tally)


@contextmanager
def _source(store: Store, workers: int | None, scheduler: str | None) -> Iterator[Source]:
    here = min(workers or cores(), len(store.todo))
    with workers_there(scheduler) if scheduler else workers_here(here) as client:
        yield on_cluster(client)


def _say(store: Store, tally: Tally) -> None:
    click.echo(f"written: {store.folder}")
    click.echo(f"rows: {tally.before + tally.rows}, failed: {tally.failed}")
    if (store.folder / ERRORS).is_file():
        click.echo(f"the model raised: see {store.folder / ERRORS}")
    whole = tally.inside + tally.rest
    share = tally.rest / whole if whole else 0.0
    click.echo(f"CPU: {tally.inside:.1f} s in the solver, {tally.rest:.1f} s outside it ({share:.0%})")
    if tally.solves:
        each = 1000 * tally.inside / tally.solves
        click.echo(f"solves: {tally.solves} levels, {each:.2f} ms each")
    click.echo(f"time: {tally.seconds:.1f} s, {tally.rows / max(tally.seconds, 1e-9):.0f} rows a second")


def say_estimate(job: Job, workers: int | None) -> None:
    """Say what a sweep would take, from a few of its chunks."""
    found: Estimate = estimated(job, workers or cores())
    click.echo(f"memory: {megabytes(found.memory)} at most, {found.workers} workers and this process")
    click.echo(f"disk: {megabytes(found.disk)}, {job.design.n} rows in {job.parts} parts")
    click.echo(f"time: {found.soonest:.0f} to {found.latest:.0f} s")
