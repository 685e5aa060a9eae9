"""A new scenario: a commented YAML file for a shipped plan, and tables of its own for a part of a city."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sim.consult.plan_view import scenario_of
from sim.consult.stated import plan_names
from sim.consult.subset import RATIO, subset_tables
from sim.errors import InputError, Problem, nearest
from sim.evidence.book import Book, open_book
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.scenario.schema import Scenario

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class Start:
    """What a new scenario is made of: its values, and tables of its own by path."""

    scenario: Mapping[str, object]
    tables: Mapping[str, str]


def new_scenario(name: str, plan: str, counties: Sequence[str], city: str | None, out: Path) -> list[Path]:
    """Write a scenario that validates and return what was written.

    All counties of a shipped city are planned as that city, with the shipped tables. Some of its
    counties become a planning unit of their own: `NAME-data` holds tables with a new city code and a
    plan folder NAME without what the plan asks of the whole city.

    Raises:
        InputError: a name that is not one, an unknown plan or county, counties of several cities or of
            another city than the plan's, or files that are there already.
    """
    loaded = scenario_of(plan, "--plan")
    book = open_book(loaded)
    _refuse(_name_problem(name))
    _refuse(*_county_problems(book, counties, loaded.scenario))
    start = _start(name, loaded, book, tuple(dict.fromkeys(counties)), city)
    file, folder = out / f"{name}.yaml", out / f"{name}-data"
    for path in (file, folder):
        if path.exists():
            _refuse(Problem(str(path), "it is there already", "a new name, or another --out"))
    return _written(file, folder, start)


def _refuse(*problems: Problem | None) -> None:
    found = [problem for problem in problems if problem]
    if found:
        raise InputError(found)


def _name_problem(name: str) -> Problem | None:
    if NAME.fullmatch(name):
        return None
    return Problem("NAME", f"name is {name!r}", "lower-case letters, digits, - and _, at most 64")


def _county_problems(book: Book, counties: Sequence[str], scenario: Scenario) -> list[Problem]:
    known = {row["county"]: row["city"] for row in book["counties"]}
    here = [code for code, city in known.items() if city == scenario.city]
    problems = []
    for code in counties:
        if code not in known:
            found = f"no county {code!r}"
            near = nearest(code, here) or nearest(code, known)
            problems.append(Problem("--counties", found, ", ".join(here), near))
        elif known[code] != scenario.city:
            found = f"{code} is of city {known[code]}, the plan is of {scenario.city}"
            problems.append(Problem("--counties", found, ", ".join(here)))
    if not counties:
        problems.append(Problem("--counties", "no county is named", ", ".join(here)))
    return problems


def _start(name: str, loaded: LoadedScenario, book: Book, counties: Sequence[str], city: str | None) -> Start:
    scenario = loaded.scenario
    every = book["counties"].where(city=scenario.city).column("county")
    if set(counties) == set(every) and city in (None, scenario.city):
        titles = scenario.title.model_dump()
        return Start(_values(name, scenario, scenario.plan, scenario.city, titles), {})
    code = city or _free_code(book, counties)
    _refuse(_code_problem(book, code, counties), _plan_problem(name))
    names = [row["county_name"] for row in book["counties"] if row["county"] in counties]
    titles = {"zh": f"{scenario.title.zh}（{'、'.join(names)}）", "en": f"{scenario.title.en} ({name})"}
    tables = subset_tables(book, name, code, counties)
    return Start(_values(name, _without_counts(scenario, book), name, code, titles), tables)


def _free_code(book: Book, counties: Sequence[str]) -> str:
    """The county itself if it is one, else the first code of the city's that nobody has."""
    if len(counties) == 1:
        return counties[0]
    taken = {*book["counties"].column("county"), *book["counties"].column("city")}
    return next(f"{counties[0][:4]}{n}" for n in range(99, 0, -1) if f"{counties[0][:4]}{n}" not in taken)


def _code_problem(book: Book, code: str, counties: Sequence[str]) -> Problem | None:
    if not CODE.fullmatch(code):
        return Problem("--city", f"city is {code!r}", "six digits")
    others = {row["city"] for row in book["counties"]} | set(book["counties"].column("county"))
    if code in others - set(counties):
        return Problem("--city", f"{code} has other counties than these", "a code of its own, or none")
    return None


def _plan_problem(name: str) -> Problem | None:
    if name in plan_names():
        return Problem("NAME", f"{name} is a shipped plan", "a name of its own for a part of a city")
    return None


def _without_counts(scenario: Scenario, book: Book) -> Scenario:
    """Without assumed baselines and floors of what the plan counts for the whole city only."""
    ratios = {row["resource"] for row in book["plans/indicators"] if row["measure"] == RATIO}
    per = {row["resource"] for row in book["plans/assumed_baselines"] if row["per"]}
    assumed = tuple(name for name in scenario.assumed_baselines if name in per)
    floor = tuple(name for name in scenario.allocation.equity_floor if name in ratios)
    allocation = scenario.allocation.model_copy(update={"equity_floor": floor})
    return scenario.model_copy(update={"assumed_baselines": assumed, "allocation": allocation})


def _values(
    name: str, scenario: Scenario, plan: str, city: str, titles: Mapping[str, str]
) -> Mapping[str, object]:
    return {
        "name": name,
        "file": f"{name}.yaml",
        "title_zh": titles["zh"],
        "title_en": titles["en"],
        "plan": plan,
        "city": city,
        "report_date": scenario.report_date.isoformat(),
        "time": scenario.time.model_dump(),
        "price_year": scenario.prices.price_year,
        "cost_quantile": scenario.prices.cost_quantile,
        "population": scenario.population.model_dump(),
        "growth_ceiling": scenario.workforce.growth_ceiling,
        "readings": scenario.readings,
        "assumed_baselines": list(scenario.assumed_baselines),
        "priority": scenario.priority,
        "equity_floor": list(scenario.allocation.equity_floor),
        "tables": f"{name}-data" if plan == name else "",
    }


def _written(file: Path, folder: Path, start: Start) -> list[Path]:
    """Write everything, and take it away again if it does not validate."""
    texts = Environment(
        loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    texts.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    text = texts.get_template("scenario.yaml.jinja").render(start.scenario)
    file.parent.mkdir(parents=True, exist_ok=True)
    written = [file]
    try:
        file.write_text(text, encoding="utf-8")
        for relative, table in start.tables.items():
            path = folder / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(table, encoding="utf-8")
            written.append(path)
        open_book(load_scenario(str(file)))
    except BaseException:
        file.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return written
