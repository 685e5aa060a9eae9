"""Checks of projects, staff, targets and levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.case import PER_MILLE, Case
from sim.certify import arithmetic
from sim.certify.claims import Check, Claims, check
from sim.certify.level_values import value_of, whole

UNITS = 1e-6
HEAD_DUST = 2e-4
"Parts of heads that are no head."
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
    yield check("heads were rounded by less than one", np.abs(started - solved) - 1.0, 2 * UNITS)
    heads = case.rules.projects["kind"].values == "heads"
    row = [case.rules.resources.index(cadre) for cadre in case.rules.cadres]
    brought = np.einsum("pcs,pk->kcs", (started - solved)[heads], case.rules.outputs.values[heads][:, row])
    yield check("no cadre has fewer heads than were solved", -brought, HEAD_DUST)


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
    as_solved = whole(case, claims.solved, claims.moved)
    as_shown = whole(case, claims.started, claims.moved)
    for name, (value, bound) in claims.levels.items():
        solved = value_of(case, as_solved, name)
        if solved is None:
            continue
        scale = max(abs(value), 1.0)
        yield check(
            f"value of {name}", np.abs(solved - value) if name in EXACT else solved - value, LEVEL * scale
        )
        yield check(f"bound of {name}", bound - solved, LEVEL * scale)
        if name not in EXACT:
            shown = value_of(case, as_shown, name)
            assert shown is not None
            allowed = PER_MILLE * arithmetic.rounded_burden(case) if name == "rules" else 0.0
            yield check(f"value of {name} as shown", shown - value, LEVEL * scale + allowed)
