"""How fast the cost of a plan is proven, beside the unstrengthened program; what is spent outside HiGHS.

Small by default; `GAPWISE_LONG=1` takes ten cities, 100 and 300 counties and 2,850. `-s` shows the figures.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path

import highspy
import numpy as np
import pytest
import xarray as xr
from scipy import sparse

from sim.case import Case
from sim.certify import certify
from sim.program import highs
from sim.program.allocation import state_program
from sim.program.blocks import Program
from sim.program.loading import load_model
from sim.program.matrix import Matrix, compile_matrix
from sim.program.results import LevelResult, LevelsResult
from sim.program.settling import with_whole
from sim.program.solution import read_solution
from sim.program.watching import Stop
from sim.settle import settle
from tests.instances import instance

pytestmark = pytest.mark.benchmark
LONG = bool(os.environ.get("GAPWISE_LONG"))
long = pytest.mark.skipif(not LONG, reason="set GAPWISE_LONG=1")
COST = "present_cost"


def plain(program: Program) -> Matrix:
    """The program without its strengthening: the starts of the city replaced by the sum over counties."""
    matrix = compile_matrix(program)
    counties = matrix.positions["projects_started"]
    sums = matrix.positions["programme"].transpose("project", "start_year")
    city = sums.expand_dims(county=counties["county"]).transpose(*counties.dims)
    kept = np.ones(len(matrix.lower), dtype=bool)
    kept[sums.values[sums.values >= 0]] = False
    here = counties.values >= 0
    swap = sparse.eye_array(len(kept), format="lil")
    swap[city.values[here], counties.values[here]] = 1.0
    swap = swap.tocsr()[:, np.flatnonzero(kept)]
    rows = matrix.row_positions["programme_of_counties"].values
    rules = np.setdiff1d(np.arange(len(matrix.row_lower)), rows[rows >= 0])
    entries = sparse.csr_array(matrix.entries[rules] @ swap)
    entries.eliminate_zeros()
    number = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    return replace(
        matrix,
        lower=matrix.lower[kept],
        upper=matrix.upper[kept],
        whole=matrix.whole[kept],
        row_lower=matrix.row_lower[rules],
        row_upper=matrix.row_upper[rules],
        entries=entries,
        objectives=np.asarray(matrix.objectives @ swap),
        positions={n: p.copy(data=number[p.values]) for n, p in matrix.positions.items() if n != "programme"},
    )


@dataclass(frozen=True)
class Proof:
    """What was proven of a level, and the seconds it took; of all levels before it too."""

    level: LevelResult
    seconds: float
    before: float


def cost_proof(matrix: Matrix, program: Program, gap: float, limit: float, before: float) -> Proof:
    """Solve the levels up to the present cost, each with a clock of its own."""
    model = load_model(matrix)
    plan, spent = highs._do_nothing(model, matrix), 0.0
    for n, level in enumerate(program.levels):
        model.setOptionValue("mip_rel_gap", 0.0 if level.exact else gap)
        cost, start = matrix.objectives[n], time.perf_counter()
        stop = Stop(limit if level.name == COST else before)
        plan, result = highs._solve_level(model, matrix, level, cost, 0.0, plan, stop, None)
        seconds = time.perf_counter() - start
        if level.name == COST or stop.left:
            return Proof(result, seconds, spent)
        spent += seconds
        highs.freeze(model, level, cost, result.value)
    raise AssertionError("no level of cost")


def compared(counties: int, seed: int, gap: float, limit: float, scarce: bool = False) -> dict[str, Proof]:
    program = state_program(instance(counties, seed, scarce))
    works: dict[str, Matrix] = {"strong": compile_matrix(program), "plain": plain(program)}
    proofs = {name: cost_proof(matrix, program, gap, limit, 2 * limit) for name, matrix in works.items()}
    kind = "scarce" if scarce else "city"
    for name, proof in proofs.items():
        print(
            f"{kind} {counties} counties, seed {seed}, {name}: {proof.level.value:.2f}, "
            f"gap {100 * proof.level.mip_gap:.4f} %, {proof.seconds:.2f} s after {proof.before:.2f} s"
        )
    return proofs


def test_the_plain_program_has_the_same_optimum() -> None:
    program = state_program(instance(2, 0))
    levels = [replace(level, given=()) for level in program.levels[:4]]
    found = [highs.solve_levels(m, levels, 0.0) for m in (compile_matrix(program), plain(program))]
    values = [[level.value for level in result.levels] for result in found]
    np.testing.assert_allclose(values[0], values[1], rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("seeds", [range(10) if LONG else range(3)])
def test_the_cost_of_a_city_is_proven_in_seconds(seeds: range) -> None:
    proofs = [compared(9, seed, 5e-4, 10.0) for seed in seeds]
    done = {name: sum(p[name].level.mip_gap <= 5e-4 for p in proofs) for name in ("strong", "plain")}
    spent = {name: sum(p[name].seconds for p in proofs) for name in ("strong", "plain")}
    print(f"of {len(seeds)} cities proven to 0.05 % in 10 s: {done}, seconds {spent}")
    assert done["strong"] >= 0.8 * len(seeds) - 1e-9 or not LONG
    assert done["strong"] >= done["plain"]
    assert spent["strong"] < spent["plain"]


@long
@pytest.mark.parametrize("seed", range(4))
def test_the_cost_of_a_city_whose_targets_cannot_be_paid(seed: int) -> None:
    compared(9, seed, 5e-4, 10.0, scarce=True)


@long
@pytest.mark.parametrize(("counties", "limit", "gap"), [(100, 60.0, 3e-3), (300, 120.0, 5e-3)])
@pytest.mark.parametrize("seed", range(2))
def test_the_cost_of_many_counties(counties: int, limit: float, gap: float, seed: int) -> None:
    strong = compared(counties, seed, 5e-4, limit)["strong"]
    assert strong.level.mip_gap <= gap
    assert strong.seconds <= limit + 5


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def least(action: Callable[[], object], times: int = 3) -> float:
    """Least seconds of several runs."""
    return min(timed(action) for _ in range(times))


def spent_outside(case: Case, result: LevelsResult, times: int) -> dict[str, float]:
    """Least seconds of each part that is not HiGHS."""
    program = state_program(case)
    matrix = compile_matrix(program)
    solution = read_solution(case, matrix, result)
    claims = settle(case, solution, 2030).claims
    parts: dict[str, Callable[[], object]] = {
        "state": lambda: state_program(case),
        "compile": lambda: compile_matrix(program),
        "load": lambda: load_model(matrix),
        "read": lambda: read_solution(case, matrix, result),
        "settle": lambda: settle(case, solution, 2030),
        "certify": lambda: certify(case, claims),
    }
    return {name: least(part, times) for name, part in parts.items()}


def told(spent: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.3f} s" for name, seconds in spent.items())


@long
def test_what_is_spent_outside_the_solver_on_100_counties() -> None:
    case = instance(100, 0)
    program = state_program(case)
    matrix = compile_matrix(program)
    start = time.perf_counter()
    result = highs.solve_levels(matrix, program.levels, 5e-4, None, 2000)
    solve = time.perf_counter() - start
    claims = settle(case, read_solution(case, matrix, result), 2030).claims
    spent = spent_outside(case, result, times=3)
    share = sum(spent.values()) / solve
    print(f"100 counties: solve {solve:.2f} s, outside {100 * share:.2f} %: {told(spent)}")
    assert certify(case, claims).ok
    assert share <= 0.05


def memory(kind: str) -> float:
    """Megabytes of this process: `VmRSS` now, `VmHWM` at most since the last `forget_peak`."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(kind))


