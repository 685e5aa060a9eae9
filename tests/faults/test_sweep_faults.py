"""What may happen to a sweep: killed, its worker or scheduler killed, Ctrl-C, a full disk. Bytes stay."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError, SweepStoppedError
from sim.program.watching import Stop
from sim.sweep.engine.cluster import workers_here, workers_there
from sim.sweep.engine.job import Job
from sim.sweep.engine.running import on_cluster, run_sweep, serially
from sim.sweep.engine.store import open_store
from sim.sweep.question.reading import load_sweep
from tests.sweep_recipes import Ishigami
from tests.sweeping import called, command, environment, job_of, parts_of, sweep_data, sweep_file

PARTS = 20
DESIGN = {"method": "random", "draws": 8 * PARTS}
SLOW = {"seconds": 0.1}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sweeps")
    sweep_file(home, sweep_data(DESIGN))
    return home


@pytest.fixture(scope="module")
def whole(home: Path) -> dict[str, bytes]:
    return uninterrupted(home, home / "whole", Ishigami())


def uninterrupted(home: Path, out: Path, recipe: Ishigami) -> dict[str, bytes]:
    """The parts of a run in this process that nothing ends."""
    loaded = load_sweep(str(home / "ishigami.yaml"))
    job = Job.of(loaded.sweep, loaded.text, recipe)
    store = open_store(job, out, resume=False)
    run_sweep(job, store, serially, Stop(), lambda tally: None)
    return parts_of(store.folder)


def sweep(home: Path, out: str, recipe: Mapping[str, Any], *options: str) -> tuple[int, str, str]:
    done = called(home, recipe, "ishigami.yaml", "--out", out, *options)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def started(home: Path, out: str, recipe: Mapping[str, Any], *options: str) -> subprocess.Popen[str]:
    """A running sweep, in a process group of its own as on a terminal."""
    return subprocess.Popen(
        command(recipe, "ishigami.yaml", "--out", out, *options), cwd=home, env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said, said
    return process.returncode, said


def folder_of(home: Path, out: str) -> Path:
    (folder,) = (home / out).iterdir()
    return folder


def await_parts(home: Path, out: str, parts: int) -> None:
    """Wait until so many parts are finished."""
    until = time.monotonic() + 60
    while len(list((home / out).glob("*/draws/*.parquet"))) < parts:
        assert time.monotonic() < until
        time.sleep(0.01)


def all_ended(group: int) -> bool:
    """Whether every process of a run has gone, at the latest some seconds after it."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_two_workers_of_which_one_dies_write_the_same_bytes(home: Path, whole: dict[str, bytes]) -> None:
    code, out, _ = sweep(home, "died", {"ends_once": str(home / "flag")}, "--workers", "2")
    assert code == 0
    assert (home / "flag").is_file()
    assert f"rows: {8 * PARTS}, failed: 0" in out
    assert parts_of(folder_of(home, "died")) == whole


def test_a_kill_at_any_moment_loses_no_finished_part(home: Path, whole: dict[str, bytes]) -> None:
    chance = random.Random(20)
    for n, goal in enumerate(sorted(chance.sample(range(1, PARTS - 2), 3))):
        process = started(home, "killed", {"seconds": 0.04}, "--workers", "1", "--resume")
        await_parts(home, "killed", goal)
        time.sleep(chance.random() * 0.04)
        process.kill()
        process.communicate(timeout=60)
        kept = parts_of(folder_of(home, "killed"))
        assert kept.items() <= whole.items(), n
    left = folder_of(home, "killed")
    (left / "draws" / f".part-00019.parquet.{process.pid}.tmp").write_bytes(b"half")
    code, out, _ = sweep(home, "killed", {}, "--workers", "1", "--resume")
    assert code == 0
    assert f"rows: {8 * PARTS}, failed: 0" in out
    assert parts_of(left) == whole
    assert not list(left.rglob("*.tmp"))


