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


def gantt_bars(projects: pd.DataFrame, order: list[str], words: Texts) -> list[Bar]:
    """Return the bars by type in `order` and by start; types without units are left out."""
    bars: list[Bar] = []
    for project in order:
        first_lane = max((bar.lane for bar in bars), default=-1) + 1
        bars += _of_type(projects[projects["project"] == project], project, first_lane, words)
    return bars


def _of_type(part: pd.DataFrame, project: str, first_lane: int, words: Texts) -> list[Bar]:
    """Bars of one type, each in the first lane that is free when it starts."""
    bars: list[Bar] = []
    free: list[float] = []
    dates = zip(part["start_year"], part["open_year"], part["open_month"], strict=True)
    for start, year, month in sorted({(int(s), int(y), int(m)) for s, y, m in dates}):
        rows = part[part["start_year"] == start]
        end = year + (month - 1) / 12
        lane = next((n for n, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [end]
        opened = words.say("gantt.opened", year=year, month=month)
        hover = words.say("gantt.hover", start=start, opened=opened, list=_counties(rows, words))
        units = int(rows["units"].sum())
        bars.append(Bar(project, start, end - start, opened, units, first_lane + lane, hover))
    return bars


def _counties(rows: pd.DataFrame, words: Texts) -> str:
    by_county = rows.groupby("county", sort=True)["units"].sum()
    parts = [f"{words.code('county', county)} {units:,}" for county, units in by_county.items()]
    lines = [words.listed(parts[n : n + SHOWN]) for n in range(0, len(parts), SHOWN)]
    return "<br>".join(lines)
