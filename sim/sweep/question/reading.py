"""Reading a sweep: YAML to `Sweep` with its scenario, every fault with file:line:column, all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from pydantic import ValidationError

from sim.errors import InputError, Problem, raise_problems
from sim.evidence.book import open_book
from sim.scenario.faults import schema_problems
from sim.scenario.nodes import Path_
from sim.scenario.reading import LoadedScenario, Source, load_scenario, read_settled, resolved_text
from sim.shipped import folder, sweep_names
from sim.sweep.question.consistency import consistency_faults, unfit
from sim.sweep.question.distributions import bounds
from sim.sweep.question.schema import Choice, Factor, Sweep

SET = "--set "
WHOLE = "a whole number: say `whole: true` of the factor"
OF_TABLES = ("figures.", "assumptions.", "prices.", "future.targets.")
"Values of a scenario that speak of its tables, which are read at both ends too."


@dataclass(frozen=True)
class LoadedSweep:
    """A valid sweep, where it was read, and the scenario it varies.

    Attributes:
        sweep: what varies and how.
        source: its file, folder and the place of every key.
        text: the sweep as YAML, with its overrides and every default.
        scenario: the scenario with the settings of the sweep.
    """

    sweep: Sweep
    source: Source
    text: str
    scenario: LoadedScenario

    @property
    def folder(self) -> Path:
        """The folder of the sweep file."""
        return self.source.folder


def load_sweep(path_or_name: str, settings: Sequence[str] = ()) -> LoadedSweep:
    """Read, override and validate a sweep, its scenario, and both ends of every factor.

    Args:
        path_or_name: a YAML file, or the name of a shipped sweep.
        settings: `path=value` overrides of the sweep, e.g. `design.draws=1000`.

    Raises:
        InputError: every fault found, each with its place.
    """
    shipped = folder("scenarios") / "sweeps"
    data, source = read_settled("sweep", path_or_name, settings, shipped, sweep_names())
    try:
        sweep = Sweep.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        raise InputError(sorted(schema_problems(error, source.places, Sweep))) from None
    problems = [Problem(source.where(f.path), f.found, f.allowed, f.near) for f in consistency_faults(sweep)]
    try:
        scenario = _scenario(sweep, source)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    for n, factor in enumerate(sweep.factors):
        fault = unfit(factor.path, scenario.scenario)
        place = source.where(("factors", n, "path"))
        problems += [replace(fault, where=place)] if fault else _ends(sweep, source, n, factor)
    raise_problems(problems)
    return LoadedSweep(sweep, source, resolved_text(sweep), scenario)


def _named(sweep: Sweep, source: Source) -> str:
    """The scenario file beside the sweep, or the name of a shipped scenario."""
    beside = source.folder / sweep.scenario
    return str(beside) if beside.is_file() else sweep.scenario


def _scenario(sweep: Sweep, source: Source) -> LoadedScenario:
    """The scenario of a sweep; faults of its name and of the settings are told at the sweep's places."""
    places: dict[str, Path_] = {"SCENARIO": ("scenario",)}
    places |= {f"{SET}{setting}": ("settings", n) for n, setting in enumerate(sweep.settings)}
    try:
        return load_scenario(_named(sweep, source), sweep.settings)
    except InputError as error:
        raise InputError(
            [
                replace(problem, where=source.where(places[problem.where]))
                if problem.where in places
                else problem
                for problem in error.problems
            ]
        ) from None


def as_set(value: float, factor: Factor) -> str:
    """Return a value of a factor as it stands after `path=` of a setting."""
    if factor.whole and value == round(value):
        return f"{value:.0f}"
    return yaml.safe_dump(float(value)).splitlines()[0]


def _ends(sweep: Sweep, source: Source, n: int, factor: Factor) -> Iterator[Problem]:
    """What the scenario says against the least and the greatest value of a factor, or each of a choice."""
    drawn = factor.distribution
    for value in drawn.values if isinstance(drawn, Choice) else bounds(factor):
        written = as_set(value, factor)
        try:
            moved = load_scenario(_named(sweep, source), (*sweep.settings, f"{factor.path}={written}"))
            if factor.path.startswith(OF_TABLES):
                open_book(moved)
        except InputError as error:
            for problem in error.problems:
                found = f"{factor.path}={written}: {problem.found}"
                allowed = WHOLE if problem.allowed == "integer" else problem.allowed
                place = source.where(("factors", n, "path"))
                yield replace(problem, where=place, found=found, allowed=allowed)
            if any(problem.found.startswith("unknown key") for problem in error.problems):
                return
