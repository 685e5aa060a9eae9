"""The charts of a budget: the curve with its band, what each target gets, what is to be paid afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.budget.answering import Answered
from sim.ledger import FEN
from sim.outputs.drawing import Chart, axis, layout_of
from sim.outputs.report.charts import FUND_COLOURS
from sim.outputs.texts import Texts

BAND = "rgba(79,143,191,0.25)"


def budget_charts(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> list[Chart]:
    """Return the charts in the order of the page."""
    years = f"{found.case.terms.recurrent_years:g}"
    return [
        curve_chart(found, tables["curve"], words),
        resource_chart(tables["curve_by_resource"], words),
        *(tail_chart(tables["recurrent_tail"], plan, years, words) for plan in ("need", "envelope")),
    ]


def curve_chart(found: Answered, curve: pd.DataFrame, words: Texts) -> Chart:
    """Draw the shortfall of the level that money moves, with the band down to its proven bound."""
    rank = found.curve.knee_level.removeprefix("targets_")
    money = _money(curve["envelope_yuan"], words)
    values, bounds = (curve[f"{name}_level{rank}"].astype(float).tolist() for name in ("shortfall", "bound"))
    named = words.say("level.targets", n=rank)
    traces = [
        _line(money, bounds, words["budget.chart.bound"], FUND_COLOURS[1], dash="dot"),
        _line(money, values, f"{named} ({words['budget.chart.plan']})", FUND_COLOURS[0])
        | {"fill": "tonexty", "fillcolor": BAND, "mode": "lines+markers"},
    ]
    layout = _layout(words)
    if found.curve.knee is not None:
        place = found.curve.knee
        mark = {"x": money[place], "y": values[place], "text": words["budget.knee_mark"], "showarrow": True}
        layout["annotations"] = [mark | {"ax": 30, "ay": -30, "font": {"size": 12}}]
    head = [words["budget.table.envelope"], words.say("budget.table.shortfall", n=rank)]
    head.append(words.say("budget.table.bound", n=rank))
    rows = [[f"{m:,.4f}", f"{v:.6f}", f"{b:.6f}"] for m, v, b in zip(money, values, bounds, strict=True)]
    title = words.say("budget.chart.curve", unit=words["money.chart"])
    return Chart("curve", title, words["budget.chart.curve_aria"], traces, layout, head, rows, 480)


def resource_chart(table: pd.DataFrame, words: Texts) -> Chart:
    """Draw the share of each target that is covered at each envelope, percent."""
    grid = table.pivot_table(index="envelope_yuan", columns="resource", values="coverage", sort=False)
    money = _money(grid.index.to_series(), words)
    traces = [
        _line(
            money,
            [round(float(v) * 100, 3) for v in grid[resource]],
            words.code("resource", resource),
            FUND_COLOURS[n % len(FUND_COLOURS)],
            dash="solid" if n < len(FUND_COLOURS) else "dash",
        )
        for n, resource in enumerate(grid.columns)
    ]
    head = [words["budget.table.envelope"], *(words.code("resource", r) for r in grid.columns)]
    rows = [
        [f"{m:,.4f}", *(f"{v * 100:.1f}%" for v in line)]
        for m, line in zip(money, grid.to_numpy().tolist(), strict=True)
    ]
    title = words.say("budget.chart.resource", unit=words["money.chart"])
    layout = _layout(words, yaxis=axis(range=[0, 105], ticksuffix="%"))
    return Chart("resource", title, words["budget.chart.resource_aria"], traces, layout, head, rows, 480)


def tail_chart(table: pd.DataFrame, plan: str, years_counted: str, words: Texts) -> Chart:
    """Draw the fiscal running cost of each year by county."""
    part = table[table["plan"] == plan]
    grid = part.groupby(["year", "county"])["amount_fen"].sum().unstack("county").fillna(0) / FEN
    grid = grid / words.number("money.large_unit")
    years = [int(str(year)) for year in grid.index]
    traces = [
        {
            "type": "bar",
            "name": words.code("county", county),
            "x": years,
            "y": [round(float(v), 6) for v in grid[county]],
            "marker": {
                "color": FUND_COLOURS[n % len(FUND_COLOURS)],
                "opacity": 1 - 0.35 * (n // len(FUND_COLOURS)),
            },
        }
        for n, county in enumerate(grid.columns)
    ]
    head = ["", *(words.code("county", county) for county in grid.columns)]
    rows = [
        [str(year), *(f"{v:,.4f}" for v in line)]
        for year, line in zip(years, grid.to_numpy().tolist(), strict=True)
    ]
    said = words[f"budget.plan.{plan}"]
    title = words.say("budget.chart.tail", unit=words["money.chart"], plan=said, years=years_counted)
    layout = _layout(words, barmode="stack", xaxis=axis(dtick=1, tickformat="d", tickangle=-45))
    return Chart(f"tail-{plan}", title, words["budget.chart.tail_aria"], traces, layout, head, rows, 480)


def _marker(n: int) -> dict[str, Any]:
    """Colour of the n-th bar; paler where the colours begin again."""
    again, colour = divmod(n, len(FUND_COLOURS))
    return {"color": FUND_COLOURS[colour], "opacity": max(1 - 0.35 * again, 0.3)}


def _layout(words: Texts, **more: Any) -> dict[str, Any]:
    usual = {"xaxis": axis(rangemode="tozero"), "yaxis": axis(rangemode="tozero")}
    return layout_of(words, 420, showlegend=True, **(usual | more))


def _money(yuan: pd.Series, words: Texts) -> list[float]:
    return [round(float(v) / words.number("money.large_unit"), 6) for v in yuan]


def _line(x: list[float], y: list[float], name: str, colour: str, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2, "dash": dash},
        "hovertemplate": f"%{{x}} · {name}: %{{y}}<extra></extra>",
    }
