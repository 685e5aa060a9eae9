"""Sweeps of the Ishigami function over a scenario that is not looked at, and the `sim` command for them.

`python -m tests.sweeping '{"seconds": 1}' sweep ...` is `sim sweep ...` with such a recipe in the place of
the scenario's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sim.sweep.engine.job import Job
from sim.sweep.question.schema import Sweep
from tests.sweep_recipes import Ishigami

ROOT = Path(__file__).resolve().parents[1]
PATHS = ("future.life_expectancy", "future.net_migration", "population.migration_path.0.persons")
"Values of a scenario that may be as low as -pi."
SETTINGS = [
    "population.migration_after_information=path",
    "population.migration_path=[{year: 2021, persons: 0}]",
]
PI = 3.141592653589793


def sweep_data(design: Mapping[str, Any], chunk: int = 8, **more: Any) -> dict[str, Any]:
    factors = [
        {
            "name": f"x{n}",
            "path": path,
            "title": {"zh": f"第{n}个", "en": f"x{n}"},
            "unit": "1",
            "distribution": {"kind": "uniform", "low": -PI, "high": PI},
            "source": "Ishigami and Homma (1990)",
            "quality": "assumption",
        }
        for n, path in enumerate(PATHS, start=1)
    ]
    return {
        "name": "ishigami",
        "title": {"zh": "石神函数", "en": "Ishigami"},
        "scenario": "nanchang",
        "settings": list(SETTINGS),
        "mode": "fixed",
        "design": dict(design),
        "factors": factors,
        "chunk": chunk,
        **more,
    }


def sweep_file(folder: Path, data: Mapping[str, Any]) -> Path:
    path = folder / "ishigami.yaml"
    path.write_text(yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def job_of(data: Mapping[str, Any], recipe: Ishigami | None = None) -> Job:
    text = json.dumps(data)
    return Job.of(Sweep.model_validate_json(text), text, recipe or Ishigami())


def parts_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "draws").glob("*.parquet"))}


def command(recipe: Mapping[str, Any], *words: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "tests.sweeping", json.dumps(recipe), "sweep", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def called(where: Path, recipe: Mapping[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(recipe, *words), cwd=where, env=environment(), capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def _main() -> None:
    opening = types.ModuleType("sim.sweep.futures.opening")
    recipe = Ishigami(**json.loads(sys.argv[1]))
    opening.open_recipe = lambda loaded, tell: recipe  # type: ignore[attr-defined]
    sys.modules["sim.sweep.futures.opening"] = opening
    sys.argv = ["sim", *sys.argv[2:]]
    from cli.main import main

    main()


if __name__ == "__main__":
    _main()
