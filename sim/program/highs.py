"""Solving level after level with HiGHS: each optimum is frozen as a row before the next objective.

One solver thread, fixed seed: the same bytes each time unless a clock stops it. A do-nothing plan is
found first, then each level's plan is handed to the next: the better of it and the solver's is kept, so
a level always has a plan to return. With HiGHS 1.15 a program that presolve empties comes back "optimal"
with the plan handed over, whatever its value; a level that ends without a node is solved again without it.
Its presolve has also called a level optimal whose bound the plan of the next level beat by 5 %, and another
infeasible that the plan of the level before keeps; where a plan beats a bound or is denied, all levels are
solved again without presolve, and where that does not help or the clock is out, the plan is kept and the
bound given up.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import highspy
import numpy as np

from sim.errors import NoCertifiedPlanError
from sim.program.adding_rows import freeze, frozen_slack, hold_totals
from sim.program.blocks import Level
from sim.program.bounds import as_in_plan, denied, refuted, without_bounds
from sim.program.known_plans import WITHIN, KnownPlan, best, keeps_rules, same_totals
from sim.program.loading import ABSOLUTE_GAP, OPTIMAL, finite, load_model, scale_of, status_of
from sim.program.matrix import Matrix, tidy
from sim.program.results import LevelResult, LevelsResult, least, result_of
from sim.program.watching import Progress, Stop, ended, watch


def solve_levels(
    matrix: Matrix,
    levels: Sequence[Level],
    gap: float,
    node_limit: int | None = None,
    tie_break_nodes: int | None = None,
    stop: Stop | None = None,
    progress: Progress | None = None,
    known: Sequence[KnownPlan] = (),
) -> LevelsResult:
    """Minimise the levels one after the other.

    Args:
        matrix: the compiled program; its objectives follow `levels`.
        levels: the objectives in order.
        gap: relative gap at which a level counts as solved.
        node_limit: most branch-and-bound nodes of one level, a stop that does not depend on a clock.
        tie_break_nodes: the same of a level that only breaks ties.
        stop: asks for an early end; the plan found so far is kept.
        progress: called while solving.
        known: plans to start from; those that break a rule are left out. As long as one is as good as the
            best found in every level so far, no level is worse than in it.

    Raises:
        NoCertifiedPlanError: the rules cannot be kept even without a project.
    """
    stop = stop or Stop()
    known = [plan for plan in known if keeps_rules(matrix, plan.columns)]
    limits = (gap, node_limit, tie_break_nodes)
    found = _solve_in_turn(matrix, levels, limits, "choose", stop, progress, known)
    wrong = refuted(matrix, found)
    if (wrong or denied(found)) and not stop.due:
        found = _solve_in_turn(matrix, levels, limits, "off", stop, progress, known)
        wrong = refuted(matrix, found)
    return without_bounds(matrix, levels, as_in_plan(matrix, levels, found), wrong)


def _solve_in_turn(
    matrix: Matrix,
    levels: Sequence[Level],
    limits: tuple[float, int | None, int | None],
    presolve: str,
    stop: Stop,
    progress: Progress | None,
    known: Sequence[KnownPlan],
) -> LevelsResult:
    gap, node_limit, tie_break_nodes = limits
    model = load_model(matrix)
    model.setOptionValue("presolve", presolve)
    plan = _do_nothing(model, matrix)
    results: list[LevelResult] = []
    for n, level in enumerate(levels):
        cost = matrix.objectives[n]
        if stop.left:
            results.append(_unsolved(matrix, level, cost, float(matrix.constants[n]), plan, stop))
            continue
        model.setOptionValue("mip_rel_gap", 0.0 if level.exact else gap)
        most = tie_break_nodes if level.tie_break else node_limit
        if most is not None:
            model.setOptionValue("mip_max_nodes", most)
        constant = float(matrix.constants[n])
        plan = best((plan, *(other.columns for other in known)), cost)
        for family in level.given:
            hold_totals(model, matrix, family, plan)
            known = [other for other in known if same_totals(matrix, family, plan, other.columns)]
        plan, result = _solve_level(model, matrix, level, cost, constant, plan, stop, progress)
        plan = best((*(other.columns for other in known), plan), cost)
        value = min([result.value - constant, *(other.value(n, cost, constant) for other in known)])
        slack = frozen_slack(level, value)
        if float(cost @ plan) <= value + slack * (1 + WITHIN):
            result = result_of(level, value + constant, result.best_bound, result.status)
        else:
            value = result.value - constant
        results.append(result)
        known = [other for other in known if cost @ other.columns <= value + slack]
        if not stop.left:
            freeze(model, level, cost, value)
    return LevelsResult(plan, tuple(results))


def _do_nothing(model: highspy.Highs, matrix: Matrix) -> np.ndarray:
    """Solve for the plan without any project: whole columns at zero, the slacks found by the LP.

    Raises:
        NoCertifiedPlanError: the rules cannot be kept even without a project.
    """
    whole = np.flatnonzero(matrix.whole).astype(np.int32)
    zero = np.zeros(len(whole))
    model.changeColsBounds(len(whole), whole, zero, zero)
    model.run()
    found = model.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    plan = np.array(model.getSolution().col_value)
    model.changeColsBounds(len(whole), whole, finite(matrix.lower[whole]), finite(matrix.upper[whole]))
    if not found:
        raise NoCertifiedPlanError(f"the rules cannot be kept without a project: {status_of(model)}")
    return tidy(plan, matrix)


def _solve_level(
    model: highspy.Highs,
    matrix: Matrix,
    level: Level,
    cost: np.ndarray,
    constant: float,
    plan: np.ndarray,
    stop: Stop,
    progress: Progress | None,
) -> tuple[np.ndarray, LevelResult]:
    everywhere = np.arange(len(cost), dtype=np.int32)
    scale = scale_of(cost)
    model.changeColsCost(len(cost), everywhere, cost * scale)
    model.setOptionValue("mip_abs_gap", ABSOLUTE_GAP * scale)
    if stop.deadline is not None:
        left = max(stop.deadline - time.monotonic(), 0.01)
        model.setOptionValue("time_limit", model.getRunTime() + left)
    watch(model, level.name, scale, constant, stop, progress)
    model.setSolution(len(plan), everywhere, plan)
    if not _run(model, stop):
        return plan, _unsolved(matrix, level, cost, constant, plan, stop)
    info, status = model.getInfo(), status_of(model)
    found, bound = plan, -np.inf
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        new = tidy(np.array(model.getSolution().col_value), matrix)
        proven = float(cost @ new) if status == OPTIMAL else -np.inf
        bound = float(info.mip_dual_bound) / scale if matrix.whole.any() else proven
        found = new if cost @ new <= cost @ plan else plan
    bound = max(bound, least(matrix, cost))
    return found, result_of(level, float(cost @ found) + constant, bound + constant, status)


def _run(model: highspy.Highs, stop: Stop) -> bool:
    """Run a model, twice where a plan handed over may have been taken for the optimum; False if left."""
    stop.left = not ended(model, lambda: stop.due)
    if not stop.left and model.getInfo().mip_node_count <= 0 and not stop.due:
        model.clearSolver()
        stop.left = not ended(model, lambda: stop.due)
    return not stop.left


def _unsolved(
    matrix: Matrix, level: Level, cost: np.ndarray, constant: float, plan: np.ndarray, stop: Stop
) -> LevelResult:
    """A level that is left as the plan before it has it."""
    status = "interrupted_by_user" if stop.asked else "time_limit_reached"
    return result_of(level, float(cost @ plan) + constant, least(matrix, cost) + constant, status)
