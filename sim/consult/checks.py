"""What the tables of a scenario leave open: missing, conflicting, assumed, estimated and stale figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.consult.stated import GRIDS, Stated, stated, table_path
from sim.evidence.book import Book
from sim.evidence.dictionary import rules
from sim.evidence.figures import Figures
from sim.indicators import read_indicators, targets
from sim.planning_rules import read_planning_rules
from sim.rules import useful_projects
from sim.scenario.reading import LoadedScenario
from sim.scenario.schema import Scenario

STALE_YEARS = 3
"A figure is stale if its year lies more than this many years before the scenario's base year."
OF_A_PROJECT = ("projects/values", "projects/outputs", "projects/prerequisites")
OF_A_CITY = ("counties", "population/published_totals", "population/life_expectancy")


@dataclass(frozen=True)
class Section:
    """One kind of finding with a line for each."""

    name: str
    lines: tuple[str, ...]


def check_sections(loaded: LoadedScenario, book: Book) -> list[Section]:
    """Return what is missing, conflicting, assumed, estimated and stale for a scenario."""
    figures = list(_of_scenario(book, loaded.scenario))
    return [
        Section("missing", tuple(_missing(loaded, book))),
        Section("conflicting", tuple(_conflicting(loaded, book))),
        Section("assumed", tuple(_listed(f for f in figures if f.quality == "assumption"))),
        Section("estimated", tuple(_listed(f for f in figures if f.quality == "estimate"))),
        Section("stale", tuple(_listed(f for f in figures if _stale(f, loaded.scenario)))),
    ]


def _of_scenario(book: Book, scenario: Scenario) -> Iterator[Stated]:
    """The figures the scenario may read: other cities, presets and idle project types left out."""
    projects = wanted_projects(book, scenario)
    samples = {row["cost_sample"] for row in book["projects/types"] if row["project"] in projects}
    for figure in stated(table for table in book.tables.values() if table.rows):
        name = figure.table.name
        other_city = name in OF_A_CITY and figure.cell("city") != scenario.city
        other_preset = name == "priorities" and figure.cell("preset") != scenario.priority
        assumed = scenario.assumed_baselines
        unused = name == "plans/assumed_baselines" and figure.cell("resource") not in assumed
        idle = name in OF_A_PROJECT and figure.cell("project") not in projects
        idle |= name == "projects/cost_samples" and figure.cell("cost_sample") not in samples
        if not (other_city or other_preset or unused or idle):
            yield figure


def wanted_projects(book: Book, scenario: Scenario) -> list[str]:
    """Return the project types that can serve what the scenario wants."""
    figures = Figures(book, scenario)
    indicators = read_indicators(figures)
    wanted = targets([*indicators, *read_planning_rules(figures, indicators)])
    return useful_projects(book, {t.resource for t in wanted} | set(scenario.allocation.equity_floor))


def _listed(figures: Iterator[Stated]) -> Iterator[str]:
    """One line a figure; a large grid is one line."""
    grids: dict[str, list[Stated]] = {}
    for figure in figures:
        if figure.table.name in GRIDS:
            grids.setdefault(table_path(figure.table), []).append(figure)
        else:
            reason = figure.cell("reason") or figure.cell("locator") or figure.cell("note")
            year = f" ({figure.cell('year')})" if figure.cell("year") else ""
            yield f"{figure.key} = {figure.value} {figure.unit}{year}: {reason}".rstrip(": ")
    for path, group in grids.items():
        yield f"{path}.* ({len(group)} figures, {group[0].cell('source')})"


def _stale(figure: Stated, scenario: Scenario) -> bool:
    dated = "year" in figure.row.cells and "year" not in rules()[figure.table.name].keys
    year = figure.cell("year") if dated else ""
    return bool(year) and int(year) < scenario.time.base_year - STALE_YEARS


def _missing(loaded: LoadedScenario, book: Book) -> Iterator[str]:
    built = set(book["projects/outputs"].column("resource"))
    for item in read_indicators(Figures(book, loaded.scenario)):
        why = item.why_not()
        if why in ("unknown_baseline", "no_target"):
            yield f"{item.label} {item.name}: {why.replace('_', ' ')} ({item.where})"
        elif item.in_program and item.resource not in built:
            yield f"{item.label} {item.name}: no project type puts out {item.resource} ({item.where})"
        elif item.target_as == "empty":
            yield f"{item.label} {item.name}: the cell of the target is empty ({item.where})"
    for row in book["plans/scalars"]:
        if not row["value"]:
            yield f"{row['name']}: nobody counted ({row.where('value')})"
    for row in book["plans/projects"]:
        committed = row["status"] in ("started", "firm")
        absent = [name for name in ("resource", "units", "open_year") if not row[name]]
        if committed and absent:
            lost = ", ".join(name.replace("_", " ") for name in absent)
            yield f"{row['work']} {row['name']}: a commitment without {lost} ({row.where('units')})"


def _conflicting(loaded: LoadedScenario, book: Book) -> Iterator[str]:
    for row in book["plans/conflicts"]:
        yield (
            f"{row['conflict']} {row['quantity']}: {row['value']} ({row['source']}, {row['place']}) or "
            f"{row['other_value']} ({row['other_source']}, {row['other_place']}); {row['note']}"
        )
    readings = loaded.scenario.readings
    for row in book["plans/indicators"]:
        if row["reading"]:
            chosen = "followed" if readings.get(row["indicator"]) == row["reading"] else "not followed"
            place = f"line {row['seed_line']}" if row["seed_line"] else row["source"]
            yield f"{row['indicator']}/{row['reading']} {row['target_text']} ({place}): {chosen}"


def check_lines(name: str, sections: Sequence[Section]) -> Iterator[str]:
    """Yield the sections with their counts, and all counts in the last line."""
    yield f"scenario {name}"
    for section in sections:
        yield f"{section.name}: {len(section.lines)}"
        yield from (f"  {line}" for line in section.lines)
    yield ", ".join(f"{section.name} {len(section.lines)}" for section in sections)
