"""Lines of `sim validate`: what enters the program, each warning explained, and their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from sim.consult.cautions import SILENT, cautions, named
from sim.consult.checks import wanted_projects
from sim.consult.words import Words
from sim.errors import raise_problems
from sim.evidence.book import Book, open_book
from sim.evidence.figures import Figures
from sim.evidence.funding import share_problems
from sim.indicators import Indicator, read_indicators
from sim.planning_rules import read_planning_rules
from sim.scenario.reading import LoadedScenario, load_scenario


def verdict_lines(loaded: LoadedScenario, book: Book, words: Words) -> Iterator[str]:
    """Yield what a valid scenario asks for, its warnings by kind, and their count in the last line.

    Raises:
        InputError: the funds together may not pay for a project type of the scenario.
    """
    raise_problems(share_problems(book.tables, wanted_projects(book, loaded.scenario)))
    figures = Figures(book, loaded.scenario)
    indicators = read_indicators(figures)
    rules = read_planning_rules(figures, indicators)
    yield words.say("caution.valid", file=loaded.source.file, tables=len(book.tables))
    yield _share("targets", indicators, words)
    yield from (f"  {item.label:9} {named(item, words)}: {_entry(item, words)}" for item in indicators)
    yield _reasons(indicators, words)
    yield _share("rules", rules, words)
    yield from (f"  {item.label:9} {named(item, words)}: {_entry(item, words)}" for item in rules)
    found = cautions(loaded, book, words)
    for caution in found:
        if caution.lines:
            yield f"{words.say(f'caution.{caution.kind}')}: {len(caution.lines)}"
            yield from (f"  {line}" for line in caution.lines)
    counts = [words.say(f"count.{caution.kind}", n=len(caution.lines)) for caution in found if caution.lines]
    total = sum(len(caution.lines) for caution in found)
    yield words.say("caution.end", total=total, counts=words.say("join").join(counts) or words.say("none"))


def targets_line(scenario: str, words: Words) -> str:
    """Return how many targets of a scenario enter the program, of how many rows."""
    loaded = load_scenario(scenario)
    return _share("targets", read_indicators(Figures(open_book(loaded), loaded.scenario)), words)


def _share(kind: str, items: Sequence[Indicator], words: Words) -> str:
    inside = sum(item.in_program for item in items)
    return words.say(f"caution.{kind}", inside=inside, rows=len(items))


def _entry(item: Indicator, words: Words) -> str:
    if item.in_program:
        return words.say("caution.level", level=item.level)
    kind = "rule_why" if item.is_rule and item.why_not() == "monitored" else "why"
    code = "not_planned" if kind == "rule_why" else item.why_not()
    return words.say("caution.outside", code=code, reason=words.code(kind, code))


def _reasons(items: Sequence[Indicator], words: Words) -> str:
    """Targets outside the program by reason, those that no figure could mend last."""
    outside = Counter(item.why_not() for item in items if not item.in_program)
    order = sorted(outside, key=lambda code: (code in SILENT, code))
    said = (f"{words.code('why', code)} ({code}) {outside[code]}" for code in order)
    return f"  {words.say('caution.by_reason')}: {words.say('join').join(said) or words.say('none')}"
