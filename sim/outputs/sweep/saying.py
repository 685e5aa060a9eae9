"""The first lines of a sweep: futures, what decides, when the plan fails, what holds, what is uncertain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.names import CITY
from sim.outputs.sweep.naming import (
    factor_name,
    factor_value,
    level_title,
    outcome_name,
    sweep_words,
)
from sim.outputs.texts import Texts, percent, plain
from sim.sweep.analysis.answering import Answered, answered
from sim.sweep.analysis.boxes import Box
from sim.sweep.analysis.failing import Discovery
from sim.sweep.analysis.indices import RANK_REGRESSION, SPEARMAN
from sim.sweep.analysis.intervals import wilson
from sim.sweep.analysis.thresholds import thresholds

SHOWN = 4
"Outcomes whose assumptions stand on the first screen."
WEAK = ("estimate", "assumption")
"Qualities of evidence that no document states."
LEAST_P = 1e-12
"Quasi-p values are said to be at most this where they are smaller: no reader needs more."
COST = "present_cost"
"A relaxed plan is cheaper than any of whole projects, so its cost is no regret to head a page with."
HALF = 0.5
"A target met in this share of the futures is the least certain there can be."


@dataclass(frozen=True)
class Part:
    """One question and the sentences that answer it."""

    title: str
    lines: list[str]


def first_screen(folder: Path, lang: str) -> list[str]:
    """Return the answers of a dataset in a few lines.

    Args:
        folder: the dataset.
        lang: `zh` or `en`.

    Raises:
        InputError: the folder is no dataset, or its factors are not those its design makes.
    """
    return lines(parts(answered(folder), sweep_words(lang)))


def lines(found: list[Part]) -> list[str]:
    """Return the parts as lines of text."""
    return [line for part in found for line in (part.title, *(f"  {said}" for said in part.lines))]


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def parts(found: Answered, words: Texts) -> list[Part]:
    """Return the questions with their answers; those of a plan only where there is one."""
    asked = {"futures": list(_futures(found, words))}
    if found.data.ok.any():
        asked["decides"] = list(decides_lines(found, words))
        if is_plan(found):
            asked["fails"] = [*_fails(found, words), *_regret(found, words)]
            asked["holds"] = list(_holds(found, words))
            asked["uncertain"] = list(_uncertain(found, words))
    return [Part(words[f"sweep.q.{name}"], said) for name, said in asked.items()]


def is_plan(found: Answered) -> bool:
    """Return whether there is a plan to judge."""
    return any(outcome.of == "plan" for outcome in found.data.outcomes)


def important(found: Answered) -> list[str]:
    """Return the outcomes that vary, those a reader asks about first before the others.

    Levels of the plan, values of a model, regret at the first level where there is any (regret at a later
    level compares like with like only where all before it are equal), levels of the best.
    """
    named: dict[tuple[str, str], list[str]] = {}
    for name in found.leading:
        interest = found.interests[name]
        named.setdefault((interest.of, interest.outcome.kind), []).append(name)
    first = named.get(("plan", "level"), []) + named.get(("model", "value"), [])
    first += named.get(("regret", "level"), [])[:1] + named.get(("best", "level"), [])
    return first + [name for name in found.leading if name not in first]


def decides_lines(found: Answered, words: Texts) -> Iterator[str]:
    """Say which assumptions decide the outcomes a reader asks about first."""
    names = important(found)
    if not names:
        yield words["sweep.decides_nothing"]
    for name in names[:SHOWN]:
        outcome = outcome_name(found.interests[name], words)
        table = found.tables["indices"]
        own = table[(table["outcome"] == name) & (table["measure"] == found.main)]
        rows = {str(row["factor"]): row for row in records(own)}
        beside = _beside(table, name) if found.main == SPEARMAN else {}
        told_by = {factor: (rows[factor], beside.get(factor, rows[factor])) for factor in found.leading[name]}
        first = [factor for factor, both in told_by.items() if all(map(_stands_out, both))]
        told = [
            words.say(
                "sweep.decides_one",
                name=factor_name(found.data, factor, words),
                value=index_text(found.main, rows[factor]["value"]),
            )
            for factor in first[: int(thresholds().leading)]
        ]
        measure = words[f"sweep.measure.{found.main}"]
        key = "sweep.decides" if told else "sweep.decides_none"
        yield words.say(key, outcome=outcome, list=words.listed(told), measure=measure)


def index_text(measure: str, value: float) -> str:
    """Return an index: two decimals, correlations with their sign; Morris' in the unit of the outcome."""
    if measure == "spearman":
        return f"{value:+.2f}"
    return f"{value:.2f}" if measure.startswith("sobol") else plain(value, 3)


def discovery_lines(found: Answered, one: Discovery, words: Texts) -> list[str]:
    """Say when the plan fails in one way, or why nothing is said."""
    event = words["sweep.event.any"]
    if one.resource:
        event = words.say("sweep.event.one", name=words.code("resource", one.resource))
    said = {
        "event": event,
        "base": percent(one.fails / max(one.futures, 1)),
        "fails": one.fails,
        "futures": one.futures,
        "least": f"{thresholds().fewest_events:g}",
    }
    if not one.boxes:
        return [words.say(f"sweep.prim.{one.told}", **said)]
    return [
        words.say(
            f"sweep.prim.{one.told}",
            **said,
            conditions=conditions(found, box, words),
            coverage=percent(box.coverage),
            density=percent(box.density),
            p=max(LEAST_P, *(limit.quasi_p for limit in box.limits)),
        )
        for box in one.boxes
    ]


