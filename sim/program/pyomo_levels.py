"""Solving level after level with any solver that Pyomo knows, through the Pyomo twin.

The levels, the frozen rows and the rule that a plan is only replaced by a better one are those of
`sim.program.highs`; the program comes from the other compiler and the optimum from another solver.
Other solvers keep rules to 1e-6, which a later level trades in for a ten-thousandth of a nurse. So heads,
payments and shares that go with the whole projects they choose are settled at once, as a linear program, to
1e-9.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr
from scipy import sparse

from sim.errors import InputError, NoCertifiedPlanError, Problem, nearest
from sim.program.blocks import Level, Program
from sim.program.freezing import at_level
from sim.program.loading import ABSOLUTE_GAP
from sim.program.matrix import Matrix, compile_matrix, values_of
from sim.program.pyomo_model import compile_pyomo
from sim.program.results import LevelResult, LevelsResult
from sim.program.settling import with_whole
from sim.program.watching import Progress, Stop

OURS = "highs"
"The solver that is called without Pyomo."
_COMMERCIAL = ("cplex", "cplex_direct", "gurobi", "gurobi_direct", "mosek_direct", "xpress", "xpress_direct")
KNOWN = ("appsi_highs", "cbc", "glpk", "scip", "scip_direct", *_COMMERCIAL)
"Solvers of whole numbers that are looked for when another cannot be used."
WHOLE_WITHIN = 1e-5
_SCIP = ("limits/gap", "limits/nodes", {"numerics/feastol": 1e-9})
_TIGHT = {"primal_feasibility_tolerance": 1e-9, "mip_feasibility_tolerance": 1e-9, "threads": 1}
_HIGHS = ("mip_rel_gap", "mip_max_nodes", _TIGHT)
_GUROBI = ("MIPGap", "NodeLimit", {"FeasibilityTol": 1e-9, "Threads": 1})
_OPTIONS: Mapping[str, tuple[str, str, Mapping[str, float]]] = {
    "scip": _SCIP,
    "scip_direct": _SCIP,
    "appsi_highs": _HIGHS,
    "cbc": ("ratioGap", "maxNodes", {"primalTolerance": 1e-9}),
    "gurobi": _GUROBI,
    "gurobi_direct": _GUROBI,
    "glpk": ("mipgap", "", {}),
}
"Names of gap and node limit, and what is set besides; any other solver stops at its own gap."
_STATUS = {
    "maxTimeLimit": "time_limit_reached",
    "maxIterations": "solution_limit_reached",
    "maxEvaluations": "solution_limit_reached",
    "userInterrupt": "interrupted_by_user",
}


def solver_version(name: str) -> str:
    """Return the version of an installed solver.

    Raises:
        InputError: there is no such solver, or it is not installed; the installed ones are named.
    """
    if name in set(pyo.SolverFactory):
        solver = pyo.SolverFactory(name)
        if solver.available(False):
            return ".".join(map(str, solver.version() or ("unknown",)))
    usable = [OURS, *(n for n in KNOWN if n in set(pyo.SolverFactory) and _available(n))]
    found = f"solver {name!r} is not installed" if name in KNOWN else f"there is no solver {name!r}"
    raise InputError([Problem("solver.name", found, ", ".join(usable), nearest(name, usable))])


def _available(name: str) -> bool:
    return bool(pyo.SolverFactory(name).available(False))


def solve_levels_by(
    name: str,
    program: Program,
    matrix: Matrix,
    gap: float,
    node_limit: int | None = None,
    tie_break_nodes: int | None = None,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> LevelsResult:
    """Minimise the levels of a program one after the other.

    Args:
        name: a solver Pyomo knows.
        program: the labelled blocks with their levels.
        matrix: the same program compiled; the plan is returned in its columns.
        gap: relative gap at which a level counts as solved.
        node_limit: most branch-and-bound nodes of one level, where the solver can be told.
        tie_break_nodes: the same of a level that only breaks ties.
        stop: asks for an early end between levels, and by its deadline inside one.
        progress: called after each level.

    Raises:
        InputError: the solver is not installed.
        NoCertifiedPlanError: the solver finds no plan at all.
    """
    solver_version(name)
    stop = stop or Stop()
    plan: np.ndarray | None = None
    held: dict[str, xr.DataArray] = {}
    results: list[LevelResult] = []
    for n, level in enumerate(program.levels):
        if plan is not None:
            held = {family: values_of(matrix, plan)[family] for family in level.given} | held
        one = at_level(program, level.name, {result.name: result.value for result in results}, held)
        nodes = tie_break_nodes if level.tie_break else node_limit
        found, bound, status = _solve(name, one, matrix, 0.0 if level.exact else gap, nodes, stop)
        plan = _better(matrix.objectives[n], plan, found)
        if plan is None:
            raise NoCertifiedPlanError(f"{name} finds no plan for level {level.name}: {status}")
        value = float(matrix.objectives[n] @ plan + matrix.constants[n])
        results.append(_result(level, value, bound, status))
        if progress is not None:
            progress(level.name, value, results[-1].best_bound)
    assert plan is not None
    return LevelsResult(plan, tuple(results))


def _solve(
    name: str, program: Program, matrix: Matrix, gap: float, nodes: int | None, stop: Stop
) -> tuple[np.ndarray | None, float, str]:
    """Columns found (None where there are none), proven bound and status of a program of one level."""
    if stop.due:
        return None, -np.inf, "interrupted_by_user" if stop.asked else "time_limit_reached"
    model = compile_pyomo(program)
    left = None if stop.deadline is None else max(stop.deadline - time.monotonic(), 0.01)
    more = {} if left is None else {"timelimit": left}
    options = _options(name, gap, nodes)
    results = pyo.SolverFactory(name).solve(model, load_solutions=False, options=options, **more)
    ended = str(results.solver.termination_condition)
    status, bound = _STATUS.get(ended, ended), _bound(results)
    if not len(results.solution):
        return None, bound, status
    results.solver.status = pyo.SolverStatus.ok  # a plan found before a limit is a plan
    model.solutions.load_from(results)
    columns = _columns(model, matrix)
    fractions = np.abs(columns - np.round(columns))[matrix.whole]
    if fractions.max(initial=0.0) <= WHOLE_WITHIN:
        return _settled(program, matrix, columns), bound, status
    if status == "optimal":
        raise NoCertifiedPlanError(f"{name} returns fractions where only whole numbers are allowed")
    return None, bound, status


def _settled(program: Program, matrix: Matrix, columns: np.ndarray) -> np.ndarray | None:
    """The best plan with these whole projects, all else settled to the last digit; None if there is none."""
    try:
        return with_whole(_with_decided(matrix, program), program.levels, columns).columns
    except NoCertifiedPlanError:
        return None


def _with_decided(matrix: Matrix, program: Program) -> Matrix:
    """The matrix with the objective of a program of one level, and the rows that state what is decided.

    The first level has none of them, and is the first objective of the matrix.
    """
    rows = {name: rule for name, rule in program.rows.items() if name not in matrix.row_positions}
    terms = tuple(term for term in program.terms if term.rows in rows)
    if not rows:
        return replace(matrix, objectives=matrix.objectives[:1], constants=matrix.constants[:1])
    more = compile_matrix(replace(program, rows=rows, terms=terms))
    return replace(
        matrix,
        row_lower=np.concatenate([matrix.row_lower, more.row_lower]),
        row_upper=np.concatenate([matrix.row_upper, more.row_upper]),
        entries=sparse.csr_array(sparse.vstack([matrix.entries, more.entries])),
        objectives=more.objectives,
        constants=more.constants,
    )


def _options(name: str, gap: float, nodes: int | None) -> dict[str, float]:
    if name not in _OPTIONS:
        return {}
    gap_name, nodes_name, fixed = _OPTIONS[name]
    limit = {nodes_name: nodes} if nodes_name and nodes is not None else {}
    return {gap_name: gap, **limit, **fixed}


def _bound(results: Any) -> float:
    try:
        bound = float(results.problem.lower_bound)
    except (TypeError, ValueError):
        return -np.inf
    return bound if np.isfinite(bound) else -np.inf


def _columns(model: pyo.ConcreteModel, matrix: Matrix) -> np.ndarray:
    """Values in the order of the matrix, within bounds; the least value of a column the solver never saw."""
    columns = matrix.lower.copy()
    for family, places in matrix.positions.items():
        labels = [places[dim].values.tolist() for dim in places.dims]
        variable = model.component(family)
        for place in zip(*np.nonzero(places.values >= 0), strict=True):
            value = variable[tuple(labels[d][k] for d, k in enumerate(place))].value
            if value is not None:
                columns[places.values[place]] = value
    return np.asarray(np.clip(columns, matrix.lower, matrix.upper))


def _better(cost: np.ndarray, plan: np.ndarray | None, found: np.ndarray | None) -> np.ndarray | None:
    if plan is None or found is None:
        return found if plan is None else plan
    return found if cost @ found <= cost @ plan else plan


def _result(level: Level, value: float, bound: float, status: str) -> LevelResult:
    """A bound above the value by no more than the tolerance of a frozen level is the value."""
    dust = max(level.tolerance, 1e-6) * max(abs(value), 1.0) * 10
    bound = bound if bound > value + dust else min(bound, value)
    absolute = max(value - bound, 0.0)
    relative = 0.0 if absolute <= ABSOLUTE_GAP else absolute / max(abs(value), 1e-9)
    return LevelResult(level.name, level.units, value, bound, absolute, relative, status)
