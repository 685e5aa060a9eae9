"""The four questions of a finance bureau, answered for one scenario and one purse."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.budget.curve import Curve, curve
from sim.budget.fiscal import Fiscal, fiscal
from sim.budget.marginal import Worth, marginal_values
from sim.budget.need import Need, needs
from sim.budget.purse import Purse, usable
from sim.budget.solving import Budgeted, Funded, budgeted
from sim.budget.trimming import Trimmed, trimmed
from sim.budget.works import committed_yuan
from sim.case import Case
from sim.errors import InputError, Problem
from sim.evidence.book import Book
from sim.evidence.figures import Figures
from sim.explain import Reason, reasons
from sim.names import ALL
from sim.pipeline import options_of
from sim.program.watching import Progress, Stop
from sim.scenario.reading import LoadedScenario
from sim.stages import Stages, allocation_case, run_stages

TRIMMED = (0.1, 0.2, 0.3, 0.4, 0.5)
"Parts by which the chosen envelope is shrunk to tell the order in which projects go."
ABOVE_NEED = 1.2
"The curve ends at this many times the least money unless the question says otherwise."
Tell = Callable[[str], None]


ALL_CAPITAL = Purse()


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        purse: whose money is limited.
        start: yuan of the smallest envelope.
        end: yuan of the largest; 1.2 times the least money where it is not given.
        steps: number of envelopes.
        chosen: yuan of the envelope whose marginal value and burden are told; where it is not given, what
            the scenario itself allows, else the envelope at the knee of the curve.
    """

    purse: Purse = ALL_CAPITAL
    start: float = 0.0
    end: float | None = None
    steps: int = 21
    chosen: float | None = None


@dataclass(frozen=True)
class Answered:
    """The answers.

    Attributes:
        loaded: the scenario and where it was read.
        book: every table used.
        stages: people, staff, needs, dates and costs without the plan.
        fiscal: what counties can spend, and what is promised for each person.
        budget: the case with the purse.
        question: what was asked, its end and the chosen envelope filled in.
        chosen_by: `asked`, `scenario`, `knee` or `need`.
        needs: the least money by priority level.
        reasons: why a target is missed at any money, by resource.
        curve: certified plans at rising envelopes.
        plan: the plan at the chosen envelope.
        worths: what more money is worth there.
        trimmed: what is left when it shrinks.
        cut_short: whether a clock or the user ended a search.
    """

    loaded: LoadedScenario
    book: Book
    stages: Stages
    fiscal: Fiscal
    budget: Budgeted
    question: Question
    chosen_by: str
    needs: Sequence[Need]
    reasons: Mapping[str, Reason]
    curve: Curve
    plan: Funded
    worths: Sequence[Worth]
    trimmed: Sequence[Trimmed]
    cut_short: bool = False

    @property
    def case(self) -> Case:
        """What is to be decided, the purse without a limit."""
        return self.budget.case


def answered(
    loaded: LoadedScenario,
    book: Book,
    question: Question,
    gap: float,
    stop: Stop | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda _stage: None,
) -> Answered:
    """Answer the questions of a finance bureau.

    Args:
        loaded: the scenario.
        book: its tables.
        question: what is asked.
        gap: relative gap at which a level counts as solved.
        stop: asks the solver for an early end.
        progress: called with level, incumbent and bound.
        tell: called with the name of each part as it begins.

    Raises:
        InputError: faults of the tables, or a fund that no project may take money from.
        CertificateError: a plan fails its certificate.
        NoCertifiedPlanError: no plan was found.
    """
    tell("people, staff, needs and gaps")
    stages = run_stages(Figures(book, loaded.scenario))
    case = allocation_case(stages)
    _check_usable(case, question.purse)
    side = fiscal(stages)
    options = replace(options_of(loaded.scenario.solver), gap=gap)
    first = committed_yuan(book, question.purse)
    budget = budgeted(case, question.purse, options, loaded.scenario.time.end_year, first)
    tell("least money")
    least = needs(budget, stop, progress)
    why = _reasons(budget, least)
    end = question.end if question.end is not None else ABOVE_NEED * least[-1].yuan
    if end <= question.start and question.steps > 1 and end > 0:
        said = f"--from {question.start:,.0f} yuan is not below the end of the curve, {end:,.0f} yuan"
        raise InputError([Problem("--from", said, "a smaller amount, or --to with a larger one")])
    envelopes = np.linspace(question.start, max(end, question.start), question.steps).tolist()
    found = curve(budget, envelopes, least, stop, progress, lambda n, of: tell(f"envelope {n} of {of}"))
    least = [replace(need, plan=_at(found, need.yuan)) for need in least]
    yuan, by = _chosen(question, case, found, least)
    plan = next((p for p in found.points if p.yuan == yuan), None)
    if plan is None:
        before = [p.known for p in found.points if p.yuan < yuan][-1:]
        plan = budget.at(yuan, before, stop, progress)
    tell("what more money would buy")
    worths = marginal_values(budget, plan, stop, progress)
    tell("what goes first")
    order = trimmed(budget, plan, TRIMMED, stop, progress) if yuan > 0 else []
    asked = replace(question, end=end, chosen=yuan)
    cut = stop is not None and stop.due
    return Answered(
        loaded, book, stages, side, budget, asked, by, least, why, found, plan, worths, order, cut
    )


def _at(found: Curve, yuan: float) -> Funded:
    """The plan of the curve at an envelope that stands in it."""
    return next(point for point in found.points if point.yuan == yuan)


def _check_usable(case: Case, purse: Purse) -> None:
    """Refuse a fund whose money would stay idle at any envelope."""
    funds = usable(case)
    if purse.fund != ALL and purse.fund not in funds:
        found = f"no project of the scenario may be paid from {purse.fund!r}: all of it would stay idle"
        raise InputError([Problem(f"--fund {purse.fund}", found, ", ".join([ALL, *funds]))])


def _reasons(budget: Budgeted, least: Sequence[Need]) -> dict[str, Reason]:
    """Why no money meets a target, money itself being free."""
    plan = least[-1].plan.solution.plan
    missed = [resource for need in least for resource in need.missed]
    started = plan.solved.transpose("project", "county", "start_year").values
    return reasons(budget.case, started, plan.moved.transpose("cadre", "county").values, missed)


def _chosen(question: Question, case: Case, found: Curve, least: Sequence[Need]) -> tuple[float, str]:
    if question.chosen is not None:
        return question.chosen, "asked"
    own = limit_of(case, question.purse)
    if np.isfinite(own):
        return own, "scenario"
    if found.knee is not None:
        return found.points[found.knee].yuan, "knee"
    return least[-1].yuan, "need"


def limit_of(case: Case, purse: Purse) -> float:
    """Return the limit a case itself sets to a purse, yuan; infinite where it sets none or not one a year."""
    rules = case.rules
    if purse.per_year:
        limits = rules.outlay if purse.fund == ALL else rules.envelopes.sel(fund=purse.fund)
        return float(limits.min()) if float(limits.min()) == float(limits.max()) else np.inf
    return float(rules.outlay_total if purse.fund == ALL else rules.envelope_totals.sel(fund=purse.fund))
