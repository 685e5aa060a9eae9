r"""The proof of many solves of a relaxation at once: the plan keeps every rule, and prices bound its value.

For a level with objective :math:`c`, rows :math:`l \le Ax \le u`, prices :math:`y` and
:math:`d = c - A^\top y`, every plan costs at least

.. math:: \sum_i \min(y_i l_i, y_i u_i) + \sum_j \min(d_j l_j, d_j u_j)

(weak duality; with a price of the wrong sign the side that is taken is infinite). The rows that hold the
levels before count among the rows. Nothing the solver says of itself is used but the plan and the prices.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.program.drawn import Drawn
from sim.program.loading import scale_of
from sim.program.matrix import Matrix
from sim.program.resolving import Relaxed

WITHIN = 1e-6
"Part of a value, or of a limit, by which a plan or a bound may be off."
BLOCK = 64
"Solves looked at together, few enough that their plans and prices stay in the cache."
PRICE_DUST = 1e-6
"A price this small, on the solver's scale, on the side without a limit is its dust."


def flaws(matrix: Matrix, drawn: Drawn, found: Sequence[Relaxed], places: Sequence[int]) -> list[str]:
    """Return what is wrong with each of many solves, '' where nothing is.

    Args:
        matrix: the compiled program.
        drawn: bounds and objectives of the futures.
        found: the solves.
        places: which future each solve is of.
    """
    blocks = [slice(n, n + BLOCK) for n in range(0, len(found), BLOCK)]
    return [said for block in blocks for said in _flaws(matrix, drawn, found[block], places[block])]


def _flaws(matrix: Matrix, drawn: Drawn, found: Sequence[Relaxed], places: Sequence[int]) -> list[str]:
    at = np.asarray(places)
    plans = np.stack([f.columns for f in found])
    limits = [_of(part, at) for part in (drawn.row_lower, drawn.row_upper, drawn.lower, drawn.upper)]
    costs = [_of(part, at) for part in drawn.objectives]
    worst = {"a rule is broken": _outside(plans, matrix, limits)}
    for n in range(len(found[0].values)):
        value = np.array([f.values[n] for f in found]) - matrix.constants[n]
        scale = np.maximum(np.abs(value), 1.0)
        held = np.array([f.frozen[n] for f in found])
        worst[f"level {n} is not held"] = (
            np.einsum("dj,dj->d", _full(costs[n], len(at)), plans) - held
        ) / scale
        worst[f"level {n} is not proven"] = (value - _bound(matrix, found, limits, costs, n)) / scale
    said = [""] * len(found)
    for text, amount in worst.items():
        for k in np.flatnonzero(~(amount <= WITHIN)):
            said[k] = said[k] or f"certificate: {text}, off by {amount[k]:.3g}"
    return said


def _of(part: np.ndarray, at: np.ndarray) -> np.ndarray:
    return np.asarray(part[at] if len(part) > 1 else part)


def _full(part: np.ndarray, n: int) -> np.ndarray:
    return np.asarray(np.broadcast_to(part, (n, part.shape[1])))


def _outside(plans: np.ndarray, matrix: Matrix, limits: Sequence[np.ndarray]) -> np.ndarray:
    """(solve) by how much the worst rule is broken, as a part of its limit."""
    row_lower, row_upper, lower, upper = limits
    activity = np.asarray(matrix.entries @ plans.T).T
    of_rows = _beyond(activity, row_lower, row_upper)
    return np.asarray(np.maximum(of_rows, _beyond(plans, lower, upper)))


def _beyond(values: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    low, high = (np.where(np.isfinite(side), np.maximum(np.abs(side), 1.0), 1.0) for side in (lower, upper))
    return np.asarray(np.maximum((lower - values) / low, (values - upper) / high).max(axis=1, initial=0.0))


def _bound(
    matrix: Matrix,
    found: Sequence[Relaxed],
    limits: Sequence[np.ndarray],
    costs: Sequence[np.ndarray],
    n: int,
) -> np.ndarray:
    """(solve) the least a level can be by the prices of its solve."""
    row_lower, row_upper, lower, upper = limits
    prices = np.stack([f.duals[n] for f in found])
    dust = PRICE_DUST / scale_of(costs[n][0])
    total = _cheapest(prices, row_lower, row_upper, dust)
    reduced = costs[n] - np.ascontiguousarray((matrix.entries.T @ prices.T).T)
    for k in range(n):
        price = np.array([f.frozen_duals[n, k] for f in found])
        if not price.any():
            continue
        reduced -= price[:, None] * costs[k]
        held = np.array([f.frozen[k] for f in found])
        total += _cheapest(price[:, None], np.full((1, 1), -np.inf), held[:, None], dust)
    return np.asarray(total + _cheapest(reduced, lower, upper, dust))


def _cheapest(price: np.ndarray, lower: np.ndarray, upper: np.ndarray, dust: float) -> np.ndarray:
    """(solve) the least that activities between their limits cost at these prices, most of which are 0."""
    used = np.flatnonzero((price != 0).any(axis=0))
    price, lower, upper = price[:, used], lower[:, used], upper[:, used]
    side = np.where(price > 0, lower, upper)
    cost = np.zeros(price.shape)
    np.multiply(price, side, out=cost, where=np.abs(price) > np.where(np.isfinite(side), 0.0, dust))
    return np.asarray(cost.sum(axis=1))
