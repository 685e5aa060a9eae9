"""Screening a sweep: the first level of targets bounded in every future, and how far the bounds are off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.errors import InputError, NoCertifiedPlanError, Problem
from sim.program.drawn import Drawn, compile_drawn
from sim.program.matrix import with_levels
from sim.program.resolving import Resolver
from sim.sweep.futures.cases import cases_of
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.opening import ScenarioRecipe
from sim.sweep.futures.relaxing import relaxed_program
from sim.sweep.question.design import Design
from sim.sweep.screening.prices import Pool, bounds_of, check_screenable, pool_of

BLOCK = 1000
"Futures bounded together: memory does not grow with their number."


@dataclass(frozen=True)
class Screened:
    """The bounds of one block of futures.

    Attributes:
        first: number of its first future.
        values: (draw, factor) values of the factors.
        bounds: (draw) what the level cannot be below.
    """

    first: int
    values: np.ndarray
    bounds: np.ndarray


@dataclass(frozen=True)
class Errors:
    """How far bounds are below the value of the level where both are known.

    Attributes:
        futures: how many were solved to tell.
        mean: of the differences, in the unit of the level.
        largest: of them.
        above: most by which a bound is above the value; 0 or less but for the solver's tolerance.
        value: mean value of the level in them.
        solving: CPU seconds a future, solving the rules and the level.
        bounding: CPU seconds a future, its bound from the pool.
        stating: CPU seconds a future, its limits; needed for both.
    """

    futures: int
    mean: float
    largest: float
    above: float
    value: float
    solving: float
    bounding: float
    stating: float


class Screen:
    """Bounds of the first level of targets of a sweep.

    Args:
        recipe: of a sweep that decides anew in every future.
        design: its futures.
        solved: futures solved for their prices, spread over the design.

    Raises:
        InputError: a factor touches more than limits and costs, or nothing is decided anew.
        NoCertifiedPlanError: the level has no plan in any of them.
    """

    def __init__(self, recipe: ScenarioRecipe, design: Design, solved: int) -> None:
        if recipe.mode != "reoptimise":
            raise InputError(
                [Problem("mode", "fixed: nothing is solved that could be bounded", "reoptimise")]
            )
        check_screenable(recipe.touched)
        self.recipe, self.design, self.model = recipe, design, ScenarioModel(recipe)
        self.levels = relaxed_program(self.model.base.case).levels[:2]
        places = np.unique(np.linspace(0, design.n - 1, min(solved, design.n)).astype(int))
        self.pool: Pool = self._pool(places)
        self._known = set(places.tolist())

    def blocks(self) -> Iterator[Screened]:
        """Yield the bounds of all futures, block by block."""
        for first in range(0, self.design.n, BLOCK):
            values = self.design.values(first, min(first + BLOCK, self.design.n))
            yield Screened(first, values, bounds_of(self.pool, self.model.matrix, self._drawn(values), 1))

    def errors(self, futures: int) -> Errors:
        """Return how far bounds are off in futures that were not solved for their prices."""
        others = [k for k in range(self.design.n) if k not in self._known]
        places = np.array(others)[np.linspace(0, len(others) - 1, min(futures, len(others))).astype(int)]
        values = np.concatenate([self.design.values(k, k + 1) for k in places.tolist()])
        began = time.thread_time()
        drawn = self._drawn(values)
        stated = time.thread_time()
        bounds = bounds_of(self.pool, self.model.matrix, drawn, 1)
        bounded = time.thread_time()
        true = self._solved(drawn, len(values))
        ended = time.thread_time()
        off, n = (true - bounds)[~np.isnan(true)], len(values)
        return Errors(
            futures=len(off),
            mean=float(off.mean()),
            largest=float(off.max()),
            above=float(-off.min()),
            value=float(np.nanmean(true)),
            solving=(ended - bounded) / n,
            bounding=(bounded - stated) / n,
            stating=(stated - began) / n,
        )

    def _pool(self, places: np.ndarray) -> Pool:
        values = np.concatenate([self.design.values(k, k + 1) for k in places.tolist()])
        return pool_of(self.model.matrix, self.levels[1], self._drawn(values), 1, range(len(values)))

    def _drawn(self, values: np.ndarray) -> Drawn:
        case = cases_of(self.model.base, self.recipe.paths, values).case
        return compile_drawn(relaxed_program(case), self.model.matrix)

    def _solved(self, drawn: Drawn, n: int) -> np.ndarray:
        """(draw) the value of the level, the rules kept before it; NaN where there is no plan."""
        resolver = Resolver(with_levels(self.model.matrix, self.levels), self.levels)
        only = Drawn(drawn.row_lower, drawn.row_upper, drawn.lower, drawn.upper, drawn.objectives[:2])
        found = np.full(n, np.nan)
        for k in range(n):
            try:
                found[k] = resolver.solve_at(only.at(k)).values[1]
            except NoCertifiedPlanError:
                continue
        return found
