"""Small recipes for sweeps: a function whose indices are known, one that raises, one that takes its time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.sweep.dataset.layout import Outcome, Touched
from sim.sweep.model import Evaluated

COLUMN = Outcome("model_value_y", "model", "value", "1", "值", "Value")


@dataclass(frozen=True)
class Ishigami:
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1; waits, raises or ends its process where it is told to.

    Attributes:
        seconds: waited for each chunk.
        raises_above: x3 above which a future raises.
        fails_below: x3 below which a future fails with a reason.
        ends_once: a file; the process that finds it missing writes it and dies.
        ends_always: whether the process dies at the first chunk.
        noise: further columns of random numbers.
        ballast: bytes that a model holds.
    """

    seconds: float = 0.0
    raises_above: float = np.inf
    fails_below: float = -np.inf
    ends_once: str = ""
    ends_always: bool = False
    noise: int = 0
    ballast: int = 0
    marked: str = field(default="a")

    @property
    def outcomes(self) -> list[Outcome]:
        more = [Outcome(f"model_value_n{n}", "model", "value", "1", "噪", "Noise") for n in range(self.noise)]
        return [COLUMN, *more]

    @property
    def identity(self) -> dict[str, str]:
        return {"formula": self.marked}

    @property
    def touched(self) -> tuple[Touched, ...]:
        return ()

    @property
    def usual(self) -> dict[str, float]:
        return {}

    def open(self) -> IshigamiModel:
        return IshigamiModel(self)


class IshigamiModel:
    def __init__(self, recipe: Ishigami) -> None:
        self.recipe = recipe
        self.ballast = np.ones(recipe.ballast // 8)

    def evaluate(self, values: np.ndarray) -> Evaluated:
        recipe = self.recipe
        time.sleep(recipe.seconds * (len(values) > 1))
        if recipe.ends_always:
            os._exit(9)
        if recipe.ends_once and not Path(recipe.ends_once).exists():
            Path(recipe.ends_once).write_text("ended", encoding="utf-8")
            os._exit(9)
        one, two, three = values[:, :3].T
        if (three > recipe.raises_above).any():
            raise ValueError(f"{three.max():g} is too much\nand more")
        failed = three < recipe.fails_below
        y = np.where(failed, np.nan, np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one))
        columns = {COLUMN.column: y}
        for n in range(recipe.noise):
            columns[f"model_value_n{n}"] = np.sin(1e9 * (y + n))
        reason = ["too low" if one else "" for one in failed]
        return Evaluated(columns, reason, 0.0, 0.0, len(values))
