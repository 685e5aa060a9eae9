"""The report: one HTML page that stands alone, without network, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.outputs.answer import answer
from sim.outputs.drawing import inlined, plotly
from sim.outputs.pages import environment
from sim.outputs.report.charts import charts
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
            chart_data=inlined(drawn),
            plotly=plotly(),
        )
    )
