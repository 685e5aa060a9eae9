"""What else a proven plan tells: the worth of one more unit of each limit, and which decisions are settled.

Both come from linear programs: prices from the one with whole numbers fixed as decided, ranges from the
relaxation. They are labelled so wherever they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np
import pandas as pd

from sim.plan import HEAD_DUST
from sim.program.adding_rows import freeze
from sim.program.blocks import Level
from sim.program.loading import load_model, status_of
from sim.program.matrix import Matrix
from sim.program.results import LevelsResult

PRICE_COLUMNS = ["level", "rule", "place", "price", "units"]
RANGE_COLUMNS = ["project", "units", "least", "most", "settled"]
SUMS = "programme_of_counties"
"What the programme of the city is; no limit, so it has no price."
DUST = 1e-9
WITHIN = 1e-6


def shadow_prices(matrix: Matrix, levels: Sequence[Level], result: LevelsResult) -> pd.DataFrame:
    """Return the dual value of every limit that binds, by level.

    Whole numbers are fixed as decided, and every shortfall and slack of the levels before is held at what
    the plan has: no target pays for another. A price is the change of the level's value for one more unit
    of the limit, and a limit of whole numbers alone has none. Where the linear program is degenerate it
    is one of several.

    Args:
        matrix: the compiled program.
        levels: its levels in order.
        result: what was decided.

    Returns:
        `level, rule, place, price, units`; only targets and present cost are priced.
    """
    model, parts = _fixed(matrix, result), []
    labels = _row_labels(matrix)
    priced = (abs(matrix.entries) @ (~matrix.whole) > 0) & (labels["rule"] != SUMS).to_numpy()
    for n, level in enumerate(levels[: len(result.levels)]):
        cost = matrix.objectives[n]
        if level.name.startswith("targets_") or level.name == "present_cost":
            model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
            model.run()
            if status_of(model) == "optimal":
                dual = np.array(model.getSolution().row_dual)[: len(labels)]
                kept = (np.abs(dual) > DUST) & priced
                parts.append(labels[kept].assign(level=level.name, price=dual[kept], units=level.units))
        _hold(model, matrix, cost, result.columns)
    return pd.concat(parts)[PRICE_COLUMNS] if parts else pd.DataFrame(columns=PRICE_COLUMNS)


def ranges(
    matrix: Matrix, levels: Sequence[Level], result: LevelsResult, shown: Mapping[str, float]
) -> pd.DataFrame:
    """Return how many projects of each type the city starts in every plan as good as this one.

    As good: no level up to the present cost worse than in the plan. The least and the most are proven
    bounds, of the relaxation, rounded inwards for whole projects and outwards for heads; where they meet,
    of heads to less than one, the decision is settled.

    Args:
        matrix: the compiled program.
        levels: its levels in order.
        result: what was decided.
        shown: project to its units in the plan as shown, heads rounded up.

    Returns:
        `project, units, least, most, settled`, units of the city over the whole plan.
    """
    model = load_model(matrix, whole=False)
    for n, (level, found) in enumerate(zip(levels, result.levels, strict=False)):
        freeze(model, level, matrix.objectives[n], found.value - float(matrix.constants[n]))
        if level.name == "present_cost":
            break
    place = matrix.positions["projects_started"].transpose("project", ...)
    rows = []
    for project, numbers in zip(place["project"].values.tolist(), place.values, strict=True):
        columns = numbers[numbers >= 0].astype(np.int32)
        if len(columns) == 0:
            continue
        units = float(shown[str(project)])
        least, most = (_extreme(model, columns, sign) for sign in (1.0, -1.0))
        if matrix.whole[columns].all():
            least, most = np.ceil(least - WITHIN), np.floor(most + WITHIN)
            settled = most - least < WITHIN
        else:
            settled = most - least < 1.0
            least, most = np.floor(least + HEAD_DUST), np.ceil(most - HEAD_DUST)
        least, most = min(least, units) + 0.0, max(most, units) + 0.0
        rows.append((project, units, least, most, "yes" if settled else "no"))
    return pd.DataFrame(rows, columns=RANGE_COLUMNS)


def _fixed(matrix: Matrix, result: LevelsResult) -> highspy.Highs:
    model = load_model(matrix, whole=False)
    whole = np.flatnonzero(matrix.whole).astype(np.int32)
    model.changeColsBounds(len(whole), whole, result.columns[whole], result.columns[whole])
    return model


def _hold(model: highspy.Highs, matrix: Matrix, cost: np.ndarray, columns: np.ndarray) -> None:
    """Let no column of a level rise above what the plan has."""
    used = np.flatnonzero(cost).astype(np.int32)
    upper = np.minimum(matrix.upper[used], columns[used] + WITHIN)
    model.changeColsBounds(len(used), used, matrix.lower[used], np.maximum(upper, matrix.lower[used]))


def _extreme(model: highspy.Highs, columns: np.ndarray, sign: float) -> float:
    """Least (sign 1) or most (sign -1) of a sum of columns; infinite where it is not found."""
    model.changeColsCost(len(columns), columns, np.full(len(columns), sign))
    model.run()
    optimal = status_of(model) == "optimal"
    value = sign * float(model.getInfo().objective_function_value) if optimal else -sign * np.inf
    model.changeColsCost(len(columns), columns, np.zeros(len(columns)))
    return value


def _row_labels(matrix: Matrix) -> pd.DataFrame:
    """Family and labels of every row, in order."""
    rules, places = (
        np.empty(len(matrix.row_lower), dtype=object),
        np.empty(len(matrix.row_lower), dtype=object),
    )
    for name, place in matrix.row_positions.items():
        index = np.argwhere(place.values >= 0)
        numbers = place.values[tuple(index.T)]
        parts = [
            np.char.add(f"{dim}=", place[dim].values.astype(str)[index[:, d]])
            for d, dim in enumerate(place.dims)
        ]
        rules[numbers] = name
        places[numbers] = [" ".join(cells) for cells in zip(*parts, strict=True)]
    return pd.DataFrame({"rule": rules, "place": places})
