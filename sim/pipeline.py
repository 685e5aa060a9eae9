"""The straight line: scenario and tables -> people -> staff -> gaps -> program -> certificate -> money."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import xarray as xr

from sim.capacity import capacity
from sim.case import Case
from sim.certify import Certificate, certify
from sim.evidence.book import Book, open_book
from sim.evidence.figures import Figures
from sim.gaps import gaps
from sim.placement import placed_by
from sim.plan import delivered, with_movers
from sim.program.solution import Options, Solution, allocate
from sim.program.watching import Progress, Stop
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.scenario.schema import Solver
from sim.settle import settle
from sim.stages import Stages, allocation_case, run_stages

Tell = Callable[[str], None]


@dataclass(frozen=True)
class RunResult:
    """Everything a run computed, in labelled arrays and tables; nothing is written.

    Attributes:
        loaded: the scenario and where it was read.
        book: every table used.
        stages: people, staff, needs, capacity, gaps, dates and costs without the plan.
        case: what the program decided on.
        solution: the plan with its proof.
        capacity: capacity with the plan (resource, county, year).
        gaps: gaps with the plan.
        placed_by: (project, county) rule, target or tie_break.
        ledger: the ledger.
        figures: the three cost figures, yuan.
        certificate: the independent checks.
        without_assumed: the same run without assumed baselines; None where none is assumed.
    """

    loaded: LoadedScenario
    book: Book
    stages: Stages
    case: Case
    solution: Solution
    capacity: xr.Dataset
    gaps: xr.Dataset
    placed_by: xr.DataArray
    ledger: pd.DataFrame
    figures: Mapping[str, float]
    certificate: Certificate
    without_assumed: RunResult | None = None


def run(
    scenario: str,
    settings: Sequence[str] = (),
    stop: Stop | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda _stage: None,
) -> RunResult:
    """Run a scenario from its file to a certified plan, in memory.

    Args:
        scenario: a YAML file or the name of a shipped scenario.
        settings: `path=value` overrides.
        stop: asks the solver for an early end.
        progress: called with level, incumbent and bound.
        tell: called with the name of each stage as it begins.

    Raises:
        InputError: faults of the scenario or of its tables, all at once.
        NoCertifiedPlanError: the solver found no plan.
    """
    tell("evidence")
    return run_loaded(load_scenario(scenario, settings), stop, progress, tell)


def run_loaded(
    loaded: LoadedScenario,
    stop: Stop | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda _stage: None,
) -> RunResult:
    """Run a scenario that is read already; see `run`."""
    book = open_book(loaded)
    stop = stop or Stop(loaded.scenario.solver.time_limit)
    result = _decided(loaded, book, stop, progress, tell)
    if not loaded.scenario.assumed_baselines:
        return result
    tell("the same without assumed baselines")
    bare = replace(loaded, scenario=loaded.scenario.model_copy(update={"assumed_baselines": ()}))
    people = result.stages.population
    return replace(result, without_assumed=_decided(bare, book, stop, None, lambda _stage: None, people))


def _decided(
    loaded: LoadedScenario,
    book: Book,
    stop: Stop,
    progress: Progress | None,
    tell: Tell,
    people: xr.Dataset | None = None,
) -> RunResult:
    tell("people, staff, needs and gaps")
    stages = run_stages(Figures(book, loaded.scenario), people)
    case = allocation_case(stages)
    tell("allocation")
    solution = allocate(case, options_of(loaded.scenario.solver), stop, progress)
    tell("certificate and ledger")
    return complete(loaded, book, stages, case, solution)


def options_of(wanted: Solver) -> Options:
    """Return the options of the program that a scenario asks for."""
    return Options(wanted.gap, wanted.node_limit, wanted.tie_break_nodes, wanted.tie_break, wanted.name)


def complete(loaded: LoadedScenario, book: Book, stages: Stages, case: Case, solution: Solution) -> RunResult:
    """Derive gaps, ledger and certificate of a solved plan."""
    rules, time = stages.rules, loaded.scenario.time
    plan = solution.plan
    added = delivered(plan.started, rules.outputs, stages.delivery["in_service"])
    added = added.reindex(year=time.plan_years, fill_value=0.0)
    movers = with_movers(plan.moved, rules.parents, rules.resources).expand_dims(year=[time.target_year])
    added = added + movers.reindex(year=time.plan_years, fill_value=0.0)
    having = capacity(stages.capacity["in_place"] + added, rules.heads_per_unit, rules.staffed)
    settled = settle(case, solution, time.end_year)
    at_target = having["in_place"].sel(year=time.target_year, drop=True)
    placed = placed_by(plan.started, at_target, case.need, dict(case.scope), case.floor, rules)
    return RunResult(
        loaded=loaded,
        book=book,
        stages=stages,
        case=case,
        solution=solution,
        capacity=having,
        gaps=gaps(stages.needs["need"], having["capacity"], stages.targets),
        placed_by=placed,
        ledger=settled.ledger,
        figures=settled.figures,
        certificate=certify(case, settled.claims),
    )
