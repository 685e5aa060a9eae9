"""The sixth plan of `fixtures/sixth`: invented, three counties, run by the same code as the shipped ones."""

from __future__ import annotations

import shutil
from pathlib import Path

from sim.shipped import folder

FIXTURE = Path(__file__).resolve().parent / "fixtures" / "sixth"


def sixth(home: Path) -> Path:
    """Copy the plan into `home`, its source added to the shipped ones, and return its scenario."""
    place = home / "sixth"
    shutil.copytree(FIXTURE, place)
    shipped = (folder("params") / "sources.csv").read_text(encoding="utf-8")
    own = (place / "source.csv").read_text(encoding="utf-8").split("\n", 1)[1]
    (place / "source.csv").unlink()
    (place / "data" / "sources.csv").write_text(shipped + own, encoding="utf-8")
    return place / "sixth.yaml"
