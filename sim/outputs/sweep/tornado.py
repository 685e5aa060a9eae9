"""Either end of each factor: where the outcome lies there, beside the median future."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from sim.outputs.drawing import GRID, INK, Chart, axis, layout_of
from sim.outputs.sweep.labels import down, height
from sim.outputs.sweep.naming import factor_name, outcome_name, unit_name
from sim.outputs.texts import Texts, plain
from sim.sweep.analysis.answering import Answered

LOW, HIGH = "#e0a030", "#1b4b72"
ROWS = 20
"Most factors of a chart; the table has all."
_HEADS = ("factor", "at_low", "middle", "at_high", "width")


def tornado_chart(found: Answered, outcome: str, key: str, words: Texts) -> Chart:
    """Draw an outcome at either end of each factor, widest on top, with a line at the median future."""
    table = found.tables["tornado"]
    own = table[table["outcome"] == outcome].head(ROWS)
    labels = [factor_name(found.data, name, words) for name in own["factor"]]
    middle = float(own["middle"].iloc[0]) if len(own) else 0.0
    layout = layout_of(
        words,
        height(labels, words, 140),
        showlegend=True,
        xaxis=axis(),
        yaxis=down(labels, words),
        margin={"l": 8, "r": 16, "t": 36, "b": 44},
        **_median(middle, words),
    )
    rows = [
        [label, *(plain(value) for value in values)]
        for label, *values in zip(labels, *(own[name] for name in _HEADS[1:]), strict=True)
    ]
    interest = found.interests[outcome]
    unit, name = unit_name(interest.outcome.unit, words), outcome_name(interest, words)
    title = words.say(f"sweep.chart.tornado{'' if unit else '_plain'}", outcome=name, unit=unit)
    head = [words[f"head.tornado.{name}"] for name in _HEADS]
    aria = words["sweep.chart.tornado_aria"]
    return Chart(key, title, aria, _traces(own, words), layout, head, rows, 520)


def _traces(own: pd.DataFrame, words: Texts) -> list[dict[str, Any]]:
    """A bar from end to end, and a mark at each end."""
    places = list(range(len(own)))
    ends = {end: [float(f"{value:.6g}") for value in own[f"at_{end}"]] for end in ("low", "high")}
    between = {
        "type": "bar",
        "orientation": "h",
        "base": ends["low"],
        "x": [high - low for low, high in zip(ends["low"], ends["high"], strict=True)],
        "y": places,
        "width": 0.24,
        "marker": {"color": "#b9c6d0"},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    marks = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": words[f"sweep.chart.{end}"],
            "x": ends[end],
            "y": places,
            "marker": {"color": colour, "size": 13, "symbol": symbol},
            "customdata": [plain(value) for value in ends[end]],
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for end, colour, symbol in (("low", LOW, "diamond"), ("high", HIGH, "circle"))
    ]
    return [between, *marks]


def _median(middle: float, words: Texts) -> dict[str, Any]:
    """A dotted line at the median future, its value below; nothing where that future is not there."""
    if math.isnan(middle):
        return {}
    line = {"type": "line", "xref": "x", "yref": "paper", "x0": middle, "x1": middle, "y0": 0, "y1": 1}
    note = {
        "xref": "x",
        "yref": "paper",
        "x": middle,
        "y": 0,
        "yanchor": "top",
        "yshift": -20,
        "showarrow": False,
        "text": words.say("sweep.chart.middle", value=plain(middle)),
        "bgcolor": GRID,
    }
    return {"shapes": [line | {"line": {"color": INK, "width": 1, "dash": "dot"}}], "annotations": [note]}
