"""Business rules a planner can talk about: which rows of the program, and which limits, each stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.case import Case
from sim.program.matrix import Matrix


@dataclass(frozen=True, eq=False)
class RuleGroup:
    """One rule that can be lifted or loosened.

    Attributes:
        kind: what sort of rule: a key of the texts.
        of: code of the cadre, fund, project or choice it speaks of.
        rows: numbers of its rows.
        signs: 1 where a row is an upper limit, -1 where it is a lower one.
        years: the year each row speaks of, 0 where it speaks of all.
        freed: numbers of columns whose own upper limit belongs to the rule.
        unit: of its activity, a key of the texts.
    """

    kind: str
    of: str
    rows: np.ndarray
    signs: np.ndarray
    years: np.ndarray
    freed: np.ndarray
    unit: str

    @property
    def key(self) -> str:
        """Kind and code."""
        return f"{self.kind}:{self.of}"


_BY_LABEL = (
    ("prerequisite", "project", "prerequisites", "projects"),
    ("local_match", "project", "local_match", "million yuan"),
    ("fund_share", "fund", "fund_shares", "million yuan"),
    ("grant_cap", "fund", "grant_caps", "million yuan"),
    ("phase", "project", "phases", "projects"),
    ("choice", "choice", "choices", "projects"),
    ("subset", "cadre", "subsets", "persons"),
    ("staffing", "cadre", "staffing", "persons"),
    ("floor", "resource", "floor", "units"),
    ("spread", "resource", "spread", "share"),
    ("burden", "county", "burden", "million yuan"),
    ("building_capacity", "project", "building_capacity", "projects"),
    ("recruitment_pool", "cadre", "recruitment_pool", "persons"),
    ("envelope", "fund", "envelope", "million yuan"),
    ("envelope_total", "fund", "envelope_total", "million yuan"),
    ("outlay", "fund", "outlay", "million yuan"),
    ("outlay_total", "fund", "outlay_total", "million yuan"),
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
            own = place.sel({dim: label}, drop=True)
            rows = own.values.ravel()
            keep = rows >= 0
            years = _years(own).ravel()[keep]
            signs = np.where(np.isfinite(matrix.row_upper[rows[keep]]), 1.0, -1.0)
            yield RuleGroup(kind, str(label), rows[keep], signs, years, none, unit)
    sites = matrix.row_positions["sites"]
    decided = [matrix.positions[family] for family in ("projects_started", "programme")]
    whole = case.rules.projects["whole"]
    for label in sites["project"].values.tolist():
        rows = sites.sel(project=label).values.ravel()
        columns = np.concatenate([place.sel(project=label).values.ravel() for place in decided])
        if bool(whole.sel(project=label)):
            kept = rows[rows >= 0]
            signs, years = np.ones(len(kept)), np.zeros(len(kept), dtype=int)
            yield RuleGroup("sites", str(label), kept, signs, years, columns[columns >= 0], "projects")


def _years(place: xr.DataArray) -> np.ndarray:
    """The year of each cell, 0 where no dim is a year."""
    dim = next((d for d in ("start_year", "year") if d in place.dims), None)
    if dim is None or dim not in place.coords:
        return np.zeros(place.shape, dtype=int)
    return np.asarray(place[dim].broadcast_like(place).transpose(*place.dims).values)
