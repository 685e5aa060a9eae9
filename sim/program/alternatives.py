r"""Other plans of nearly the same cost: modelling to generate alternatives, in the blocks of the program.

Targets stay as in the run and the present cost below a limit. Of the plans left the one is sought that
keeps the least of every plan found so far; then the cheapest of those. What is kept of plan k in a county
is the smaller of two numbers, so padding, more of the same elsewhere, makes no plan different:

.. math:: kept_{kpc} = \min(x_{pc}, plan_{kpc}),\qquad
          \max d:\quad d \le 1 - \sum_{pc} kept_{kpc} / \sum_{pc} plan_{kpc} \quad \forall k

(Brill, Chang and Hopkins 1982 on alternatives of public plans; the distance is the Hamming distance of the
units of each type of project in each county.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sim.arrays import Array, every, isfinite, of, ones, space
from sim.case import MONEY, Case
from sim.labelled import minimum
from sim.program.allocation import state_program
from sim.program.blocks import Block, Level, Program, Term, columns, rows
from sim.program.freezing import frozen, position, with_blocks
from sim.program.highs import solve_levels
from sim.program.matrix import compile_matrix
from sim.program.results import LevelResult
from sim.program.settling import with_started, with_whole
from sim.program.solution import Solution, read_solution
from sim.program.watching import Progress, Stop

COST, ELSEWHERE = "present_cost", "farthest"
GIVEN_UP = 0.02
"Share of units elsewhere that cost, burden and fairness between counties may take back."
LEAST = 1e-6
"A smaller share of units elsewhere is no other plan."
TRIES = 3


@dataclass(frozen=True)
class Wanted:
    """What is asked for.

    Attributes:
        within: part of the run's present cost that an alternative may cost more.
        count: most alternatives.
        nodes: most branch-and-bound nodes of one search, a stop that does not depend on a clock.
        gap: relative gap at which a search ends.
    """

    within: float
    count: int
    nodes: int
    gap: float = 0.005


@dataclass(frozen=True)
class Alternative:
    """Another plan.

    Attributes:
        solution: the plan; its levels state the values it reaches and the bounds of the run.
        elsewhere: least share of the units of a plan found before that it does not keep where they were.
        most: proven greatest such share.
    """

    solution: Solution
    elsewhere: float
    most: float


def alternatives(
    case: Case,
    levels: Mapping[str, tuple[float, float]],
    run: xr.DataArray,
    shown_cost: float,
    wanted: Wanted,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> list[Alternative]:
    """Return plans that meet the levels of a run within its cost, each unlike all before it.

    Args:
        case: what was decided.
        levels: name to value and best bound of each level of the run.
        run: (project, county, start_year) units the run solved.
        shown_cost: present cost of the run with heads rounded up, million yuan.
        wanted: how far, how many, how long.
        stop: asks for an early end; what was found is returned.
        progress: called while solving.
    """
    stop = stop or Stop()
    found, plans = list[Alternative](), [run.sum("start_year")]
    while len(found) < wanted.count and not stop.due:
        more = _next(case, levels, plans, shown_cost, wanted, stop, progress)
        if more is None or stop.due:  # what a clock or the user cut short would differ on another day
            break
        found.append(more)
        plans.append(more.solution.plan.solved.sum("start_year"))
    return found


def counted(case: Case) -> xr.DataArray:
    """Return (project) True for the projects whose places are compared: all in whole units but heads."""
    projects = case.rules.projects
    return projects["whole"].astype(bool) & (projects["kind"] != "heads")


def elsewhere(case: Case, plans: Sequence[xr.DataArray], plan: xr.DataArray) -> float:
    """Return the least share of the units of any of `plans` that `plan` does not keep where they were.

    Args:
        case: the case.
        plans: (project, county) units of other plans.
        plan: (project, county) units.
    """
    places = counted(case)
    used = [other.round().where(places, 0.0) for other in plans]
    kept = [float(minimum(plan.round(), other).sum() / other.sum()) for other in used]
    return 1 - max(kept)


def _next(
    case: Case,
    levels: Mapping[str, tuple[float, float]],
    plans: Sequence[xr.DataArray],
    shown_cost: float,
    wanted: Wanted,
    stop: Stop,
    progress: Progress | None,
) -> Alternative | None:
    """The next plan, or None; the limit is lowered where heads rounded up would exceed it."""
    most = limit = (1 + wanted.within) * levels[COST][0]
    for _ in range(TRIES):
        program = _program(case, levels, plans, limit)
        if program is None:
            return None
        matrix = compile_matrix(program)
        searched = [level for level in program.levels if not level.tie_break]
        found = solve_levels(matrix, searched, wanted.gap, wanted.nodes, None, stop, progress)
        settled = with_whole(matrix, program.levels, found.columns)
        kept = read_solution(case, matrix, settled).plan.solved
        result = with_started(matrix, program.levels, settled.columns, kept)
        reached = matrix.objectives @ result.columns + matrix.constants
        own = {
            level.name: replace(level, value=float(value))
            for level, value in zip(result.levels, reached, strict=True)
        }
        solution = read_solution(case, matrix, replace(result, levels=_stated(levels, own)))
        cost = float((solution.plan.started * case.costs[COST]).sum()) / MONEY
        excess = cost - (1 + wanted.within) * shown_cost
        if excess <= 0 and own[COST].value <= most:
            away = elsewhere(case, plans, solution.plan.solved.sum("start_year"))
            bound = next(level.best_bound for level in found.levels if level.name == ELSEWHERE)
            return Alternative(solution, away, min(-bound, 1.0)) if away > LEAST else None
        limit -= max(excess, LEAST) * (1 + LEAST)
    return None


def _stated(
    levels: Mapping[str, tuple[float, float]], own: Mapping[str, LevelResult]
) -> tuple[LevelResult, ...]:
    """Levels as an alternative claims them, above the bounds of the run.

    Its targets are those of the run, but for the tolerance at which the run's levels are frozen.
    """
    names = list(levels)
    decided = names[: names.index(COST)]
    stated = [
        replace(own[name], value=max(levels[name][0], own[name].value), best_bound=levels[name][1])
        for name in decided
    ]
    for name in names[len(decided) :]:
        least = levels[name][1] if name == COST else -np.inf
        stated.append(replace(own[name], best_bound=min(least, own[name].value)))
    return tuple(stated)


def _program(
    case: Case, levels: Mapping[str, tuple[float, float]], plans: Sequence[xr.DataArray], limit: float
) -> Program | None:
    """The program with `elsewhere` as objective before the cost; None where a plan has no unit to compare.

    The targets are levels here as in the run: doing nothing, with which the solver begins, must be allowed.
    """
    program = state_program(case)
    n = position(program, COST)
    cheap = frozen(program.levels[n], levels[COST][0], most=limit)
    used = xr.concat([plan.round() for plan in plans], dim="found").assign_coords(found=range(len(plans)))
    used = used.where(counted(case), 0.0).transpose("found", "project", "county")
    if (used.sum(("project", "county")) <= 0).any():
        return None
    far = Level(ELSEWHERE, {"elsewhere": -ones(space())}, "share of units", tolerance=GIVEN_UP)
    in_order = [*program.levels[:n], far, *program.levels[n:]]
    return with_blocks(program, [cheap, _elsewhere(program, of(used))], in_order)


def _elsewhere(program: Program, used: Array) -> Block:
    """Columns and rows of the distance from every plan found.

    Args:
        program: the program of the case.
        used: (found, project, county) units of the plans found.
    """
    start = program.columns["projects_started"]
    most = start.upper.where(start.present, 0.0).sum("start_year")
    bounded = isfinite(most)
    room = (most - used).at_least(0.0).where(bounded, 0.0).transpose(*used.dims)
    inside = (used > 0) & bounded
    one = ones(used)
    years = every(start_year=start.upper.labels["start_year"])
    share = used.sum("project", "county")
    return Block(
        columns=(
            columns("kept", used, "projects", present=inside),
            columns("kept_all", used, "yes or no", upper=1.0, whole=True, present=inside & (room > 0)),
            columns("elsewhere", space(), "share", upper=1.0),
        ),
        rows=(
            rows("kept_as_started", used, lower=0.0, present=inside),
            rows("kept_as_found", used, lower=0.0, present=inside & (room > 0)),
            rows("elsewhere_of", share, upper=1.0),
        ),
        terms=(
            Term("kept_as_started", "kept", one),
            Term("kept_as_started", "projects_started", -one * years),
            Term("kept_as_started", "kept_all", room),
            Term("kept_as_found", "kept", one),
            Term("kept_as_found", "kept_all", -used),
            Term("elsewhere_of", "elsewhere", ones(share)),
            Term("elsewhere_of", "kept", one / share),
        ),
    )
