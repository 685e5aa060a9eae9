"""Which outcomes are explained: levels, regret, money, shortfalls, and the values of any other model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.names import CITY
from sim.sweep.analysis.reading import Dataset
from sim.sweep.analysis.thresholds import thresholds
from sim.sweep.dataset.layout import Outcome

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

    @property
    def columns(self) -> list[str]:
        """The columns it is made of."""
        return [self.outcome.column, self.minus] if self.minus else [self.outcome.column]


def interest_values(data: Dataset, wanted: Sequence[Interest]) -> Iterator[tuple[Interest, np.ndarray]]:
    """Give each outcome with its values in every future that is there (row), NaN where it failed."""
    step = max(1, data.together // 2)
    for first in range(0, len(wanted), step):
        few = wanted[first : first + step]
        held = data.read([column for one in few for column in one.columns])
        for one in few:
            values = held[one.outcome.column] - held[one.minus] if one.minus else held[one.outcome.column]
            yield one, np.where(data.ok, values, np.nan)


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


def _what(outcome: Outcome) -> str:
    return outcome.column.removeprefix(f"{outcome.of}_{outcome.kind}_")
