"""Bars of the schedule: one for each project type and start year, packed into lanes that never overlap."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sim.outputs.texts import Texts

SHOWN = 6


@dataclass(frozen=True)
class Bar:
    """All units of one type started in one year.

    Attributes:
        project: the type.
        start: year of start (1 January).
        length: years until it opens.
        opened: year and month of opening, as text.
        units: projects or heads.
        lane: row of the chart.
        hover: the same in words, with the counties.
    """

    project: str
    start: int
    length: float
    opened: str
    units: int
    lane: int
    hover: str


def gantt_bars(projects: pd.DataFrame, words: Texts) -> list[Bar]:
    """Return the bars in the order of the types' first start; a lane takes a bar once it is free."""
    keys = ["project", "start_year", "open_year", "open_month"]
    bars: list[Bar] = []
    first_lane, project_now, free = 0, "", []
    for (project, start, year, month), rows in projects.groupby(keys, sort=True):
        if project != project_now:
            first_lane, project_now, free = first_lane + len(free), str(project), []
        length = year + (month - 1) / 12 - start
        lane = next((n for n, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [start + length]
        opened = words.say("gantt.opened", year=year, month=month)
        units = int(rows["units"].sum())
        hover = words.say("gantt.hover", start=start, opened=opened, list=_counties(rows, words))
        bars.append(Bar(str(project), int(start), float(length), opened, units, first_lane + lane, hover))
    return bars


def _counties(rows: pd.DataFrame, words: Texts) -> str:
    by_county = rows.groupby("county", sort=True)["units"].sum()
    parts = [f"{words.code('county', county)} {units:,}" for county, units in by_county.items()]
    lines = [words.listed(parts[n : n + SHOWN]) for n in range(0, len(parts), SHOWN)]
    return "<br>".join(lines)
