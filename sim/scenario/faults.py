"""Plain words for what the schema refuses."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.errors import nearest
from sim.scenario.schema import Scenario


def known_keys(path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Return the keys allowed at `path` of a scenario."""
    model: Any = Scenario
    for step in path:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        model = _model_of(field.annotation) if field else None
        if model is None:
            return ()
    return tuple(model.model_fields)


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    parts = typing.get_args(annotation)
    found = (_model_of(part) for part in parts if part is not types.NoneType)
    return next(filter(None, found), None)


def found_words(item: Mapping[str, Any]) -> str:
    """Say what was found."""
    name = ".".join(map(str, item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"unknown key {name!r}"
    if item["type"] == "missing":
        return f"key {name!r} is missing"
    if "said" in item.get("ctx", {}):
        return f"{name}: {item['ctx']['said']}"
    return f"{name} is {item['input']!r}"


def near_word(item: Mapping[str, Any]) -> str:
    """Return the nearest of a closed list of words, or ''."""
    words = re.findall(r"'([^']*)'", str(item.get("ctx", {}).get("expected", "")))
    return nearest(str(item["input"]), words)


def allowed_words(item: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    """Say what is allowed."""
    if item["type"] == "extra_forbidden":
        return ", ".join(known_keys(path[:-1]))
    if item["type"] == "missing":
        return "this key is required"
    message: str = item["msg"]
    return message.removeprefix("Input should be ").removeprefix("a valid ")
