"""The charts of a sweep: what decides, either end of each factor, how often targets are met."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from sim.names import CITY
from sim.outputs.drawing import INK, Chart, axis, layout_of
from sim.outputs.sweep.labels import across, down, height, wrapped
from sim.outputs.sweep.naming import factor_name, outcome_name
from sim.outputs.sweep.saying import important
from sim.outputs.sweep.tornado import HIGH, LOW, tornado_chart
from sim.outputs.texts import Texts, percent
from sim.sweep.analysis.answering import Answered

SHARE_SCALE = [[0.0, "#dc7d63"], [0.5, "#f8e3b8"], [1.0, "#7fbf9b"]]
WANTED_SCALE = [[0.0, "#ffffff"], [1.0, "#4f8fbf"]]
SIGNED_SCALE = [[0.0, "#dc7d63"], [0.5, "#ffffff"], [1.0, "#4f8fbf"]]
BARS, TORNADOES = 2, 3
"Outcomes that have a chart of their own; the tables have all."
ROWS, COLUMNS = 20, 14
"Most rows and columns of a chart; the tables have all."


def sweep_charts(found: Answered, words: Texts) -> list[Chart]:
    """Return the charts there is something to draw in, in the order of the page."""
    names = important(found)
    drawn = [bars(found, name, f"bars-{n}", words) for n, name in enumerate(names[:BARS], start=1)]
    drawn += [decides(found, names, words)] if names else []
    drawn += [
        tornado_chart(found, name, f"tornado-{n}", words) for n, name in enumerate(names[:TORNADOES], start=1)
    ]
    met, wanted = found.tables["met"], found.tables["wanted"]
    for of in ("plan", "best"):
        title = words.say("sweep.chart.met", of=words[f"sweep.of.{of}"])
        part = met[(met["of"] == of) & ((of == "plan") | (met["county"] == CITY))]
        drawn.append(_shares(part, "resource", f"met-{of}", title, words["sweep.chart.met_aria"], words))
    title, aria = words["sweep.chart.wanted"], words["sweep.chart.wanted_aria"]
    drawn.append(_shares(wanted, "project", "wanted", title, aria, words))
    return [chart for chart in drawn if chart.rows]


def bars(found: Answered, outcome: str, key: str, words: Texts) -> Chart:
    """Draw the indices of one outcome as bars with their intervals, most important on top."""
    table = found.tables["indices"]
    own = table[(table["outcome"] == outcome) & (table["other"] == "")]
    shown = found.leading[outcome][:ROWS]
    labels = [factor_name(found.data, name, words) for name in shown]
    measures = _measures(found.main, own)
    traces, rows = [], [[label] for label in labels]
    for n, measure in enumerate(measures):
        part = own[own["measure"] == measure].set_index("factor").loc[shown]
        values, low, high = (part[name].tolist() for name in ("value", "low", "high"))
        shift = (n - (len(measures) - 1) / 2) * 0.36
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": words[f"sweep.measure.{measure}"],
                "x": [_rounded(value) for value in values],
                "y": [place + shift for place in range(len(shown))],
                "width": 0.34,
                "marker": {"color": (HIGH, LOW)[n % 2]},
                "error_x": {
                    "type": "data",
                    "symmetric": False,
                    "array": [_rounded(h - v) for h, v in zip(high, values, strict=True)],
                    "arrayminus": [_rounded(v - b) for v, b in zip(values, low, strict=True)],
                    "color": INK,
                    "thickness": 1,
                    "width": 3,
                },
                "hovertemplate": "%{x:.3g}<extra></extra>",
            }
        )
        for row, value, least, most in zip(rows, values, low, high, strict=True):
            row += [f"{value:.4g}", f"{least:.4g} – {most:.4g}"]
    head = [words["head.indices.factor"]]
    for measure in measures:
        head += [words[f"sweep.measure.{measure}"], words["sweep.interval"]]
    name, measure = outcome_name(found.interests[outcome], words), words[f"sweep.measure.{found.main}"]
    layout = layout_of(
        words,
        height(labels, words),
        showlegend=True,
        xaxis=axis(zeroline=True, zerolinecolor=INK),
        yaxis=down(labels, words),
    )
    title = words.say("sweep.chart.bars", outcome=name, measure=measure)
    return Chart(key, title, words["sweep.chart.bars_aria"], traces, layout, head, rows, 520)


def decides(found: Answered, names: list[str], words: Texts) -> Chart:
    """Draw the main index of every outcome that varies and every factor as a heat map."""
    table = found.tables["indices"]
    main = table[table["measure"] == found.main]
    grid = main.pivot_table(index="outcome", columns="factor", values="value", sort=False)
    size = grid.abs().max().sort_values(ascending=False, kind="stable") if len(grid) else grid.sum()
    factors = list(size.index)[:COLUMNS]
    shown = [name for name in names if name in grid.index][:ROWS]
    grid = grid.reindex(index=shown, columns=factors)
    if found.main == "morris_mu_star":
        grid = grid.div(grid.max(axis=1), axis=0)
    signed = found.main == "spearman"
    measure = words[f"sweep.measure.{found.main}"]
    return _heat(
        "decides",
        words.say("sweep.chart.decides", measure=measure),
        words["sweep.chart.decides_aria"],
        grid,
        [outcome_name(found.interests[name], words) for name in shown],
        [factor_name(found.data, name, words) for name in factors],
        words,
        scale=SIGNED_SCALE if signed else WANTED_SCALE,
        ends=(-1.0 if signed else 0.0, 1.0),
        said=lambda value: f"{value:.2f}",
    )


def _shares(table: pd.DataFrame, by: str, key: str, title: str, aria: str, words: Texts) -> Chart:
    """Shares of futures by row of a kind and county, the city first."""
    grid = table.pivot_table(index=by, columns="county", values="share", sort=False, dropna=False)
    columns = [c for c in grid.columns if c == CITY] + [c for c in grid.columns if c != CITY]
    grid = grid.reindex(columns=columns)
    return _heat(
        key,
        title,
        aria,
        grid,
        [words.code(by, name) for name in grid.index],
        [words.code("county", name) for name in columns],
        words,
        scale=WANTED_SCALE if by == "project" else SHARE_SCALE,
        ends=(0.0, 1.0),
        said=lambda share: percent(share, 0).rstrip("%"),
    )


def _heat(
    key: str,
    title: str,
    aria: str,
    grid: pd.DataFrame,
    rows: list[str],
    columns: list[str],
    words: Texts,
    scale: list[list[Any]],
    ends: tuple[float, float],
    said: Any,
) -> Chart:
    values = grid.to_numpy(dtype=float).tolist()
    text = [["" if math.isnan(v) else said(v) for v in line] for line in values]
    trace = {
        "type": "heatmap",
        "x": list(range(len(columns))),
        "y": list(range(len(rows))),
        "z": [[None if math.isnan(v) else _rounded(v) for v in line] for line in values],
        "zmin": ends[0],
        "zmax": ends[1],
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"size": 11, "color": INK},
        "customdata": [[f"{wrapped(r, words)} · {wrapped(c, words)}" for c in columns] for r in rows],
        "hovertemplate": "%{customdata}<br>%{text}<extra></extra>",
        "hoverongaps": False,
        "colorscale": scale,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    layout = layout_of(words, height(rows, words, 130), xaxis=across(columns, words), yaxis=down(rows, words))
    table = [[name, *line] for name, line in zip(rows, text, strict=True)]
    return Chart(key, title, aria, [trace], layout, ["", *columns], table, 220 + 62 * len(columns))


def _measures(main: str, own: pd.DataFrame) -> list[str]:
    there = list(dict.fromkeys(own["measure"]))
    return [main, *[name for name in there if name != main][:1]]


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else float(f"{value:.6g}")
