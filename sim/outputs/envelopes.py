"""What is said first of a scenario's own settings: illustrative or idle money, a supposed future."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.budget.purse import Purse
from sim.evidence.moved import UNITS, moved
from sim.names import ALL
from sim.outputs.texts import Texts
from sim.pipeline import RunResult
from sim.scenario.schema import Scenario

FEN = 100


def supposed_text(scenario: Scenario, words: Texts) -> str:
    """Return what a scenario supposes beyond the evidence, its future and single figures; '' if nothing."""
    told = [
        words.say(
            "banner.supposed_one", name=_supposed(name, key, words), value=words.figure(value, UNITS[name])
        )
        for name, key, value in moved(scenario.future)
    ]
    set_here = scenario.figures.items()
    told += [words.say("banner.supposed_one", name=path, value=f"{value:g}") for path, value in set_here]
    return words.say("banner.supposed", list=words.listed(told)) if told else ""


def _supposed(name: str, key: str, words: Texts) -> str:
    own = words.code("token", f"future_{name}")
    return words.say("banner.supposed_of", name=own, of=words.code("resource", key)) if key else own


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
