"""Attempts to refute the proven bounds: one more start, or one start less, must not beat them.

A feasible plan better than a bound shows that the bound, and so the formulation behind it, is wrong.
Whether a change is feasible is asked only where its value would beat the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.case import Case
from sim.certify import arithmetic
from sim.certify.changes import UNITS, Base, Changes, base, changed
from sim.certify.claims import Check, Claims, check
from sim.certify.entries import Entries
from sim.certify.payable import Purse, purse
from sim.certify.plan_checks import LEVEL

MOVED = ("rules", "worst_county", "uncovered")
"Levels beside the targets that a move between counties can better."
NO_TRIAL = -1.0
"Excess of a change that breaks another rule and so refutes nothing."
AT_ONCE = 4096
"Most changes looked at together."


@dataclass(frozen=True)
class Trial:
    """What the attempts start from."""

    case: Case
    claims: Claims
    plan: Base
    purse: Purse


Allowed = Callable[[np.ndarray], np.ndarray]
"Changes, by their number, to whether the rest of the rules lets them be made."


def checks(case: Case, claims: Claims, booked: Entries) -> Sequence[Check]:
    """Return the checks that try single changes of the plan as solved against each bound."""
    trial = Trial(case, claims, base(case, claims.solved, claims.moved), purse(case, booked))
    names = [n for n in claims.levels if n.startswith("targets_")]
    more: list[Check] = [_by_one_more(trial, name) for name in names]
    if "present_cost" in claims.levels:
        more += [_by_one_less(trial), _by_one_later(trial)]
    if case.transfer_share:
        more += _by_one_move(trial, [name for name in claims.levels if name in MOVED or name in names])
    return more


def _check(trial: Trial, text: str, name: str, excess: list[np.ndarray]) -> Check:
    scale = max(abs(trial.claims.levels[name][0]), 1.0)
    return check(f"{text} {name}", np.concatenate([np.zeros(0), *excess]), LEVEL * scale)


def _excess(trial: Trial, changes: Changes, name: str, allowed: Allowed) -> np.ndarray:
    """(plan): by how much each change beats the bound of a level, if it can be made."""
    value, bound = changes.value(name), trial.claims.levels[name][1]
    excess = np.full(len(changes.view.after.county), NO_TRIAL)
    if value is None:
        return excess
    better = np.broadcast_to(bound - np.asarray(value), excess.shape)
    beats = np.flatnonzero(better > 0)
    if len(beats):
        fair = beats[changes.keeping(trial.claims.levels, name)[beats] & allowed(beats)]
        excess[fair] = better[fair]
    return excess


def _by_one_more(trial: Trial, name: str) -> Check:
    """Add one unit, with what it requires, wherever every limit leaves room and one fund can pay it all."""
    # no shortfall is below zero
    room = _room(trial.case, trial.claims.solved) & (trial.claims.levels[name][1] > 0)
    excess = []
    for p, c, s in _in_parts(_last(room)):
        added = _with_required(trial, room, p, c, s)
        changes = changed(trial.plan, c[:, None], added[:, :, None, :])
        excess.append(_excess(trial, changes, name, partial(_payable, trial, added)))
    return _check(trial, "no extra start beats the bound of", name, excess)


def _payable(trial: Trial, added: np.ndarray, plans: np.ndarray) -> np.ndarray:
    """(plan): whether what some plans add can surely be paid."""
    return trial.purse.pays(added[:, plans])


def _in_parts(wanted: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Project, county and start year of every True, not too many together."""
    found = np.argwhere(wanted)
    for first in range(0, len(found), AT_ONCE):
        p, c, s = found[first : first + AT_ONCE].T
        yield p, c, s


def _one(trial: Trial, p: np.ndarray, s: np.ndarray) -> np.ndarray:
    """(project, plan, start_year): one start each."""
    added = np.zeros((len(trial.claims.solved), len(p), trial.claims.solved.shape[2]))
    added[p, np.arange(len(p)), s] = 1.0
    return added


def _with_required(trial: Trial, room: np.ndarray, p: np.ndarray, c: np.ndarray, s: np.ndarray) -> np.ndarray:
    """(project, plan, start_year): one unit, and one of each project it requires that is not to spare."""
    case, rules, solved = trial.case, trial.case.rules, trial.claims.solved
    added, every = _one(trial, p, s), np.arange(len(p))
    serving = arithmetic.units_in_service(case, solved)
    for asking, q in np.argwhere(rules.prerequisites.values != 0):
        need = rules.prerequisites.values[asking, q]
        lacking = need * (serving[asking, c] + 1) > serving[q, c] + UNITS
        who = np.flatnonzero((p == asking) & lacking & room[q, c].any(axis=1))
        latest = room.shape[2] - 1 - np.argmax(room[q, c, ::-1], axis=1)
        added[q, who, latest[who]] += 1.0
    for asking, q in np.argwhere(rules.phases.values != 0):
        behind = arithmetic.ahead_of_phase(case, solved[:, c] + added, asking, q)[every, s] > UNITS
        who = np.flatnonzero((p == asking) & behind & room[q, c].any(axis=1))
        earliest = np.argmax(room[q, c], axis=1)
        added[q, who] = 0.0
        added[q, who, earliest[who]] = 1.0
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


