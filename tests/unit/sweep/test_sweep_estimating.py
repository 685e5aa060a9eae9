"""What a sweep would take, against what it takes; one worker or two, the same bytes as in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.program.watching import Stop
from sim.sweep.engine.cluster import workers_here
from sim.sweep.engine.estimating import Estimate, estimated
from sim.sweep.engine.job import Job
from sim.sweep.engine.measuring import Peak, own_peak, peak_of_all
from sim.sweep.engine.running import on_cluster, run_sweep, serially
from sim.sweep.engine.store import open_store
from tests.sweep_recipes import Ishigami
from tests.sweeping import job_of, parts_of, sweep_data

WITHIN = 0.2
WORKERS = 2
RECIPE = Ishigami(noise=60, ballast=50_000_000)


@pytest.fixture(scope="module")
def job() -> Job:
    return job_of(sweep_data({"method": "random", "draws": 10_300}, chunk=500), RECIPE)


@pytest.fixture(scope="module")
def estimate(job: Job) -> Estimate:
    return estimated(job, WORKERS)


@pytest.fixture(scope="module")
def folder(job: Job, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Peak]:
    store = open_store(job, tmp_path_factory.mktemp("two"), resume=False)
    with peak_of_all() as peak, workers_here(WORKERS) as client:
        run_sweep(job, store, on_cluster(client), Stop(), lambda tally: None)
    return store.folder, peak


def test_memory_and_disk_are_as_estimated(estimate: Estimate, folder: tuple[Path, Peak]) -> None:
    where, peak = folder
    disk = sum(p.stat().st_size for p in where.rglob("*") if p.is_file())
    assert estimate.disk == pytest.approx(disk, rel=WITHIN)
    assert estimate.memory == pytest.approx(peak.all, rel=WITHIN)
    assert 0 < estimate.soonest <= estimate.latest


def test_this_process_writes_the_same_bytes(job: Job, folder: tuple[Path, Peak], tmp_path: Path) -> None:
    store = open_store(job, tmp_path, resume=False)
    run_sweep(job, store, serially, Stop(), lambda tally: None)
    assert parts_of(store.folder) == parts_of(folder[0])


def test_the_peak_of_a_process_is_at_least_what_it_has() -> None:
    import psutil

    assert own_peak() >= psutil.Process().memory_info().rss * 0.9
