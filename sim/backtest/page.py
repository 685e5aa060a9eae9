"""The page and the tables of a back-test."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from sim.backtest.basis import Basis
from sim.backtest.comparing import Comparison
from sim.backtest.scores import FORECASTS
from sim.outputs.pages import environment

_ENDED = re.compile(r"(.*?)(, \d.*| \(.*\))?", re.DOTALL)
_HERE = Path(__file__).resolve().parent
LANGUAGES = ("zh", "en")
NOTHING = Basis()
SCORE_HEADS = (
    "level",
    "indicator",
    "n",
    "with_error",
    "mape",
    "bias",
    "constant_growth",
    "grey_model",
    "coverage",
)
"Keys of the heads of the scores."


@cache
def words(lang: str) -> dict[str, str]:
    """Return the texts of the page in one language."""
    with (_HERE / "texts.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row[lang] for row in csv.DictReader(file)}


def render(
    found: Comparison,
    title: str,
    names: dict[str, str],
    cut_off: int,
    draws: int,
    lang: str,
    basis: Basis = NOTHING,
) -> str:
    """Return the page of a back-test, self-contained; the same inputs give the same bytes.

    Args:
        found: what was compared.
        title: the scenario's title in the language.
        names: names of county and resource codes, `city` for the whole.
        cut_off: last year whose published figures were known.
        draws: number of draws of the band.
        lang: `zh` or `en`.
        basis: settings and files it rests on.
    """
    t = words(lang)
    return (
        environment("sim.backtest")
        .get_template("page.html.jinja")
        .render(
            t=t,
            title=title,
            intro=t["intro"].format(cut_off=cut_off, n=len(found.rows), draws=draws),
            nothing=t["nothing"].format(cut_off=cut_off),
            basis=basis,
            hindsight=_hindsight(basis, cut_off, t),
            left_out_note=t["left_out_note"].format(n=len(found.left_out)),
            left_out=left_out_rows(found.left_out, names, t),
            score_heads=SCORE_HEADS,
            scores=score_rows(found.scores, names, t),
            rows=[_row(row, names, t) for row in found.rows.to_dict("records")],
        )
    )


def _hindsight(basis: Basis, cut_off: int, t: Mapping[str, str]) -> str:
    """That later knowledge entered, '' where none did."""
    return t["hindsight"].format(cut_off=cut_off, revision=basis.revision) if basis.revision else ""


def told(
    found: Comparison, names: Mapping[str, str], cut_off: int, lang: str, basis: Basis = NOTHING
) -> list[str]:
    """Return what the command says: scores or that there are none, what is left out, what was not known."""
    t = words(lang)
    lines = [t["nothing"].format(cut_off=cut_off)]
    if len(found.rows):
        table = [[t[head] for head in SCORE_HEADS], *score_rows(found.scores, names, t)]
        lines = ["\t".join(cell or "-" for cell in row) for row in table]
    if len(found.left_out):
        lines.append(t["left_out_note"].format(n=len(found.left_out)))
        counts = found.left_out["reason"].value_counts()
        lines += [f"{n}\t{t[f'reason.{reason}']}" for reason, n in sorted(counts.items())]
    return [*lines, *filter(None, [_hindsight(basis, cut_off, t)])]


def score_rows(scores: pd.DataFrame, names: Mapping[str, str], t: Mapping[str, str]) -> list[list[str]]:
    """Return the cells of `SCORE_HEADS` for each level and indicator."""
    rows = []
    for row in scores.to_dict("records"):
        errors = [_percent(row[f"{name}_mape"]) for name in FORECASTS]
        coverage = "" if row["coverage"] != row["coverage"] else f"{row['coverage'] * 100:.0f}%"
        head = [t[f"level.{row['level']}"], _said(row["indicator"], names, t)]
        head += [str(row["n"]), str(row["projected_n"])]
        rows.append([*head, errors[0], _percent(row["projected_bias"]), *errors[1:], coverage])
    return rows


def _row(row: Mapping[Any, Any], names: dict[str, str], t: dict[str, str]) -> list[str]:
    county = str(row["county"])
    error = _percent(row["percent_error"], "+")
    numbers = [_number(row[name]) for name in ("actual", "projected")]
    band = f"{_number(row['low'])} – {_number(row['high'])}"
    rivals = [_number(row[name]) for name in ("constant_growth", "grey_model")]
    head = [names.get(county, county), _said(row["indicator"], names, t), str(row["year"])]
    quality = str(row["quality"])
    return [*head, *numbers, error, band, *rivals, t.get(f"quality.{quality}", quality)]


def left_out_rows(left_out: pd.DataFrame, names: Mapping[str, str], t: Mapping[str, str]) -> list[list[str]]:
    """Return indicator, reason in words and number of the figures that are compared with nothing."""
    counts = Counter(zip(left_out["indicator"], left_out["reason"], strict=True))
    return [
        [_said(indicator, names, t), t[f"reason.{reason}"], str(n)]
        for (indicator, reason), n in sorted(counts.items())
    ]


def _said(indicator: object, names: Mapping[str, str], t: Mapping[str, str]) -> str:
    """An indicator in words, with the age group or the unit it may end in."""
    name, end = _ENDED.fullmatch(str(indicator)).groups()  # type: ignore[union-attr]
    return (t.get(f"indicator.{name}") or names.get(name, name)) + (end or "")


def _percent(value: float, sign: str = "") -> str:
    return "" if value != value else f"{value:{sign}.2f}%"


def _number(value: float) -> str:
    return "" if value != value else f"{value:,.0f}"