def test_ctrl_c_ends_quietly_and_resume_is_offered(home: Path, whole: dict[str, bytes]) -> None:
    process = started(home, "stopped", SLOW, "--workers", "1")
    await_parts(home, "stopped", 2)
    os.killpg(process.pid, signal.SIGINT)
    code, said = ended(process)
    assert code == 5
    assert f"of {PARTS} parts are finished" in said
    assert "--resume goes on" in said
    assert len(said.splitlines()) <= 3
    assert all_ended(process.pid)
    kept = parts_of(folder_of(home, "stopped"))
    assert len(kept) >= 2
    assert kept.items() <= whole.items()


def test_workers_that_die_again_and_again_end_the_sweep_in_plain_words(tmp_path: Path) -> None:
    job = job_of(sweep_data(DESIGN), Ishigami(ends_always=True))
    store = open_store(job, tmp_path, resume=False)
    with workers_here(1) as client, pytest.raises(SweepStoppedError) as told:
        run_sweep(job, store, on_cluster(client), Stop(), lambda tally: None)
    assert "the workers died again and again at part" in str(told.value)
    assert f"0 of {PARTS} parts are finished" in str(told.value)


def test_a_full_disk_loses_only_the_part_in_flight(home: Path) -> None:
    recipe = {"noise": 10, "fails_below": 0.0}
    whole = uninterrupted(home, home / "roomy", Ishigami(noise=10, fails_below=0.0))
    most = max(map(len, whole.values())) - 1

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    words = command(recipe, "ishigami.yaml", "--out", "full", "--workers", "1")
    done = subprocess.run(
        words, cwd=home, env=environment(), capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 7, done.stderr
    assert "disk or permission" in done.stderr
    assert "Traceback" not in done.stderr
    folder = folder_of(home, "full")
    kept = parts_of(folder)
    assert 0 < len(kept) < PARTS
    assert kept.items() <= whole.items()
    assert not list(folder.rglob("*.tmp"))


@pytest.fixture(scope="module")
def cluster(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler and two workers on the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def run(name: str, *words: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", f"distributed.cli.dask_{name}", *words, "--no-dashboard"]
        return subprocess.Popen(line, cwd=home, env=environment(), **quiet)

    scheduler = run("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-show")
    scratch = str(home / "scratch")
    options = (address, "--no-nanny", "--nthreads", "1", "--local-directory", scratch)
    processes = [scheduler, run("worker", *options), run("worker", *options)]
    yield address, scheduler
    for process in processes:
        process.kill()
        process.wait()


def test_a_scheduler_that_is_there_is_used_and_its_death_is_told(
    home: Path,
    whole: dict[str, bytes],
    cluster: tuple[str, subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, scheduler = cluster
    code, _, said = sweep(home, "there", {}, "--scheduler", address)
    assert code == 0, said
    assert parts_of(folder_of(home, "there")) == whole
    assert scheduler.poll() is None
    with monkeypatch.context() as other:
        other.setattr("sim.__version__", "9.9")
        with (
            pytest.raises(InputError, match=r"worker tcp.* has sim .*; allowed: sim 9.9"),
            workers_there(address),
        ):
            pass
    process = started(home, "gone", SLOW, "--scheduler", address)
    await_parts(home, "gone", 2)
    scheduler.kill()
    code, said = ended(process)
    assert code == 5
    assert "the scheduler of the workers is gone" in said
    assert "--resume goes on" in said
    kept = parts_of(folder_of(home, "gone"))
    assert kept.items() <= whole.items()


def test_a_scheduler_that_does_not_answer_or_has_no_worker_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("sim.sweep.engine.cluster.PATIENCE", 0.3)
    with (
        pytest.raises(InputError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"),
        workers_there("tcp://127.0.0.1:9"),
    ):
        pass
    with LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as empty:
        address = empty.scheduler_address
        with pytest.raises(SweepStoppedError, match="has no worker after"), workers_there(address):
            pass
        monkeypatch.setattr("sim.sweep.engine.flights.ALONE", 0.1)
        store = open_store(job := job_of(sweep_data(DESIGN)), tmp_path, resume=False)
        with (
            empty.get_client() as client,
            pytest.raises(SweepStoppedError, match=r"no worker left; 0 of 20 parts"),
        ):
            run_sweep(job, store, on_cluster(client), Stop(), lambda tally: None)
