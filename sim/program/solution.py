"""From solved columns to a plan: labels, payment shares and heads rounded up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd
import xarray as xr

from sim.case import MONEY, Case
from sim.plan import Plan, payment_shares, plain_types, round_heads_up, without_dust
from sim.program.allocation import state_program
from sim.program.answers import PRICE_COLUMNS, RANGE_COLUMNS, ranges, shadow_prices
from sim.program.families.money import CAPITAL, RECURRENT
from sim.program.families.transfers import IN, OUT
from sim.program.highs import solve_levels
from sim.program.matrix import Matrix, compile_matrix, values_of
from sim.program.results import LevelResult, LevelsResult
from sim.program.watching import Progress, Stop


@dataclass(frozen=True)
class Options:
    """When to stop, how ties are broken, and which solver is called."""

    gap: float = 0.005
    node_limit: int | None = None
    tie_break_nodes: int | None = None
    tie_break: str = "programme"
    solver: str = "highs"


USUAL = Options()


@dataclass(frozen=True)
class Solution:
    """A plan with its proof.

    Attributes:
        plan: projects, heads and payments.
        levels: value, bound and gap of every level, in order.
        rounding_cost_yuan: present cost added by rounding heads up.
        decisions: every family of decisions as solved.
        prices: of `sim.program.answers.shadow_prices`.
        ranges: of `sim.program.answers.ranges`.
    """

    plan: Plan
    levels: tuple[LevelResult, ...]
    rounding_cost_yuan: float
    decisions: dict[str, xr.DataArray]
    prices: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=PRICE_COLUMNS))
    ranges: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RANGE_COLUMNS))

    @property
    def closed(self) -> bool:
        """Whether every level ended by proof."""
        return all(level.closed for level in self.levels)


def allocate(
    case: Case, options: Options = USUAL, stop: Stop | None = None, progress: Progress | None = None
) -> Solution:
    """Find the least-cost projects for the targets, level by level.

    Args:
        case: what is to be decided.
        options: gap, node limits, tie-break and solver.
        stop: asks for an early end.
        progress: called with level, incumbent and bound.

    Raises:
        InputError: the solver is not installed.
        NoCertifiedPlanError: no plan was found.
    """
    program = state_program(case, tie_break=options.tie_break)
    matrix = compile_matrix(program)
    limits = (options.gap, options.node_limit, options.tie_break_nodes)
    if options.solver == "highs":
        result = solve_levels(matrix, program.levels, *limits, stop, progress)
    else:
        from sim.program.pyomo_levels import solve_levels_by

        result = solve_levels_by(options.solver, program, matrix, *limits, stop, progress)
    solution = read_solution(case, matrix, result)
    shown = solution.plan.started.sum(("county", "start_year"))
    units = dict(zip(map(str, shown["project"].values), shown.values.tolist(), strict=True))
    return replace(
        solution,
        prices=shadow_prices(matrix, program.levels, result),
        ranges=ranges(matrix, program.levels, result, units),
    )


def read_solution(case: Case, matrix: Matrix, result: LevelsResult) -> Solution:
    """Return the plan that solved columns stand for, heads rounded up, without prices and ranges."""
    decisions = values_of(matrix, result.columns)
    solved = decisions["projects_started"]
    rules = case.rules
    cut = without_dust(solved, rules.projects["whole"])
    plain = plain_types(rules.projects, rules.outputs, rules.cadres)
    started = round_heads_up(cut, rules.outputs, plain)
    levels = _without_dust(result.levels, float(((solved - cut) * case.costs["present_cost"]).sum()) / MONEY)
    solved = cut
    extra = float(((started - solved) * case.costs["present_cost"]).sum())
    plan = Plan(
        solved=solved,
        started=started,
        capital_paid=payment_shares(decisions[CAPITAL]),
        recurrent_paid=payment_shares(decisions[RECURRENT]),
        moved=(decisions[IN] - decisions[OUT]).round(),
    )
    return Solution(plan, levels, extra, decisions)


def _without_dust(levels: tuple[LevelResult, ...], cost: float) -> tuple[LevelResult, ...]:
    """Levels whose present cost is that of the plan without the parts of heads that were taken out of it."""
    return tuple(
        replace(level, value=level.value - cost, best_bound=min(level.best_bound, level.value - cost))
        if level.name == "present_cost" and cost > 0
        else level
        for level in levels
    )
