"""Which outcomes are explained: levels, regret, money, shortfalls, and the values of any other model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.names import CITY
from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds
from sim.sweep.dataset import Outcome

Of = Literal["plan", "best", "regret", "model"]
_KINDS = ("level", "short", "money", "value")


@dataclass(frozen=True)
class Interest:
    """An outcome that is explained: a column, or the difference of two.

    Attributes:
        name: the column, or `regret_level_<level>`.
        of: `regret` for the plan less the best.
        outcome: the column it is about; of regret that of the plan.
        minus: the column that is taken off, else ''.
    """

    name: str
    of: Of
    outcome: Outcome
    minus: str = ""

    def values(self, data: Dataset) -> np.ndarray:
        """Return the values of the futures that did not fail (row)."""
        found = data.values(self.outcome.column)
        return found - data.values(self.minus) if self.minus else found


def interests(data: Dataset) -> list[Interest]:
    """Return the outcomes that are explained, in the order of the dataset, regret last."""
    levels = {(o.of, o.level) for o in data.outcomes if o.kind == "level"}
    own = [
        Interest(outcome.column, outcome.of, outcome)
        for outcome in data.outcomes
        if outcome.kind in _KINDS
        and outcome.county in ("", CITY)
        and (outcome.kind != "money" or (outcome.of, _what(outcome)) not in levels)
    ]
    return own + [
        Interest(f"regret_level_{plan.level}", "regret", plan, best) for plan, best in level_pairs(data)
    ]


def level_pairs(data: Dataset) -> list[tuple[Outcome, str]]:
    """Return each level of the plan with the column of the best, in the order they are solved."""
    return [
        (outcome, f"best_level_{outcome.level}")
        for outcome in data.outcomes
        if outcome.of == "plan" and outcome.kind == "level" and f"best_level_{outcome.level}" in data.columns
    ]


def is_constant(values: np.ndarray) -> bool:
    """Return whether no future moves an outcome."""
    known = values[np.isfinite(values)]
    if not len(known):
        return True
    return bool(np.ptp(known) <= thresholds().constant * max(1.0, float(np.abs(known).max())))


def constant_names(data: Dataset, wanted: Sequence[Interest]) -> dict[str, float]:
    """Return the outcomes that no future moves, with their value."""
    found = {}
    for interest in wanted:
        values = interest.values(data)
        if is_constant(values):
            known = values[np.isfinite(values)]
            found[interest.name] = float(known[0]) if len(known) else float("nan")
    return found


def _what(outcome: Outcome) -> str:
    return outcome.column.removeprefix(f"{outcome.of}_{outcome.kind}_")
