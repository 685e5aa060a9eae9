"""Reading a scenario: YAML to `Scenario`, every fault with file:line:column, all at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from sim.errors import InputError, Problem, nearest
from sim.scenario.consistency import consistency_faults
from sim.scenario.faults import schema_problems
from sim.scenario.nodes import Path_, Places, read_yaml
from sim.scenario.schema import Scenario
from sim.shipped import folder, scenario_names

MAX_BYTES = 2**20
CONTAINERS = (dict, list)


@dataclass(frozen=True)
class Source:
    """Where a scenario came from: its file, folder, and the place of every key."""

    file: str
    folder: Path
    places: Places

    def where(self, path: Path_) -> str:
        """Place of `path`, or of the nearest parent that stands in the file."""
        return self.places.of_value(path)


@dataclass(frozen=True)
class LoadedScenario:
    """A valid scenario and where it was read."""

    scenario: Scenario
    source: Source
    text: str


def load_scenario(name_or_path: str, settings: Sequence[str] = ()) -> LoadedScenario:
    """Read, override and validate a scenario.

    Args:
        name_or_path: a YAML file, or the name of a shipped scenario.
        settings: `path=value` overrides, e.g. `time.target_year=2026`.

    Raises:
        InputError: every fault found, each with its place.
    """
    data, source = read_settled("scenario", name_or_path, settings, folder("scenarios"), scenario_names())
    scenario = _validate(data, source)
    return LoadedScenario(scenario, source, resolved_text(scenario))


def read_settled(
    what: str, name_or_path: str, settings: Sequence[str], shipped: Path, names: Sequence[str]
) -> tuple[dict[str, Any], Source]:
    """Return the data of a file with its overrides, not yet validated, and where all of it stands.

    Args:
        what: word for such a file.
        name_or_path: a YAML file, or the name of a shipped one.
        settings: `path=value` overrides.
        shipped: folder of the shipped ones.
        names: of the shipped ones.

    Raises:
        InputError: there is no such file, it is not YAML, or an override leads nowhere.
    """
    path = _find(what, name_or_path, shipped, names)
    label = name_or_path if name_or_path.endswith(path.name) else path.name
    data, places = read_yaml(_read(path, label), label)
    if not isinstance(data, dict):
        raise InputError([Problem(f"{label}:1:1", f"the {what} is not a mapping", "key: value lines")])
    for setting in settings:
        _override(data, setting, places)
    return data, Source(label, path.resolve().parent, places)


def resolved_text(model: BaseModel) -> str:
    """Return a validated file as YAML, with its overrides and every default."""
    plain = json.loads(model.model_dump_json(exclude_none=True))
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)


def _find(what: str, name_or_path: str, shipped: Path, names: Sequence[str]) -> Path:
    path = Path(name_or_path)
    try:
        if path.is_file():
            return path
    except (OSError, ValueError):
        path = Path("unreadable")
    if name_or_path in names:
        return shipped / f"{name_or_path}.yaml"
    allowed = f"a file, or one of {', '.join(names)}" if names else "a file"
    near = nearest(path.stem, names)
    raise InputError([Problem(what.upper(), f"no {what} {name_or_path!r}", allowed, near)])


def _read(path: Path, label: str) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Problem(f"{label}:1:1", "the file is too large", f"{MAX_BYTES} bytes")])
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise InputError([Problem(f"{label}:1:1", found, "UTF-8 text")]) from None


def _override(data: dict[str, Any], setting: str, places: Places) -> None:
    place = f"--set {setting}"
    name, sign, text = setting.partition("=")
    keys = name.strip().split(".")
    if not sign or not all(keys):
        raise InputError([Problem(place, "not of the form path=value", "e.g. time.target_year=2026")])
    value = read_yaml(text, "--set", place)[0] if text.strip() else None
    here: Any = data
    path: list[str | int] = []
    for key in keys[:-1]:
        path.append(_step(here, key, place))
        here = here.setdefault(key, {}) if isinstance(here, dict) else here[path[-1]]
        if not isinstance(here, CONTAINERS):
            raise InputError([Problem(place, f"{key!r} is not a group of keys", "a path to a value")])
    last = _step(here, keys[-1], place)
    here[last] = value
    places.override((*path, last), place)


def _step(here: Any, key: str, place: str) -> str | int:
    """The key itself, or the position of an entry of a list."""
    if isinstance(here, dict):
        return key
    if key.isdigit() and int(key) < len(here):
        return int(key)
    raise InputError(
        [Problem(place, f"there is no entry {key!r}", f"0 to {len(here) - 1}" if here else "none")]
    )


def _validate(data: dict[str, Any], source: Source) -> Scenario:
    try:
        scenario = Scenario.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        raise InputError(sorted(schema_problems(error, source.places))) from None
    faults = list(consistency_faults(scenario, source.folder))
    if faults:
        raise InputError([Problem(source.where(f.path), f.found, f.allowed, f.near) for f in faults])
    return scenario
