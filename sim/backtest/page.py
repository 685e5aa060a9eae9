"""The page and the tables of a back-test."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from sim.backtest.comparing import Comparison
from sim.backtest.scores import FORECASTS

_HERE = Path(__file__).resolve().parent
LANGUAGES = ("zh", "en")


@cache
def words(lang: str) -> dict[str, str]:
    """Return the texts of the page in one language."""
    with (_HERE / "texts.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row[lang] for row in csv.DictReader(file)}


def render(found: Comparison, title: str, names: dict[str, str], cut_off: int, draws: int, lang: str) -> str:
    """Return the page of a back-test, self-contained; the same inputs give the same bytes.

    Args:
        found: what was compared.
        title: the scenario's title in the language.
        names: names of county and resource codes, `city` for the whole.
        cut_off: last year whose published figures were known.
        draws: number of draws of the band.
        lang: `zh` or `en`.
    """
    t = words(lang)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("sim.backtest", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja").render(
        t=t,
        title=title,
        intro=t["intro"].format(cut_off=cut_off, n=len(found.rows), draws=draws),
        left_out=_left_out(found.left_out, t),
        scores=score_rows(found.scores, names, t),
        rows=[_row(row, names, t) for row in found.rows.to_dict("records")],
    )


def score_rows(scores: pd.DataFrame, names: Mapping[str, str], t: dict[str, str]) -> list[list[str]]:
    """Level, indicator, rows, error and bias of the projection, errors of the rivals, coverage."""
    rows = []
    for row in scores.to_dict("records"):
        errors = [_percent(row[f"{name}_mape"]) for name in FORECASTS]
        coverage = "" if row["coverage"] != row["coverage"] else f"{row['coverage'] * 100:.0f}%"
        head = [t[f"level.{row['level']}"], _said(row["indicator"], names, t), str(row["n"])]
        rows.append([*head, errors[0], _percent(row["projected_bias"]), *errors[1:], coverage])
    return rows


def _row(row: Mapping[Any, Any], names: dict[str, str], t: dict[str, str]) -> list[str]:
    county = str(row["county"])
    error = f"{(row['projected'] / row['actual'] - 1) * 100:+.2f}%"
    numbers = [_number(row[name]) for name in ("actual", "projected")]
    band = f"{_number(row['low'])} – {_number(row['high'])}"
    rivals = [_number(row[name]) for name in ("constant_growth", "grey_model")]
    head = [names.get(county, county), _said(row["indicator"], names, t), str(row["year"])]
    return [*head, *numbers, error, band, *rivals, str(row["quality"])]


def _left_out(rows: pd.DataFrame, t: dict[str, str]) -> str:
    counts = rows["indicator"].value_counts()
    listed = ", ".join(f"{name} ({n})" for name, n in sorted(counts.items()))
    return t["left_out"].format(n=len(rows), list=listed) if len(rows) else ""


def _said(indicator: object, names: Mapping[str, str], t: dict[str, str]) -> str:
    return t.get(f"indicator.{indicator}") or names.get(str(indicator), str(indicator))


def _percent(value: float) -> str:
    return "" if value != value else f"{value:.2f}%"


def _number(value: float) -> str:
    return "" if value != value else f"{value:,.0f}"
