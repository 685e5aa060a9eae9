"""Plans that differ from the plan as solved in one or two counties, many at a time.

What a change does to a county is computed with the arithmetic of the certificate, county by county; all
other counties are as the plan has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.case import Case
from sim.certify import arithmetic
from sim.certify.level_values import value_of, whole
from sim.certify.views import Cells, Changed, Figure, Whole

UNITS = 1e-6


@dataclass(frozen=True)
class Base:
    """A plan that is to be changed, and what is known of it.

    Attributes:
        case: the case.
        started: (project, county, start_year) units.
        moved: (cadre, county) net heads that came.
        whole: what stands and counts, all counties.
        broken: (county) True where a rule of one county is broken.
        worth: (project, start_year) present cost of one start, yuan.
    """

    case: Case
    started: np.ndarray
    moved: np.ndarray
    whole: Whole
    broken: np.ndarray
    worth: np.ndarray


def base(case: Case, started: np.ndarray, moved: np.ndarray) -> Base:
    """Return a plan ready to be changed."""
    known = whole(case, started, moved)
    broken = _broken(case, started, known.cells)
    return Base(case, started, moved, known, broken, arithmetic.cost_of_one(case))


@dataclass(frozen=True)
class Changes:
    """Changed plans.

    Attributes:
        base: the plan they differ from.
        view: their figures.
        started: (project, plan, place, start_year) units in the counties they change.
    """

    base: Base
    view: Changed
    started: np.ndarray

    def value(self, name: str) -> Figure | None:
        """Return (plan) the value of a level, None where it is money paid or the transfers themselves."""
        return value_of(self.base.case, self.view, name)

    def keeping(self, levels: Mapping[str, tuple[float, float]], name: str) -> np.ndarray:
        """Return (plan) True where every rule of a county and every level before `name` is kept.

        The rules are prerequisites, phases, choices, subsets and crews.
        """
        whole, after = self.base.broken, self.view.after
        flat = self.started.reshape(len(self.started), -1, self.started.shape[-1])
        cells = Cells(
            *(
                part.reshape(*part.shape[:-2], -1)
                for part in (after.county, after.stands, after.counts, after.burden)
            )
        )
        here = _broken(self.base.case, flat, cells).reshape(after.county.shape)
        kept = ~here.any(axis=-1) & (whole[after.county].sum(axis=-1) == whole.sum())
        for earlier, (value, _) in levels.items():
            if earlier == name:
                break
            reached = self.value(earlier)
            if reached is not None:
                kept &= reached <= value + UNITS
        return np.asarray(kept)


def changed(
    plan: Base, county: np.ndarray, started: np.ndarray | float = 0.0, moved: np.ndarray | float = 0.0
) -> Changes:
    """Return plans that have something more or less in some counties.

    Args:
        plan: the plan they differ from.
        county: (plan, place) the counties each changes, none of them twice.
        started: (project, plan, place, start_year) units more.
        moved: (cadre, plan, place) heads more.
    """
    case, flat = plan.case, county.ravel()
    units = plan.started[:, county] + started
    heads = plan.moved[:, county] + moved
    by_cell = units.reshape(len(units), len(flat), units.shape[-1])
    stands = arithmetic.standing(case, by_cell, heads.reshape(len(heads), len(flat)), flat)
    counts, _ = arithmetic.counted(case, stands)
    known = plan.whole.cells
    before = Cells(county, known.stands[:, county], known.counts[:, county], known.burden[county])
    left = arithmetic.burden(case, by_cell, flat)
    after = Cells(county, *(part.reshape(*part.shape[:-1], *county.shape) for part in (stands, counts, left)))
    more = np.broadcast_to(started, units.shape)
    cost = plan.whole.cost + np.einsum("pncs,ps->n", more, plan.worth)
    return Changes(plan, Changed(plan.whole, before, after, cost), units)


def _broken(case: Case, started: np.ndarray, cells: Cells) -> np.ndarray:
    """(county): True where a prerequisite, phase, choice, subset or crew is not kept."""
    rules, stands = case.rules, cells.stands
    broken = np.zeros(started.shape[1], dtype=bool)
    serving, need = arithmetic.units_in_service(case, started), rules.prerequisites.values
    for p, q in np.argwhere(need > 0):
        broken |= need[p, q] * serving[p] - serving[q] > UNITS
    for p, q in np.argwhere(rules.phases.values > 0):
        broken |= (arithmetic.ahead_of_phase(case, started, p, q) > UNITS).any(axis=-1)
    broken |= (arithmetic.beyond_choices(case, started, cells.county) > UNITS).any(axis=0)
    row = {r: n for n, r in enumerate(rules.resources)}
    for inner, outer in rules.parents.items():
        broken |= stands[row[inner]] - stands[row[outer]] > UNITS
    _, missing = arithmetic.counted(case, stands)
    _, before = arithmetic.counted(case, case.in_place.values[:, cells.county])
    return np.asarray(broken | (missing - before > UNITS).any(axis=0))
