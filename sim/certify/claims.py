"""What a run claims, and what a check of it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Claims:
    """What a run says of its plan.

    Attributes:
        started: (project, county, start_year) units shown.
        solved: (project, county, start_year) units as solved, heads fractional.
        ledger: the ledger, as in `ledger.csv`.
        levels: name to (value, best bound) of each level.
        open_year: (project, start_year) as shown.
        open_month: (project) as shown.
        capacity: (resource, county) at the target year as shown in the gaps.
        figures: the three cost figures, yuan.
        moved: (cadre, county) heads that came from other counties, less those who left.
    """

    started: np.ndarray
    solved: np.ndarray
    ledger: pd.DataFrame
    levels: Mapping[str, tuple[float, float]]
    open_year: np.ndarray
    open_month: np.ndarray
    capacity: np.ndarray
    figures: Mapping[str, float]
    moved: np.ndarray


@dataclass(frozen=True)
class Check:
    """One check: rows looked at, worst excess over the rule, what is tolerated."""

    name: str
    rows: int
    worst: float
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether the worst excess is tolerated."""
        return self.worst <= self.tolerance


@dataclass(frozen=True)
class Certificate:
    """All checks of a plan."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)

    @property
    def failed(self) -> list[str]:
        """Names of the checks that do not hold."""
        return [check.name for check in self.checks if not check.ok]


def check(name: str, excess: np.ndarray | float, tolerance: float) -> Check:
    """Return a check on an array of excesses over a rule (NaN counts as a breach)."""
    values = np.atleast_1d(np.asarray(excess, dtype=float))
    worst = float(np.max(values, initial=0.0))
    return Check(name, int(values.size), np.inf if np.isnan(worst) else worst, tolerance)


def joined(parts: Sequence[Check]) -> Check:
    """Return one check on what several looked at part by part, with the widest of their tolerances."""
    worst, tolerance = max(part.worst for part in parts), max(part.tolerance for part in parts)
    return Check(parts[0].name, sum(part.rows for part in parts), worst, tolerance)
