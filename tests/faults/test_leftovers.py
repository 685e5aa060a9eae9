"""What killed runs leave is cleared, what they were replacing comes back, live runs are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sim.outputs.folder import clear_after_killed


def dead_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return process.pid


def test_leftovers_of_a_dead_run_go_and_its_old_folder_comes_back(tmp_path: Path) -> None:
    folder, dead = tmp_path / "x-1", dead_process()
    (tmp_path / f".x-1.{dead}.part").mkdir()
    old = tmp_path / f".x-1.{dead}.old.part"
    old.mkdir()
    (old / "manifest.json").write_text("kept", encoding="utf-8")
    clear_after_killed(folder)
    assert (folder / "manifest.json").read_text(encoding="utf-8") == "kept"
    assert [p.name for p in tmp_path.iterdir()] == ["x-1"]


def test_a_live_run_keeps_its_folder(tmp_path: Path) -> None:
    live = tmp_path / f".x-1.{os.getppid()}.part"
    live.mkdir()
    clear_after_killed(tmp_path / "x-1")
    assert live.is_dir()
