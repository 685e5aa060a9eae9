"""From YAML text to plain data, with the place of every key and every value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from sim.errors import InputError, Problem

MAX_DEPTH = 32
Path_ = tuple[str | int, ...]
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Places:
    """Where keys and values stand; a value set on the command line stands at its `--set`."""

    file: str
    values: dict[Path_, str] = field(default_factory=dict)
    keys: dict[Path_, str] = field(default_factory=dict)

    def of_value(self, path: Path_) -> str:
        """Place of the value at `path`, or of the nearest part above it that stands somewhere."""
        return _nearest(self.values, path, self.file)

    def of_key(self, path: Path_) -> str:
        """Place of the key at `path`, or of the nearest part above it."""
        return self.keys.get(path) or self.of_value(path)

    def override(self, path: Path_, place: str) -> None:
        """Let `path`, all below it, and the parts above it that were not there, stand at `place`."""
        for known in (self.values, self.keys):
            for old in [p for p in known if p[: len(path)] == path]:
                del known[old]
            known[path] = place
        for n in range(1, len(path)):
            self.values.setdefault(path[:n], place)
            self.keys.setdefault(path[:n], place)


def _nearest(places: dict[Path_, str], path: Path_, file: str) -> str:
    while path and path not in places:
        path = path[:-1]
    return places.get(path, f"{file}:1:1")


def read_yaml(text: str, file: str, fixed_place: str = "") -> tuple[Any, Places]:
    """Return plain data and the places of its keys and values.

    Args:
        text: one YAML document without aliases, at most 32 levels deep.
        file: the name in `file:line:column`.
        fixed_place: stands for every place instead, as for a `--set`.

    Raises:
        InputError: the text is not such a document; every duplicate key is named.
    """
    places, problems = Places(file), list[Problem]()
    node = _compose(text, file, fixed_place)
    data = _plain(node, (), places, problems, fixed_place)
    if problems:
        raise InputError(problems)
    return data, places


def _compose(text: str, file: str, fixed: str) -> yaml.Node:
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise InputError(
                    [_problem(event.start_mark, file, fixed, f"alias *{event.anchor}", "plain values")]
                )
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                found = "the values are nested too deep"
                raise InputError([_problem(event.start_mark, file, fixed, found, f"{MAX_DEPTH} levels")])
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        found = " ".join(filter(None, (error.context, error.problem)))
        raise InputError([_problem(error.problem_mark, file, fixed, found, "YAML")]) from None
    except yaml.YAMLError as error:
        raise InputError([Problem(fixed or f"{file}:1:1", str(error).split("\n")[0], "YAML")]) from None
    if node is None:
        raise InputError([Problem(fixed or f"{file}:1:1", "nothing is there", "a value")])
    return node


def _problem(mark: Any, file: str, fixed: str, found: str, allowed: str) -> Problem:
    place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else f"{file}:1:1"
    return Problem(fixed or place, found, allowed)


def _plain(node: yaml.Node, path: Path_, places: Places, problems: list[Problem], fixed: str) -> Any:
    mark = node.start_mark
    places.values[path] = fixed or f"{places.file}:{mark.line + 1}:{mark.column + 1}"
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, n), places, problems, fixed) for n, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, places, problems, fixed)
    try:
        value = yaml.SafeLoader("").construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError):
        found = f"value {node.value!r} with tag {node.tag} cannot be read"
        problems.append(_problem(mark, places.file, fixed, found, "plain values"))
        return None
    if isinstance(value, str) and _SURROGATE.search(value):
        problems.append(_problem(mark, places.file, fixed, "text with half a character", "whole characters"))
    return value


def _mapping(
    node: yaml.MappingNode, path: Path_, places: Places, problems: list[Problem], fixed: str
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        mark = key_node.start_mark
        if key in data:
            problems.append(_problem(mark, places.file, fixed, f"key {key!r} stands twice", "each key once"))
        data[key] = _plain(value_node, (*path, key), places, problems, fixed)
        place = fixed or f"{places.file}:{mark.line + 1}:{mark.column + 1}"
        places.keys[(*path, key)] = place
        if isinstance(value_node, yaml.MappingNode | yaml.SequenceNode):
            places.values[(*path, key)] = place
    return data
