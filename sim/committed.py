"""Committed works: what was decided before the run and opens by itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.evidence.figures import Figures
from sim.evidence.tables import Row
from sim.names import CITY, UNLOCATED

COMMITTED = ("started", "firm")


@dataclass(frozen=True)
class Work:
    """One named project of the plan.

    `why_not` says in one code why it adds no capacity of its own: its status is not a commitment,
    its capacity or its opening year is not printed, or it opened by the base year; '' if it adds.
    """

    row: Row
    why_not: str


def read_works(figures: Figures) -> list[Work]:
    """Return every named project of the plan in plan order."""
    time = figures.scenario.time
    found = []
    for row in figures.book["plans/projects"]:
        why = ""
        if row["status"] == "completed":
            why = "in_baseline"
        elif row["status"] not in COMMITTED:
            why = "not_committed"
        elif not row["resource"] or not row["units"]:
            why = "no_capacity_printed"
        elif not row["open_year"]:
            why = "no_opening_year"
        elif int(row["open_year"]) <= time.base_year:
            why = "in_baseline"
        elif int(row["open_year"]) > time.target_year:
            why = "after_target_year"
        found.append(Work(row, why))
    return found


def committed_works(works: list[Work], share: xr.DataArray, years: list[int]) -> xr.DataArray:
    """Return the units committed works have in service at each year-end: (resource, county, year).

    Args:
        works: the named projects.
        share: (resource, county) index that spreads works of the city over its counties.
        years: base year to target year.
    """
    data = xr.zeros_like(share).expand_dims(year=years, axis=-1).copy()
    counties = set(map(str, share["county"].values))
    for work in works:
        if work.why_not:
            continue
        row = work.row
        opened = np.array(years) >= int(row["open_year"])
        part = share.sel(resource=row["resource"])
        if row["county"] not in (CITY, UNLOCATED):
            part = (part["county"] == row["county"]).astype(float)
        if row["county"] in counties | {CITY, UNLOCATED}:
            units = part.values[:, None] * opened * row.number("units")
            data.loc[{"resource": row["resource"]}] += units
    data.attrs["units"] = "units"
    return data.transpose("resource", "county", "year")
