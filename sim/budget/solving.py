"""The same program at many envelopes: compiled once, each plan certified, each a start for the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sim.budget.purse import Purse
from sim.case import Case
from sim.certify import certify
from sim.errors import CertificateError
from sim.explain import left_short
from sim.names import CITY
from sim.program.allocation import state_program
from sim.program.blocks import Level, Program
from sim.program.highs import solve_levels
from sim.program.known_plans import KnownPlan
from sim.program.matrix import Matrix, compile_matrix, with_levels
from sim.program.results import LevelResult, LevelsResult
from sim.program.solution import Options, Solution, read_solution
from sim.program.watching import Progress, Stop
from sim.settle import Settled, settle

ANY_AMOUNT = 1e15
"Yuan beyond any plan, finite so that the rows of the purse stand in the program."


@dataclass(frozen=True)
class Funded:
    """A certified plan at one envelope.

    Attributes:
        yuan: the envelope.
        levels: value, bound and gap of every level, in order.
        solution: the plan.
        settled: ledger, cost figures and claims.
        short: (resource) units the targets are short of, of the whole city.
        need: (resource) units the targets ask for.
        columns: the plan in the columns of the program.
        checks: checks of the certificate that hold.
    """

    yuan: float
    levels: tuple[LevelResult, ...]
    solution: Solution
    settled: Settled
    short: xr.DataArray
    need: xr.DataArray
    columns: np.ndarray
    checks: int

    @property
    def known(self) -> KnownPlan:
        """The plan as a start for other envelopes."""
        return KnownPlan(self.columns, tuple(level.value for level in self.levels))

    def value(self, name: str) -> float:
        """Return what a level was solved to; the plan has it within the tolerance of the freezes.

        Raises:
            KeyError: there is no level of that name.
        """
        return self.level(name).value

    @property
    def figures(self) -> Mapping[str, float]:
        """The three cost figures, yuan."""
        return self.settled.figures

    def level(self, name: str) -> LevelResult:
        """Return a level by its name.

        Raises:
            KeyError: there is none of that name.
        """
        return {level.name: level for level in self.levels}[name]


@dataclass(frozen=True)
class Budgeted:
    """A case whose purse can be filled with any amount; the program is stated and compiled once.

    Attributes:
        case: what is to be decided, the purse without a limit.
        purse: whose money is limited.
        options: gap, node limits and tie-break.
        end_year: last year of the ledger.
        program: the blocks, the rows of the purse among them.
        matrix: the compiled program, the purse full.
        first: yuan that committed works take out of an envelope before the program has any.
    """

    case: Case
    purse: Purse
    options: Options
    end_year: int
    program: Program
    matrix: Matrix
    first: float = 0.0

    def left_of(self, yuan: float) -> float:
        """Return what committed works leave of an envelope, yuan."""
        return max(yuan - self.first, 0.0)

    def matrix_at(self, yuan: float) -> Matrix:
        """Return the compiled program at an envelope: only the limits of the purse's rows differ."""
        block = self.purse.stated(self.purse.filled(self.case, self.left_of(yuan)))
        upper = self.matrix.row_upper.copy()
        for family in block.rows:
            place = self.matrix.row_positions[family.name].values
            upper[place[place >= 0]] = family.upper.values[place >= 0]
        return replace(self.matrix, row_upper=upper)

    def at(
        self,
        yuan: float,
        known: Sequence[KnownPlan] = (),
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> Funded:
        """Return the plan at an envelope, certified; every level is solved to the gap of the options.

        Args:
            yuan: the envelope.
            known: plans of smaller envelopes to start from.
            stop: asks the solver for an early end.
            progress: called with level, incumbent and bound.

        Raises:
            CertificateError: the plan fails its certificate.
            NoCertifiedPlanError: no plan was found.
        """
        levels = [replace(level, exact=False) for level in self.program.levels]
        return self.certified(yuan, self.solved(yuan, levels, known, stop, progress))

    def within(
        self, plan: Funded, yuan: float, stop: Stop | None = None, progress: Progress | None = None
    ) -> Funded:
        """Return the best part of a plan that an envelope pays for.

        No county gets more of a project type than the plan gives it; a start may move to another year, and
        staff follow what is left.

        Args:
            plan: the plan of which it is a part.
            yuan: the envelope.
            stop: asks the solver for an early end.
            progress: called with level, incumbent and bound.

        Raises:
            CertificateError: the part fails its certificate.
            NoCertifiedPlanError: no part was found.
        """
        rules = self.case.rules
        most = plan.solution.plan.started.sum("start_year").transpose(*rules.sites.dims)
        sites = rules.sites.where(rules.projects["kind"] == "heads", most)
        part = replace(self.case, rules=replace(rules, sites=sites))
        same = (self.purse, self.options, self.end_year, self.first)
        return budgeted(part, *same).at(yuan, (), stop, progress)

    def solved(
        self,
        yuan: float,
        levels: Sequence[Level],
        known: Sequence[KnownPlan] = (),
        stop: Stop | None = None,
        progress: Progress | None = None,
    ) -> LevelsResult:
        """Return what the levels of the program are worth at an envelope, not yet certified.

        Raises:
            NoCertifiedPlanError: no plan was found.
        """
        wanted = self.options
        limits = (wanted.gap, wanted.node_limit, wanted.tie_break_nodes)
        given = with_levels(self.matrix_at(yuan), levels)
        return solve_levels(given, levels, *limits, stop, progress, known)

    def certified(self, yuan: float, result: LevelsResult) -> Funded:
        """Return a solved plan with its ledger, certified.

        Raises:
            CertificateError: the plan fails its certificate.
        """
        case = self.purse.filled(self.case, self.left_of(yuan))
        solution = read_solution(case, self.matrix, result)
        settled = settle(case, solution, self.end_year)
        certificate = certify(case, settled.claims)
        if not certificate.ok:
            failed = "; ".join(certificate.failed)
            raise CertificateError(f"the plan at {yuan:,.0f} yuan fails its certificate: {failed}")
        plan = solution.plan
        left = left_short(case, plan.started.values, plan.moved.transpose("cadre", "county").values)
        return Funded(
            yuan=yuan,
            levels=result.levels,
            solution=solution,
            settled=settled,
            short=left.sel(county=CITY, drop=True),
            need=case.need.sum("county"),
            columns=result.columns,
            checks=len(certificate.checks),
        )


def budgeted(case: Case, purse: Purse, options: Options, end_year: int, first: float = 0.0) -> Budgeted:
    """Return a case ready to be solved at any envelope of a purse.

    Args:
        case: what is to be decided.
        purse: whose money is limited.
        options: gap, node limits and tie-break.
        end_year: last year of the ledger.
        first: yuan that committed works take out of an envelope first.
    """
    free = purse.filled(case, np.inf)
    full = purse.filled(case, ANY_AMOUNT)
    program = state_program(full, tie_break=options.tie_break)
    matrix = compile_matrix(program)
    return Budgeted(free, purse, options, end_year, program, matrix, first)
