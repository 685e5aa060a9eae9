"""Brute force: every integer plan of a small case, its rules stated here once more from the words.

The recruitment pool keeps back one head a county, as the formulation says of itself.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from tests.small import TERMS, TIME, Small

YEARS = [2021, 2022, 2023, 2024, 2025]
TOLERANCE = 1e-6


def all_plans(small: Small) -> np.ndarray:
    """(plan, project, county, start): every plan that fits the sites."""
    options = []
    for p in range(5):
        for _ in range(2):
            n = range(small.sites[p] + 1)
            pairs = [pair for pair in product(n, n) if sum(pair) <= small.sites[p]]
            late = [_opens(small, p, start) > TIME.target_year for start in TIME.decision_years]
            options.append(
                [pair for pair in pairs if not any(u and x for u, x in zip(pair, late, strict=True))]
            )
    plans = np.array(list(product(*options)), dtype=float)
    return plans.reshape(len(plans), 5, 2, 2)


def levels_of(small: Small) -> tuple[np.ndarray, list[tuple[np.ndarray, bool]]]:
    """Every plan that keeps the rules, and its value of every level (and whether it is relative)."""
    plans = all_plans(small)
    plans = plans[_feasible(small, plans)]
    return plans, _levels(small, plans)


def level_values(small: Small) -> list[float]:
    """Optimal value of every level in turn, by enumeration."""
    plans = all_plans(small)
    plans = plans[_feasible(small, plans)]
    kept = np.ones(len(plans), dtype=bool)
    optima = []
    for values, relative in _levels(small, plans):
        best = values[kept].min()
        slack = TOLERANCE * max(abs(best), 1.0) if relative else TOLERANCE
        kept &= values <= best + slack
        optima.append(float(best))
    return optima


def level_values_with_transfers(small: Small) -> list[float]:
    """Optimal value of every level in turn, over every plan and every way staff can move between counties."""
    heads = [np.floor(small.transfer * np.array(small.standing[k])) for k in (3, 4)]
    # Heads that go from the first county to the second, negative the other way.
    ways = [range(-int(h[1]), int(h[0]) + 1) for h in heads]
    parts = []
    for nurses, seniors in product(*ways):
        leave = [max(nurses, 0) + max(seniors, 0), max(-nurses, 0) + max(-seniors, 0)]
        if (np.array(leave) > heads[0]).any():  # seniors are nurses
            continue
        standing = list(small.standing)
        go = nurses + seniors
        standing[3] = (small.standing[3][0] - go, small.standing[3][1] + go)
        standing[4] = (small.standing[4][0] - seniors, small.standing[4][1] + seniors)
        moved = replace(small, standing=tuple(standing))
        plans = all_plans(moved)
        plans = plans[_feasible(moved, plans)]
        levels = [*_levels(moved, plans), (np.full(len(plans), abs(nurses) + abs(seniors)), False)]
        parts.append(levels)
    kept = np.ones(sum(len(p[0][0]) for p in parts), dtype=bool)
    optima = []
    for n, (_, relative) in enumerate(parts[0]):
        values = np.concatenate([p[n][0] for p in parts])
        best = values[kept].min()
        slack = TOLERANCE * max(abs(best), 1.0) if relative else TOLERANCE
        kept &= values <= best + slack
        optima.append(float(best))
    return optima


def _opens(small: Small, p: int, start: int) -> int:
    return start + (small.lead[p] + small.build[p]) // 12


def _feasible(small: Small, x: np.ndarray) -> np.ndarray:
    city = x.sum(axis=2)
    ok = np.all(city <= np.array(small.starts)[None, :, None] + 1e-9, axis=(1, 2))
    units = x.sum(axis=3)
    ok &= np.all(units[:, 1] <= units[:, 2] + 1e-9, axis=1)
    pool = max(small.pool - 2, 0)
    ok &= np.all(city[:, 3] * small.recruits <= pool + 1e-9, axis=1)
    ok &= np.all(city[:, 4] <= pool + 1e-9, axis=1)
    nurses = np.array(small.standing[3]) + small.recruits * units[:, 3]
    seniors = np.array(small.standing[4]) + units[:, 4]
    ok &= np.all(seniors <= nurses + 1e-9, axis=1)
    ok &= np.all(
        small.nurses_per_point * (np.array(small.standing[1]) + units[:, 1]) <= nurses + 1e-9, axis=1
    )
    if small.choice:
        ok &= np.all(
            units[:, list(small.choice)].sum(axis=1) <= max(small.sites[p] for p in small.choice) + 1e-9,
            axis=1,
        )
    return ok & _in_phase(small, x) & _affordable(small, x)


def _in_phase(small: Small, x: np.ndarray) -> np.ndarray:
    """Points started by a year ask for vans that opened before it."""
    if not small.phase:
        return np.ones(len(x), dtype=bool)
    vans = sum(x[:, 2, :, s] for s, start in enumerate(TIME.decision_years) if _opens(small, 2, start) < 2022)
    later = small.phase * x[:, 1].sum(axis=2) <= vans + 1e-9
    return np.all(x[:, 1, :, 0] == 0, axis=1) & np.all(later, axis=1)


def _affordable(small: Small, x: np.ndarray) -> np.ndarray:
    """With one paying fund only (central share 0) what is due is what the county pays."""
    ok = np.ones(len(x), dtype=bool)
    if np.isinf(small.envelope).all() and np.isinf(small.envelope_total):
        return ok
    assert small.central_share == 0
    due = _due(small, x).sum(axis=1)[:, :2]
    reserve = _reserve(small)
    left = np.zeros(len(x))
    for y in range(2):
        envelope = small.envelope[y]
        if np.isfinite(envelope):
            left = (left if small.carry_over else 0) + max(envelope - reserve, 0.0) - due[:, y]
            ok &= left >= -1e-3
        else:
            left = np.zeros(len(x))
    if np.isfinite(small.envelope_total):
        ok &= due.sum(axis=1) <= max(small.envelope_total - 2 * reserve, 0.0) + 1e-3
    return ok


def _reserve(small: Small) -> float:
    """Money kept back a year: one head of each kind and start in each county, and 1,000 yuan."""
    heads = np.zeros((2, 5, 2, 2))
    for p in (3, 4):
        for s, start in enumerate(TIME.decision_years):
            heads[:, p, :, s] = _opens(small, p, start) <= TIME.target_year
    due = _due(small, heads[:1])[0]
    in_two_counties = due[3:].sum(axis=0)[:2].max()
    return float(in_two_counties) + 1000


def _months(first: int, length: int, start: int, year: int) -> int:
    return sum(1 for m in range(first, first + length) if start + m // 12 == year)


def _due(small: Small, x: np.ndarray) -> np.ndarray:
    """(plan, project, year): nominal capital and fiscal running cost."""
    return sum(part.sum(axis=2) for part in _due_by_kind(small, x))


def _due_by_kind(small: Small, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays (plan, project, county, year): capital, recurrent; nominal."""
    capital = np.zeros((len(x), 5, 2, len(YEARS)))
    recurrent = np.zeros_like(capital)
    for p in range(5):
        span = max(small.build[p], 1)
        for s, start in enumerate(TIME.decision_years):
            for y, year in enumerate(YEARS):
                index = (1 + TERMS.deflator) ** (year - TERMS.price_year)
                spent = _months(small.lead[p], span, start, year) / span
                run = _months(small.lead[p] + small.build[p], 24, start, year) / 12
                capital[:, p, :, y] += x[:, p, :, s] * small.capital[p] * spent * index
                recurrent[:, p, :, y] += x[:, p, :, s] * small.recurrent[p] * run * index
    return capital, recurrent


