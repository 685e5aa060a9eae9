"""The report: one HTML page that stands alone, without network, in one language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from sim.outputs.answer import answer
from sim.outputs.pages import environment
from sim.outputs.report.charts import Chart, charts
from sim.outputs.report.plan_sections import plan_sections
from sim.outputs.report.proof_sections import proof_sections
from sim.outputs.report.sections import sections
from sim.outputs.texts import texts
from sim.pipeline import RunResult


def render_report(
    result: RunResult, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], lang: str
) -> str:
    """Return the report of a run as one self-contained page; the same run gives the same bytes.

    Args:
        result: the run.
        tables: its tables.
        manifest: its manifest.
        lang: `zh` or `en`.
    """
    words = texts(result, lang)
    drawn = charts(result, tables, words)
    return (
        environment("sim.outputs.report")
        .get_template("page.html.jinja")
        .render(
            t=words,
            title=getattr(result.loaded.scenario.title, lang),
            answer=answer(result, tables, manifest, words),
            sections=sections(result, tables, manifest, words),
            plan=plan_sections(result, tables, manifest, words),
            proof=proof_sections(tables["ranges"], tables["shadow_prices"], words),
            charts={chart.name: chart for chart in drawn},
            chart_data=_inlined([_plain(chart) for chart in drawn]),
            plotly=Markup(_plotly()),
        )
    )


def _plain(chart: Chart) -> dict[str, Any]:
    return {"div": chart.div, "data": chart.data, "layout": chart.layout}


def _inlined(value: object) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())
