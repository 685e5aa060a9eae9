"""What a sweep needs of the thing it sweeps over: a recipe that travels, a model that stays on a worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sim.sweep.dataset.layout import Outcome, Touched


@dataclass(frozen=True)
class Evaluated:
    """The futures of one chunk.

    Attributes:
        columns: outcome to its values (draw); NaN where a draw failed.
        reason: (draw) why it failed, '' where it did not.
        inside: CPU seconds spent in the solver.
        outside: CPU seconds spent elsewhere.
        solves: level solves.
    """

    columns: Mapping[str, np.ndarray]
    reason: Sequence[str]
    inside: float = 0.0
    outside: float = 0.0
    solves: int = 0


class Model(Protocol):
    """Evaluates futures; holds what does not travel, as a loaded solver. Equal values give equal bytes."""

    def evaluate(self, values: np.ndarray) -> Evaluated:
        """Return the outcomes of futures, each independent of the others in the chunk.

        Args:
            values: (draw, factor) values of the factors, in the order of the sweep.
        """
        ...


class Recipe(Protocol):
    """Plain arrays and data that are sent to each worker once."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """The columns a model of this recipe returns, in order."""
        ...

    @property
    def identity(self) -> Mapping[str, str]:
        """Digest of every input by its name: two recipes of equal identity give equal bytes."""
        ...

    @property
    def touched(self) -> Sequence[Touched]:
        """What each factor touches of the program; none where there is no program."""
        ...

    @property
    def usual(self) -> Mapping[str, float]:
        """Outcomes of the plan in the scenario as it is, by column; none where there is no plan."""
        ...

    def open(self) -> Model:
        """Return a model, ready on this worker."""
        ...
