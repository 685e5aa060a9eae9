"""Which factors decide an outcome: Sobol's and Morris' indices through SALib, rank correlation elsewhere.

An index of a design needs whole groups, so a base sample or a trajectory with a failed future is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem
from sim.sweep.analysis.intervals import normal_quantile
from sim.sweep.analysis.ranks import rank_rows
from sim.sweep.analysis.reading import Dataset, complete_groups
from sim.sweep.analysis.thresholds import thresholds

FIRST, TOTAL, SECOND = "sobol_first", "sobol_total", "sobol_second"
MU, MU_STAR, SIGMA = "morris_mu", "morris_mu_star", "morris_sigma"
SPEARMAN, RANK_REGRESSION = "spearman", "rank_regression"
COLUMNS = ("outcome", "measure", "factor", "other", "value", "low", "high")
SETTLED = (
    "outcome",
    "measure",
    "groups",
    "dropped",
    "widest",
    "narrow",
    "leading",
    "leading_half",
    "stable",
)
_MOST_RESAMPLED = 4_000_000
"Values gathered for one resampled array; above it the bootstrap takes fewer resamples, to bound memory."

Row = tuple[str, str, str, float, float, float]
"measure, factor, other factor or '', value, low, high."


@dataclass(frozen=True)
class Explaining:
    """What indices are computed from.

    Attributes:
        names: the factors.
        rows: (group, place) rows of whole groups.
        dropped: groups that are left out.
        of: from values (row) and groups to index rows.
        main: the measure by which factors are ranked.
    """

    names: tuple[str, ...]
    rows: np.ndarray
    dropped: int
    of: Callable[[np.ndarray, np.ndarray], list[Row]]
    main: str


def explaining(data: Dataset, rows_of_design: Callable[[], np.ndarray]) -> Explaining:
    """Return how outcomes of this dataset are explained.

    Args:
        data: the dataset.
        rows_of_design: gives the design in the unit cube (draw, factor), checked to be that of the dataset;
            asked only for sobol and morris.
    """
    names = tuple(factor.name for factor in data.factors)
    rows, dropped = complete_groups(data)
    if data.method == "sobol":
        rows_of_design()
        second = bool(data.manifest["design"].get("second_order"))
        return Explaining(names, rows, dropped, lambda y, at: _sobol(names, y[at], second), TOTAL)
    if data.method == "morris":
        unit = rows_of_design()
        levels = int(data.manifest["design"]["levels"])
        return Explaining(
            names,
            rows,
            dropped,
            lambda y, at: _morris(names, unit[data.draw[at].ravel()], y[at], levels),
            MU_STAR,
        )
    if data.method == "grid":
        rows = np.random.default_rng(int(thresholds().seed)).permutation(rows)
    values = np.column_stack(list(data.read(names).values()))
    return Explaining(
        names, rows, dropped, lambda y, at: rank_rows(names, values[at.ravel()], y[at.ravel()]), SPEARMAN
    )


def indices(how: Explaining, values: np.ndarray, half: bool = False) -> list[Row]:
    """Return the indices of one outcome; nothing where there are too few whole groups.

    Args:
        how: from `explaining`.
        values: (row) the outcome in every future that is there, NaN where it failed.
        half: whether only the first half of the groups is used.
    """
    at = how.rows[: len(how.rows) // 2] if half else how.rows
    at = at[np.isfinite(values[at]).all(axis=1)] if len(at) else at
    if len(at) < 2 or np.ptp(values[at]) == 0:
        return []
    return how.of(values, at)


def ranking(found: list[Row], main: str) -> list[str]:
    """Return the factors, most important first; ties keep the order of the sweep."""
    sized = [(abs(value), factor) for measure, factor, _, value, _, _ in found if measure == main]
    return [factor for size, factor in sorted(sized, key=lambda pair: -pair[0]) if np.isfinite(size)]


def settled(outcome: str, how: Explaining, found: list[Row], half: list[Row]) -> dict[str, object]:
    """Return whether the indices of one outcome have settled: width of intervals, ranking of half.

    Morris' indices have the unit of the outcome; the width of theirs is told as part of the largest.
    """
    limits, first = thresholds(), int(thresholds().leading)
    main = [row for row in found if row[0] == how.main]
    widest = max((high - low for *_, low, high in main), default=float("nan"))
    if how.main == MU_STAR:
        widest /= max((value for _, _, _, value, _, _ in main), default=1.0) or 1.0
    leading, before = ranking(found, how.main)[:first], ranking(half, how.main)[:first]
    return {
        "outcome": outcome,
        "measure": how.main,
        "groups": len(how.rows),
        "dropped": how.dropped,
        "widest": widest,
        "narrow": bool(widest <= limits.narrow),
        "leading": " ".join(leading),
        "leading_half": " ".join(before),
        "stable": leading == before,
    }


def index_table(rows: dict[str, list[Row]]) -> pd.DataFrame:
    """Return the indices of all outcomes as one table."""
    table = [(outcome, *row) for outcome, found in rows.items() for row in found]
    return pd.DataFrame(table, columns=list(COLUMNS)).astype(dict.fromkeys(COLUMNS[4:], float))


def design_rows(data: Dataset) -> np.ndarray:
    """Return the design of a dataset in the unit cube (draw, factor).

    Raises:
        InputError: the values of the dataset are not those its design makes.
    """
    from sim.sweep.question import design

    made = design.Design.of_manifest(data.manifest)
    rows: np.ndarray = made.rows(0, data.planned)
    values = made.values(0, data.planned)[data.draw]
    for n, (name, found) in enumerate(data.read([factor.name for factor in data.factors]).items()):
        if not np.array_equal(values[:, n], found):
            said = f"{name} has values that the design of this sweep does not make"
            raise InputError([Problem(str(data.folder), said, "the futures of the design, unchanged")])
    return rows


def _resamples(groups: int) -> int:
    return max(2, min(int(thresholds().resamples), _MOST_RESAMPLED // groups))


def _sobol(names: tuple[str, ...], values: np.ndarray, second: bool) -> list[Row]:
    """First and total indices, Saltelli et al. 2010 (doi:10.1016/j.cpc.2009.09.018)."""
    from SALib.analyze import sobol  # type: ignore[import-untyped,unused-ignore]

    first_and_last = values[:, [0, -1]]
    if np.ptp(first_and_last) == 0:
        return []
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    found = sobol.analyze(
        problem,
        values.ravel(),
        calc_second_order=second,
        num_resamples=_resamples(len(values)),
        conf_level=thresholds().confidence,
        seed=int(thresholds().seed),
    )
    rows = [
        _around(measure, name, "", found[key][n], found[f"{key}_conf"][n])
        for measure, key in ((FIRST, "S1"), (TOTAL, "ST"))
        for n, name in enumerate(names)
    ]
    if second:
        rows += [
            _around(SECOND, one, names[m], found["S2"][n, m], found["S2_conf"][n, m])
            for n, one in enumerate(names)
            for m in range(n + 1, len(names))
        ]
    return rows


def _morris(names: tuple[str, ...], unit: np.ndarray, values: np.ndarray, levels: int) -> list[Row]:
    """Mean effect, its size, its spread, per whole range of the factor (doi:10.2307/1269043).

    SALib bootstraps the interval of mu*; that of mu is normal, by the spread over trajectories; sigma has
    none.
    """
    from SALib.analyze import morris  # type: ignore[import-untyped,unused-ignore]

    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    found = morris.analyze(
        problem,
        unit,
        values.ravel(),
        num_resamples=_resamples(len(values)),
        conf_level=thresholds().confidence,
        num_levels=levels,
        seed=int(thresholds().seed),
    )
    half = normal_quantile() / np.sqrt(len(values))
    rows = []
    for n, name in enumerate(names):
        mu, size, spread = (float(found[key][n]) for key in ("mu", "mu_star", "sigma"))
        rows += [
            _around(MU_STAR, name, "", size, float(found["mu_star_conf"][n])),
            _around(MU, name, "", mu, half * spread),
            (SIGMA, name, "", spread, float("nan"), float("nan")),
        ]
    return rows


def _around(measure: str, factor: str, other: str, value: float, half: float) -> Row:
    return measure, factor, other, float(value), float(value - half), float(value + half)
