"""The attempts of the certificate to refute a bound, one plan after the other, each looked at whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.case import MONEY, Case
from sim.certify import arithmetic
from sim.certify.changes import UNITS
from sim.certify.claims import Check, Claims, check
from sim.certify.entries import entries
from sim.certify.level_values import level_value
from sim.certify.payable import Purse, purse
from sim.certify.plan_checks import LEVEL
from sim.certify.refutation import MOVED, NO_TRIAL


def checks(case: Case, claims: Claims) -> Sequence[Check]:
    names = [n for n in claims.levels if n.startswith("targets_")]
    more: list[Check] = [_by_one_more(case, claims, name) for name in names]
    if "present_cost" in claims.levels:
        more += [_by_one_less(case, claims), _by_one_later(case, claims)]
    if case.transfer_share:
        more += [_by_one_move(case, claims, name) for name in claims.levels if name in MOVED or name in names]
    return more


def paid_by(left: Purse, case: Case, added: np.ndarray) -> bool:
    """Whether one local fund alone can pay some extra starts, year after year."""
    units = added.sum(axis=1)
    used = np.flatnonzero(units.sum(axis=1))
    due, capital = (np.einsum("ps,psy->y", units, money) for money in (left.due, left.capital))
    if (capital > left.outlay_left).any() or capital.sum() > left.outlay_total_left:
        return False
    payers = np.flatnonzero(left.may[:, used].all(axis=1))
    if left.unlimited:
        return len(payers) > 0
    for f in payers:
        spent, have, fits = left.spent[f] + due, 0.0, True
        for y, envelope in enumerate(left.yearly[f]):
            have = (have if left.carries[f] and np.isfinite(have) else 0.0) + envelope - spent[y]
            fits = fits and have >= 0
        if fits and spent.sum() <= left.total[f]:
            return True
    return False


def _by_one_more(case: Case, claims: Claims, name: str) -> Check:
    """Add one unit, with what it requires, wherever every limit leaves room and one fund can pay it all."""
    excess: list[float] = []
    bound, claims_purse = claims.levels[name][1], purse(case, entries(case, claims.ledger))
    room = _room(case, claims.solved) & (bound > 0)  # no shortfall is below zero
    for p, c, s in zip(*np.nonzero(_last(room)), strict=True):
        added = _with_required(case, claims.solved, room, p, c, s)
        trial = claims.solved + added
        value = level_value(case, trial, claims.moved, name)
        if value is None or value >= bound:
            excess.append(NO_TRIAL)
            continue
        fair = _keeps(case, claims, trial, claims.moved, name) and paid_by(claims_purse, case, added)
        excess.append(bound - value if fair else NO_TRIAL)
    scale = max(abs(claims.levels[name][0]), 1.0)
    return check(f"no extra start beats the bound of {name}", np.array(excess), LEVEL * scale)


def _with_required(case: Case, started: np.ndarray, room: np.ndarray, p: int, c: int, s: int) -> np.ndarray:
    """One unit, and one of each project it requires that is not there to spare."""
    added = np.zeros_like(started)
    added[p, c, s] = 1.0
    serving = arithmetic.units_in_service(case, started)
    for q in np.flatnonzero(case.rules.prerequisites.values[p]):
        lacking = case.rules.prerequisites.values[p, q] * (serving[p, c] + 1) > serving[q, c] + UNITS
        latest = np.flatnonzero(room[q, c])
        if lacking and len(latest):
            added[q, c, latest[-1]] += 1.0
    for q in np.flatnonzero(case.rules.phases.values[p]):
        earliest = np.flatnonzero(room[q, c])
        behind = arithmetic.ahead_of_phases(case, started + added)[p, q, c, s] > UNITS
        if behind and len(earliest):
            added[q, c] = 0.0
            added[q, c, earliest[0]] = 1.0
    return added


def _room(case: Case, started: np.ndarray) -> np.ndarray:
    """(project, county, start_year): where there is room for one more."""
    sites = case.rules.sites.values - started.sum(axis=2) >= 1 - UNITS
    return np.asarray(sites[..., None] & _room_in_year(case, started)[:, None, :])


def _last(room: np.ndarray) -> np.ndarray:
    """(project, county, start_year): the last start in time of each project and county with room."""
    later = np.cumsum(room[..., ::-1], axis=2)[..., ::-1]
    return np.asarray(room & (later == 1))


def _room_in_year(case: Case, started: np.ndarray) -> np.ndarray:
    """(project, start_year): in time, and within building capacity and pool for one more unit."""
    rules = case.rules
    room = rules.starts_per_year.values[:, None] - started.sum(axis=1) >= 1 - UNITS
    room &= arithmetic.opening_year(case) <= case.decision_years[-1]
    heads = rules.projects["kind"].values == "heads"
    row = [rules.resources.index(k) for k in rules.cadres]
    output = rules.outputs.values[:, row] * heads[:, None]
    left = np.floor(np.maximum(case.pool.values - arithmetic.rounded_heads(case), 0.0))
    left = left - np.einsum("pcs,pk->ks", started, output)
    fits = (output[:, :, None] <= left[None] + UNITS) | (output[:, :, None] == 0)
    return np.asarray(room & fits.all(axis=1))


def _keeps(case: Case, claims: Claims, trial: np.ndarray, moved: np.ndarray, name: str) -> bool:
    """Whether a trial keeps prerequisites, phases, choices, subsets, crews and the levels before `name`."""
    rules = case.rules
    serving = arithmetic.units_in_service(case, trial)
    asked = rules.prerequisites.values[:, :, None] * serving[:, None, :]
    if (asked - serving[None] > UNITS)[rules.prerequisites.values > 0].any():
        return False
    if (arithmetic.ahead_of_phases(case, trial) > UNITS).any():
        return False
    if (arithmetic.beyond_choices(case, trial) > UNITS).any():
        return False
    stands = arithmetic.standing(case, trial, moved)
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
        reached = level_value(case, trial, moved, earlier)
        if reached is not None and reached > value + UNITS:
            return False
    return True


def _by_one_move(case: Case, claims: Claims, name: str) -> Check:
    """Move one head of each cadre from each county that may give one to each other."""
    excess = []
    bound = claims.levels[name][1]
    heads = case.in_place.values[[case.rules.resources.index(k) for k in case.rules.cadres]]
    most = case.transfer_share * heads + UNITS
    for k, giver in zip(*np.nonzero(claims.moved - 1 + most >= 0), strict=True):
        for taker in range(claims.moved.shape[1]):
            moved = claims.moved.copy()
            moved[k, giver] -= 1
            moved[k, taker] += 1
            value = level_value(case, claims.solved, moved, name)
            beats = giver != taker and value is not None and value < bound
            fair = beats and bool((arithmetic.leaving(case, moved) <= most).all())
            fair = fair and _keeps(case, claims, claims.solved, moved, name)
            excess.append(bound - value if fair and value is not None else NO_TRIAL)
    scale = max(abs(claims.levels[name][0]), 1.0)
    return check(f"no move between counties beats the bound of {name}", np.array(excess), LEVEL * scale)


def _by_one_less(case: Case, claims: Claims) -> Check:
    excess = []
    units = claims.solved
    present, worth = arithmetic.present_cost(case, units) / MONEY, arithmetic.cost_of_one(case) / MONEY
    bound = claims.levels["present_cost"][1]
    for p, c in zip(*np.nonzero(units.sum(axis=2) >= 1 - UNITS), strict=True):
        trial = units.copy()
        s = int(np.flatnonzero(trial[p, c] > 0)[0])
        trial[p, c, s] = max(trial[p, c, s] - 1, 0.0)
        cost = present - worth[p, s] * (units[p, c, s] - trial[p, c, s])
        fair = cost < bound and _keeps(case, claims, trial, claims.moved, "present_cost")
        excess.append(bound - cost if fair else NO_TRIAL)
    scale = max(abs(claims.levels["present_cost"][0]), 1.0)
    return check("no start can be spared below the bound of present_cost", np.array(excess), LEVEL * scale)


def _by_one_later(case: Case, claims: Claims) -> Check:
    """Start one unit a year later, where it still opens in time and the limits of that year leave room."""
    excess = []
    bound, claims_purse = claims.levels["present_cost"][1], purse(case, entries(case, claims.ledger))
    room = _room_in_year(case, claims.solved)
    present, worth = (
        arithmetic.present_cost(case, claims.solved) / MONEY,
        arithmetic.cost_of_one(case) / MONEY,
    )
    for p, c, s in zip(*np.nonzero(claims.solved[:, :, :-1] >= 1 - UNITS), strict=True):
        added = np.zeros_like(claims.solved)
        added[p, c, s + 1] = 1.0
        trial = claims.solved + added
        trial[p, c, s] -= 1.0
        cost = present + worth[p, s + 1] - worth[p, s]
        fair = cost < bound and room[p, s + 1]
        fair = fair and _keeps(case, claims, trial, claims.moved, "present_cost")
        fair = fair and paid_by(claims_purse, case, added)
        excess.append(bound - cost if fair else NO_TRIAL)
    scale = max(abs(claims.levels["present_cost"][0]), 1.0)
    return check("no start can wait below the bound of present_cost", np.array(excess), LEVEL * scale)
