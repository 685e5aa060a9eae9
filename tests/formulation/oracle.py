"""Brute force: every integer plan of a small case, its rules stated here once more from the words.

Nothing of `sim.program` is used. All plans are one array: (plan, project, county, start) units and
(plan, cadre, county) heads that come from other counties, less those who leave. The recruitment pool keeps
back one head a county, as the formulation says of itself. The money stands in `oracle_money`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import comb, prod

import numpy as np

from tests.formulation.oracle_money import affordable, local_burden, opens, present_cost, running_cost
from tests.small import Small

TOLERANCE = 1e-6
TARGETS = ("beds", "points", "nurses", "seniors")


@dataclass(frozen=True)
class Plans:
    """Units started (plan, project, county, start); heads who come less who leave (plan, 2, county)."""

    started: np.ndarray
    moved: np.ndarray

    def kept(self, keep: np.ndarray) -> Plans:
        return Plans(self.started[keep], self.moved[keep])

    @property
    def city(self) -> np.ndarray:
        """(plan, project, start)."""
        return self.started.sum(axis=2)

    @property
    def units(self) -> np.ndarray:
        """(plan, project, county)."""
        return self.started.sum(axis=3)


Level = tuple[Callable[[Small, Plans], np.ndarray], bool]


def count(small: Small) -> int:
    """How many plans there are at most, limits of the city left out."""
    years, counties = small.starts_in, len(small.counties)
    timely = [sum(opens(small, p, start) <= years[-1] for start in years) for p in range(5)]
    ways = prod(comb(small.sites[p] + timely[p], timely[p]) ** counties for p in range(5))
    return ways * len(list(_moves(small)))


def all_plans(small: Small) -> Plans:
    """Every plan that keeps the rules."""
    per_type = [_starts_of(small, p) for p in range(5)]
    places = np.indices([len(options) for options in per_type]).reshape(5, -1)
    started = np.stack([options[at] for options, at in zip(per_type, places, strict=True)], axis=1)
    apart = Plans(started, np.zeros((len(started), 2, len(small.counties))))
    apart = apart.kept(_keeps_rules_of_the_city(small, apart))
    moves = np.array(list(_moves(small)), dtype=float)
    n = len(apart.started)
    plans = Plans(np.tile(apart.started, (len(moves), 1, 1, 1)), np.repeat(moves, n, axis=0))
    return plans.kept(_keeps_rules_of_staff(small, plans))


def levels_of(small: Small) -> tuple[np.ndarray, list[tuple[np.ndarray, bool]]]:
    """Every plan that keeps the rules, and its value of every level (and whether it is relative)."""
    plans = all_plans(small)
    return plans.started, [(value(small, plans), relative) for value, relative in _levels(small)]


def level_values(small: Small) -> list[float]:
    """Optimal value of every level in turn, by enumeration."""
    plans = all_plans(small)
    optima = []
    for value, relative in _levels(small):
        values = value(small, plans)
        best = float(values.min())
        slack = TOLERANCE * max(abs(best), 1.0) if relative else TOLERANCE
        plans = plans.kept(values <= best + slack)
        optima.append(best)
    return optima


def _starts_of(small: Small, p: int) -> np.ndarray:
    """(option, county, start): starts of a type that fit sites, city and pool and open in time."""
    years, counties = small.starts_in, len(small.counties)
    most = [small.sites[p] if opens(small, p, start) <= years[-1] else 0 for start in years]
    one = [u for u in product(*(range(m + 1) for m in most)) if sum(u) <= small.sites[p]]
    options = np.array(list(product(one, repeat=counties)), dtype=float)
    heads = {3: small.recruits, 4: 1.0}.get(p, 0.0)
    city = options.sum(axis=1)
    ok = (city <= small.starts[p]) & (city * heads <= np.floor(max(small.pool - counties * heads, 0)))
    return options[ok.all(axis=1)]


def _moves(small: Small) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Every way the two cadres can move: heads that come less those who leave, (cadre, county)."""
    ways = []
    for k in (3, 4):
        leave = [int(np.floor(small.transfer * heads + 1e-9)) for heads in small.standing[k]]
        every = product(*(range(-most, sum(leave) + 1) for most in leave))
        ways.append([way for way in every if sum(way) == 0])
    most = [int(np.floor(small.transfer * heads + 1e-9)) for heads in small.standing[3]]
    for nurses, seniors in product(*ways):  # seniors are nurses
        left = [max(-n, 0) + max(-s, 0) for n, s in zip(nurses, seniors, strict=True)]
        if all(gone <= may for gone, may in zip(left, most, strict=True)):
            yield nurses, seniors


def _keeps_rules_of_the_city(small: Small, plans: Plans) -> np.ndarray:
    """What does not depend on staff: prerequisites, choices, phases and money."""
    units = plans.units
    ok = np.all(units[:, 1] <= units[:, 2], axis=1)
    if small.choice:
        room = max(small.sites[p] for p in small.choice)
        ok &= np.all(units[:, list(small.choice)].sum(axis=1) <= room, axis=1)
    ok &= _in_phase(small, plans.started)
    ok[ok] = affordable(small, plans.city[ok])
    return np.asarray(ok)


def _in_phase(small: Small, started: np.ndarray) -> np.ndarray:
    """Points started by a year ask for vans that opened before it."""
    ok, years = np.ones(len(started), dtype=bool), small.starts_in
    for now, year in enumerate(years if small.phase else []):
        stand = [s for s, start in enumerate(years) if opens(small, 2, start) < year]
        points = started[:, 1, :, : now + 1].sum(axis=2)
        ok &= np.all(small.phase * points <= started[:, 2][..., stand].sum(axis=2), axis=1)
    return ok