def _by_one_move(trial: Trial, names: list[str]) -> list[Check]:
    """Move one head of each cadre from each county that may give one to each other."""
    excess: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for pairs, step, to_itself in _moves(trial):
        changes = changed(trial.plan, pairs, moved=step)
        for name in names:
            allowed = partial(_may_leave, trial, pairs, step)
            excess[name] += [_excess(trial, changes, name, allowed), np.full(to_itself, NO_TRIAL)]
    text = "no move between counties beats the bound of"
    return [_check(trial, text, name, excess[name]) for name in names]


def _moves(trial: Trial) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Giver and taker (plan, place), heads more (cadre, plan, place), and how many gave to themselves."""
    now = trial.claims.moved
    givers, n = np.argwhere(now - 1 + _most_leaving(trial.case) >= 0), now.shape[1]
    for first in range(0, len(givers) * n, AT_ONCE):
        which = np.arange(first, min(first + AT_ONCE, len(givers) * n))
        which = which[givers[which // n, 1] != which % n]
        cadre, giver = givers[which // n].T
        step = np.zeros((len(now), len(which), 2))
        step[cadre, np.arange(len(which))] = (-1.0, 1.0)
        looked_at = min(AT_ONCE, len(givers) * n - first)
        yield np.stack([giver, which % n], axis=1), step, looked_at - len(which)


def _most_leaving(case: Case) -> np.ndarray:
    """(cadre, county): how many heads may leave."""
    heads = case.in_place.values[[case.rules.resources.index(k) for k in case.rules.cadres]]
    return np.asarray(case.transfer_share * heads + UNITS)


def _may_leave(trial: Trial, pairs: np.ndarray, step: np.ndarray, plans: np.ndarray) -> np.ndarray:
    """(plan): whether no more leave than may, in the two counties of a plan and in all others.

    Args:
        trial: what the attempts start from.
        pairs: (plan, place) counties that change.
        step: (cadre, plan, place) heads more.
        plans: numbers of the plans asked about.
    """
    case, now, pair = trial.case, trial.claims.moved, pairs[plans]
    most = _most_leaving(case)
    heads = (now[:, pair] + step[:, plans]).reshape(len(now), -1)
    beyond = arithmetic.leaving(case, heads).reshape(len(now), *pair.shape) > most[:, pair]
    over = arithmetic.leaving(case, now) > most
    elsewhere = over.sum() - over[:, pair].sum(axis=(0, 2))
    return np.asarray(~beyond.any(axis=(0, 2)) & (elsewhere == 0))


def _always(plans: np.ndarray) -> np.ndarray:
    return np.ones(len(plans), dtype=bool)


def _later(trial: Trial, room: np.ndarray, added: np.ndarray, plans: np.ndarray) -> np.ndarray:
    """(plan): whether a later year has room for what some plans add, and money."""
    return np.asarray(room[plans] & _payable(trial, added, plans))


def _by_one_less(trial: Trial) -> Check:
    """Leave out one unit of what each county starts first."""
    units = trial.claims.solved
    first = np.cumsum(units > 0, axis=2) == 1
    enough = units.sum(axis=2) >= 1 - UNITS
    excess = []
    for p, c, s in _in_parts(first & (units > 0) & enough[..., None]):
        spared = -_one(trial, p, s) * np.minimum(units[p, c, s], 1.0)[:, None]
        changes = changed(trial.plan, c[:, None], spared[:, :, None, :])
        excess.append(_excess(trial, changes, "present_cost", _always))
    return _check(trial, "no start can be spared below the bound of", "present_cost", excess)


def _by_one_later(trial: Trial) -> Check:
    """Start one unit a year later, where it still opens in time and the limits of that year leave room."""
    units = trial.claims.solved
    room = _room_in_year(trial.case, units)
    excess = []
    for p, c, s in _in_parts(units[:, :, :-1] >= 1 - UNITS):
        added = _one(trial, p, s + 1)
        changes = changed(trial.plan, c[:, None], (added - _one(trial, p, s))[:, :, None, :])
        allowed = partial(_later, trial, room[p, s + 1], added)
        excess.append(_excess(trial, changes, "present_cost", allowed))
    return _check(trial, "no start can wait below the bound of", "present_cost", excess)
