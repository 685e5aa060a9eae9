"""Why targets are missed: by how much and where, which rules together forbid them, and what would mend it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sim.case import Case
from sim.certify import Claims, arithmetic
from sim.certify.level_values import level_value
from sim.evidence.book import Book
from sim.evidence.figures import Figures
from sim.names import CITY
from sim.program.allocation import state_program
from sim.program.groups import RuleGroup, rule_groups
from sim.program.highs import solve_levels
from sim.program.matrix import Matrix, compile_matrix, values_of
from sim.program.relaxing import Loosened, Question, ask, conflicts, feasible, loosened, shortfalls, together
from sim.scenario.reading import LoadedScenario
from sim.scenario.schema import Scenario
from sim.stages import allocation_case, run_stages

TOLERANCE = 1e-6
NOISE = 0.05
"Part of a head, of a project or of a million yuan below which nothing is asked of a rule."


@dataclass(frozen=True)
class Later:
    """What one more year would leave short.

    Attributes:
        year: the later target year.
        shortfall: units; NaN where the year cannot be planned.
        carried: whether yearly envelopes of the last year were carried on into it.
    """

    year: int
    shortfall: float
    carried: bool = False


@dataclass(frozen=True)
class Missed:
    """Why one target is missed.

    Attributes:
        resource: what is short.
        need: units the target asks for at the target year.
        shortfall: units the plan leaves short.
        by_county: county to units its own need is short of.
        cause: `rules` that forbid it; `lead_time`, no start of a type that serves it opens in time;
            `whole_projects`, only fractions of a project would do; `unproven`, fractions would do and the
            search for whole ones was cut short; `other`, what cannot be lifted here forbids it.
        conflicts: sets of rules, each of which forbids the target.
        alone: what one rule alone would have to give; empty if none is enough.
        together: what all rules of the conflicts would have to give at once, where none is enough alone.
        later: the same target one year later.
    """

    resource: str
    need: float
    shortfall: float
    by_county: Mapping[str, float]
    cause: str
    conflicts: tuple[tuple[RuleGroup, ...], ...]
    alone: tuple[Loosened, ...]
    together: tuple[Loosened, ...]
    later: Later


def explain_run(
    case: Case,
    claims: Claims,
    book: Book,
    loaded: LoadedScenario,
    missed: Collection[str],
    proven: Collection[int],
) -> list[Missed]:
    """Return why the targets of a finished run are missed, its options those of its scenario.

    Args:
        case: what was decided.
        claims: what the run says of its plan.
        book: its tables.
        loaded: its scenario.
        missed: resources whose targets it misses.
        proven: priority levels it solved to the optimum.
    """
    solver = loaded.scenario.solver
    later = one_year_later(book, loaded.scenario, solver.gap, solver.node_limit)
    return explain(case, claims.solved, claims.moved, later, solver.explain_nodes, missed, proven)


def explain(
    case: Case,
    started: np.ndarray,
    moved: np.ndarray,
    later: Mapping[str, Later],
    nodes: int,
    missed: Collection[str] | None = None,
    proven: Collection[int] | None = None,
) -> list[Missed]:
    """Return the missed targets of a plan with their reasons, in the order of the targets.

    Args:
        case: what was decided.
        started: (project, county, start_year) units as solved.
        moved: (cadre, county) net heads that came from other counties.
        later: what each target would leave short one year later, by resource.
        nodes: most branch-and-bound nodes of each attempt to mend with whole projects.
        missed: resources to speak of; all that are short if None.
        proven: priority levels solved to the optimum; all if None.
    """
    matrix = compile_matrix(state_program(case))
    left = left_short(case, started, moved)
    of_rules = level_value(case, started, moved, "rules") or 0.0
    groups = rule_groups(case, matrix)
    found = []
    for resource in map(str, case.need["resource"].values):
        short = float(left.sel(resource=resource, county=CITY))
        need = float(case.need.sel(resource=resource).sum())
        if short > TOLERANCE * max(need, 1.0) and (missed is None or resource in missed):
            closed = proven is None or case.level[resource] in proven
            then = later.get(resource, Later(case.decision_years[-1] + 1, float("nan")))
            found.append(_missed(case, matrix, groups, left, of_rules, resource, then, nodes, closed))
    return found


def _missed(
    case: Case,
    matrix: Matrix,
    groups: list[RuleGroup],
    left: xr.DataArray,
    of_rules: float,
    resource: str,
    later: Later,
    nodes: int,
    closed: bool,
) -> Missed:
    question = ask(case, matrix, resource, left, of_rules)
    sets = conflicts(question, groups)
    tried = [loosened(question, group, nodes) for group in (sets[0] if sets else ())]
    alone = [repair for repair in tried if np.isfinite(repair.enough)]
    every = [group for known in sets for group in known]
    joint = [] if alone or not sets else together(question, every, nodes)
    own = left.sel(resource=resource).drop_sel(county=CITY)
    return Missed(
        resource=resource,
        need=float(case.need.sel(resource=resource).sum()),
        shortfall=float(left.sel(resource=resource, county=CITY)),
        by_county={
            str(c): float(v) for c, v in zip(own["county"].values, own.values, strict=True) if v > TOLERANCE
        },
        cause="rules" if sets else _cause(case, question, groups, resource, closed),
        conflicts=tuple(map(tuple, sets)),
        alone=tuple(alone),
        together=tuple(repair for repair in joint if repair.enough > NOISE),
        later=later,
    )


def _cause(case: Case, question: Question, groups: list[RuleGroup], resource: str, closed: bool) -> str:
    """The cause of a target that no set of rules forbids."""
    serves = case.rules.outputs.sel(resource=resource) > 0
    if not bool((serves & case.delivery["can_open"]).any()):
        return "lead_time"
    if not feasible(question, groups):
        return "other"
    return "whole_projects" if closed else "unproven"


def left_short(case: Case, started: np.ndarray, moved: np.ndarray) -> xr.DataArray:
    """Return what a plan leaves short: (resource, county), the city last under `city`, units."""
    counts, _ = arithmetic.counted(case, arithmetic.standing(case, started, moved))
    coords = {"resource": case.rules.resources, "county": case.rules.counties}
    counted = xr.DataArray(counts, dims=("resource", "county"), coords=coords)
    return shortfalls(case.need, counted, case.scope)


def one_year_later(book: Book, scenario: Scenario, gap: float, nodes: int) -> dict[str, Later]:
    """Return what each target would leave short if the target year were one later, by resource.

    Targets keep their wording; people, staff and needs are those of the later year. The target levels
    are solved anew, to the optimum or to `nodes`. Empty if the tables end before that year.

    Args:
        book: the tables.
        scenario: the scenario.
        gap: relative gap of levels that need not be exact.
        nodes: most branch-and-bound nodes of a level.
    """
    time = scenario.time
    year = time.target_year + 1
    known = {int(y) for y in book["population/national_vital"].column("year")}
    if year not in known:
        return {}
    moved = time.model_copy(update={"target_year": year, "end_year": max(time.end_year, year)})
    case = allocation_case(run_stages(Figures(book, scenario.model_copy(update={"time": moved}))))
    case, carried = _envelopes_carried_on(case)
    program = state_program(case)
    wanted = [level for level in program.levels if level.name == "rules" or level.name.startswith("targets_")]
    matrix = compile_matrix(program)
    result = solve_levels(matrix, wanted, gap, nodes)
    values = values_of(matrix, result.columns)
    short = values["city_shortfall"], values["county_shortfall"].sum("county")
    return {
        str(r): Later(year, float(array.sel(resource=r)), carried)
        for array in short
        for r in array["resource"].values
    }


def _envelopes_carried_on(case: Case) -> tuple[Case, bool]:
    """The case with the yearly envelopes of the year before in its last one, and whether there are any."""
    envelopes = case.rules.envelopes.copy(deep=True)
    if envelopes.sizes["year"] < 2:
        return case, False
    before, last = envelopes.isel(year=-2, drop=True), envelopes.isel(year=-1, drop=True)
    ends = np.isfinite(before.values) & ~np.isfinite(last.values)
    envelopes[{"year": -1}] = np.where(ends, before.values, last.values)
    return replace(case, rules=replace(case.rules, envelopes=envelopes)), bool(ends.any())
