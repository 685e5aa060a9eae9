"""The value of each level of a plan, or of many plans that differ from one in a few counties."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from sim.case import MONEY, PER_MILLE, Case
from sim.certify import arithmetic
from sim.certify.views import Cells, Figure, View, Whole


def whole(case: Case, started: np.ndarray, moved: np.ndarray) -> Whole:
    """Return all counties of a plan.

    Args:
        case: the case.
        started: (project, county, start_year) units.
        moved: (cadre, county) net heads that came.
    """
    stands = arithmetic.standing(case, started, moved)
    counts, _ = arithmetic.counted(case, stands)
    places = np.arange(len(case.rules.counties))
    return Whole(
        Cells(places, stands, counts, arithmetic.burden(case, started)),
        arithmetic.present_cost(case, started),
    )


def level_value(case: Case, started: np.ndarray, moved: np.ndarray, name: str) -> float | None:
    """Return the value of a level of one plan, None where it is money paid or the transfers themselves."""
    value = value_of(case, whole(case, started, moved), name)
    return None if value is None else float(value)


def value_of(case: Case, view: View, name: str) -> Figure | None:
    """Return the value of a level, None where it is money paid or the transfers themselves."""
    if name == "rules":
        return sum(_below_floor(case, view)) + sum(_beyond_caps(case, view)) + sum(_burdened(case, view))
    if name.startswith("targets_"):
        return sum(_missed(case, view, int(name.removeprefix("targets_"))))
    if name == "present_cost":
        return view.cost / MONEY
    if name == "worst_county":
        return sum(_worst(case, view))
    if name == "uncovered":
        return sum(_left(case, view))
    return None


def _targets(case: Case) -> Iterator[tuple[str, int, np.ndarray]]:
    """Every resource with a need: its name, its row, the need by county."""
    for need, r in zip(case.need.values, case.need["resource"].values.tolist(), strict=True):
        if need.sum() > 0:
            yield r, case.rules.resources.index(r), need


def _below_floor(case: Case, view: View) -> Iterator[Figure]:
    for least, r in zip(case.floor.values, case.floor["resource"].values.tolist(), strict=True):
        if least.sum() > 0:
            below = partial(_lacking, row=case.rules.resources.index(r), wanted=least)
            yield view.total(below) / least.sum()


def _beyond_caps(case: Case, view: View) -> Iterator[Figure]:
    """How far what stands in the county ahead is from what counts in the one behind, beyond each cap."""
    for r, row, need in _targets(case):
        if r in case.spread_cap:
            ahead = view.greatest(partial(_ahead, row=row, need=need))
            behind = view.greatest(partial(_behind, row=row, need=need))
            yield np.maximum(ahead + behind - case.spread_cap[r], 0.0)


def _burdened(case: Case, view: View) -> Iterator[Figure]:
    """How far the heaviest year of each county is above the cap, per mille, where there is one."""
    if np.isfinite(case.burden_cap):
        yield view.total(lambda at: np.maximum(at.burden - case.burden_cap, 0.0) * PER_MILLE)


def _missed(case: Case, view: View, level: int) -> Iterator[Figure]:
    """The weighted shortfall of each target of a level, that of the city after its counties are summed."""
    for r, row, need in _targets(case):
        if case.level[r] == level:
            if case.scope[r] == "city":
                left = np.maximum(view.total(partial(_short, row=row, wanted=need)), 0.0)
            else:
                left = view.total(partial(_lacking, row=row, wanted=need))
            yield case.weight[r] * (left / need.sum())


def _worst(case: Case, view: View) -> Iterator[Figure]:
    for r, row, need in _targets(case):
        if case.scope[r] == "city":
            yield view.greatest(partial(_uncovered, row=row, need=need))


def _left(case: Case, view: View) -> Iterator[Figure]:
    for r, row, need in _targets(case):
        if case.scope[r] == "city":
            yield view.total(partial(_uncovered_units, row=row, need=need)) / need.sum()


def _short(at: Cells, row: int, wanted: np.ndarray) -> np.ndarray:
    return np.asarray(wanted[at.county] - at.counts[row])


def _lacking(at: Cells, row: int, wanted: np.ndarray) -> np.ndarray:
    return np.asarray(np.maximum(_short(at, row, wanted), 0.0))


def _ahead(at: Cells, row: int, need: np.ndarray) -> np.ndarray:
    """What stands for a unit of need; of no account where there is none."""
    return _for_need(at.stands[row], need[at.county])


def _behind(at: Cells, row: int, need: np.ndarray) -> np.ndarray:
    """What counts for a unit of need, less than zero; of no account where there is none."""
    return _for_need(-at.counts[row], need[at.county])


def _for_need(units: np.ndarray, need: np.ndarray) -> np.ndarray:
    return np.where(need > 0, units / np.where(need > 0, need, 1.0), -np.inf)


def _uncovered(at: Cells, row: int, need: np.ndarray) -> np.ndarray:
    """The part of the need of each county that is not covered."""
    wanted = need[at.county]
    share = np.where(wanted > 0, 1 - at.counts[row] / np.where(wanted > 0, wanted, 1.0), 0.0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _uncovered_units(at: Cells, row: int, need: np.ndarray) -> np.ndarray:
    return np.asarray(_uncovered(at, row, need) * need[at.county])
