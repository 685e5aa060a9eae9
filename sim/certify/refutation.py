"""Attempts to refute the proven bounds: one more start, or one start less, must not beat them.

A feasible plan better than a bound shows that the bound, and so the formulation behind it, is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.case import MONEY, Case
from sim.certify import arithmetic
from sim.certify.certificate import Check, Claims, check
from sim.certify.plan_checks import LEVEL, UNITS, level_value


def checks(case: Case, claims: Claims) -> Sequence[Check]:
    """Return the checks that try single changes of the plan as solved against each bound."""
    names = [n for n in claims.levels if n.startswith("targets_")]
    more = [_by_one_more(case, claims, name) for name in names]
    if "present_cost" in claims.levels:
        more.append(_by_one_less(case, claims))
    return [c for c in more if c is not None]


def _by_one_more(case: Case, claims: Claims, name: str) -> Check | None:
    """Add one unit wherever every limit leaves room; money is not tried under an envelope."""
    limited = (
        np.isfinite(case.rules.envelopes.values).any() or np.isfinite(case.rules.envelope_totals.values).any()
    )
    if limited:
        return None
    excess = []
    for p, c, s in zip(*np.nonzero(_room(case, claims.solved)), strict=True):
        trial = claims.solved.copy()
        trial[p, c, s] += 1
        if _keeps(case, claims, trial, name):
            value = level_value(case, trial, name)
            assert value is not None
            excess.append(claims.levels[name][1] - value)
    scale = max(abs(claims.levels[name][0]), 1.0)
    return check(f"no extra start beats the bound of {name}", np.array(excess), LEVEL * scale)


def _room(case: Case, started: np.ndarray) -> np.ndarray:
    """(project, county, start_year): the last start in time of each project that has room for one more."""
    rules = case.rules
    room = np.zeros(started.shape, dtype=bool)
    room |= (rules.sites.values - started.sum(axis=2) >= 1 - UNITS)[..., None]
    room &= (rules.starts_per_year.values[:, None] - started.sum(axis=1) >= 1 - UNITS)[:, None, :]
    in_time = arithmetic.opening_year(case) <= case.decision_years[-1]
    room &= in_time[:, None, :]
    heads = rules.projects["kind"].values == "heads"
    row = [rules.resources.index(k) for k in rules.cadres]
    output = rules.outputs.values[:, row] * heads[:, None]
    left = np.floor(np.maximum(case.pool.values - len(rules.counties), 0.0))
    left = left - np.einsum("pcs,pk->ks", started, output)
    fits = (output[:, :, None] <= left[None] + UNITS) | (output[:, :, None] == 0)
    room &= fits.all(axis=1)[:, None, :]
    later = np.cumsum(room[..., ::-1], axis=2)[..., ::-1]
    return np.asarray(room & (later == 1))


def _keeps(case: Case, claims: Claims, trial: np.ndarray, name: str) -> bool:
    """Whether a trial keeps prerequisites, subsets, crews and the levels before `name`."""
    rules = case.rules
    serving = arithmetic.units_in_service(case, trial)
    asked = rules.prerequisites.values[:, :, None] * serving[:, None, :]
    if (asked - serving[None] > UNITS)[rules.prerequisites.values > 0].any():
        return False
    stands = arithmetic.standing(case, trial)
    row = {r: n for n, r in enumerate(rules.resources)}
    for inner, outer in rules.parents.items():
        if (stands[row[inner]] - stands[row[outer]] > UNITS).any():
            return False
    _, missing = arithmetic.counted(case, stands)
    _, before = arithmetic.counted(case, case.in_place.values)
    if (missing - before > UNITS).any():
        return False
    for earlier, (value, _) in claims.levels.items():
        if earlier == name:
            return True
        reached = level_value(case, trial, earlier)
        if reached is not None and reached > value + UNITS:
            return False
    return True


def _by_one_less(case: Case, claims: Claims) -> Check:
    excess = []
    units = claims.solved
    bound = claims.levels["present_cost"][1]
    for p, c in zip(*np.nonzero(units.sum(axis=2) >= 1 - UNITS), strict=True):
        trial = units.copy()
        s = int(np.flatnonzero(trial[p, c] > 0)[0])
        trial[p, c, s] = max(trial[p, c, s] - 1, 0.0)
        if _keeps(case, claims, trial, "present_cost"):
            excess.append(bound - arithmetic.present_cost(case, trial) / MONEY)
    scale = max(abs(claims.levels["present_cost"][0]), 1.0)
    return check("no start can be spared below the bound of present_cost", np.array(excess), LEVEL * scale)