def forget_peak() -> None:
    """Give back what is free, and begin the peak anew."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def arrays_of(matrix: Matrix) -> float:
    """Megabytes of the program itself."""
    own = (getattr(matrix, f.name) for f in fields(matrix))
    held = [a for a in own if isinstance(a, np.ndarray)]
    held += [matrix.entries.data, matrix.entries.indices, matrix.entries.indptr]
    return sum(a.nbytes for a in held) / 2**20


def whole_plan(case: Case, matrix: Matrix, columns: np.ndarray) -> np.ndarray:
    """A plan of the relaxation with its whole projects rounded down."""
    place, total = (matrix.positions[n].values for n in ("projects_started", "programme"))
    units = np.where(place >= 0, columns[place], 0.0)
    whole = case.rules.projects["whole"].values
    units[whole] = np.floor(units[whole] + 1e-9)
    plan = columns.copy()
    plan[place[place >= 0]] = units[place >= 0]
    plan[total[total >= 0]] = units.sum(axis=1)[total >= 0]
    return plan


@long
def test_what_is_spent_outside_the_linear_program_on_2850_counties() -> None:
    """The solver's part is the linear program of `targets_2`; the plan read back is its own, rounded down."""
    case = instance(2850, 0, years=9)
    forget_peak()
    before, start = memory("VmRSS"), time.perf_counter()
    program = state_program(case)
    matrix = compile_matrix(program)
    built, peak = time.perf_counter() - start, memory("VmHWM") - before
    model = load_model(matrix, whole=False)
    n = [level.name for level in program.levels].index("targets_2")
    cost = matrix.objectives[n]
    model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
    model.setOptionValue("time_limit", 400.0)
    solve = timed(model.run)
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    plan = whole_plan(case, matrix, np.array(model.getSolution().col_value))
    result = with_whole(matrix, program.levels, plan)
    del model
    forget_peak()
    resting = memory("VmRSS")
    claims = settle(case, read_solution(case, matrix, result), 2030).claims
    certificate = certify(case, claims)
    after = memory("VmHWM") - resting
    spent = spent_outside(case, result, times=2)
    share = sum(spent.values()) / solve
    print(
        f"2,850 counties, {matrix.entries.shape}: LP {solve:.1f} s, outside {100 * share:.2f} %: "
        f"{told(spent)}; first time stating and compiling {built:.2f} s; "
        f"arrays {arrays_of(matrix):.0f} MB, building {peak - arrays_of(matrix):.0f} MB more, "
        f"reading to certificate {after:.0f} MB"
    )
    broken = [name for name in certificate.failed if not name.startswith("no ")]
    assert broken == [], "a plan rounded down need not be the best: only its bounds may be refuted"
    assert matrix.entries.shape[1] >= 310_000
    assert share <= 0.015
    assert peak - arrays_of(matrix) <= 250
    assert after <= 250