def _levels(small: Small, x: np.ndarray) -> list[tuple[np.ndarray, bool]]:
    units = x.sum(axis=3)
    nurses = np.array(small.standing[3]) + small.recruits * units[:, 3]
    points = np.array(small.standing[1]) + units[:, 1]
    beds = np.array(small.standing[0]) + small.bed_output * units[:, 0]
    free = nurses - small.nurses_per_point * points
    beds = np.minimum(beds, free / small.nurses_per_bed) if small.nurses_per_bed else beds
    seniors = np.array(small.standing[4]) + units[:, 4]
    have = {"beds": beds, "points": points, "nurses": nurses, "seniors": seniors}
    ranks = sorted(set(small.level))
    stands = np.array(small.standing[0]) + small.bed_output * units[:, 0]
    levels = [(_rules(small, beds, stands), False)]
    levels += [(_shortfall(small, have, rank), False) for rank in ranks]
    levels.append((_present(small, x) / 1e6, True))
    levels.append((_local(small, x) / 1e6, True))
    worst, left = _by_county(small, have)
    return [*levels, (worst, False), (left, False)]


def _by_county(small: Small, have: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    worst = np.zeros(len(have["beds"]))
    left = np.zeros(len(have["beds"]))
    for n, name in enumerate(("beds", "points", "nurses", "seniors")):
        need = np.array(small.need[n])
        if need.sum() == 0 or (name == "points" and small.every_county):
            continue
        share = np.where(need > 0, 1 - have[name] / np.where(need > 0, need, 1), 0).clip(0, 1)
        worst = worst + share.max(axis=1)
        left = left + (share * need).sum(axis=1) / need.sum()
    return worst, left


def _rules(small: Small, beds: np.ndarray, stands: np.ndarray) -> np.ndarray:
    floor = np.array(small.floor)
    total = np.maximum(floor - beds, 0).sum(axis=1) / floor.sum() if floor.sum() else np.zeros(len(beds))
    need = np.array(small.need[0])
    if np.isinf(small.spread) or not (need > 0).any():
        return total
    ahead = (stands[:, need > 0] / need[need > 0]).max(axis=1)
    behind = (beds[:, need > 0] / need[need > 0]).min(axis=1)
    return total + np.maximum(ahead - behind - small.spread, 0)


def _shortfall(small: Small, have: dict[str, np.ndarray], rank: int) -> np.ndarray:
    total = np.zeros(len(have["beds"]))
    for n, name in enumerate(("beds", "points", "nurses", "seniors")):
        need = np.array(small.need[n])
        if small.level[n] != rank or need.sum() == 0:
            continue
        gap = need - have[name]
        by_county = name == "points" and small.every_county
        missed = np.maximum(gap, 0).sum(axis=1) if by_county else np.maximum(gap.sum(axis=1), 0)
        total = total + small.weight[n] * missed / need.sum()
    return total


def _present(small: Small, x: np.ndarray) -> np.ndarray:
    total = np.zeros(len(x))
    life = [10, 8, 4, None, None]
    for p in range(5):
        for s, start in enumerate(TIME.decision_years):
            one = 0.0
            span = max(small.build[p], 1)
            for year in YEARS:
                factor = (1 + TERMS.discount_rate) ** (TERMS.price_year - year)
                one += factor * small.capital[p] * _months(small.lead[p], span, start, year) / span
                run = _months(small.lead[p] + small.build[p], 24, start, year) / 12
                one += factor * small.recurrent[p] * run
            if life[p]:
                end = _opens(small, p, start) + 2
                factor = (1 + TERMS.discount_rate) ** (TERMS.price_year - end)
                one -= small.capital[p] * max(1 - 2 / life[p], 0) * factor
            total += x[:, p, :, s].sum(axis=1) * one
    return total


def _local(small: Small, x: np.ndarray) -> np.ndarray:
    """Least cash of the county to the target year, when central may pay a capped share of each project.

    Projects open by the target year, so no capital is spent after it.
    """
    total = np.zeros(len(x))
    for start in range(2):
        only = np.zeros_like(x)
        only[..., start] = x[..., start]
        capital, recurrent = _due_by_kind(small, only)
        due = capital[..., :2].sum(axis=3)
        for p in range(5):
            grant = np.zeros_like(due[:, p])
            if p < 3:
                grant = _net_grant(small, capital[:, p, :, :2], only[:, p, :, start])
            total += (due[:, p] - grant).sum(axis=1)
        total += recurrent[..., :2].sum(axis=(1, 2, 3))
    return total


def _net_grant(small: Small, due: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Most that the grant can save by the target year, less interest: money borrowed late costs less.

    The central fund may pay its share of each year's capital (plan, county, year), up to the cap a project
    and what the local match leaves; what is borrowed in 2021 is served in 2022, with the principal then if
    the term is one year.
    """
    most = np.minimum(small.central_cap * units, (1 - small.match) * due.sum(axis=2))
    first, second = (small.central_share * due[..., y] for y in range(2))
    served = small.interest + (small.interest > 0 and small.term == 1)
    worth = 1 - served
    late = np.minimum(second, most)
    return late + max(worth, 0.0) * np.minimum(first, most - late)
