"""How much of an envelope stays unused: money is never silently idle."""

from __future__ import annotations

from collections.abc import Iterator

from sim.budget.answering import Answered
from sim.budget.solving import Funded
from sim.ledger import FEN
from sim.names import ALL
from sim.outputs.texts import Texts


def spent_yuan(found: Answered, plan: Funded) -> float:
    """Return what a plan takes out of the purse to the target year, committed works included, yuan."""
    ledger, purse = plan.settled.ledger, found.question.purse
    last = found.loaded.scenario.time.target_year
    part = ledger[(ledger["price_basis"] == "nominal") & (ledger["year"] <= last)]
    part = part[part["kind"] == "capital"] if purse.fund == ALL else part[part["fund"] == purse.fund]
    return int(part["amount_fen"].sum()) / FEN + min(found.budget.first, plan.yuan)


def unused_yuan(found: Answered, plan: Funded) -> float:
    """Return what a plan leaves of its envelope, of all decision years together, yuan."""
    years = len(found.case.decision_years) if found.question.purse.per_year else 1
    return max(plan.yuan * years - spent_yuan(found, plan), 0.0)


def unused_lines(found: Answered, words: Texts) -> Iterator[str]:
    """Yield how much of the chosen envelope no plan needs, or is too little for more.

    What the program keeps back for rounding is told elsewhere and is not counted as idle.
    """
    plan, purse = found.plan, found.budget.purse
    left = unused_yuan(found, plan)
    if left > purse.reserve(found.case) * len(found.case.decision_years) + 1.0:
        enough = plan.yuan >= found.needs[-1].yuan
        key = "budget.unused_beyond" if enough else "budget.unused"
        yield words.say(key, used=words.money(spent_yuan(found, plan)), unused=words.money(left))
