"""What the proof leaves open, and what one more unit of a limit is worth, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.outputs.report.sections import Rows, level_name
from sim.outputs.texts import Texts, plain

SHOWN = 12
"Prices of a level that are shown, the largest first; the table of the run holds all."


@dataclass(frozen=True)
class ProofSections:
    """Ranges of the decisions, and shadow prices."""

    ranges: Rows
    prices: Rows


def proof_sections(ranges: pd.DataFrame, prices: pd.DataFrame, words: Texts) -> ProofSections:
    """Return the tables on what is settled and what limits are worth.

    Args:
        ranges: the table `ranges` of the run.
        prices: the table `shadow_prices` of the run.
        words: the texts.
    """
    return ProofSections([_range(row, words) for row in ranges.to_dict("records")], _prices(prices, words))


def _range(row: Mapping[Any, Any], words: Texts) -> list[str]:
    numbers = [plain(float(row[name]) + 0.0, 6) for name in ("units", "least", "most")]
    return [words.code("project", row["project"]), *numbers, words.code("answer", row["settled"])]


def _prices(prices: pd.DataFrame, words: Texts) -> Rows:
    """One line a limit and level, its largest price over years and counties."""
    if prices.empty:
        return []
    shown = prices[[f"price.{rule}" in words.words for rule in prices["rule"]]]
    rows = []
    for level, part in shown.groupby("level", sort=False):
        named = part.assign(of=part["place"].map(_first_label), size=part["price"].abs())
        largest = named.sort_values("size", ascending=False, kind="stable").drop_duplicates(["rule", "of"])
        for line in largest.head(SHOWN).to_dict("records"):
            rows.append(
                [
                    level_name(str(level), words),
                    words.say(f"price.{line['rule']}", of=words.tokens(line["of"])),
                    f"{line['price']:+.4g}".replace("-", "−"),
                    words.code("level_unit", line["units"]),
                ]
            )
    return rows


def _first_label(place: str) -> str:
    """The code of the first dimension: the resource, cadre or fund a limit speaks of."""
    return place.split(" ")[0].split("=", 1)[1]
