"""Business rules a planner can talk about: which rows of the program, and which limits, each stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.case import Case
from sim.program.matrix import Matrix


@dataclass(frozen=True, eq=False)
class RuleGroup:
    """One rule that can be lifted or loosened.

    Attributes:
        kind: what sort of rule: a key of the texts.
        of: code of the cadre, fund, project or choice it speaks of.
        rows: numbers of its rows, all of them upper limits.
        freed: numbers of columns whose own upper limit belongs to the rule.
        unit: of its activity: heads, projects or million yuan.
    """

    kind: str
    of: str
    rows: np.ndarray
    freed: np.ndarray
    unit: str

    @property
    def key(self) -> str:
        """Kind and code."""
        return f"{self.kind}:{self.of}"


_BY_LABEL = (
    ("prerequisite", "project", "prerequisites", "projects"),
    ("phase", "project", "phases", "projects"),
    ("choice", "choice", "choices", "projects"),
    ("subset", "cadre", "subsets", "persons"),
    ("staffing", "cadre", "staffing", "persons"),
    ("building_capacity", "project", "building_capacity", "projects"),
    ("recruitment_pool", "cadre", "recruitment_pool", "persons"),
    ("envelope", "fund", "envelope", "million yuan"),
    ("envelope_total", "fund", "envelope_total", "million yuan"),
)
"Row family, the dimension that tells its rules apart, the kind of rule, the unit of its activity."


def rule_groups(case: Case, matrix: Matrix) -> list[RuleGroup]:
    """Return every business rule that has at least one row in the program.

    Those a commission can least change come first: a search that leaves rules out tries them first.
    """
    return [group for group in _groups(case, matrix) if len(group.rows)]


def _groups(case: Case, matrix: Matrix) -> Iterator[RuleGroup]:
    none = np.array([], dtype=int)
    for family, dim, kind, unit in _BY_LABEL:
        place = matrix.row_positions[family]
        for label in place[dim].values.tolist():
            rows = place.sel({dim: label}).values.ravel()
            yield RuleGroup(kind, str(label), rows[rows >= 0], none, unit)
    sites = matrix.row_positions["sites"]
    decided = [matrix.positions[family] for family in ("projects_started", "programme")]
    whole = case.rules.projects["whole"]
    for label in sites["project"].values.tolist():
        rows = sites.sel(project=label).values.ravel()
        columns = np.concatenate([place.sel(project=label).values.ravel() for place in decided])
        if bool(whole.sel(project=label)):
            yield RuleGroup("sites", str(label), rows[rows >= 0], columns[columns >= 0], "projects")
