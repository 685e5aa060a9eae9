"""What happens in every future: the plan is judged, and what one would do instead is solved as an LP."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sim.case import Case
from sim.contracts import DRAW
from sim.errors import NoCertifiedPlanError
from sim.names import CITY
from sim.program.drawn import Drawn, StructureError, compile_drawn
from sim.program.families.transfers import IN, OUT
from sim.program.matrix import Matrix, compile_matrix
from sim.program.relaxed_proof import flaws
from sim.program.resolving import Relaxed, Resolver
from sim.stages import Stages
from sim.sweep.cases import cases_of, together
from sim.sweep.judging import Columns, below_floor, judged, level_values, present_cost
from sim.sweep.model import Evaluated
from sim.sweep.moving import of_projects, projects_case, whole_case, with_values
from sim.sweep.opening import ScenarioRecipe
from sim.sweep.relaxing import relaxed_program


@dataclass
class Clock:
    """CPU seconds inside the solver, and levels solved."""

    inside: float = 0.0
    solves: int = 0

    def add(self, resolver: Resolver, inside: float = 0.0, solves: int = 0) -> None:
        """Count what a resolver has done since it stood at these figures."""
        self.inside += resolver.inside - inside
        self.solves += resolver.solves - solves


class ScenarioModel:
    """Judges and decides futures of one scenario; a loaded solver stays with it."""

    def __init__(self, recipe: ScenarioRecipe) -> None:
        self.recipe, self.base = recipe, recipe.base
        self.reoptimise = recipe.mode == "reoptimise"
        self._program = relaxed_program(self.base.case)
        self.matrix = compile_matrix(self._program)
        self.resolver = Resolver(self.matrix, self._program.levels) if self.reoptimise else None

    def evaluate(self, values: np.ndarray) -> Evaluated:
        """Return the outcomes of futures: (draw, factor) values in the order of the sweep."""
        began, clock = time.thread_time(), Clock()
        block = self._together(values, clock) if self.recipe.as_one else None
        columns, reasons = block if block is not None else self._one_by_one(values, clock)
        names = [outcome.column for outcome in self.recipe.outcomes]
        failed = np.array([bool(reason) for reason in reasons])
        kept = {name: np.where(failed, np.nan, columns[name]) for name in names}
        spent = time.thread_time() - began
        return Evaluated(kept, reasons, clock.inside, spent - clock.inside, clock.solves)

    def _together(self, values: np.ndarray, clock: Clock) -> tuple[Columns, list[str]] | None:
        """All futures as one case; None where they do not share one structure."""
        case = cases_of(self.base, self.recipe.paths, values)
        columns = self._of_plan(case, self.base.stages, len(values))
        if self.resolver is None:
            return columns, [""] * len(values)
        try:
            drawn = compile_drawn(relaxed_program(case, self._program.levels), self.matrix)
        except (StructureError, ValueError):
            return None
        found, reasons = self._solved(self.resolver, drawn, len(values), clock)
        columns |= self._of_best(case, self.base.stages, self.matrix, found, len(values))
        return columns, reasons

    def _solved(
        self, resolver: Resolver, drawn: Drawn, n: int, clock: Clock
    ) -> tuple[list[Relaxed | None], list[str]]:
        before = resolver.inside, resolver.solves
        found: list[Relaxed | None] = []
        reasons = []
        for k in range(n):
            try:
                found.append(resolver.solve_at(drawn.at(k)))
                reasons.append("")
            except NoCertifiedPlanError as error:
                found.append(None)
                reasons.append(str(error))
        clock.add(resolver, *before)
        places = [k for k, one in enumerate(found) if one is not None]
        said = flaws(resolver.matrix, drawn, [one for one in found if one is not None], places)
        for k, flaw in zip(places, said, strict=True):
            reasons[k] = flaw
        return found, reasons

    def _one_by_one(self, values: np.ndarray, clock: Clock) -> tuple[Columns, list[str]]:
        """Futures that differ in dates, costs or anything else: each stated on its own."""
        paths = self.recipe.paths
        one = [n for n, path in enumerate(paths) if together(path) and not of_projects(path)]
        cases = cases_of(self.base, [paths[n] for n in one], values[:, one]) if one else None
        rows, reasons = [], []
        for k in range(len(values)):
            given = dict(zip(paths, values[k].tolist(), strict=True))
            stages, case = self._case(given, cases, k)
            row, reason = self._alone(stages, case, clock)
            rows.append(row)
            reasons.append(reason)
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}, reasons

    def _case(self, given: Mapping[str, float], cases: Case | None, k: int) -> tuple[Stages, Case]:
        """The case of one future."""
        recipe, own = self.recipe, self.base.stages.figures.scenario
        others = {p: v for p, v in given.items() if of_projects(p) or not together(p)}
        if not all(of_projects(path) for path in others):
            return whole_case(recipe.book, with_values(own, given))
        stages, case = projects_case(self.base.stages, recipe.book, with_values(own, others))
        if cases is None:
            return stages, case
        need, in_place, floor = (_nth(array, k) for array in (cases.need, cases.in_place, cases.floor))
        return stages, replace(case, need=need, in_place=in_place, floor=floor)

    def _alone(self, stages: Stages, case: Case, clock: Clock) -> tuple[Columns, str]:
        columns = self._of_plan(case, stages, 1)
        if self.resolver is None:
            return columns, ""
        program = relaxed_program(case)
        matrix = compile_matrix(program)
        start = self.resolver if _same_shape(matrix, self.matrix) else None
        try:
            resolver = Resolver(matrix, program.levels, start)
        except NoCertifiedPlanError as error:
            return columns | self._of_best(case, stages, matrix, [None], 1), str(error)
        clock.add(resolver)
        drawn = _alone(matrix)
        columns |= self._of_best(case, stages, matrix, [resolver.first], 1)
        return columns, flaws(matrix, drawn, [resolver.first], [0])[0]

    def _of_plan(self, case: Case, stages: Stages, n: int) -> Columns:
        """How the plan of the scenario fares."""
        started, moved = self.recipe.started, self.recipe.moved
        projects = case.rules.projects["project"]
        started = started.reindex(project=projects, fill_value=0.0)
        columns = judged(case, stages.targets, started, moved, self._counties, "plan", n)
        columns |= level_values(case, columns, "plan")
        columns["plan_level_present_cost"] = present_cost(case, started, n)
        columns["plan_level_rules"] = below_floor(case, started, moved, n)
        return columns

    def _of_best(
        self, case: Case, stages: Stages, matrix: Matrix, found: Sequence[Relaxed | None], n: int
    ) -> Columns:
        """What one would do in each future."""
        plans = np.stack([np.zeros(len(matrix.lower)) if f is None else f.columns for f in found])
        started = _by_draw(matrix, "projects_started", plans)
        moved = _by_draw(matrix, IN, plans) - _by_draw(matrix, OUT, plans)
        columns = judged(case, stages.targets, started, moved, self._counties, "best", n)
        names = [level.name for level in self._program.levels]
        for place, name in enumerate(names):
            columns[f"best_level_{name}"] = np.array(
                [np.nan if f is None else f.values[place] for f in found]
            )
        return columns | self._units(started)

    def _units(self, started: xr.DataArray) -> Columns:
        """Units of every project type of the scenario, whole city and by county; 0 of one not offered."""
        units = started.sum("start_year").reindex(
            project=self.base.case.rules.projects["project"], fill_value=0.0
        )
        columns: Columns = {}
        for project in map(str, units["project"].values):
            own = units.sel(project=project)
            columns[f"best_units_{project}"] = own.sum("county").values
            for county in (c for c in self._counties if c != CITY):
                columns[f"best_units_{project}_{county}"] = own.sel(county=county).values
        return columns

    @property
    def _counties(self) -> list[str]:
        return self.recipe.counties


def _by_draw(matrix: Matrix, family: str, plans: np.ndarray) -> xr.DataArray:
    """(draw, ...) the decisions of a family in many plans; 0 where a decision does not exist."""
    place = matrix.positions[family]
    padded = np.concatenate([plans, np.zeros((len(plans), 1))], axis=1)
    coords = {DRAW: np.arange(len(plans)), **{str(d): place[d].values for d in place.dims}}
    return xr.DataArray(padded[:, place.values], dims=(DRAW, *place.dims), coords=coords)


def _nth(array: xr.DataArray, k: int) -> xr.DataArray:
    return array.isel(draw=k, drop=True) if DRAW in array.dims else array


def _same_shape(matrix: Matrix, other: Matrix) -> bool:
    same = matrix.positions.keys() == other.positions.keys()
    return same and all(
        np.array_equal(mine[name].values, its[name].values)
        for mine, its in ((matrix.positions, other.positions), (matrix.row_positions, other.row_positions))
        for name in mine
    )


def _alone(matrix: Matrix) -> Drawn:
    rows, columns = (matrix.row_lower, matrix.row_upper), (matrix.lower, matrix.upper)
    return Drawn(
        row_lower=rows[0][None],
        row_upper=rows[1][None],
        lower=columns[0][None],
        upper=columns[1][None],
        objectives=tuple(cost[None] for cost in matrix.objectives),
    )
