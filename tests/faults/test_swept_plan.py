"""A sweep over a real plan: the same bytes in this process, on workers, and killed and resumed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.outputs.sweep.saying import first_screen
from sim.outputs.sweep.writing import write_report
from sim.program.watching import Stop
from sim.sweep.analysis.querying import query
from sim.sweep.engine.job import Job
from sim.sweep.engine.running import run_sweep, serially
from sim.sweep.engine.store import open_store
from sim.sweep.futures.opening import open_recipe
from sim.sweep.question.reading import load_sweep
from tests.calling import calling
from tests.sweeping import environment, parts_of

SWEEP = """
name: small
title: {zh: 小推演, en: Small sweep}
scenario: shangyou
settings: ["envelopes=[{fund: all, amount: 5亿}]"]
mode: reoptimise
design: {method: sobol, base_samples: 16, seed: 3}
chunk: 24
factors:
"""
FACTOR = """  - name: {name}
    path: {path}
    title: {{zh: 因素, en: Factor}}
    unit: times
    distribution: {{kind: uniform, low: {low}, high: {high}}}
    source: a test
    quality: assumption
"""
VARIED = (
    ("fertility", "future.fertility", 0.7, 1.3),
    ("attrition", "future.attrition", 0.5, 2.0),
    ("money", "envelopes.0.amount", 1e8, 9e8),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("swept")
    text = SWEEP + "".join(FACTOR.format(name=n, path=p, low=a, high=b) for n, p, a, b in VARIED)
    (home / "small.yaml").write_text(text, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def whole(home: Path) -> Path:
    """The folder of a run in this process that nothing ends."""
    loaded = load_sweep(str(home / "small.yaml"))
    job = Job.of(loaded.sweep, loaded.text, open_recipe(loaded))
    store = open_store(job, home / "whole", resume=False)
    run_sweep(job, store, serially, Stop(), lambda tally: None)
    return store.folder


def begun(home: Path, out: str, *options: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "sim", "sweep", "small.yaml", "--out", out, *options]
    return subprocess.Popen(
        words, cwd=home, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def folder_of(home: Path, out: str) -> Path:
    (folder,) = (home / out).iterdir()
    return folder


def test_two_workers_killed_and_resumed_leave_the_bytes_of_this_process(home: Path, whole: Path) -> None:
    killed = begun(home, "killed", "--workers", "2")
    until = time.monotonic() + 60
    while time.monotonic() < until and not list(home.glob("killed/*/draws/*.parquet")):
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    there = parts_of(folder_of(home, "killed"))
    wanted = parts_of(whole)
    assert set(there.items()) <= set(wanted.items())
    assert begun(home, "killed", "--workers", "1", "--resume").wait(timeout=120) == 0
    assert parts_of(folder_of(home, "killed")) == wanted


def test_the_report_answers_in_both_languages(whole: Path) -> None:
    for lang, said in (("zh", "哪些假定最起作用"), ("en", "Which assumptions decide")):
        assert write_report(whole, lang).stat().st_size > 100_000
        assert said in "\n".join(first_screen(whole, lang))


def test_the_futures_can_be_asked_for_in_sql(whole: Path) -> None:
    asked = "select count(*) n, sum(case when status = 'ok' then 1 else 0 end) ok from draws"
    assert query(whole, asked).splitlines() == ["n,ok", "80,80"]
    low, high = query(whole, "select min(money), max(money) from draws").splitlines()[1].split(",")
    assert 1e8 <= float(low) < float(high) <= 9e8


def test_every_future_is_bounded_and_none_above_its_value(
    home: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = calling(monkeypatch, capsys, home)(
        "sweep", "screen", "small.yaml", "--pool", "30", "--check", "20", "--out", "bounds"
    )
    assert code == 0
    assert "level: targets_1" in said
    assert "in 20 futures solved as well" in said
    (file,) = (home / "bounds").glob("*/bounds.parquet")
    bounds = pq.read_table(file).to_pandas()
    told = query(whole, "select best_level_targets_1 from draws").splitlines()[1:]
    above = bounds["bound"].to_numpy() - np.array([float(value) for value in told])
    assert len(bounds) == 80
    assert above.max() <= 1e-6
    assert [p.name for p in file.parent.iterdir()] == ["bounds.parquet"]
