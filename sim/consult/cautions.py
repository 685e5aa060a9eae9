"""What a valid scenario rests on that its reader should know: each caution explained, and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.consult import money_cautions
from sim.consult.checks import wanted_projects
from sim.consult.words import Words
from sim.delivery import delivery
from sim.evidence.book import Book
from sim.evidence.figures import Figures, column_array
from sim.indicators import Indicator, read_indicators, targets
from sim.planning_rules import read_planning_rules
from sim.rules import heads_per_unit
from sim.scenario.reading import LoadedScenario
from sim.scenario.schema import Scenario
from sim.stocks import base_stocks

SILENT = ("monitored", "other_reading")
"Reasons to stay outside the program that no figure could mend."
MONTHS = ("preparation_months", "construction_months")


@dataclass(frozen=True)
class Caution:
    """One kind of warning: its text key and a line for each."""

    kind: str
    lines: tuple[str, ...]


def cautions(loaded: LoadedScenario, book: Book, words: Words) -> list[Caution]:
    """Return every kind of warning of a valid scenario, those without a line too."""
    figures = Figures(book, loaded.scenario)
    indicators = read_indicators(figures)
    projects = wanted_projects(book, loaded.scenario)
    months, dates = _dates(figures, projects)
    money = money_cautions.limits(loaded, figures)
    found = {
        "illustrative": money_cautions.illustrative(loaded, figures, words),
        "idle_money": money_cautions.idle(money, figures, projects, dates["can_open"], words),
        "small_money": money_cautions.too_small(money, figures, words),
        "conflicts": _conflicts(book, words),
        "readings": _readings(indicators, words),
        "baselines": _baselines(book, loaded.scenario, words),
        "blocked": _blocked([*indicators, *read_planning_rules(figures, indicators)], words),
        "late": _late(figures, projects, months, dates, words),
        "stocks": _stocks(figures, indicators, words),
        "spread": _spread(figures, indicators, words),
        "census": _census(book, loaded.scenario, words),
        "published": _published(book, loaded.scenario, words),
        "life": _life(figures, words),
    }
    return [Caution(kind, tuple(lines)) for kind, lines in found.items()]


def _conflicts(book: Book, words: Words) -> Iterator[str]:
    for row in book["plans/conflicts"]:
        cells = {k: v for k, v in row.cells.items() if k not in ("conflict", "indicator")}
        yield words.say("caution.conflict_line", no=row["conflict"], **cells)


def _readings(indicators: Sequence[Indicator], words: Words) -> Iterator[str]:
    """One line an indicator, with each of its readings."""
    by_number: dict[str, list[Indicator]] = {}
    for item in indicators:
        if item.reading:
            by_number.setdefault(item.number, []).append(item)
    for number, items in by_number.items():
        said = (
            words.say(
                "caution.reading_line",
                no=number,
                reading=item.reading,
                text=item.target_text or item.name,
                place=words.say("caution.line", n=item.seed_line) if item.seed_line else item.source,
                followed=words.say("caution.followed" if item.chosen else "caution.not_followed"),
            )
            for item in items
        )
        yield "; ".join(said)


def _baselines(book: Book, scenario: Scenario, words: Words) -> Iterator[str]:
    names = {row["resource"]: words.name(row.cells, "name_zh", "name_en") for row in book["resources"]}
    for row in book["plans/assumed_baselines"]:
        if row["resource"] in scenario.assumed_baselines:
            yield words.say(
                "caution.baseline_line",
                resource=names[row["resource"]],
                value=row["value"],
                unit=row["unit"],
                low=row["low"] or "?",
                high=row["high"] or "?",
                reason=words.name(row.cells, "reason_zh", "reason") or row["locator"],
            )


def _blocked(indicators: Sequence[Indicator], words: Words) -> Iterator[str]:
    for item in indicators:
        code = item.why_not()
        if code and code not in SILENT:
            yield f"{item.label} {named(item, words)}: {words.code('why', code)} ({code})"


def named(item: Indicator, words: Words) -> str:
    """Return the name of an indicator in a language."""
    return item.name if words.lang == "zh" else item.name_en


def _dates(figures: Figures, projects: list[str]) -> tuple[xr.Dataset, xr.Dataset]:
    """Months of preparation and building of each type, and when it opens by its start."""
    coords = {"project": projects}
    months = xr.Dataset({n: figures.array("projects/values", n, ("project",), coords) for n in MONTHS})
    return months, delivery(months, figures.scenario.time, figures.scalar("recurrent_years"))


def _late(
    figures: Figures, projects: list[str], months: xr.Dataset, dates: xr.Dataset, words: Words
) -> Iterator[str]:
    """Types that serve a target and open after the target year even if started at once."""
    time = figures.scenario.time
    for row in figures.book["projects/types"]:
        if row["project"] in projects and not dates["can_open"].sel(project=row["project"]).any():
            lead = sum(float(months[name].sel(project=row["project"])) for name in MONTHS)
            opens = dates["open_year"].sel(project=row["project"]).min()
            yield words.say(
                "caution.late_line",
                project=words.name(row.cells, "name_zh", "name_en"),
                months=round(lead),
                year=time.first_decision_year,
                open=int(opens),
            )


def _stocks(figures: Figures, indicators: list[Indicator], words: Words) -> Iterator[str]:
    """Cadres and places of unknown stock that a target or the staffing of one leans on."""
    book, city = figures.book, figures.scenario.city
    coords = {"county": book["counties"].where(city=city).column("county")}
    people = column_array(book["counties"], "population", ("county",), coords, "persons")
    ratios = heads_per_unit(figures)
    known = base_stocks(figures, indicators, people, ratios)["known"]
    wanted = {t.resource for t in targets([*indicators, *read_planning_rules(figures, indicators)])}
    for row in book["resources"]:
        code = row["resource"]
        staffed = [resource for resource in sorted(wanted) if _needs(ratios, resource, code)]
        if not bool(known.sel(resource=code)) and (code in wanted or staffed):
            name = words.name(row.cells, "name_zh", "name_en")
            yield f"{name} ({' <- '.join(filter(None, (code, ', '.join(staffed))))})"


def _spread(figures: Figures, indicators: list[Indicator], words: Words) -> Iterator[str]:
    """Caps on the spread of what is no target in the program, and so has no need to measure cover by."""
    book = figures.book
    wanted = {t.resource for t in targets([*indicators, *read_planning_rules(figures, indicators)])}
    for row in book["resources"]:
        if row["resource"] in figures.scenario.allocation.spread_cap and row["resource"] not in wanted:
            name = words.name(row.cells, "name_zh", "name_en")
            yield words.say("caution.spread_line", resource=name, code=row["resource"])


def _needs(ratios: xr.DataArray, resource: str, cadre: str) -> bool:
    cadres = list(map(str, ratios["cadre"].values))
    return cadre in cadres and not bool(np.isnan(ratios.sel(resource=resource, cadre=cadre)))


def _census(book: Book, scenario: Scenario, words: Words) -> Iterator[str]:
    for row in book["counties"].where(city=scenario.city):
        if row["note"]:
            name = words.name(row.cells, "county_name", "county_name_en")
            yield f"{name}: {words.name(row.cells, 'note_zh', 'note')}"


def _published(book: Book, scenario: Scenario, words: Words) -> Iterator[str]:
    """Years in which figures of all counties and the city's differ."""
    counties = book["counties"].where(city=scenario.city).column("county")
    for row in book["population/published_totals"].where(city=scenario.city):
        same = book["population/published_counties"].where(year=row["year"])
        people = {r["county"]: r.number("persons") for r in same if r["county"] in counties}
        total = sum(people.values())
        if len(people) == len(counties) and total != row.number("persons"):
            sums = {"counties": f"{total:,.0f}", "city": f"{row.number('persons'):,.0f}"}
            yield words.say("caution.published_line", year=row["year"], **sums)


def _life(figures: Figures, words: Words) -> Iterator[str]:
    for row in figures.book["population/life_expectancy"].where(city=figures.scenario.city):
        if row["quality"] == "assumption":
            yield words.say(
                "caution.life_line",
                city=figures.city_name,
                year=row["year"],
                value=row["life_expectancy"],
                reason=words.name(row.cells, "reason_zh", "reason"),
            )
