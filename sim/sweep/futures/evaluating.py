"""What happens in every future: the plan is judged, and what one would do instead is solved as an LP."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from pydantic import ValidationError

from sim.case import Case
from sim.contracts import DRAW
from sim.errors import InputError, NoCertifiedPlanError
from sim.program.drawn import Drawn, compile_drawn, drawn_of
from sim.program.families.transfers import IN, OUT
from sim.program.matrix import Matrix, compile_matrix
from sim.program.relaxed_proof import flaws
from sim.program.resolving import Relaxed, Resolver
from sim.sweep.futures.cases import Many, cases_of, together
from sim.sweep.futures.judging import (
    Columns,
    Futures,
    beyond_cap,
    futures_of,
    judged,
    levels_of,
    side_by_side,
)
from sim.sweep.futures.moving import of_projects, projects_case, whole_case, with_values
from sim.sweep.futures.prepared import Prepared
from sim.sweep.futures.relaxing import relaxed_program
from sim.sweep.model import Evaluated

Found = tuple[Matrix, Relaxed | None]
"A program and its relaxed plan, None where it has none."


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

    def __init__(self, recipe: Prepared) -> None:
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
        kept = {name: columns[name] for name in names}
        if failed.any():
            kept = {name: np.where(failed, np.nan, values) for name, values in kept.items()}
        spent = time.thread_time() - began
        return Evaluated(kept, reasons, clock.inside, spent - clock.inside, clock.solves)

    def usual(self) -> Mapping[str, float]:
        """Return the outcomes of the plan in the scenario as it is."""
        columns = self._of_plan(futures_of(self.base.case), [self.base.case], 1)
        names = [outcome.column for outcome in self.recipe.outcomes if outcome.of == "plan"]
        return {name: float(columns[name][0]) for name in names}

    def case_at(self, path: str, value: float) -> Case:
        """Return the case of a future in which only one value differs.

        Raises:
            InputError: the value is not one the tables can follow.
        """
        one = np.array([[value]])
        whole = together(path) and not of_projects(path)
        return self._case({path: value}, cases_of(self.base, [path], one) if whole else None, 0)

    def _together(self, values: np.ndarray, clock: Clock) -> tuple[Columns, list[str]] | None:
        """All futures as one case; None where they do not share one structure."""
        many, n = cases_of(self.base, self.recipe.paths, values), len(values)
        futures = futures_of(many.case)
        columns = self._of_plan(futures, [self.base.case], n)
        if self.resolver is None:
            return columns, many.faults
        try:
            drawn = compile_drawn(relaxed_program(many.case, self._program.levels), self.matrix)
        except ValueError:
            return None
        found, reasons = self._solved(self.resolver, drawn, n, clock)
        plans = [(self.matrix, one) for one in found]
        return columns | self._of_best(futures, plans), _first(many.faults, reasons)

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
        """Futures that differ in dates, costs or anything else: each stated alone, all judged at once."""
        paths, n = self.recipe.paths, len(values)
        one = [place for place, path in enumerate(paths) if together(path) and not of_projects(path)]
        many = cases_of(self.base, [paths[place] for place in one], values[:, one]) if one else None
        given = [dict(zip(paths, row, strict=True)) for row in values.tolist()]
        alone, faults = [], list(many.faults) if many is not None else [""] * n
        for k, each in enumerate(given):
            try:
                alone.append(self._case(each, many, k))
            except (InputError, ValidationError) as error:
                faults[k] = faults[k] or " ".join(str(error).split())
                alone.append(self.base.case)
        futures = side_by_side([futures_of(case) for case in alone])
        columns = self._of_plan(futures, alone, n)
        if self.resolver is None:
            return columns, faults
        plans, reasons = zip(*(self._alone(self.resolver, case, clock) for case in alone), strict=True)
        return columns | self._of_best(futures, plans), _first(faults, reasons)

    def _case(self, given: Mapping[str, float], many: Many | None, k: int) -> Case:
        """The case of one future."""
        recipe, own = self.recipe, self.base.stages.figures.scenario
        others = {p: v for p, v in given.items() if of_projects(p) or not together(p)}
        if not all(of_projects(path) for path in others):
            return whole_case(recipe.book, with_values(own, given))
        case = projects_case(self.base.stages, recipe.book, with_values(own, others), list(others))
        if many is None:
            return case
        own_parts = (many.case.need, many.case.in_place, many.case.floor)
        need, in_place, floor = (_nth(array, k) for array in own_parts)
        return replace(case, need=need, in_place=in_place, floor=floor)

    def _alone(self, base: Resolver, case: Case, clock: Clock) -> tuple[Found, str]:
        """The relaxation of one future, from the basis of the base where it has the same rows and columns."""
        program = relaxed_program(case)
        matrix = compile_matrix(program)
        same = matrix.positions == self.matrix.positions and matrix.row_positions == self.matrix.row_positions
        try:
            resolver = Resolver(matrix, program.levels, base if same else None)
        except NoCertifiedPlanError as error:
            return (matrix, None), str(error)
        clock.add(resolver)
        return (matrix, resolver.first), flaws(matrix, drawn_of(matrix), [resolver.first], [0])[0]

    def _of_plan(self, futures: Futures, cases: Sequence[Case], n: int) -> Columns:
        """How the plan of the scenario fares; one case where all futures have its dates and costs."""
        recipe, case = self.recipe, self.base.case
        started, solved, moved = (array[None] for array in (recipe.started, recipe.solved, recipe.moved))
        above = np.array([beyond_cap(one, recipe.solved) for one in cases])
        columns = judged(case, futures, started, moved, "plan", n)
        units = started.sum(axis=(2, 3))[0]
        for project, number in zip(map(str, case.rules.projects["project"].values), units, strict=True):
            columns[f"plan_units_{project}"] = np.full(n, number)
        return columns | levels_of(case, futures, solved, moved, above, n)

    def _of_best(self, futures: Futures, found: Sequence[Found]) -> Columns:
        """What one would do in each future; where nothing was found, nothing is started."""
        started = _decided(found, "projects_started", ("project", "county", "start_year"))
        moved = _decided(found, IN, ("cadre", "county")) - _decided(found, OUT, ("cadre", "county"))
        columns = judged(self.base.case, futures, started, moved, "best", len(found))
        for place, level in enumerate(self._program.levels):
            values = [np.nan if one is None else one.values[place] for _, one in found]
            columns[f"best_level_{level.name}"] = np.array(values)
        units = started.sum(axis=3)
        for p, project in enumerate(map(str, self.base.case.rules.projects["project"].values)):
            columns[f"best_units_{project}"] = units[:, p].sum(axis=1)
            for c, county in enumerate(self.base.case.rules.counties):
                columns[f"best_units_{project}_{county}"] = units[:, p, c]
        return columns


def _decided(found: Sequence[Found], family: str, dims: tuple[str, ...]) -> np.ndarray:
    """(draw, ...) the decisions of a family in many plans; 0 where a decision does not exist."""
    places: dict[int, np.ndarray] = {}
    parts = []
    for matrix, one in found:
        place = places.get(id(matrix))
        if place is None:
            place = places[id(matrix)] = matrix.positions.array(family).transpose(*dims).values
        padded = np.append(one.columns, 0.0) if one is not None else np.zeros(len(matrix.lower) + 1)
        parts.append(padded[place])
    return np.stack(parts)


def _first(faults: Sequence[str], reasons: Sequence[str]) -> list[str]:
    """Why each future failed: what it cannot be before what the solver says of it."""
    return [fault or reason for fault, reason in zip(faults, reasons, strict=True)]


def _nth(array: xr.DataArray, k: int) -> xr.DataArray:
    return array.isel(draw=k, drop=True) if DRAW in array.dims else array
