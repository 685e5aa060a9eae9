"""The page of a budget: the answers, the curve, the counties; it stands alone, without network."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sim.budget.answering import Answered
from sim.ledger import FEN
from sim.outputs.budget.charts import budget_charts
from sim.outputs.budget.fiscal import BURDEN_HEADS, PROGRAMME_HEADS, burden_rows, programme_rows
from sim.outputs.budget.saying import curve_cells, curve_heads, first_screen, purse, trimming_lines
from sim.outputs.drawing import inlined, plotly
from sim.outputs.envelopes import illustrative_text, supposed_text
from sim.outputs.pages import environment
from sim.outputs.texts import Texts, percent

COUNTY_HEADS = ("county", "received", "paid", "others", "recurrent", "before", "after")
_COUNTY_MONEY = ("received_fen", "paid_by_county_fen", "paid_by_others_fen", "recurrent_fen")


def render(found: Answered, tables: Mapping[str, pd.DataFrame], result_id: str, words: Texts) -> str:
    """Return the page; the same answers give the same bytes."""
    drawn = budget_charts(found, tables, words)
    records = [{str(k): v for k, v in row.items()} for row in tables["curve"].to_dict("records")]
    return (
        environment("sim.outputs.budget", "sim.outputs.report")
        .get_template("page.html.jinja")
        .render(
            t=words,
            title=getattr(found.loaded.scenario.title, words.lang),
            banners=banners(found, words),
            purse=purse(found, words),
            origin=result_id,
            parts=first_screen(found, tables, words),
            curve_heads=curve_heads(tables["curve"], words),
            curve_rows=[curve_cells(row, words) for row in records],
            trimming=trimming_lines(found, tables, words),
            county_heads=[words[f"budget.table.{name}"] for name in COUNTY_HEADS],
            counties=[
                (words[f"budget.plan.{plan}"], county_rows(tables["county_view"], plan, words))
                for plan in ("need", "envelope")
            ],
            burden_heads=[words[f"budget.table.{name}"] for name in BURDEN_HEADS],
            burdens=[
                (words[f"budget.plan.{plan}"], burden_rows(tables, plan, words))
                for plan in ("need", "envelope")
            ],
            programme_heads=[words[f"budget.table.{name}"] for name in PROGRAMME_HEADS],
            programmes=programme_rows(found, tables, words),
            charts={chart.name: chart for chart in drawn},
            chart_data=inlined(drawn),
            plotly=plotly(),
            certificate=words.say("budget.certificate", n=found.plan.checks),
            files=words.say("budget.files", list=words["join"].join(f"{name}.csv" for name in tables)),
        )
    )


def banners(found: Answered, words: Texts) -> list[str]:
    """Return the warnings on top of the page."""
    scenario = found.loaded.scenario
    said = [words["budget.cut_short"]] if found.cut_short else []
    if scenario.time.target_year < scenario.report_date.year:
        time = scenario.time
        said.append(words.say("banner.text", target=time.target_year, cut_off=time.information_until))
    if text := illustrative_text(scenario, words):
        said.append(f"{words['banner.illustrative_title']} {text}")
    if text := supposed_text(scenario, words):
        said.append(f"{words['banner.supposed_title']} {text}")
    return said


def county_rows(table: pd.DataFrame, plan: str, words: Texts) -> list[list[str]]:
    """Return what each county receives, pays and gains as cells, their sum last."""
    part = table[table["plan"] == plan]
    rows = [
        [
            words.code("county", row["county"]),
            *(words.money(row[name] / FEN) for name in _COUNTY_MONEY),
            percent(row["covered_before"]),
            percent(row["covered_after"]),
        ]
        for row in part.to_dict("records")
    ]
    sums = [words.money(int(part[name].sum()) / FEN) for name in _COUNTY_MONEY]
    return [*rows, [words["budget.total"], *sums, "", ""]]
