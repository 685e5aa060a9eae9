"""Figures over all counties, of one plan or of many that differ from it in a few counties each.

A measure is a number for each county. Of plans that differ from a known one in a few counties only the
measures of these are taken anew, so that a thousand plans cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Figure = float | np.ndarray


@dataclass(frozen=True)
class Cells:
    """What is in some counties.

    Attributes:
        county: places of the counties, of any shape.
        stands: (resource, ...) units that stand there.
        counts: (resource, ...) units that count.
        burden: (...) running cost left to the county in its heaviest year, as a share of its means.
    """

    county: np.ndarray
    stands: np.ndarray
    counts: np.ndarray
    burden: np.ndarray


Measure = Callable[[Cells], np.ndarray]


@dataclass(frozen=True)
class Whole:
    """One plan: all counties, each once, and its present cost in yuan."""

    cells: Cells
    cost: Figure

    def total(self, measure: Measure) -> Figure:
        """Return the sum of a measure over the counties."""
        return float(measure(self.cells).sum())

    def greatest(self, measure: Measure) -> Figure:
        """Return the greatest of a measure over the counties."""
        return float(measure(self.cells).max())


@dataclass(frozen=True)
class Changed:
    """Many plans: every figure is an array (plan).

    Attributes:
        plan: the plan they differ from.
        before: (..., plan, place) the counties of it that each changes.
        after: the same counties after the change.
        cost: (plan) present cost, yuan.
    """

    plan: Whole
    before: Cells
    after: Cells
    cost: Figure

    def total(self, measure: Measure) -> Figure:
        """Return the sum of a measure over the counties."""
        changed = measure(self.after).sum(axis=-1) - measure(self.before).sum(axis=-1)
        return np.asarray(self.plan.total(measure) + changed)

    def greatest(self, measure: Measure) -> Figure:
        """Return the greatest of a measure over the counties."""
        every, own = measure(self.plan.cells), measure(self.after)
        first = np.argsort(-every, kind="stable")[: own.shape[-1] + 1]
        changed = (first[:, None] == self.before.county[:, None, :]).any(axis=-1)
        others = np.where(changed, -np.inf, every[first]).max(axis=-1)
        return np.asarray(np.maximum(others, own.max(axis=-1)))


View = Whole | Changed