def conditions(found: Answered, box: Box, words: Texts) -> str:
    """Say the limits of a box."""
    told = []
    for limit in box.limits:
        name = found.data.factors[limit.factor].name
        side = "at_most" if limit.side else "at_least"
        value = factor_value(found.data, name, limit.value, words)
        told.append(words.say(f"sweep.{side}", name=factor_name(found.data, name, words), value=value))
    return words["sweep.and"].join(told)


def _futures(found: Answered, words: Texts) -> Iterator[str]:
    data = found.data
    method, there = words[f"sweep.method.{data.method}"], len(data.draw)
    yield words.say(
        "sweep.futures", there=there, method=method, factors=len(data.factors), failed=data.failed
    )
    if there < data.planned:
        yield words.say("sweep.futures_missing", missing=data.planned - there)
    weak = sum(factor.quality in WEAK for factor in data.factors)
    if weak:
        yield words.say("sweep.evidence", factors=len(data.factors), n=weak)
    if not data.ok.any():
        yield words["sweep.all_failed"]


def _beside(table: pd.DataFrame, name: str) -> dict[str, dict[str, Any]]:
    """The rank regression of an outcome by factor: what it does apart from those it happens to go with."""
    own = table[(table["outcome"] == name) & (table["measure"] == RANK_REGRESSION)]
    return {str(row["factor"]): row for row in records(own)}


def _stands_out(row: Mapping[str, Any]) -> bool:
    return not bool(row["low"] <= 0 <= row["high"])


def _fails(found: Answered, words: Texts) -> Iterator[str]:
    if not found.discoveries:
        yield words["sweep.no_targets"]
        return
    overall = found.discoveries[0]
    if overall.resource == "":
        yield discovery_lines(found, overall, words)[0]
        yield from _which(found, words)
    if found.usually_missed:
        names = words.listed(words.code("resource", name) for name in found.usually_missed)
        yield words.say("sweep.usually_missed", list=names)


def _which(found: Answered, words: Texts) -> Iterator[str]:
    """Say which of the usual targets are missed, most often missed first."""
    own = [one for one in found.discoveries[1:] if one.fails and one.resource not in found.usually_missed]
    told = [
        words.say("sweep.fails_by_one", name=words.code("resource", one.resource), n=one.fails)
        for one in sorted(own, key=lambda one: -one.fails)
    ]
    if told:
        yield words.say("sweep.fails_by", list=words.listed(told))


def _regret(found: Answered, words: Texts) -> Iterator[str]:
    table = found.tables["regret"]
    table = table[table["level"] != COST]
    if table.empty:
        return
    worse = int(table["decided_here"].sum())
    if not worse:
        yield words["sweep.regret_none"]
        return
    share = worse / int(table["futures"].iloc[0])
    low, high = wilson(share, found.data.independent)
    first = max(records(table), key=lambda row: row["decided_here"])
    yield words.say(
        "sweep.regret",
        share=percent(share),
        low=percent(low),
        high=percent(high),
        confidence=percent(thresholds().confidence, 0),
        level=level_title(first["level"], words),
        n=first["decided_here"],
    )


def _holds(found: Answered, words: Texts) -> Iterator[str]:
    met, wanted = found.tables["met"], found.tables["wanted"]
    own = met[(met["of"] == "plan") & (met["county"] == CITY)]
    always = own[own["share"] == 1]
    if len(always):
        names = words.listed(words.code("resource", name) for name in always["resource"])
        yield words.say("sweep.always_met", n=int(always["futures"].iloc[0]), list=names)
    if wanted.empty:
        yield words["sweep.robust_unknown"]
        return
    limits = thresholds()
    robust = wanted[(wanted["county"] == CITY) & (wanted["share"] >= limits.robust_share)]
    names = words.listed(words.code("project", name) for name in robust["project"])
    key = "sweep.robust" if len(robust) else "sweep.robust_none"
    share, units = percent(limits.robust_share, 0), plain(limits.wanted_units)
    yield words.say(key, share=share, units=units, list=names)


def _uncertain(found: Answered, words: Texts) -> Iterator[str]:
    met = found.tables["met"]
    own = met[(met["of"] == "plan") & (met["county"] == CITY)]
    open_ = own[(own["share"] > 0) & (own["share"] < 1)]
    if own.empty or open_.empty:
        yield words["sweep.no_targets" if own.empty else "sweep.certain"]
        return
    row = min(records(open_), key=lambda row: abs(row["share"] - HALF))
    yield words.say(
        "sweep.uncertain",
        name=words.code("resource", row["resource"]),
        share=percent(row["share"]),
        n=row["futures"],
        low=percent(row["low"]),
        high=percent(row["high"]),
        confidence=percent(thresholds().confidence, 0),
    )
