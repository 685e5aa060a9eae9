"""The charts of the report as plain plotly dictionaries, each with the table that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sim.names import CITY, OPEN_AGE, SEXES
from sim.outputs.drawing import INK, Chart, axis, layout_of
from sim.outputs.report.gantt import gantt_bars
from sim.outputs.texts import Texts, percent
from sim.pipeline import RunResult

AGE_STEP = 5
BAR_COLOURS = ("#9cc3de", "#c6d6ae")
BAR_EDGE = {"color": "#ffffff", "width": 2}
BASE_COLOURS = {"male": "#1b4b72", "female": "#8a2f4b"}
TARGET_COLOURS = {"male": "#8db8d8", "female": "#e3a6b8"}
FUND_COLOURS = ("#1b4b72", "#4f8fbf", "#e0a030", "#3d8f74", "#a8c66c", "#9a9a9a", "#b05a7a", "#6b5aa0")
COVERAGE_SCALE = [[0.0, "#dc7d63"], [0.5, "#f0b382"], [0.8, "#f8e3b8"], [0.999, "#dfeee4"], [1.0, "#7fbf9b"]]


def charts(result: RunResult, tables: Mapping[str, pd.DataFrame], words: Texts) -> list[Chart]:
    """Return every chart of the report, in the order of the page."""
    nominal = tables["ledger"][tables["ledger"]["price_basis"] == "nominal"]
    return [
        pyramid(result, tables["population"], words),
        heat_map(result, tables["gaps"], "with", words),
        heat_map(result, tables["gaps"], "without", words),
        gantt(result, tables["projects"], words),
        cash(result, nominal, words),
        tail(result, nominal, words),
    ]


def pyramid(result: RunResult, population: pd.DataFrame, words: Texts) -> Chart:
    """Draw men left and women right by five-year age group, target year filled, base year outlined."""
    time = result.loaded.scenario.time
    years = (time.base_year, time.target_year)
    unit = words.number("people.chart_unit")
    group = (population["age"] // AGE_STEP * AGE_STEP).rename("group")
    kept = population["year"].isin(years)
    people = (population[kept].groupby([group, "sex", "year"])["persons"].sum() / unit).unstack(
        ["sex", "year"]
    )
    labels = [_age_label(int(a)) for a in people.index]
    traces = [
        _pyramid_trace(sex, year, [float(v) for v in people[sex, year]], labels, words, base=year == years[0])
        for year in reversed(years)
        for sex in SEXES[::-1]
    ]
    top = _round_up(float(people.to_numpy().max()))
    ticks = [-top, -top / 2, 0.0, top / 2, top]
    across = axis(tickvals=ticks, ticktext=[f"{abs(v):g}" for v in ticks], range=[-top * 1.05, top * 1.05])
    layout = layout_of(words, 560, barmode="overlay", bargap=0.12, xaxis=across, yaxis=axis(type="category"))
    head = [words.say("pyramid.trace", sex=words.code("sex", s), year=y) for s in SEXES[::-1] for y in years]
    rows = [
        [label, *(f"{people[s, y].iloc[n]:,.2f}" for s in SEXES[::-1] for y in years)]
        for n, label in enumerate(labels)
    ]
    title = words.say(
        "pyramid.title",
        city=words.code("county", CITY),
        base=years[0],
        target=years[1],
        unit=words["people.chart"],
    )
    return Chart("pyramid", title, words["pyramid.aria"], traces, layout, [words["pyramid.age"], *head], rows)


def _pyramid_trace(
    sex: str, year: int, values: list[float], labels: list[str], words: Texts, base: bool
) -> dict[str, Any]:
    sign = -1 if sex == "male" else 1
    filled = {"color": TARGET_COLOURS[sex]}
    outlined = {"color": "rgba(0,0,0,0)", "line": {"color": BASE_COLOURS[sex], "width": 1.5}}
    return {
        "type": "bar",
        "orientation": "h",
        "name": words.say("pyramid.trace", sex=words.code("sex", sex), year=year),
        "x": [round(sign * v, 4) for v in values],
        "y": labels,
        "customdata": [round(v, 2) for v in values],
        "hovertemplate": "%{y}: %{customdata}",
        "marker": outlined if base else filled,
    }


def heat_map(result: RunResult, gaps: pd.DataFrame, case: str, words: Texts) -> Chart:
    """Draw coverage of need by resource (rows) and county (columns) in the target year, percent."""
    year = result.loaded.scenario.time.target_year
    kept = gaps[(gaps["year"] == year) & (gaps["case"] == case)]
    grid = kept.pivot_table(index="resource", columns="county", values="coverage", sort=False)
    counties = [CITY, *(c for c in grid.columns if c != CITY)] if len(grid) else []
    grid = grid[counties]
    across = [words.code("county", c) for c in counties]
    down = [words.code("resource", r) for r in grid.index]
    text = [[percent(float(v), 0).rstrip("%") for v in row] for row in grid.to_numpy()]
    trace = {
        "type": "heatmap",
        "x": across,
        "y": down,
        "z": [[round(float(v) * 100, 2) for v in row] for row in grid.to_numpy()],
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"size": 11, "color": INK},
        "hovertemplate": f"%{{x}} · %{{y}}<br>{words['heat.hover']} %{{text}}%<extra></extra>",
        "colorscale": COVERAGE_SCALE,
        "zmin": 0,
        "zmax": 100,
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
    }
    layout = layout_of(
        words,
        110 + 32 * len(down),
        xaxis=axis(type="category", side="top", showgrid=False, tickangle=-35),
        yaxis=axis(type="category", autorange="reversed", showgrid=False),
    )
    rows = [[name, *(f"{v}%" for v in line)] for name, line in zip(down, text, strict=True)]
    title = words.say(f"heat.title_{case}", year=year)
    head = [words["causes.resource"], *across]
    return Chart(f"heat-{case}", title, words["heat.aria"], [trace], layout, head, rows, min_width=640)


def gantt(result: RunResult, projects: pd.DataFrame, words: Texts) -> Chart:
    """Draw bars from start to opening by project type and start year."""
    bars = gantt_bars(projects, [str(p) for p in result.stages.rules.projects["project"].values], words)
    types = list(dict.fromkeys(bar.project for bar in bars))
    colours = {p: BAR_COLOURS[n % 2] for n, p in enumerate(types)}
    middle = {p: [b.lane for b in bars if b.project == p] for p in types}
    trace = {
        "type": "bar",
        "orientation": "h",
        "base": [bar.start for bar in bars],
        "x": [round(bar.length, 4) for bar in bars],
        "y": [bar.lane for bar in bars],
        "width": 0.78,
        "text": [f"{bar.units:,}" for bar in bars],
        "textposition": "auto",
        "insidetextanchor": "start",
        "textangle": 0,
        "textfont": {"size": 11, "color": INK},
        "cliponaxis": False,
        "marker": {"color": [colours[bar.project] for bar in bars], "line": BAR_EDGE},
        "hovertext": [bar.hover for bar in bars],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    time = result.loaded.scenario.time
    ends = [time.first_decision_year - 0.05, time.target_year + 1.15]
    lanes = [n for p in types for n in middle[p]] or [0]
    layout = layout_of(
        words,
        90 + 26 * (max(lanes) + 1),
        showlegend=False,
        xaxis=axis(range=ends, dtick=1, tickformat="d", side="top"),
        yaxis=axis(
            range=[max(lanes) + 0.6, -0.6],
            tickvals=[(min(middle[p]) + max(middle[p])) / 2 for p in types],
            ticktext=[words.code("project", p) for p in types],
            showgrid=False,
        ),
    )
    head = [words[f"{k}"] for k in ("projects.project", "gantt.start", "gantt.open", "projects.units")]
    rows = [
        [words.code("project", bar.project), str(bar.start), bar.opened, f"{bar.units:,}"] for bar in bars
    ]
    title, aria = words["gantt.title"], words["gantt.aria"]
    return Chart("gantt", title, aria, [trace], layout, head, rows, min_width=560)


def cash(result: RunResult, nominal: pd.DataFrame, words: Texts) -> Chart:
    """Draw nominal cash stacked by fund for each year."""
    funds = [str(f) for f in result.stages.rules.funds["fund"].values]
    grid = _money_grid(nominal, "fund", words).reindex(columns=funds).fillna(0.0)
    grid = grid.loc[:, (grid != 0).any()]
    colours = dict(zip(funds, FUND_COLOURS * len(funds), strict=False))
    traces = [_money_trace(grid[f], words.code("fund", f), colours[str(f)]) for f in grid.columns]
    title = words.say("cash.title", unit=words["money.chart"])
    return _money_chart("cash", title, words["cash.aria"], traces, grid, "fund", result, words)


def tail(result: RunResult, nominal: pd.DataFrame, words: Texts) -> Chart:
    """Draw the nominal fiscal running cost of each year."""
    grid = _money_grid(nominal[nominal["kind"] == "recurrent"], "kind", words)
    traces = [_money_trace(grid[k], words["tail.trace"], FUND_COLOURS[3]) for k in grid.columns]
    years = f"{result.case.terms.recurrent_years:g}"
    title = words.say("tail.title", unit=words["money.chart"], years=years)
    return _money_chart("tail", title, words["tail.aria"], traces, grid, "kind", result, words)


def _money_grid(ledger: pd.DataFrame, by: str, words: Texts) -> pd.DataFrame:
    """Sums by year (rows) and code (columns) in the chart's unit of money."""
    sums = ledger.groupby(["year", by])["amount_fen"].sum().unstack(by).fillna(0)
    return sums / 100 / words.number("money.large_unit")


