"""Limits and ratios measured in the same run; never a bare clock where a machine may be busy."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.shipped import scenario_names

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.benchmark

MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def measured(*command: str, cwd: Path) -> tuple[float, float]:
    """CPU seconds and peak MB of a command."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        cwd=cwd, env=env, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    seconds, kib = map(float, done.stdout.split())
    return seconds, kib / 1024


SHIPPED = ("nanchang", "kunming")
if os.environ.get("GAPWISE_LONG"):
    SHIPPED = tuple(scenario_names())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_cold_run_keeps_its_limits(name: str, tmp_path: Path) -> None:
    seconds, megabytes = measured(sys.executable, "-m", "sim", "run", name, "--out", "o", cwd=tmp_path)
    assert seconds <= 8, f"{seconds:.1f} CPU seconds"
    assert megabytes <= 600, f"{megabytes:.0f} MB"


def test_importing_sim_is_quick(tmp_path: Path) -> None:
    bare, _ = measured(sys.executable, "-c", "pass", cwd=tmp_path)
    seconds, _ = measured(sys.executable, "-c", "import sim", cwd=tmp_path)
    assert seconds - bare <= 1


def test_stating_and_compiling_cost_less_than_solving_with_pyomo(nanchang) -> None:
    from sim.program.allocation import state_program
    from sim.program.matrix import compile_matrix
    from sim.program.pyomo_model import compile_pyomo

    program = state_program(nanchang.case)
    arrays, _ = timed(lambda: compile_matrix(program))
    twin, _ = timed(lambda: compile_pyomo(program, level=2))
    assert arrays < twin, f"matrix {arrays:.2f} s, Pyomo {twin:.2f} s"


def timed(action) -> tuple[float, object]:
    before = time.process_time()
    result = action()
    return time.process_time() - before, result
