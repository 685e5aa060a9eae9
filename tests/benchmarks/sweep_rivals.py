"""The same futures of a sweep by those who keep nothing: everything stated, compiled and solved anew."""

from __future__ import annotations

import time
import warnings
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo

from sim.case import Case
from sim.program.blocks import Program
from sim.program.freezing import at_level
from sim.program.matrix import compile_matrix
from sim.program.pyomo_model import compile_pyomo
from sim.program.resolving import Resolver
from sim.sweep.futures.cases import cases_of
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.relaxing import relaxed_program

TIGHT = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-10, "threads": 1}
"Shares of needs are small: at its own tolerance HiGHS would stop before their optimum."


def case_of(model: ScenarioModel, row: np.ndarray) -> Case:
    """The case of one future, taken by itself."""
    many = cases_of(model.base, model.recipe.paths, row[None]).case
    need, in_place, floor = (a.isel(draw=0, drop=True) for a in (many.need, many.in_place, many.floor))
    return replace(model.base.case, need=need, in_place=in_place, floor=floor)


def by_numpy(model: ScenarioModel, row: np.ndarray) -> np.ndarray:
    """Values of the levels: our own matrix compiler, a solver loaded for this future only."""
    program = relaxed_program(case_of(model, row))
    return Resolver(compile_matrix(program), program.levels).first.values


def by_pyomo(model: ScenarioModel, row: np.ndarray) -> np.ndarray:
    """Values of the levels: a Pyomo model of each level, solved by HiGHS."""
    program = _relaxed(relaxed_program(case_of(model, row)))
    values: dict[str, float] = {}
    for level in program.levels:
        one = compile_pyomo(at_level(program, level.name, values, {}))
        pyo.SolverFactory("appsi_highs").solve(one, options=TIGHT)
        values[level.name] = float(pyo.value(one.objective))
    return np.array(list(values.values()))


def _relaxed(program: Program) -> Program:
    return replace(
        program,
        columns={
            name: replace(family, whole=family.whole.with_values(np.zeros_like(family.whole.values)))
            for name, family in program.columns.items()
        },
    )


def by_ema(model: ScenarioModel, rows: np.ndarray, column: str) -> tuple[float, np.ndarray]:
    """CPU seconds and the values of a column: the EMA Workbench, one experiment after another."""
    names = [f"x{n}" for n in range(rows.shape[1])]

    def one(**values: float) -> dict[str, float]:
        found = model.evaluate(np.array([[values[name] for name in names]]))
        return {"y": float(found.columns[column][0])}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ema_workbench as ema

        function = ema.Model("future", function=one)
        ends = zip(names, rows.min(axis=0), rows.max(axis=0), strict=True)
        function.uncertainties = [ema.RealParameter(name, low - 1, high + 1) for name, low, high in ends]
        function.outcomes = [ema.ScalarOutcome("y")]
        scenarios = [
            ema.Scenario(f"{n}", **dict(zip(names, r, strict=True))) for n, r in enumerate(rows.tolist())
        ]
        began = time.process_time()
        with ema.SequentialEvaluator(function) as evaluator:
            _, outcomes = evaluator.perform_experiments(scenarios=scenarios)
        return time.process_time() - began, outcomes["y"]
