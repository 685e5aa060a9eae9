"""Why targets are missed, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.explain import Missed
from sim.outputs.folder import read_table
from sim.outputs.texts import Named, Texts, percent, plain, texts
from sim.program.groups import RuleGroup
from sim.program.relaxing import Loosened

SHORTEST = 3
MILLION = 1e6
COARSE, FINE = 1e6, 1e4
"Yuan to which large and small amounts of money are rounded."


def sentences(
    missed: Sequence[Missed], reached: dict[str, tuple[str, str, str]], year: int, words: Texts
) -> list[list[str]]:
    """Return the sentences of each missed target, its name first.

    Args:
        missed: of `sim.explain.explain`.
        reached: resource to the name of its target, the value asked for and the value the plan reaches.
        year: the target year.
        words: the texts, with the names of the run.
    """
    return [list(_sentences(item, reached.get(item.resource), year, words)) for item in missed]


def _sentences(item: Missed, reached: tuple[str, str, str] | None, year: int, words: Texts) -> Iterator[str]:
    unit = words.code("resource_unit", item.resource)
    name = words.code("resource", item.resource)
    share = percent(item.shortfall / item.need)
    yield words.say(
        "explain.missed",
        name=name,
        year=year,
        short=plain(outward(item.shortfall)),
        need=plain(outward(item.need)),
        unit=unit,
        share=share,
    )
    if len(item.by_county) > 1 and max(item.by_county.values()) >= 1:
        yield words.say("explain.where", list=words.listed(_shortest(item, words)))
    if item.cause != "rules":
        yield words.say(f"explain.{item.cause}", year=year)
    for n, rules in enumerate(item.conflicts):
        listed = words.listed(rule_name(rule, words) for rule in rules)
        yield words.say("explain.also" if n else "explain.conflict", list=listed)
    yield from _repairs(item, words)
    if not math.isnan(item.later.shortfall):
        met = item.later.shortfall <= 1e-6 * max(item.need, 1.0)
        said = {"year": item.later.year, "short": plain(outward(item.later.shortfall)), "unit": unit}
        yield words.say("explain.later_met" if met else "explain.later_short", **said)
        if item.later.carried:
            yield words.say("explain.carried", year=item.later.year)
    if reached is not None and item.shortfall < item.need:
        yield words.say("explain.lower", name=reached[0], target=reached[1], reached=reached[2])


def _shortest(item: Missed, words: Texts) -> list[str]:
    counties = sorted(item.by_county.items(), key=lambda pair: (-pair[1], pair[0]))[:SHORTEST]
    return [
        words.say("explain.where_item", county=words.code("county", county), short=plain(short))
        for county, short in counties
    ]


def _repairs(item: Missed, words: Texts) -> Iterator[str]:
    for repair in item.alone:
        yield words.say(
            "explain.alone",
            rule=rule_name(repair.group, words),
            least=amount(repair.least, repair.group.unit, words, up=False),
            enough=amount(repair.enough, repair.group.unit, words) + _when(repair, words),
        )
    found = [repair for repair in item.together if math.isfinite(repair.enough)]
    if found:
        yield words.say("explain.together", list=words.listed(_together(r, words) for r in found))
    elif item.conflicts and not item.alone:
        yield words["explain.no_repair"]


def _together(repair: Loosened, words: Texts) -> str:
    enough = amount(repair.enough, repair.group.unit, words) + _when(repair, words)
    return words.say("explain.together_item", rule=rule_name(repair.group, words), enough=enough)


def _when(repair: Loosened, words: Texts) -> str:
    """In which years, where the rule speaks of years."""
    parts = [
        words.say("explain.in_year", year=year, amount=amount(given, repair.group.unit, words))
        for year, given in repair.years
    ]
    return words.say("explain.when", list=words.listed(parts)) if parts else ""


def rule_name(rule: RuleGroup, words: Texts) -> str:
    """Return the name of a rule with the cadre, fund or project it speaks of."""
    kinds = ("resource", "project", "fund", "county")
    of = next((words.words[f"{k}.{rule.of}"] for k in kinds if f"{k}.{rule.of}" in words.words), rule.of)
    return words.say(f"explain.rule.{rule.kind}", of=of)


def amount(value: float, unit: str, words: Texts, up: bool = True) -> str:
    """Return an amount a rule must give: never less than is enough or, if not `up`, never more than proven.

    Heads, projects and units are whole, money is in the unit of the language, a share in percent.
    """
    if unit == "million yuan":
        step = COARSE if value * MILLION >= words.number("money.switch") else FINE
        return words.money(_whole(value * MILLION / step, up) * step)
    if unit == "share":
        return percent(_whole(value * 1000, up) / 1000)
    return words.say(f"explain.amount.{unit}", n=f"{_whole(value, up):,}")


def _whole(value: float, up: bool) -> int:
    return math.ceil(value - 1e-6) if up else math.floor(value + 1e-6)


def outward(units: float) -> float:
    """Return units rounded up to whole ones: what is short is never said to be less."""
    return float(_whole(units, up=True))


def explained(folder: Path, run: Named, missed: Sequence[Missed], lang: str) -> list[list[str]]:
    """Return the sentences of a run folder's missed targets, or that none is missed."""
    words = texts(run, lang)
    table = read_table(folder, "indicators")
    shown = {}
    for item in run.stages.targets:
        rows = table[table["no"] == item.label]
        if len(rows):
            row = rows.iloc[0]
            reached = _eased(float(row["projected_with"]))
            shown[item.resource] = words.code("indicator", item.label), plain(float(row["target"])), reached
    year = run.loaded.scenario.time.target_year
    return sentences(missed, shown, year, words) or [[words["explain.none"]]]


def _eased(value: float, digits: int = 4) -> str:
    """A value the plan reaches, rounded down, so that a target lowered to it is met."""
    if value <= 0:
        return plain(value)
    scale = 10.0 ** (digits - 1 - math.floor(math.log10(value)))
    return f"{math.floor(value * scale) / scale:.{digits}g}"
