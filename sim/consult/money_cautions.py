"""What a reader should know of the envelopes: illustrations, amounts that look too small, idle money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import xarray as xr

from sim.consult.words import Words
from sim.evidence.dictionary import rules
from sim.evidence.figures import Figures
from sim.names import ALL
from sim.rules import read_bonds, read_fund_rules, usable_funds
from sim.scenario.reading import LoadedScenario


@dataclass(frozen=True)
class Limit:
    """An envelope of the scenario, or of the plan's table: who pays, in which year, yuan, and its place."""

    fund: str
    year: int
    yuan: float
    where: str


def limits(loaded: LoadedScenario, figures: Figures) -> list[Limit]:
    """Return every envelope that holds; year 0 for the whole plan; the scenario's before the table's."""
    found = {}
    for row in figures.book["plans/envelopes"]:
        year = int(row["year"] or 0)
        found[row["fund"], year] = Limit(row["fund"], year, row.number("amount"), row.where("amount"))
    for n, own in enumerate(loaded.scenario.envelopes):
        key = "amount" if own.amount is not None else "amount_yuan"
        place = loaded.source.where(("envelopes", n, key))
        found[own.fund, own.year or 0] = Limit(own.fund, own.year or 0, own.yuan, place)
    return list(found.values())


def illustrative(loaded: LoadedScenario, figures: Figures, words: Words) -> Iterator[str]:
    """Yield the envelopes that are illustrations and nobody's budget."""
    for n, own in enumerate(loaded.scenario.envelopes):
        if own.illustrative:
            limit = Limit(own.fund, own.year or 0, own.yuan, loaded.source.where(("envelopes", n)))
            yield _said("caution.illustrative_line", limit, figures, words)


def too_small(found: list[Limit], figures: Figures, words: Words) -> Iterator[str]:
    """Yield envelopes above 0 and below the bound of the dictionary: they look as if written in 万."""
    least = rules()["plans/envelopes"].derived["plausible_amount"].minimum
    for limit in found:
        if 0 < limit.yuan < least:
            yield _said("caution.small_money_line", limit, figures, words, least=f"{least:,.0f}")


def idle(
    found: list[Limit], figures: Figures, projects: list[str], can_open: xr.DataArray, words: Words
) -> Iterator[str]:
    """Yield envelopes of funds that no project of the scenario may take money from.

    Args:
        found: the envelopes that hold.
        figures: the evidence.
        projects: the types the scenario may start.
        can_open: (project, start_year) whether they open in time.
        words: the language.
    """
    funds = usable_funds(read_fund_rules(figures, projects), read_bonds(figures), can_open)
    named = words.say("join").join(_name(fund, figures, words) for fund in funds) or words.say("none")
    for limit in found:
        if limit.fund != ALL and limit.fund not in funds:
            yield _said("caution.idle_money_line", limit, figures, words, funds=named)


def _name(fund: str, figures: Figures, words: Words) -> str:
    rows = figures.book["funds/funds"].where(fund=fund)
    return next((words.name(row.cells, "name_zh", "name_en") for row in rows), words.code("fund", fund))


def _said(key: str, limit: Limit, figures: Figures, words: Words, **values: object) -> str:
    when = words.say("caution.in_year", year=limit.year) if limit.year else words.say("caution.whole_plan")
    name = _name(limit.fund, figures, words)
    return words.say(key, fund=name, when=when, yuan=f"{limit.yuan:,.0f}", where=limit.where, **values)