def _keeps_rules_of_staff(small: Small, plans: Plans) -> np.ndarray:
    """Crews of the points, and seniors among the nurses; what is short today need not be found."""
    room = np.maximum(np.array(small.standing[3]) - np.array(small.standing[4]), 0)
    apart = plans.moved[:, 0] + small.recruits * plans.units[:, 3] - plans.units[:, 4]
    return np.all(apart + room >= 0, axis=1) & np.all(_free(small, plans) >= -1e-9, axis=1)


def _free(small: Small, plans: Plans) -> np.ndarray:
    """(plan, county) nurses left for beds once the points have their crews."""
    today = np.array(small.standing[3]) - small.nurses_per_point * np.array(small.standing[1])
    come = plans.moved.sum(axis=1) + small.recruits * plans.units[:, 3]
    return np.maximum(today, 0) + come - small.nurses_per_point * plans.units[:, 1]


def _stand(small: Small, plans: Plans) -> np.ndarray:
    """(plan, county) beds that stand."""
    return np.array(small.standing[0]) + small.bed_output * plans.units[:, 0]


def _have(small: Small, plans: Plans) -> dict[str, np.ndarray]:
    """(plan, county) of each resource that counts."""
    beds = _stand(small, plans)
    if small.nurses_per_bed:
        beds = np.minimum(beds, _free(small, plans) / small.nurses_per_bed)
    nurses, seniors = (np.array(small.standing[k]) + plans.moved[:, 1] for k in (3, 4))
    return {
        "beds": beds,
        "points": np.array(small.standing[1]) + plans.units[:, 1],
        "nurses": nurses + plans.moved[:, 0] + small.recruits * plans.units[:, 3],
        "seniors": seniors + plans.units[:, 4],
    }


def _levels(small: Small) -> list[Level]:
    """The levels in order, and whether each is kept in proportion."""
    targets = [(_shortfall(rank), False) for rank in sorted(set(small.level))]
    money = [
        (lambda small, plans: present_cost(small, plans.city) / 1e6, True),
        (lambda small, plans: local_burden(small, plans.city) / 1e6, True),
    ]
    ties: list[Level] = [(_worst, False), (_left, False)]
    movers: list[Level] = [(_movers, False)] if small.transfer else []
    return [(_rules, False), *targets, *money, *ties, *movers]


def _rules(small: Small, plans: Plans) -> np.ndarray:
    floor, beds = np.array(small.floor), _have(small, plans)["beds"]
    total = np.maximum(floor - beds, 0).sum(axis=1) / floor.sum() if floor.sum() else np.zeros(len(beds))
    total = total + _burdened(small, plans)
    need = np.array(small.need[0])
    if np.isinf(small.spread) or not (need > 0).any():
        return np.asarray(total)
    ahead = (_stand(small, plans)[:, need > 0] / need[need > 0]).max(axis=1)
    behind = (beds[:, need > 0] / need[need > 0]).min(axis=1)
    return np.asarray(total + np.maximum(ahead - behind - small.spread, 0))


def _burdened(small: Small, plans: Plans) -> np.ndarray:
    """What each county pays to run in its worst year, per mille above the share of its means it may."""
    above = np.zeros(len(plans.started))
    if np.isinf(small.burden):
        return above
    each = running_cost(small)
    for c, means in enumerate(small.means):
        paid = np.einsum("nps,psy->ny", plans.started[:, :, c], each)
        of_means = [paid[:, y] / (means * 1.1**y) for y in range(len(small.starts_in) + 1)]
        above += 1000 * np.maximum(np.max(of_means, axis=0) - small.burden, 0)
    return above


def _shortfall(rank: int) -> Callable[[Small, Plans], np.ndarray]:
    def value(small: Small, plans: Plans) -> np.ndarray:
        have, total = _have(small, plans), np.zeros(len(plans.started))
        for n, name in enumerate(TARGETS):
            need = np.array(small.need[n])
            if small.level[n] != rank or need.sum() == 0:
                continue
            gap = need - have[name]
            by_county = name == "points" and small.every_county
            missed = np.maximum(gap, 0).sum(axis=1) if by_county else np.maximum(gap.sum(axis=1), 0)
            total += small.weight[n] * missed / need.sum()
        return total

    return value


def _shares(small: Small, plans: Plans) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Of every target of the city: needs (county) and the part of each left uncovered (plan, county)."""
    have = _have(small, plans)
    for n, name in enumerate(TARGETS):
        need = np.array(small.need[n])
        if need.sum() and not (name == "points" and small.every_county):
            yield need, np.where(need > 0, 1 - have[name] / np.where(need > 0, need, 1), 0).clip(0, 1)


def _worst(small: Small, plans: Plans) -> np.ndarray:
    parts = [share.max(axis=1) for _, share in _shares(small, plans)]
    return np.asarray(sum(parts, np.zeros(len(plans.started))))


def _left(small: Small, plans: Plans) -> np.ndarray:
    parts = [share @ need / need.sum() for need, share in _shares(small, plans)]
    return np.asarray(sum(parts, np.zeros(len(plans.started))))


def _movers(small: Small, plans: Plans) -> np.ndarray:
    return np.asarray(np.maximum(-plans.moved, 0).sum(axis=(1, 2)))
