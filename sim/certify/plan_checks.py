"""Checks of projects, staff, targets and levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.case import MONEY, Case
from sim.certify import arithmetic
from sim.certify.claims import Check, Claims, check

UNITS = 1e-6
LEVEL = 2e-6
HEAD = 1.0
EXACT = ("present_cost",)
"Levels that are a sum over projects: recomputed exactly, from above and below."


def checks(case: Case, claims: Claims) -> Sequence[Check]:
    """Return the checks of projects, staff, targets and levels."""
    return [
        *_projects(case, claims),
        *_dates(case, claims),
        *_limits(case, claims),
        *_transfers(case, claims),
        *_staff(case, claims),
        *_levels(case, claims),
    ]


def _projects(case: Case, claims: Claims) -> Iterator[Check]:
    started, solved = claims.started, claims.solved
    yield check("units are not negative", -started, 0.0)
    yield check("units are whole", np.abs(started - np.round(started)), 0.0)
    whole = case.rules.projects["whole"].values
    yield check("buildings were solved whole", np.abs(solved - started)[whole], UNITS)
    yield check("heads were rounded up by less than one", np.abs(started - solved - 0.5) - 0.5, 2 * UNITS)


def _dates(case: Case, claims: Claims) -> Iterator[Check]:
    years, months = arithmetic.opening_year(case), arithmetic.opening_month(case)
    used = claims.started.sum(axis=1) > 0
    yield check("opening years follow from the months", np.abs(claims.open_year - years)[used], 0.0)
    yield check("opening months follow from the months", np.abs(claims.open_month - months), 0.0)
    late = (years > case.decision_years[-1]) & used
    yield check("every project opens by the target year", late, 0.0)


def _limits(case: Case, claims: Claims) -> Iterator[Check]:
    rules, started = case.rules, claims.started
    sites = rules.sites.values
    yield check("sites", (started.sum(axis=2) - sites)[np.isfinite(sites)], UNITS)
    most = rules.starts_per_year.values
    limited = np.isfinite(most)
    yield check("building capacity", (started.sum(axis=1) - most[:, None])[limited], UNITS)
    serving = arithmetic.units_in_service(case, started)
    asked = np.einsum("pq,pc->pqc", rules.prerequisites.values, serving)
    where = rules.prerequisites.values > 0
    yield check("prerequisites", (asked - serving[None])[where], UNITS)
    yield check("earlier phases stand first", arithmetic.ahead_of_phases(case, started), UNITS)
    yield check("choices keep to their sites", arithmetic.beyond_choices(case, started), UNITS)
    heads = rules.projects["kind"].values == "heads"
    row = [rules.resources.index(k) for k in rules.cadres]
    hired = np.einsum("pcs,pk->ks", started[heads], rules.outputs.values[heads][:, row])
    pool = case.pool.values
    yield check("recruitment pool", (hired - pool)[np.isfinite(pool)], UNITS)


def _transfers(case: Case, claims: Claims) -> Iterator[Check]:
    rules, moved = case.rules, claims.moved
    yield check("movers are whole", np.abs(moved - np.round(moved)), 0.0)
    yield check("movers of the city sum to zero", np.abs(moved.sum(axis=1)), 0.0)
    heads = case.in_place.values[[rules.resources.index(k) for k in rules.cadres]]
    yield check(
        "no more leave a county than may",
        arithmetic.leaving(case, moved) - case.transfer_share * heads,
        UNITS,
    )
    if "transfers" in claims.levels:
        left = float(np.maximum(-moved, 0.0).sum())
        value, bound = claims.levels["transfers"]
        yield check("movers are those of their level", abs(left - value), LEVEL * max(value, 1.0))
        yield check("bound of transfers", bound - left, LEVEL * max(value, 1.0))


def _staff(case: Case, claims: Claims) -> Iterator[Check]:
    rules = case.rules
    stands = arithmetic.standing(case, claims.started, claims.moved)
    row = {r: n for n, r in enumerate(rules.resources)}
    inner = [row[k] for k in rules.parents]
    outer = [row[k] for k in rules.parents.values()]
    before = np.maximum(case.in_place.values[inner] - case.in_place.values[outer], 0.0)
    yield check("subsets stay inside their parent", stands[inner] - stands[outer] - before, HEAD)
    counts, missing = arithmetic.counted(case, stands)
    _, already = arithmetic.counted(case, case.in_place.values)
    yield check("crews are staffed", missing - already, HEAD)
    yield check(
        "capacity shown is what counts", np.abs(counts - claims.capacity), 1e-6 * (1 + float(counts.max()))
    )


def _levels(case: Case, claims: Claims) -> Iterator[Check]:
    """Each level's value is recomputed from the plan as solved, and again from the plan shown."""
    ranks = [f"targets_{rank}" for rank in sorted(set(case.level.values()))]
    wanted = {"rules", *ranks, "present_cost", "local_burden", "worst_county", "uncovered"}
    wanted |= {"transfers"} if case.transfer_share else set()
    yield check("every level is stated", float(len(wanted ^ set(claims.levels))), 0.0)
    for name, (value, bound) in claims.levels.items():
        solved = level_value(case, claims.solved, claims.moved, name)
        if solved is None:
            continue
        scale = max(abs(value), 1.0)
        yield check(
            f"value of {name}", abs(solved - value) if name in EXACT else solved - value, LEVEL * scale
        )
        yield check(f"bound of {name}", bound - solved, LEVEL * scale)
        if name not in EXACT:
            shown = level_value(case, claims.started, claims.moved, name)
            assert shown is not None
            yield check(f"value of {name} as shown", shown - value, LEVEL * scale)


