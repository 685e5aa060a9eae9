"""A plan as printed: its indicators, named projects, rules and tasks, and how each row is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.committed import Work, read_works
from sim.consult.lines import in_columns
from sim.consult.stated import plan_names
from sim.consult.words import Words
from sim.errors import InputError, Problem, nearest
from sim.evidence.book import Book, open_book
from sim.evidence.figures import Figures
from sim.evidence.tables import Row
from sim.indicators import Indicator, read_indicators
from sim.planning_rules import read_planning_rules
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.shipped import scenario_names

BUREAUS = re.compile("[、,，;；]")
_STATUS = ("mooted", "aspired", "planned", "started", "firm", "completed")


@dataclass(frozen=True)
class PlanView:
    """A plan under the scenario it ships with."""

    name: str
    scenario: str
    book: Book
    indicators: Sequence[Indicator]
    rules: Sequence[Indicator]
    works: Sequence[Work]
    counties: Mapping[str, Row]


def open_plan(wanted: str) -> PlanView:
    """Open a plan under its shipped scenario, or the plan of the scenario that is named.

    Raises:
        InputError: no plan or scenario of that name; the nearest is named.
    """
    loaded = scenario_of(wanted)
    book = open_book(loaded)
    figures = Figures(book, loaded.scenario)
    indicators = read_indicators(figures)
    counties = {row["county"]: row for row in book["counties"]}
    rules = read_planning_rules(figures, indicators)
    works = read_works(figures)
    return PlanView(loaded.scenario.plan, loaded.scenario.name, book, indicators, rules, works, counties)


def scenario_of(wanted: str, place: str = "PLAN") -> LoadedScenario:
    """Return the scenario of that name, or the shipped one of that plan.

    Raises:
        InputError: there is none; the nearest is named at `place`.
    """
    names = scenario_names()
    if wanted in names or wanted.endswith((".yaml", ".yml")):
        return load_scenario(wanted)
    for name in names:
        loaded = load_scenario(name)
        if loaded.scenario.plan == wanted:
            return loaded
    known = sorted({*plan_names(), *names})
    problem = Problem(place, f"no plan {wanted!r}", ", ".join(known), nearest(wanted, known))
    raise InputError([problem])


def indicator_lines(view: PlanView, words: Words, origin: str) -> Iterator[str]:
    """Yield the rows of the plan's table (`origin` table) or of its text, as printed."""
    items = [item for item in view.indicators if item.origin == origin]
    names = {"plan": view.name, "rows": len(items), "scenario": view.scenario}
    if origin == "table" and not items:
        yield words.say("plan.no_table", **names)
        return
    yield words.say("plan.title" if origin == "table" else "plan.text_title", **names)
    header = ("no", "indicator_name", "printed_unit", "baseline", "target", "force", "read", "enters", "line")
    yield from in_columns(_header(header, words), [_indicator(item, words) for item in items])
    inside = sum(item.in_program for item in items)
    yield words.say("plan.count", inside=inside, rows=len(items))


def _header(names: Sequence[str], words: Words) -> list[str]:
    return [words.say(f"column.{name}") for name in names]


def _indicator(item: Indicator, words: Words) -> list[str]:
    number = f"{item.number}/{item.reading}" if item.reading else item.number
    baseline = item.baseline_text or words.code("baseline_as", item.baseline_as)
    target = item.target_text or words.code("target_as", item.target_as)
    read = [
        words.code("measure", item.measure),
        words.code("sense", item.sense),
        words.code("bound", item.bound),
    ]
    if item.scope != "city":
        read.append(words.code("scope", item.scope))
    name = item.name if words.lang == "zh" else item.name_en
    force = words.code("force", item.force)
    printed = [number, name, item.unit, baseline, target, force]
    return [*printed, " · ".join(read), _enters(item, words), item.seed_line]


def _enters(item: Indicator, words: Words) -> str:
    if item.in_program:
        return words.say("plan.inside", level=item.level)
    code = item.why_not()
    return words.say("plan.outside", code=code, reason=words.code("why", code))


