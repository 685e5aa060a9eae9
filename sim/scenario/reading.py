"""Reading a scenario: YAML to `Scenario`, every fault with file:line:column, all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from sim.errors import InputError, Problem, nearest
from sim.scenario.consistency import consistency_faults
from sim.scenario.faults import allowed_words, found_words, known_keys
from sim.scenario.schema import Scenario
from sim.shipped import folder, scenario_names

MAX_BYTES = 2**20
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """Where a scenario came from: its file, folder, and the place of every key."""

    file: str
    folder: Path
    places: Mapping[Path_, str]

    def where(self, path: Path_) -> str:
        """Place of `path`, or of the nearest parent that stands in the file."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, f"{self.file}:1:1")


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
    path = _find(name_or_path)
    label = name_or_path if Path(name_or_path).is_file() else path.name
    root = _compose(_read(path, label), label)
    places: dict[Path_, str] = {}
    data = _plain(root, (), label, places)
    if not isinstance(data, dict):
        raise InputError([Problem(f"{label}:1:1", "the scenario is not a mapping", "key: value lines")])
    for setting in settings:
        _override(data, setting, places)
    source = Source(label, path.resolve().parent, places)
    scenario = _validate(data, source)
    text = yaml.safe_dump(
        json.loads(scenario.model_dump_json(exclude_none=True)), allow_unicode=True, sort_keys=False
    )
    return LoadedScenario(scenario, source, text)


def _find(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.is_file():
        return path
    names = scenario_names()
    if name_or_path in names:
        return folder("scenarios") / f"{name_or_path}.yaml"
    allowed = f"a file, or one of {', '.join(names)}"
    near = nearest(path.stem, names)
    raise InputError([Problem("SCENARIO", f"no scenario {name_or_path!r}", allowed, near)])


def _read(path: Path, label: str) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Problem(f"{label}:1:1", "the file is too large", f"{MAX_BYTES} bytes")])
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise InputError([Problem(f"{label}:1:1", found, "UTF-8 text")]) from None


def _compose(text: str, label: str) -> yaml.Node:
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                mark = event.start_mark
                raise InputError([_problem(label, mark, f"alias *{event.anchor}", "plain values")])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        found = " ".join(filter(None, (error.context, error.problem)))
        raise InputError([_problem(label, error.problem_mark, found, "YAML")]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError([Problem(f"{label}:1:1", str(error).split("\n")[0], "YAML")]) from None
    if node is None:
        raise InputError([Problem(f"{label}:1:1", "the file is empty", "a scenario")])
    return node


def _problem(label: str, mark: Any, found: str, allowed: str) -> Problem:
    place = f"{label}:{mark.line + 1}:{mark.column + 1}" if mark else f"{label}:1:1"
    return Problem(place, found, allowed)


def _plain(node: yaml.Node, path: Path_, label: str, places: dict[Path_, str]) -> Any:
    mark = node.start_mark
    places.setdefault(path, f"{label}:{mark.line + 1}:{mark.column + 1}")
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, n), label, places) for n, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        try:
            return yaml.SafeLoader("").construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError):
            raise InputError([_problem(label, mark, f"tag {node.tag}", "plain values")]) from None
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        child = (*path, key)
        if key in data:
            raise InputError(
                [_problem(label, key_node.start_mark, f"key {key!r} stands twice", "each key once")]
            )
        data[key] = _plain(value_node, child, label, places)
        if isinstance(value_node, yaml.MappingNode | yaml.SequenceNode):
            key_mark = key_node.start_mark
            places[child] = f"{label}:{key_mark.line + 1}:{key_mark.column + 1}"
    return data


def _override(data: dict[str, Any], setting: str, places: dict[Path_, str]) -> None:
    place = f"--set {setting}"
    name, sign, text = setting.partition("=")
    keys = name.strip().split(".")
    if not sign or not all(keys):
        raise InputError([Problem(place, "not of the form path=value", "e.g. time.target_year=2026")])
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise InputError([Problem(place, f"value {text!r} cannot be read", "a YAML value")]) from None
    here = data
    for key in keys[:-1]:
        child = here.setdefault(key, {})
        if not isinstance(child, dict):
            raise InputError([Problem(place, f"{key!r} is not a group of keys", "a path to a value")])
        here = child
    here[keys[-1]] = value
    places[tuple(keys)] = place


def _validate(data: dict[str, Any], source: Source) -> Scenario:
    try:
        scenario = Scenario.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        raise InputError(sorted(_schema_problems(error, source))) from None
    faults = list(consistency_faults(scenario, source.folder))
    if faults:
        raise InputError([Problem(source.where(f.path), f.found, f.allowed, f.near) for f in faults])
    return scenario


def _schema_problems(error: ValidationError, source: Source) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        path: Path_ = item["loc"]
        near = ""
        if item["type"] == "extra_forbidden":
            near = nearest(str(path[-1]), known_keys(path[:-1]))
        yield Problem(source.where(path), found_words(item), allowed_words(item, path), near)
