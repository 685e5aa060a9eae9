"""The wheel installs one top-level package and runs from any folder with its tables inside."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_has_one_top_level_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"sim"}
    assert "sim/cli/main.py" in names
    assert "sim/data/params/dictionary.csv" in names
    assert "sim/data/scenarios/nanchang.yaml" in names
    assert any(name.startswith("sim/outputs/report/templates/") for name in names)


def test_the_wheel_runs_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    env = {**os.environ, "PYTHONPATH": str(site)}
    code = "import sys; sys.argv = ['sim', *sys.argv[1:]]; from sim.__main__ import main; main()"
    command = [sys.executable, "-c", code, "run", "nanchang", "--out", "mine"]
    done = subprocess.run(
        command, cwd=elsewhere, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert (next((elsewhere / "mine").iterdir()) / "report.html").is_file()