def _money_trace(values: pd.Series, name: str, colour: str) -> dict[str, Any]:
    years, amounts = [int(y) for y in values.index], [round(float(v), 4) for v in values]
    hover = f"%{{x}} · {name}: %{{y:,.2f}}<extra></extra>"
    marker = {"color": colour}
    return {"type": "bar", "name": name, "x": years, "y": amounts, "marker": marker, "hovertemplate": hover}


def _money_chart(
    name: str,
    title: str,
    aria: str,
    traces: list[dict[str, Any]],
    grid: pd.DataFrame,
    kind: str,
    result: RunResult,
    words: Texts,
) -> Chart:
    layout = layout_of(
        words,
        400,
        barmode="stack",
        showlegend=len(traces) > 1,
        xaxis=axis(dtick=1, tickformat="d", tickangle=-45, showgrid=False),
        yaxis=axis(rangemode="tozero", tickformat=",~g"),
    )
    head = [words["cash.year"], *(words.code(kind, c) for c in grid.columns), words["cash.total"]]
    rows = [
        [str(year), *(f"{v:,.2f}" for v in line), f"{sum(line):,.2f}"]
        for year, line in zip(grid.index, grid.to_numpy().tolist(), strict=True)
    ]
    year, totals = result.loaded.scenario.time.target_year, grid.sum(axis=1)
    if year in totals.index:
        layout["annotations"] = [_mark(year, float(totals[year]), words["target_line"])]
    return Chart(name, title, aria, traces, layout, head, rows)


def _mark(x: int, y: float, text: str) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "showarrow": False, "yanchor": "bottom", "font": {"size": 11}}


def _age_label(age: int) -> str:
    return f"{age}+" if age >= OPEN_AGE else f"{age}–{age + AGE_STEP - 1}"


def _round_up(value: float, steps: Sequence[float] = (1, 2, 3, 4, 5, 6, 8, 10)) -> float:
    size = 1.0
    while size * 10 < value:
        size *= 10
    return next((size * s for s in steps if size * s >= value), size * 10)
