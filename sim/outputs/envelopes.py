"""What is said of envelopes on the first screen: illustrations that are no budget, idle money."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.budget.purse import Purse
from sim.names import ALL
from sim.outputs.texts import Texts
from sim.pipeline import RunResult
from sim.scenario.schema import Scenario

FEN = 100


def illustrative_text(scenario: Scenario, words: Texts) -> str:
    """Return the warning that names the illustrative envelopes of a scenario, '' where there is none."""
    own = [e for e in scenario.envelopes if e.illustrative]
    parts = (
        words.say(
            "banner.illustrative_year" if e.year else "banner.illustrative_total",
            fund=words.code("fund", e.fund),
            year=e.year,
            money=words.money(e.yuan),
        )
        for e in own
    )
    return words.say("banner.illustrative", list=words.listed(parts)) if own else ""


def unused_lines(result: RunResult, words: Texts) -> Iterator[str]:
    """Yield, for every limit of the money, how much of it the plan uses and how much stays unused, yuan.

    Yearly limits of a fund are taken together: what one year leaves may be kept or lapse. Nothing is said
    of a limit that is used up to what the program keeps back for rounding.
    """
    rules, last = result.case.rules, result.case.decision_years[-1]
    table = result.ledger
    part = table[(table["price_basis"] == "nominal") & (table["year"] <= last)]
    totals, yearly = rules.envelope_totals, rules.envelopes.sum("year")
    lower = totals.where(totals < yearly, yearly)
    limits = dict(zip(map(str, lower["fund"].values), map(float, lower.values), strict=True))
    limits[ALL] = min(rules.outlay_total, float(rules.outlay.sum()))
    for fund, limit in limits.items():
        if not math.isfinite(limit):
            continue
        counted = part["kind"] == "capital" if fund == ALL else part["fund"] == fund
        spent = int(part["amount_fen"].where(counted, 0).sum()) / FEN
        if limit - spent > Purse(fund).reserve(result.case) * len(result.case.decision_years) + 1.0:
            money = {"limit": limit, "used": spent, "unused": limit - spent}
            said = {name: words.money(yuan) for name, yuan in money.items()}
            yield words.say("answer.unused", fund=words.code("fund", fund), **said)