def work_lines(view: PlanView, words: Words) -> Iterator[str]:
    """Yield the named projects with what is printed of them and whether they are commitments."""
    rows = [work.row for work in view.works]
    status = Counter(row["status"] for row in rows)
    said = (f"{words.code('work_status', name)} {status[name]}" for name in _STATUS if status[name])
    counts = words.say("join").join(said) or words.say("plan.none")
    yield words.say("plan.works_title", rows=len(rows), counts=counts)
    cells = [
        [row["work"], words.name(row.cells, "name", "name_en"), _place(row["county"], view, words),
         words.code("work_status", row["status"]), _printed(row),
         words.code("work_why", work.why_not or "counted"), row["seed_line"]]
        for work in view.works
        for row in (work.row,)
    ]  # fmt: skip
    if cells:
        header = _header(("no", "work", "county_code", "status", "printed", "counts", "line"), words)
        yield from in_columns(header, cells)


def _place(county: str, view: PlanView, words: Words) -> str:
    if county in view.counties:
        return words.name(view.counties[county].cells, "county_name", "county_name_en")
    return words.code("place", county)


def _printed(row: Row) -> str:
    """Units, floor area, land, money and years where printed."""
    parts = [f"{row['units']} {row['resource']}" if row["units"] else ""]
    parts += [f"{row[name]} {unit}" if row[name] else "" for name, unit in _PRINTED]
    years = "-".join(filter(None, (row["start_year"], row["open_year"])))
    return ", ".join(filter(None, (*parts, years)))


_PRINTED = (("floor_area", "m2"), ("land", "mu"), ("investment", "yuan"))


def rule_lines(view: PlanView, words: Words) -> Iterator[str]:
    """Yield the planning rules and whether they enter the program."""
    rows = view.book["plans/rules"].rows
    asked = {rule.number: rule for rule in view.rules}
    yield words.say("plan.rules_title", rows=len(rows))
    cells = [
        [row["rule"], words.name(row.cells, "name", "name_en"), words.code("rule_kind", row["kind"]),
         _range(row), words.code("scope", row["scope"]), _planned(asked.get(row["rule"]), words),
         row["seed_line"]]
        for row in rows
    ]  # fmt: skip
    if cells:
        header = _header(("no", "rule", "kind", "value", "scope", "enters", "line"), words)
        yield from in_columns(header, cells)


def _range(row: Row) -> str:
    ends = [row["low"], row["high"]]
    span = f" ({ends[0] or '…'}-{ends[1] or '…'})" if any(ends) and ends != [row["value"]] * 2 else ""
    limit = f", {row['threshold']} persons" if row["threshold"] else ""
    return f"{row['value']} {row['unit']}{span}{limit}"


def _planned(rule: Indicator | None, words: Words) -> str:
    if rule is None:
        return words.say("plan.outside", code="not_a_need", reason=words.code("rule_why", "not_a_need"))
    if not rule.in_program and rule.why_not() == "monitored":
        return words.say("plan.outside", code="not_planned", reason=words.code("rule_why", "not_planned"))
    return _enters(rule, words)


def task_lines(view: PlanView, words: Words, bureau: str | None) -> Iterator[str]:
    """Yield the tasks, those of one bureau where it is named (a part of its name is enough).

    Raises:
        InputError: the plan has no task of that bureau; the nearest is named.
    """
    rows = [row for row in view.book["plans/tasks"] if bureau is None or bureau in _bureaus_of(row)]
    known = bureaus(view)
    if bureau is not None and not rows:
        allowed = ", ".join(known) or "none: the plan has no tasks"
        found = f"no task of {bureau!r} in {view.name}"
        raise InputError([Problem("--bureau", found, allowed, nearest(bureau, known))])
    yield words.say("plan.tasks_title", rows=len(rows))
    for row in rows:
        yield f"{row['task']:>3} [{row['section']}] {row['text']}"
        yield f"    {words.say('column.lead')}: {row['lead']}"
        if row["participating"]:
            yield f"    {words.say('column.participating')}: {row['participating']}"


def _bureaus_of(row: Row) -> str:
    return f"{row['lead']} {row['participating']}"


def bureaus(view: PlanView) -> list[str]:
    """Return the bureaus that lead or take part in a task, in the order they first stand."""
    cells = (row[name] for row in view.book["plans/tasks"] for name in ("lead", "participating"))
    return list(dict.fromkeys(name.strip() for cell in cells for name in BUREAUS.split(cell) if name.strip()))
