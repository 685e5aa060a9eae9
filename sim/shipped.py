"""Where the shipped tables and scenarios are: beside `sim/` in a checkout, inside it in the wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent


@cache
def folder(name: str) -> Path:
    """Return the folder of shipped `params` or `scenarios`.

    Raises:
        FileNotFoundError: the installation is damaged (our bug, not the user's).
    """
    for base in (_HERE / "data", _HERE.parent):
        if (base / name).is_dir():
            return base / name
    raise FileNotFoundError(f"shipped folder {name!r} is missing from the installation")


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return sorted(path.stem for path in folder("scenarios").glob("*.yaml"))


def sweep_names() -> list[str]:
    """Return the names of the shipped sweeps."""
    return sorted(path.stem for path in (folder("scenarios") / "sweeps").glob("*.yaml"))
