"""`sim sweep` from the command line: its first word, its usage, its progress, an estimate."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

from cli.sweep_progress import PlainLines, following, megabytes
from sim.sweep.engine.running import Tally
from tests.calling import Call
from tests.sweep_recipes import Ishigami
from tests.sweeping import environment, sweep_data, sweep_file

DESIGN = {"method": "sobol", "base_samples": 16}


def test_the_first_word_may_be_a_sweep_or_a_command(sim: Call) -> None:
    code, _, said = sim("sweep", "nosuch")
    assert code == 2
    assert "no sweep 'nosuch'" in said
    assert sim("sweep", "--resume", "nosuch")[2] == sim("sweep", "run", "nosuch")[2] == said
    for word, said in (("report", "what decides the plan"), ("query", "in SQL"), ("run", "--scheduler")):
        code, out, _ = sim("sweep", word, "--help")
        assert code == 0
        assert said in out
    code, out, _ = sim("sweep", "--help")
    assert code == 0
    assert "query" in out


def test_workers_here_and_a_scheduler_exclude_each_other(sim: Call) -> None:
    code, _, said = sim("sweep", "x", "--workers", "2", "--scheduler", "tcp://x:1")
    assert code == 2
    assert "those of a --scheduler are already there" in said


@pytest.fixture
def sim_raising(sim: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The `sim` command with a recipe of which some futures raise."""
    recipe = Ishigami(raises_above=2.0)
    opening = types.ModuleType("sim.sweep.futures.opening")
    monkeypatch.setattr(opening, "open_recipe", lambda loaded, tell: recipe, raising=False)
    monkeypatch.setitem(sys.modules, "sim.sweep.futures.opening", opening)
    sweep_file(home, sweep_data(DESIGN))
    return sim


def test_an_estimate_writes_nothing(sim_raising: Call, home: Path) -> None:
    code, out, _ = sim_raising("sweep", "ishigami.yaml", "--estimate", "--lang", "en")
    assert code == 0
    assert out.startswith("Ishigami: 80")
    assert "memory: " in out
    assert "80 rows in 10 parts" in out
    assert [path.name for path in home.iterdir()] == ["ishigami.yaml"]


def test_a_sweep_says_how_it_went_and_is_reused(sim_raising: Call) -> None:
    code, first, _ = sim_raising("sweep", "ishigami.yaml", "--workers", "1")
    assert code == 0
    assert "outside it" in first
    assert "the model raised: see" in first
    code, again, _ = sim_raising("sweep", "ishigami.yaml")
    assert code == 0
    assert "reused: outputs/sweep-ishigami-" in again
    counts = [line for line in first.splitlines() if line.startswith("rows")]
    assert counts[0] in again


def test_help_does_not_load_what_sweeps_need() -> None:
    line = "import sys, cli.main; print([n for n in ('distributed', 'pyarrow', 'scipy') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", line], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_plain_lines_come_by_tenths_but_not_too_often(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("cli.sweep_progress.time.monotonic", lambda: now[0])
    lines = PlainLines()
    for seconds, rows in ((0.5, 20), (2.0, 21), (3.5, 22), (13.0, 23)):
        now[0] = 100.0 + seconds
        lines(Tally(100, 5, rows, failed=2, seconds=seconds))
    said = capsys.readouterr().err.splitlines()
    assert [line.split(" rows")[0] for line in said] == ["26 of 100", "28 of 100"]
    assert "2 failed, 10 rows/s" in said[0]
    assert said[0].endswith("7 s left")


def test_a_terminal_gets_a_bar(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    with following() as show:
        show(Tally(100, 0, 40, failed=3, seconds=4.0))
    assert "3 failed, 10 rows/s" in capsys.readouterr().err


def test_small_amounts_have_a_decimal() -> None:
    assert [megabytes(2**20 * n) for n in (0.25, 99.6)] == ["0.2 MB", "100 MB"]
