"""Every threshold of the analysis, each with its reason, from one table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).resolve().parent / "thresholds.csv"


@dataclass(frozen=True)
class Thresholds:
    """The numbers of `thresholds.csv` by name; that table says what each is for."""

    confidence: float
    met_tolerance: float
    regret_tolerance: float
    wanted_units: float
    robust_share: float
    usual_share: float
    tail_share: float
    fewest_events: float
    dense: float
    peel: float
    mass: float
    significance: float
    boxes: float
    narrow: float
    leading: float
    resamples: float
    seed: float
    constant: float


@cache
def threshold_rows() -> tuple[dict[str, str], ...]:
    """Return the table: name, value, and the reason in both languages."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def thresholds() -> Thresholds:
    """Return the thresholds as numbers."""
    return Thresholds(**{row["name"]: float(row["value"]) for row in threshold_rows()})
