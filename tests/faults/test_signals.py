"""Signals to a real process: Ctrl-C keeps a certified plan, a kill leaves no run folder."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONG = ["--gap", "0", "--set", "solver.node_limit=10000000", "--set", "solver.tie_break_nodes=10000000"]


def signalled(where: Path, said: bytes, which: int, *options: str) -> int:
    """Run Nanchang, send a signal once its terminal shows `said`, and return the exit code."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TERM": "xterm"}
    command = [sys.executable, "-m", "sim", "run", "nanchang", "--out", "runs", *options]
    with subprocess.Popen(command, cwd=where, env=env, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        shown, sent = b"", False
        try:
            while part := os.read(ours, 4096):
                shown += part
                if said in shown and not sent:
                    process.send_signal(which)
                    sent = True
        except OSError:  # the other end of a terminal is gone: the process ended
            pass
        finally:
            os.close(ours)
        code = process.wait(timeout=60)
    assert sent, shown[-500:]
    return code


def test_ctrl_c_while_solving_writes_a_certified_plan_with_its_gap(tmp_path: Path) -> None:
    assert signalled(tmp_path, b"allocation: present_cost", signal.SIGINT, *LONG) == 5
    (folder,) = (tmp_path / "runs").iterdir()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["certificate"]["ok"]
    assert not manifest["reproducible"]
    levels = {level["name"]: level for level in manifest["levels"]}
    assert levels["targets_1"]["status"] == "optimal"
    assert levels["worst_county"]["status"] == "interrupted_by_user"
    assert levels["present_cost"]["best_bound"] <= levels["present_cost"]["value"]
    again = [sys.executable, "-m", "sim", "verify", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        again, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_kill_while_writing_leaves_no_run_folder(tmp_path: Path) -> None:
    assert signalled(tmp_path, b"writing", signal.SIGKILL) == -signal.SIGKILL
    assert [p.name for p in (tmp_path / "runs").glob("[!.]*")] == []
