r"""Bounds instead of solves: what the first level of targets cannot be below, in very many futures at once.

A set of prices :math:`y` of one future bounds the value of every other that differs in limits and costs
only, by weak duality (`sim.program.relaxed_proof`). The best of a pool of such prices is a bound in each;
limits enter by one matrix product. Rules come before targets and are left out of the bound, which stays
valid: keeping them can only leave a larger shortfall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.errors import NoCertifiedPlanError, Problem, raise_problems
from sim.program.blocks import Level
from sim.program.drawn import Drawn
from sim.program.loading import scale_of
from sim.program.matrix import Matrix, with_levels
from sim.program.relaxed_proof import PRICE_DUST
from sim.program.resolving import Resolver
from sim.sweep.dataset.layout import Touched
from sim.sweep.futures.classes import BOUNDS_AND_COSTS

SAME = 1e-9
"Prices that differ by less than this, on the solver's scale, are one vertex."
TOGETHER = 25
"Futures whose changed costs are priced together, few enough to stay in the cache."


@dataclass(frozen=True)
class Pool:
    """Prices of one level, each a bound of it in every future.

    Attributes:
        prices: (vertex, row) of the rows.
        carried: (vertex, column) what the rows charge a unit of each column at these prices.
        dust: a reduced cost this small on the side without a limit is the solver's dust.
    """

    prices: np.ndarray
    carried: np.ndarray
    dust: float


def check_screenable(found: Sequence[Touched]) -> None:
    """Refuse factors that touch more than limits and costs.

    Raises:
        InputError: all such factors, each with what it touches.
    """
    allowed = ", ".join(BOUNDS_AND_COSTS)
    raise_problems(
        Problem(t.path, f"a bound needs one structure, and here are {t.rebuild}", allowed)
        for t in found
        if set(t.parts) - set(BOUNDS_AND_COSTS)
    )


def pool_of(matrix: Matrix, level: Level, drawn: Drawn, place: int, draws: Sequence[int]) -> Pool:
    """Solve one level, without those before it, in some futures; return the prices found, each once.

    Args:
        matrix: the compiled program.
        level: the level.
        drawn: bounds and objectives of futures.
        place: of the level among the objectives of `drawn`.
        draws: the futures to solve.

    Raises:
        NoCertifiedPlanError: none of them has a plan.
    """
    resolver = Resolver(with_levels(matrix, [level]), [level])
    alone = Drawn(drawn.row_lower, drawn.row_upper, drawn.lower, drawn.upper, (drawn.objectives[place],))
    found = []
    for k in draws:
        try:
            found.append(resolver.solve_at(alone.at(k)).duals[0])
        except NoCertifiedPlanError:
            continue
    if not found:
        raise NoCertifiedPlanError(f"{level.name} has no plan in any future tried")
    prices, scale = np.stack(found), scale_of(drawn.objectives[place][0])
    _, first = np.unique(np.round(prices * (scale / SAME)), axis=0, return_index=True)
    kept = prices[np.sort(first)]
    side = np.where(kept > 0, matrix.row_lower, matrix.row_upper)
    kept = np.where(np.isfinite(side), kept, 0.0)
    return Pool(kept, np.asarray(matrix.entries.T @ kept.T).T, PRICE_DUST / scale)


def bounds_of(pool: Pool, matrix: Matrix, drawn: Drawn, place: int) -> np.ndarray:
    """Return what a level cannot be below in each future: (draw).

    Args:
        pool: prices of the level.
        matrix: the compiled program.
        drawn: bounds and objectives of the futures.
        place: of the level among the objectives of `drawn`.
    """
    costs = drawn.objectives[place]
    sides = (drawn.row_lower, drawn.row_upper, drawn.lower, drawn.upper)
    moving = np.flatnonzero((costs != costs[:1]).any(axis=0))
    reduced = costs[:1] - pool.carried
    reduced[:, moving] = 0.0
    endless = ~np.isfinite(np.where(reduced > 0, matrix.lower, matrix.upper))
    reduced = np.where(endless & (np.abs(reduced) <= pool.dust), 0.0, reduced)
    valid = ~(endless & (reduced != 0)).any(axis=1)
    weights = (*_split(pool.prices[valid]), *_split(reduced[valid]))
    total = np.zeros((max(len(part) for part in (*sides, costs)), int(valid.sum())))
    for side, weight in zip(sides, weights, strict=True):
        used = (weight != 0).any(axis=0)
        total += side[:, used] @ weight[:, used].T
    of_rows = pool.carried[valid][:, moving]
    for first in range(0, len(total), TOGETHER):
        part = slice(first, first + TOGETHER)
        own = _some(costs, part)[:, None, moving] - of_rows
        for of_all, sign in ((drawn.lower, np.maximum), (drawn.upper, np.minimum)):
            limits = _some(of_all, part)[:, moving]
            if limits.any():
                each = np.broadcast_to(limits, (len(own), len(moving)))
                total[part] += np.einsum("dvj,dj->dv", sign(own, 0.0), each)
    return np.asarray(total.max(axis=1) + matrix.constants[place])


def _some(part: np.ndarray, block: slice) -> np.ndarray:
    """The futures of a block; all of them where they have the same."""
    return np.asarray(part[block] if len(part) > 1 else part)


def _split(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of lower sides and of upper sides."""
    return np.maximum(weights, 0.0), np.minimum(weights, 0.0)