def level_value(case: Case, started: np.ndarray, moved: np.ndarray, name: str) -> float | None:
    """Return the value of a level for a plan, None where it is money paid or the transfers themselves.

    Args:
        case: the case.
        started: (project, county, start_year) units.
        moved: (cadre, county) net heads that came.
        name: name of the level.
    """
    stands = arithmetic.standing(case, started, moved)
    counts, _ = arithmetic.counted(case, stands)
    return value_of(case, started, stands, counts, name)


def value_of(
    case: Case, started: np.ndarray, stands: np.ndarray, counts: np.ndarray, name: str
) -> float | None:
    """Return the value of a level where what stands and what counts (resource, county) is known."""
    if name == "rules":
        return _rules_value(case, counts, stands)
    if name.startswith("targets_"):
        return _shortfall(case, counts, int(name.removeprefix("targets_")))
    if name == "present_cost":
        return arithmetic.present_cost(case, started) / MONEY
    if name == "worst_county":
        return _worst(case, counts)
    if name == "uncovered":
        return _left(case, counts)
    return None


def _rules_value(case: Case, counts: np.ndarray, stands: np.ndarray) -> float:
    total = 0.0
    for floor, r in zip(case.floor.values, case.floor["resource"].values, strict=True):
        have = counts[case.rules.resources.index(r)]
        if floor.sum() > 0:
            total += float(np.maximum(floor - have, 0.0).sum() / floor.sum())
    return total + sum(_beyond_caps(case, counts, stands))


def _beyond_caps(case: Case, counts: np.ndarray, stands: np.ndarray) -> Iterator[float]:
    """How far what stands in the county ahead is from what counts in the one behind, beyond each cap."""
    for need, r in zip(case.need.values, case.need["resource"].values.tolist(), strict=True):
        wanted = need > 0
        if r in case.spread_cap and wanted.any():
            row = case.rules.resources.index(r)
            ahead = float((stands[row][wanted] / need[wanted]).max())
            behind = float((counts[row][wanted] / need[wanted]).min())
            yield max(ahead - behind - case.spread_cap[r], 0.0)


def _shortfall(case: Case, counts: np.ndarray, level: int) -> float:
    total = 0.0
    for need, r in zip(case.need.values, case.need["resource"].values.tolist(), strict=True):
        if case.level[r] != level or need.sum() <= 0:
            continue
        short = need - counts[case.rules.resources.index(r)]
        missed = max(short.sum(), 0.0) if case.scope[r] == "city" else np.maximum(short, 0.0).sum()
        total += case.weight[r] * float(missed / need.sum())
    return total


def _uncovered(case: Case, counts: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Need and uncovered share by county of every target of the city."""
    for need, r in zip(case.need.values, case.need["resource"].values.tolist(), strict=True):
        if case.scope[r] == "city" and need.sum() > 0:
            have = counts[case.rules.resources.index(r)]
            share = np.where(need > 0, 1 - have / np.where(need > 0, need, 1.0), 0.0)
            yield need, np.clip(share, 0.0, 1.0)


def _worst(case: Case, counts: np.ndarray) -> float:
    return sum(float(share.max()) for _, share in _uncovered(case, counts))


def _left(case: Case, counts: np.ndarray) -> float:
    return sum(float((share * need).sum() / need.sum()) for need, share in _uncovered(case, counts))