@long
@pytest.mark.filterwarnings("ignore")
def test_building_from_arrays_beats_modelling_languages() -> None:
    """All get the same labelled or compiled rows; what is timed is making a model in HiGHS, no solving."""
    missing = [rival for rival in RIVALS if not importlib.util.find_spec(rival)]
    assert not missing, f"the long profile needs {missing}: pip install gapwise[rivals]"
    program = state_program(instance(2850, 0, years=9))
    matrix = compile_matrix(program)
    ours = timed(lambda: load_model(compile_matrix(program), whole=False))
    theirs = {rival: timed(partial(build, matrix)) for rival, build in RIVALS.items()}
    print(f"2,850 counties, {matrix.entries.shape}: from blocks {ours:.2f} s; from rows {told(theirs)}")
    assert ours < min(theirs.values())


def by_pyomo(matrix: Matrix) -> object:
    import pyomo.environ as pyo
    from pyomo.core.expr.numeric_expr import LinearExpression

    model = pyo.ConcreteModel()
    n_rows, n_columns = matrix.entries.shape
    model.x = pyo.Var(range(n_columns), bounds=lambda _m, j: (matrix.lower[j], matrix.upper[j]))
    column = [model.x[j] for j in range(n_columns)]
    model.rows = pyo.Constraint(range(n_rows))
    for i in range(n_rows):
        part = slice(matrix.entries.indptr[i], matrix.entries.indptr[i + 1])
        used = [column[j] for j in matrix.entries.indices[part]]
        if used:
            body = LinearExpression(linear_coefs=matrix.entries.data[part].tolist(), linear_vars=used)
            low, high = matrix.row_lower[i], matrix.row_upper[i]
            ends = (low if np.isfinite(low) else None, body, high if np.isfinite(high) else None)
            if np.isfinite(low) or np.isfinite(high):
                model.rows[i] = ends
    model.objective = pyo.Objective(expr=sum(column[:1]))
    solver = pyo.SolverFactory("appsi_highs")
    solver.set_instance(model)
    return solver


def by_pulp(matrix: Matrix) -> object:
    import pulp

    problem = pulp.LpProblem("rows", pulp.LpMinimize)
    ends = [[v if np.isfinite(v) else None for v in side] for side in (matrix.lower, matrix.upper)]
    column = [pulp.LpVariable(f"x{j}", low, up) for j, (low, up) in enumerate(zip(*ends, strict=True))]
    for i in range(matrix.entries.shape[0]):
        part = slice(matrix.entries.indptr[i], matrix.entries.indptr[i + 1])
        pairs = zip(matrix.entries.indices[part], matrix.entries.data[part], strict=True)
        body = pulp.LpAffineExpression([(column[j], v) for j, v in pairs])
        if np.isfinite(matrix.row_lower[i]):
            problem += body >= matrix.row_lower[i]
        if np.isfinite(matrix.row_upper[i]) and matrix.row_upper[i] != matrix.row_lower[i]:
            problem += body <= matrix.row_upper[i]
    problem += column[0]
    solver = pulp.HiGHS(msg=False)
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    return solver


def by_linopy(matrix: Matrix) -> object:
    import linopy
    import pandas as pd

    model = linopy.Model()
    columns = pd.RangeIndex(matrix.entries.shape[1])
    x = model.add_variables(pd.Series(matrix.lower, columns), pd.Series(matrix.upper, columns), name="x")
    entries, lengths = matrix.entries, np.diff(matrix.entries.indptr)
    for sign, limits in ((">=", matrix.row_lower), ("<=", matrix.row_upper)):
        used = np.isfinite(limits) & (lengths > 0)
        for length in np.unique(lengths[used]):
            same = np.flatnonzero(used & (lengths == length))
            place = entries.indptr[same][:, None] + np.arange(length)[None]
            terms = {
                "coeffs": (("row", "_term"), entries.data[place]),
                "vars": (("row", "_term"), x.labels.values[entries.indices[place]]),
                "const": ("row", np.zeros(len(same))),
            }
            body = linopy.LinearExpression(xr.Dataset(terms, coords={"row": same}), model)
            model.add_constraints(body, sign, xr.DataArray(limits[same], dims="row", coords={"row": same}))
    model.add_objective(1 * x.isel({x.dims[0]: [0]}))
    return model.to_highspy()


RIVALS = {"pyomo": by_pyomo, "pulp": by_pulp, "linopy": by_linopy}
