"""The command line as a user meets it: what is printed, what is written, and the exit codes."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def sim(*words: str, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **extra}
    command = [sys.executable, "-m", "sim", *words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("first")
    done = sim("run", "shangyou", "--out", "runs", cwd=out)
    assert done.returncode == 0, done.stderr
    return next((out / "runs").iterdir())


def test_a_run_folder_has_everything(first: Path) -> None:
    names = {p.name for p in first.iterdir()}
    assert names == {
        "manifest.json", "timings.json", "scenario.yaml", "results.nc",
        "plan.xlsx", "report.html", "tables", "inputs",
    }  # fmt: skip
    assert not [p for p in first.parent.iterdir() if p.name.startswith(".")]


def test_the_same_inputs_give_the_same_bytes(first: Path, tmp_path: Path) -> None:
    done = sim("run", str(ROOT / "scenarios" / "shangyou.yaml"), "--out", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    again = tmp_path / first.name
    for path in sorted(p for p in first.rglob("*") if p.is_file()):
        name = path.relative_to(first)
        if name.name != "timings.json":
            assert path.read_bytes() == (again / name).read_bytes(), name


def test_an_equal_complete_run_is_reused(first: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in first.rglob("*")}
    done = sim("run", "shangyou", "--out", str(first.parent), cwd=first.parent)
    assert done.returncode == 0
    assert "reused" in done.stdout
    assert before == {p: p.stat().st_mtime_ns for p in first.rglob("*")}


def test_a_run_verifies(first: Path) -> None:
    done = sim("verify", str(first), cwd=first.parent)
    assert done.returncode == 0, done.stdout
    assert "checks hold" in done.stdout


@pytest.mark.parametrize(
    ("table", "old", "new"),
    [("ledger", "capital,use,nominal,", "capital,use,nominal,1"), ("projects", ",2021,", ",2022,")],
)
def test_a_changed_run_fails_verification(
    first: Path, tmp_path: Path, table: str, old: str, new: str
) -> None:
    copy = tmp_path / first.name
    shutil.copytree(first, copy)
    path = copy / "tables" / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    record = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    done = sim("verify", str(copy), cwd=tmp_path)
    assert done.returncode == 6
    assert "FAILS  files are unchanged" in done.stdout
    record["files"][f"tables/{table}.csv"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(record), encoding="utf-8")
    done = sim("verify", str(copy), cwd=tmp_path)
    assert done.returncode == 6, "a rule fails even where the hash was changed with the file"
    assert "holds  files are unchanged" in done.stdout


def test_a_changed_headline_fails_verification(first: Path, tmp_path: Path) -> None:
    copy = tmp_path / first.name
    shutil.copytree(first, copy)
    record = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    for change in (
        {"targets": record["targets"] | {"met": record["targets"]["in_program"], "missed": []}},
        {"mip_gap": 0.0},
        {"levels": []},
    ):
        (copy / "manifest.json").write_text(json.dumps(record | change), encoding="utf-8")
        assert sim("verify", str(copy), cwd=tmp_path).returncode == 6
    (copy / "manifest.json").write_text(json.dumps(record | {"files": 1}), encoding="utf-8")
    done = sim("verify", str(copy), cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_scenario_in_a_run_folder_runs_again(first: Path, tmp_path: Path) -> None:
    done = sim("validate", str(first / "scenario.yaml"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_missed_target_is_an_exit_code_when_asked(first: Path) -> None:
    done = sim("run", "shangyou", "--out", str(first.parent), "--strict", cwd=first.parent)
    assert done.returncode == 3


def test_bad_input_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    scenario = tmp_path / "mine.yaml"
    text = (ROOT / "scenarios" / "nanchang.yaml").read_text(encoding="utf-8")
    scenario.write_text(text.replace("target_year: 2025", "target_yaer: 2025"), encoding="utf-8")
    done = sim("run", "mine.yaml", "--set", "prices.price_year=soon", cwd=tmp_path)
    assert done.returncode == 2
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "target_year: 2025" in row)
    assert f"mine.yaml:{line}:" in done.stderr
    assert "did you mean 'target_year'" in done.stderr
    assert "--set prices.price_year=soon" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.yaml"]


def test_unknown_options_and_folders_end_with_2(tmp_path: Path) -> None:
    assert sim("run", "nanchang", "--colour", "red", cwd=tmp_path).returncode == 2
    assert sim("verify", str(tmp_path), cwd=tmp_path).returncode == 2
    assert sim("run", "nanchnag", cwd=tmp_path).returncode == 2


def test_a_stopped_clock_leaves_a_certified_plan(tmp_path: Path) -> None:
    done = sim("run", "nanchang", "--out", "runs", "--time-limit", "0.02", cwd=tmp_path)
    assert done.returncode == 5, done.stderr
    folder = next((tmp_path / "runs").iterdir())
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert record["reproducible"] is False
    assert record["certificate"]["ok"]
    assert sim("verify", str(folder), cwd=tmp_path).returncode == 0


def test_a_folder_that_may_not_be_written_ends_with_7(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, not a folder", encoding="utf-8")
    done = sim("run", "shangyou", "--out", "runs", cwd=tmp_path)
    assert done.returncode == 7
    assert "Traceback" not in done.stderr


def test_our_own_bugs_show_their_traceback(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    shutil.copytree(ROOT / "sim", broken / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cli", "params", "scenarios"):
        (broken / name).symlink_to(ROOT / name)
    stages = broken / "sim" / "stages.py"
    stages.write_text(
        stages.read_text(encoding="utf-8").replace("= needs(", "= 1 / 0 or needs("), encoding="utf-8"
    )
    done = sim("run", "nanchang", cwd=tmp_path, PYTHONPATH=str(broken))
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "Traceback" in done.stderr


def test_english_on_demand(tmp_path: Path) -> None:
    done = sim("run", "shangyou", "--out", "runs", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "capital outlay" in done.stdout
    page = (next((tmp_path / "runs").iterdir()) / "report.html").read_text(encoding="utf-8")
    assert 'lang="en"' in page


def test_a_killed_run_leaves_no_half_result(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", "run", "shangyou", "--out", "runs"]
    for _ in range(2):
        process = subprocess.Popen(
            command, cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while (
            time.monotonic() < until and process.poll() is None and not list(tmp_path.glob("runs/.*.part/*"))
        ):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        whole = [p for p in tmp_path.glob("runs/*") if not p.name.startswith(".")]
        assert whole == [] or (whole[0] / "manifest.json").is_file()
    done = sim("run", "shangyou", "--out", "runs", cwd=tmp_path)
    assert done.returncode == 0
    assert [p.name for p in tmp_path.glob("runs/*") if p.name.startswith(".")] == []
