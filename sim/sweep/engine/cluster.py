"""Dask workers: started here, one process a core, or those of a scheduler that is already there."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING

import dask
from distributed import Client, LocalCluster, WorkerPlugin

from sim.errors import InputError, Problem, SweepStoppedError, raise_problems
from sim.sweep.engine import muting
from sim.sweep.engine.working import Work, drop, hold, software

if TYPE_CHECKING:
    from distributed import Worker

PATIENCE = 10.0
"Seconds to wait for a scheduler and for its first worker."
LOOPBACK = "127.0.0.1:0"
"Where the page of a scheduler that is started here would be: nobody else sees it, any port will do."
IN_WORKERS = "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED"
"The level of the log in a worker, set before it starts."


class Holder(WorkerPlugin):  # type: ignore[misc]
    """Brings the work of a sweep to each worker once, also to those that start later or again."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def setup(self, worker: Worker) -> None:  # noqa: ARG002
        """Keep the work in the process of the worker."""
        hold(self.work)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002
        """Forget it."""
        drop(self.work.identity)


def cores() -> int:
    """Return the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def workers_here(workers: int) -> Iterator[Client]:
    """Yield a client of fresh worker processes of one thread each; end them after the block.

    Args:
        workers: processes.
    """
    with _quiet(), tempfile.TemporaryDirectory(prefix="sweep-", ignore_cleanup_errors=True) as scratch:
        with _deaf_to_interrupts():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=LOOPBACK,
                local_directory=scratch,
                silence_logs=logging.CRITICAL,
                preload=[muting.__name__],
            )
        try:
            client = Client(cluster)
            try:
                yield client
            finally:
                client.close()
        finally:
            cluster.close()


@contextmanager
def workers_there(address: str) -> Iterator[Client]:
    """Yield a client of a scheduler that is already there; it is left running.

    Args:
        address: e.g. `tcp://10.0.0.5:8786`.

    Raises:
        InputError: no scheduler answers there.
        SweepStoppedError: it has no worker.
    """
    with _quiet():
        try:
            client = Client(address, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            found = f"no scheduler answers at {address}: {str(error).splitlines()[0]}"
            raise InputError([Problem("--scheduler", found, "e.g. tcp://10.0.0.5:8786")]) from None
        try:
            _await_worker(client, address)
            _check_software(client)
            yield client
        finally:
            client.close(timeout=2)


def _await_worker(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise SweepStoppedError(f"the scheduler at {address} has no worker after {PATIENCE:.0f} s") from None


def _check_software(client: Client) -> None:
    """Refuse workers of another version of what decides the bytes of a part."""
    ours = software()
    try:
        found = client.run(software)
    except ImportError as error:
        raise InputError([Problem("--scheduler", f"its workers lack this program: {error}", "it")]) from None
    raise_problems(
        Problem("--scheduler", f"worker {worker} has {name} {theirs.get(name)}", f"{name} {version}")
        for worker, theirs in sorted(found.items())
        for name, version in ours.items()
        if theirs.get(name) != version
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log of Dask off the terminal; what matters of it is said in our words."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        with dask.config.set({IN_WORKERS: "critical"}):
            yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Start threads that do not hear Ctrl-C; the workers they start, now or later, do not hear it either.

    A terminal sends Ctrl-C to all processes of a run; only the client is to act on it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # when first started, it lets the thread that starts it hear again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
