"""The first screen of a budget: four questions and their answers in sentences."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from sim.budget.answering import Answered
from sim.budget.marginal import Worth
from sim.budget.need import Need
from sim.ledger import FEN
from sim.names import ALL
from sim.outputs.budget.fiscal import burden_lines, programme_lines
from sim.outputs.budget.unused import unused_lines
from sim.outputs.explaining import outward, rule_name
from sim.outputs.report.sections import level_name
from sim.outputs.texts import Texts, percent, texts

_HERE = Path(__file__).resolve().parent
SHOWN = 6
"Changes of the next envelope, and projects of a step of the trimming order, that are said."
MATTERS = 1e-5
"Slack of the rules above this is more than the tolerance of the levels."


@dataclass(frozen=True)
class Part:
    """One question and the sentences that answer it."""

    title: str
    lines: list[str]


@cache
def _own(lang: str) -> dict[str, str]:
    with (_HERE / "texts.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row[lang] for row in csv.DictReader(file)}


def budget_words(found: Answered, lang: str) -> Texts:
    """Return the words of a budget: those of every page and its own.

    Raises:
        KeyError: the language is neither zh nor en.
    """
    words = texts(found, lang)
    return Texts(lang, {**words.words, **_own(lang)})


def first_screen(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> list[Part]:
    """Return the four answers."""
    return [
        Part(words["budget.q1"], list(_need(found, tables, words))),
        Part(words["budget.q2"], list(_curve(found, tables, words))),
        Part(words["budget.q3"], list(_more(found, tables, words))),
        Part(words["budget.q4"], list(_afterwards(found, tables, words))),
    ]


def purse(found: Answered, words: Texts) -> str:
    """Return the sentence that says which money is counted."""
    own, year = found.question.purse, found.loaded.scenario.time.target_year
    if own.fund == ALL:
        said = words.say("budget.purse_all", year=year)
    else:
        said = words.say("budget.purse_fund", fund=words.code("fund", own.fund), year=year)
    return said + (words["budget.purse_year"] if own.per_year else "")


def exact(yuan: float, words: Texts) -> str:
    """Return an amount in the unit of the language and in yuan."""
    return words.say("budget.exact", money=words.money(yuan), yuan=yuan)


def _need(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> Iterator[str]:
    known = {need.level: need for need in found.needs}
    ranks = sorted({int(row["level"]) for row in found.book["priorities"]} | set(known))
    for rank in ranks:
        if rank in known:
            yield from _need_of(found, known[rank], words)
        else:
            yield words.say("budget.need_none", level=rank)
    works = tables["works"]
    if len(works):
        committed = works[works["committed"] == "yes"]
        sums = {
            "total": works["investment_fen"],
            "planned": works[works["committed"] == "no"]["investment_fen"],
            "committed": committed["investment_fen"],
            "funded": works["funded_fen"],
            "unfunded": works["unfunded_fen"],
        }
        money = {name: words.money(int(fen.sum()) / FEN) for name, fen in sums.items()}
        yield words.say("budget.works", n=len(works), **money)


def _need_of(found: Answered, need: Need, words: Texts) -> Iterator[str]:
    figures = need.plan.figures
    yield words.say(
        "budget.need",
        level=need.level,
        n=len(need.resources),
        least=exact(need.yuan, words),
        bound=exact(math.floor(need.bound), words),
        present=words.money(figures["present_cost_yuan"]),
        local=words.money(figures["local_burden_yuan"]),
    )
    budget = found.budget
    kept = budget.purse.reserve(found.case) * budget.purse.years(found.case)
    if kept >= 1e-4 * max(need.yuan, 1.0):
        yield words.say("budget.reserve", reserve=words.money(kept))
    yield words.say("budget.payers", list=words.listed(_payers(found, need, words)))
    parts = [_unattained(found, need, resource, words) for resource in need.missed]
    other = words["budget.within_other"] if _limited(found) else ""
    said = words.say("budget.unattained", other=other, list=words["join_long"].join(parts))
    yield said if parts else words["budget.attained"]


def _limited(found: Answered) -> bool:
    """Whether the scenario limits money beside the purse."""
    rules = found.case.rules
    limits = (rules.envelopes, rules.envelope_totals, rules.outlay, np.array(rules.outlay_total))
    return any(bool(np.isfinite(np.asarray(limit)).any()) for limit in limits)


def _payers(found: Answered, need: Need, words: Texts) -> Iterator[str]:
    """What each fund spends to the target year in the plan of the least money."""
    table = need.plan.settled.ledger
    until = table[
        (table["price_basis"] == "nominal") & (table["year"] <= found.loaded.scenario.time.target_year)
    ]
    for fund, fen in until.groupby("fund")["amount_fen"].sum().items():
        yield words.say("budget.payer", fund=words.code("fund", fund), money=words.money(int(fen) / FEN))


def _unattained(found: Answered, need: Need, resource: str, words: Texts) -> str:
    why = found.reasons[resource]
    rules = words.listed(rule_name(rule, words) for rules in why.conflicts for rule in rules)
    return words.say(
        "budget.unattained_one",
        name=words.code("resource", resource),
        short=f"{outward(float(need.plan.short.sel(resource=resource))):,.0f}",
        unit=words.code("resource_unit", resource),
        cause=words.say(f"budget.cause.{why.cause}", rules=rules),
    )


def _curve(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> Iterator[str]:
    points, table = found.curve.points, tables["curve"]
    ends = (exact(points[0].yuan, words), exact(points[-1].yuan, words))
    gap = percent(float(table["mip_gap"].max()), 2)
    yield words.say("budget.points", n=len(points), start=ends[0], end=ends[1], gap=gap)
    yield "  " + " | ".join(curve_heads(table, words)[:-2])
    for row in table.iloc[_few(len(table), found.curve.knee)].to_dict("records"):
        yield "  " + " | ".join(curve_cells({str(k): v for k, v in row.items()}, words)[:-2])
    if found.cut_short:
        yield words["budget.cut_short"]
    elif found.curve.knee is not None:
        yield words.say("budget.knee", money=exact(points[found.curve.knee].yuan, words))
    else:
        values = [point.value(found.curve.knee_level) for point in points]
        yield words["budget.flat" if max(values) - min(values) <= 1e-6 else "budget.no_knee"]
    if float(table["rules_slack"].max()) > MATTERS:
        yield words["budget.rules_first"]


def _few(n: int, knee: int | None) -> list[int]:
    """Places of the rows that the first screen shows: quarters of the curve and its bend."""
    quarters = {round((n - 1) * part / 4) for part in range(5)}
    return sorted(quarters | ({knee} if knee is not None else set()))


def curve_heads(table: pd.DataFrame, words: Texts) -> list[str]:
    """Return the heads of the curve as rows of text."""
    ranks = [c.removeprefix("shortfall_level") for c in table.columns if c.startswith("shortfall_level")]
    return [
        words["budget.table.envelope"],
        *(words.say("budget.table.shortfall", n=rank) for rank in ranks),
        *(words[f"budget.table.{name}"] for name in ("capital", "present", "local", "gap", "status")),
    ]


def curve_cells(row: Mapping[str, object], words: Texts) -> list[str]:
    """Return one envelope of the curve as cells."""
    short = [value for name, value in row.items() if name.startswith("shortfall_level")]
    money = [row[f"{name}_yuan"] for name in ("capital_outlay", "present_cost", "local_burden")]
    return [
        words.money(float(str(row["envelope_yuan"]))),
        *(f"{float(str(value)):.4f}" for value in short),
        *(words.money(float(str(value))) for value in money),
        percent(float(str(row["mip_gap"])), 2),
        words.code("status", row["status"]),
    ]


def _more(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> Iterator[str]:
    yield words.say(f"budget.chosen.{found.chosen_by}", money=exact(found.plan.yuan, words))
    yield from unused_lines(found, words)
    for worth in found.worths:
        yield _worth(worth, words)
    later = [n for n, point in enumerate(found.curve.points) if point.yuan > found.plan.yuan]
    if later:
        steps = tables["steps"]
        changes = steps[steps["step"] == later[0]].head(SHOWN).to_dict("records")
        said = [
            words.say(
                f"budget.change.{c['change']}", project=words.code("project", c["project"]), n=c["units"]
            )
            for c in changes
        ]
        money = words.money(found.curve.points[later[0]].yuan)
        key = "budget.next" if said else "budget.next_none"
        yield words.say(key, money=money, list=words["join_long"].join(said))


def _worth(worth: Worth, words: Texts) -> str:
    fund = words.code("fund", worth.fund)
    key = "worth" if worth.least > 0 else "worth_zero" if worth.most <= 0 else "worth_none"
    return words.say(
        f"budget.{key}",
        limit=words.say(
            "budget.limit_year" if worth.year else "budget.limit_total", fund=fund, year=worth.year
        ),
        level=level_name(worth.level, words),
        units=words.code("level_unit", worth.units),
        least=worth.least,
        most=worth.most,
        step=words.money(worth.step),
        price=words.say("budget.price", level=level_name(worth.price_level, words), price=worth.price)
        if worth.price_level
        else words["budget.price_none"],
    )


def _afterwards(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> Iterator[str]:
    for plan in ("need", "envelope"):
        name = words[f"budget.plan.{plan}"]
        part = _of(tables["recurrent_tail"], plan)
        by_year = part.groupby("year")["amount_fen"].sum() / FEN
        after = by_year[by_year.index > found.loaded.scenario.time.target_year]
        if after.empty:
            yield words.say("budget.tail_none", plan=name)
            continue
        income = _of(tables["service_income"], plan)
        income = income[income["year"] > found.loaded.scenario.time.target_year]
        yield words.say(
            "budget.tail",
            plan=name,
            first=after.index[0],
            last=after.index[-1],
            first_money=words.money(float(after.iloc[0])),
            years=f"{found.case.terms.recurrent_years:g}",
            total=words.money(float(after.sum())),
            income=words.money(float(income["service_income_yuan"].sum())),
        )
        yield from burden_lines(tables, plan, words)
        yield from _debt(_of(tables["bonds"], plan), name, words)
    yield from programme_lines(found, tables, words)


def _debt(table: pd.DataFrame, name: str, words: Texts) -> Iterator[str]:
    if len(table):
        last = table["year"].max()
        owed = table[table["year"] == last]["outstanding_fen"].sum()
        sums = {key: int(table[f"{key}_fen"].sum()) / FEN for key in ("issued", "interest")}
        said = {key: words.money(yuan) for key, yuan in sums.items()}
        yield words.say("budget.debt", plan=name, last=last, owed=words.money(int(owed) / FEN), **said)


def _of(table: pd.DataFrame, plan: str) -> pd.DataFrame:
    return table[table["plan"] == plan]


def trimming_lines(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> list[str]:
    """Return what goes at each step of the trimming order."""
    lines = []
    for step in found.trimmed:
        part = tables["trimming"]
        gone = part[(part["shrink_share"] == step.share) & (part["capital_yuan"] > 0)].to_dict("records")
        said = [
            words.say(
                "budget.trim_item",
                county=words.code("county", g["county"]),
                project=words.code("project", g["project"]),
                n=g["units"],
            )
            for g in gone[:SHOWN]
        ]
        more = "…" if len(gone) > SHOWN else ""
        listed = words["join"].join(said) + more if said else words["budget.trim_none"]
        lines.append(words.say("budget.trim_line", share=percent(step.share, 0), list=listed))
    return lines
