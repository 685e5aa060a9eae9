"""What it would take to meet a target: rules lifted, rules loosened, and the rules that together forbid it.

The target's shortfall is held at zero and every other shortfall at what the plan left, so that nothing
is asked of one target at the cost of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import highspy
import numpy as np
import xarray as xr

from sim.case import Case
from sim.program.groups import RuleGroup
from sim.program.loading import load_model, status_of
from sim.program.matrix import Matrix

SLACK_DUST = 1e-6
SHORTFALLS = ("city_shortfall", "county_shortfall")


@dataclass(frozen=True)
class Loosened:
    """What one rule alone must give so that a target is met.

    Attributes:
        group: the rule.
        least: no less than this is needed (of the LP relaxation), in its unit; infinite if it is not enough.
        enough: this much is, with whole projects; infinite if no plan was found.
        years: how much of it in which year, where the rule speaks of years.
    """

    group: RuleGroup
    least: float
    enough: float
    years: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Question:
    """A program with one target to be met and the others no worse than in the plan.

    Attributes:
        matrix: the compiled program.
        upper: (column) greatest values, with shortfalls held.
        kept: rows added: coefficients and upper limits.
    """

    matrix: Matrix
    upper: np.ndarray
    kept: tuple[tuple[np.ndarray, float], ...]


def ask(case: Case, matrix: Matrix, resource: str, left: xr.DataArray, rules_value: float) -> Question:
    """Return the question whether a target can be met.

    Args:
        case: the case.
        matrix: its compiled program.
        resource: the target that is to be met.
        left: (resource, county) shortfalls of the plan, `city` for targets of the city.
        rules_value: value of the level `rules` in the plan.
    """
    upper = matrix.upper.copy()
    for family in SHORTFALLS:
        place = matrix.positions[family]
        for name in place["resource"].values.tolist():
            columns = place.sel(resource=name).values.ravel()
            had = left.sel(resource=name)
            held = had.sel(county=["city"] if family == "city_shortfall" else case.rules.counties)
            limit = np.zeros(len(columns)) if name == resource else held.values.ravel() + SLACK_DUST
            upper[columns] = np.minimum(upper[columns], limit)
    return Question(matrix, upper, ((matrix.objectives[0], rules_value + SLACK_DUST),))


def feasible(question: Question, lifted: Sequence[RuleGroup]) -> bool:
    """Return whether the LP relaxation has a plan once some rules are lifted."""
    model = _model(question, lifted, (), whole=False)
    model.run()
    return status_of(model) == "optimal"


def loosened(question: Question, group: RuleGroup, nodes: int) -> Loosened:
    """Return what one rule must give for the target to be met, the others as they are."""
    return _loosened(question, (group,), np.ones(1), nodes)[0]


def conflicts(question: Question, groups: Sequence[RuleGroup]) -> list[list[RuleGroup]]:
    """Return disjoint sets of rules, each of which forbids the target (of the LP relaxation).

    No rule of a set can be left out of it. Once every rule of every set is lifted the target can be met.
    Empty if no set of rules forbids it: the relaxation meets it, or does not with all rules lifted.
    """
    found: list[list[RuleGroup]] = []
    if not feasible(question, groups):
        return found
    while True:
        gone = [group for known in found for group in known]
        if feasible(question, gone):
            return found
        found.append(_conflict(question, gone, [group for group in groups if group not in gone]))


def _conflict(question: Question, gone: list[RuleGroup], groups: list[RuleGroup]) -> list[RuleGroup]:
    """A deletion filter: a rule without which the target stays impossible is no part of the conflict.

    Source: Chinneck and Dravnieks (1991), ORSA Journal on Computing 3(2), 157-168.
    """
    lifted, needed = list(gone), list[RuleGroup]()
    for group in groups:
        if feasible(question, [*lifted, group]):
            needed.append(group)
        else:
            lifted.append(group)
    return needed


def together(
    question: Question, sets: Sequence[Sequence[RuleGroup]], every: Sequence[RuleGroup], nodes: int
) -> list[Loosened]:
    r"""Return what the rules of several conflicts must give at once, each in its own unit.

    Persons and money do not add. What a rule would have to give to end its own conflict alone, all rules
    outside it lifted, is its whole :math:`w_g`. The sum of the parts :math:`s_g / w_g` is as small as was
    found, so no answer depends on the unit a rule is counted in.

    Args:
        question: the target to be met.
        sets: of `conflicts`.
        every: all rules.
        nodes: most branch-and-bound nodes.
    """
    groups = [group for known in sets for group in known]
    return _loosened(question, groups, _alone(question, sets, every), nodes)


def _alone(question: Question, sets: Sequence[Sequence[RuleGroup]], every: Sequence[RuleGroup]) -> np.ndarray:
    """What each rule would have to give (of the LP relaxation) to end its own conflict alone."""
    wholes = []
    for known in sets:
        others = [group for group in every if group not in known]
        for group in known:
            (given,) = _slacks(question, (group,), np.ones(1), False, 1, others)
            wholes.append(float(given.sum()))
    return np.array(wholes)


def _loosened(
    question: Question, groups: Sequence[RuleGroup], wholes: np.ndarray, nodes: int
) -> list[Loosened]:
    least, enough = (_slacks(question, groups, wholes, whole, nodes) for whole in (False, True))
    return [
        Loosened(group, float(few.sum()), float(many.sum()), _by_year(group, many))
        for group, few, many in zip(groups, least, enough, strict=True)
    ]


def _slacks(
    question: Question,
    groups: Sequence[RuleGroup],
    wholes: np.ndarray,
    whole: bool,
    nodes: int,
    lifted: Sequence[RuleGroup] = (),
) -> list[np.ndarray]:
    """What each row of each rule gives, the sum of parts as small as it gets; infinite without a plan."""
    model = _model(question, lifted, groups, whole, 1 / np.maximum(wholes, SLACK_DUST))
    model.setOptionValue("mip_max_nodes", nodes)
    model.run()
    if not _has_plan(model):
        return [np.full(1, np.inf) for _ in groups]
    values = np.array(model.getSolution().col_value)[len(question.upper) :]
    ends = np.cumsum([0, *(len(group.rows) for group in groups)])
    return [values[a:b] for a, b in pairwise(ends)]


def _by_year(group: RuleGroup, given: np.ndarray) -> tuple[tuple[int, float], ...]:
    if not group.years.any() or not np.isfinite(given).all():
        return ()
    amounts = {int(y): float(given[group.years == y].sum()) for y in np.unique(group.years)}
    return tuple((year, amount) for year, amount in amounts.items() if amount > SLACK_DUST)


def _has_plan(model: highspy.Highs) -> bool:
    status = model.getInfo().primal_solution_status
    return bool(status == highspy.SolutionStatus.kSolutionStatusFeasible)


def _model(
    question: Question,
    lifted: Sequence[RuleGroup],
    elastic: Sequence[RuleGroup],
    whole: bool,
    prices: np.ndarray | None = None,
) -> highspy.Highs:
    """The program with some rules lifted, and some with a slack whose sum, at a price each, is minimised."""
    matrix = question.matrix
    model = load_model(matrix, whole)
    n = len(question.upper)
    columns = np.arange(n, dtype=np.int32)
    upper = question.upper.copy()
    for group in (*lifted, *elastic):
        upper[group.freed] = np.inf
    model.changeColsBounds(n, columns, matrix.lower, np.clip(upper, None, highspy.kHighsInf))
    model.changeColsCost(n, columns, np.zeros(n))
    for row in (r for group in lifted for r in group.rows.tolist()):
        model.changeRowBounds(row, -highspy.kHighsInf, highspy.kHighsInf)
    for cost, value in question.kept:
        used = np.flatnonzero(cost).astype(np.int32)
        if len(used):
            model.addRow(-highspy.kHighsInf, value, len(used), used, cost[used])
    for group, price in zip(elastic, np.ones(len(elastic)) if prices is None else prices, strict=True):
        for row, sign in zip(group.rows.tolist(), group.signs.tolist(), strict=True):
            place = np.array([row], dtype=np.int32)
            model.addCol(price, 0.0, highspy.kHighsInf, 1, place, np.array([-sign]))
    return model


def shortfalls(need: xr.DataArray, counted: xr.DataArray, scope: Mapping[str, str]) -> xr.DataArray:
    """Return what a plan leaves short: (resource, county), the city last under `city`.

    Args:
        need: (resource, county) units.
        counted: (resource, county) units that count.
        scope: resource to `city` or `every_county`.
    """
    gap = need - counted.sel(resource=need["resource"])
    by_county = gap.clip(min=0.0)
    whole = gap.sum("county").clip(min=0.0)
    of_city = xr.DataArray(
        [scope[str(r)] == "city" for r in need["resource"].values],
        dims="resource",
        coords={"resource": need["resource"]},
    )
    total = whole.where(of_city, by_county.sum("county")).expand_dims(county=["city"])
    return xr.concat([by_county, total], "county").transpose("resource", "county")
