"""All of a sweep that decides its bytes: the sweep, its futures, what computes them, and their identity."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import sim
from sim.sweep.dataset.layout import FORMAT
from sim.sweep.dataset.manifest import SWEEP_TEXT, digest, identity_digest
from sim.sweep.engine.working import Work
from sim.sweep.model import Recipe
from sim.sweep.question.design import Design
from sim.sweep.question.distributions import bounds
from sim.sweep.question.schema import Sweep

SHORT = 8


@dataclass(frozen=True)
class Job:
    """A sweep that is ready to be computed.

    Attributes:
        sweep: what varies and how.
        text: the sweep as YAML, with every default.
        recipe: what computes the futures.
        design: the futures.
    """

    sweep: Sweep
    text: str
    recipe: Recipe
    design: Design

    @staticmethod
    def of(sweep: Sweep, text: str, recipe: Recipe) -> Job:
        """Return the job of a sweep and of what computes it."""
        return Job(sweep, text, recipe, Design.of(sweep.design, sweep.factors))

    @cached_property
    def identity(self) -> dict[str, str]:
        """Digest of every input by its name: of the sweep, of the recipe, and the version of `sim`."""
        named = {f"recipe.{name}": value for name, value in self.recipe.identity.items()}
        return {SWEEP_TEXT: digest(self.text), "sim": sim.__version__, **named}

    @cached_property
    def id(self) -> str:
        """Digest of the identity."""
        return identity_digest(self.identity)

    @property
    def folder_name(self) -> str:
        """Name of the folder of the dataset."""
        return f"sweep-{self.sweep.name}-{self.id[:SHORT]}"

    @property
    def parts(self) -> int:
        """Parts of the dataset."""
        return -(-self.design.n // self.sweep.chunk)

    def span(self, part: int) -> tuple[int, int]:
        """Return the first future of a part and the one after its last."""
        return part * self.sweep.chunk, min((part + 1) * self.sweep.chunk, self.design.n)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(factor.name for factor in self.sweep.factors)

    @property
    def work(self) -> Work:
        """What a worker needs."""
        return Work(self.recipe, self.id, self.names)

    def manifest(self) -> dict[str, Any]:
        """Return the manifest of the dataset; it knows no clock."""
        factors = []
        for factor in self.sweep.factors:
            low, high = bounds(factor)
            factors.append(factor.model_dump(mode="json", exclude_none=True) | {"low": low, "high": high})
        return {
            "format": FORMAT,
            "id": self.id,
            "name": self.sweep.name,
            "title": self.sweep.title.model_dump(mode="json"),
            "scenario": self.sweep.scenario,
            "mode": self.sweep.mode,
            "draws": self.design.n,
            "chunk": self.sweep.chunk,
            "design": self.sweep.design.model_dump(mode="json", exclude_none=True),
            "factors": factors,
            "usual": {name: float(value) for name, value in self.recipe.usual.items()},
            "touched": [asdict(one) for one in self.recipe.touched],
            "outcomes": [asdict(outcome) for outcome in self.recipe.outcomes],
            "identity": self.identity,
        }
