"""How charts of all pages are drawn: plotly's dictionaries, one style, no network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sim.outputs.texts import Texts

GRID = "#e3e7ea"
INK = "#1d2830"


@dataclass(frozen=True)
class Chart:
    """One chart: where it stands, what it shows, and its figures as a table.

    Attributes:
        name: key of the chart on the page; `div` is its element.
        title: what is shown, with the unit.
        aria: the chart in words.
        data, layout: plotly's.
        min_width: px below which the chart scrolls sideways.
        head, rows: the same figures as text.
    """

    name: str
    title: str
    aria: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    head: list[str]
    rows: list[list[str]]
    min_width: int = 300

    @property
    def div(self) -> str:
        """Id of the chart's element."""
        return f"chart-{self.name}"


def layout_of(words: Texts, height: int, **more: Any) -> dict[str, Any]:
    """Return the layout all charts share, `height` px high."""
    return {
        "height": height,
        "autosize": True,
        "margin": {"l": 8, "r": 16, "t": 36, "b": 8},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "font": {"family": words["font"], "size": 12, "color": INK},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        "hoverlabel": {"align": "left"},
        "dragmode": False,
        **more,
    }


def axis(**more: Any) -> dict[str, Any]:
    """Return an axis in the style all charts share."""
    return {"automargin": True, "gridcolor": GRID, "zeroline": False, "fixedrange": True, **more}


def inlined(charts: Sequence[Chart]) -> Markup:
    """Return the charts as JSON that cannot end the script element it stands in."""
    plain = [{"div": chart.div, "data": chart.data, "layout": chart.layout} for chart in charts]
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def plotly() -> Markup:
    """Return the text of plotly itself."""
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs())
