"""What a sweep costs beside its futures: memory that does not grow with their number, dispatch, the store."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.program.watching import Stop
from sim.sweep.engine.cluster import workers_here
from sim.sweep.engine.job import Job
from sim.sweep.engine.running import Source, Tally, on_cluster, run_sweep, serially
from sim.sweep.engine.store import open_store
from sim.sweep.futures.opening import ScenarioRecipe
from sim.sweep.question.reading import load_sweep
from tests.sweeping import command, environment, sweep_data, sweep_file

pytestmark = pytest.mark.benchmark
LONG = bool(os.environ.get("GAPWISE_LONG"))
FLAT = 1.15
"Most that a hundred times the futures may take of memory."
ENGINE = 0.15 if LONG else 0.30
"Share of CPU seconds of a sweep that may be the engine's own; chunks of the short profile are small."
SEED = 20201101

WATCH = """
import subprocess, sys
from sim.sweep.engine.measuring import own_peak, peak_of_all
with peak_of_all() as peak:
    subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print((peak.all - own_peak()) / 2**20)
"""


def megabytes(words: list[str], where: Path) -> float:
    """Peak resident MB of a command and of all it starts."""
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *words], cwd=where, env=environment(), capture_output=True, text=True,
        check=True, timeout=1200,
    )  # fmt: skip
    return float(done.stdout)


def design(draws: int) -> str:
    return f"design={{method: latin_hypercube, draws: {draws}, seed: {SEED}}}"


def sweep_of(draws: int, where: Path) -> list[str]:
    """A sweep of so many futures: of the shipped plan, or of a quick function."""
    where.mkdir()
    if LONG:
        shipped = ["sweep", "shangyou-plan", "--workers", "1", "--set", design(draws)]
        return [sys.executable, "-m", "sim", *shipped]
    data = sweep_data({"method": "latin_hypercube", "draws": draws, "seed": SEED}, chunk=500)
    return command({"noise": 20}, str(sweep_file(where, data)), "--workers", "1")


def test_memory_does_not_grow_with_the_futures(tmp_path: Path) -> None:
    few, many = 1000, 100_000 if LONG else 20_000
    found = {n: megabytes(sweep_of(n, tmp_path / f"{n}"), tmp_path / f"{n}") for n in (few, many)}
    print(f"\npeak of {few} futures {found[few]:.0f} MB, of {many} {found[many]:.0f} MB")
    assert found[many] <= FLAT * found[few]


def run_in(job: Job, out: Path, source: Source) -> tuple[Tally, float]:
    """The tally of a run, and CPU seconds of this process in it."""
    began = time.process_time()
    tally = run_sweep(job, open_store(job, out, False), source, Stop(), lambda _: None)
    return tally, time.process_time() - began


def test_the_engine_costs_little_beside_the_futures(people: ScenarioRecipe, tmp_path: Path) -> None:
    draws, chunk = (5000, 1000) if LONG else (120, 40)
    loaded = load_sweep("nanchang-people", [design(draws), f"chunk={chunk}"])
    job = Job.of(loaded.sweep, loaded.text, people)
    serial, here = run_in(job, tmp_path / "serial", serially)
    few = load_sweep("nanchang-people", [design(10), "chunk=10"])
    with workers_here(1) as client:
        run_in(Job.of(few.sweep, few.text, people), tmp_path / "first", on_cluster(client))
        before = sum(client.run(time.process_time).values())
        there, ours = run_in(job, tmp_path / "dask", on_cluster(client))
        worker = sum(client.run(time.process_time).values()) - before
    assert serial.failed == there.failed == 0
    store = here - serial.inside - serial.outside
    dispatch = ours + worker - there.inside - there.outside
    print(
        f"\n{job.parts} chunks of {chunk}; serially: {here:.2f} CPU s, of them {store:.2f} in store and loop"
    )
    print(f"one Dask worker: {ours + worker:.2f} CPU s, of them {dispatch:.2f} in dispatch and store")
    print(f"{dispatch / (ours + worker):.1%} of all; {1e3 * dispatch / job.parts:.0f} ms a chunk")
    assert dispatch <= ENGINE * (ours + worker)
