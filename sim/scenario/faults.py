"""Plain words for what the schema refuses."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.errors import Problem, nearest
from sim.scenario.nodes import Path_, Places
from sim.scenario.schema import Scenario

Model = type[BaseModel]


def schema_problems(error: ValidationError, places: Places, model: Model = Scenario) -> Iterator[Problem]:
    """Say each fault that a schema found, where it stands, what is allowed and what comes near.

    Args:
        error: what the schema refused.
        places: of the keys and values of the file.
        model: the schema.
    """
    for item in error.errors(include_url=False):
        path = without_tags(item["loc"], model)
        told = {**item, "loc": path}
        if item["type"] == "extra_forbidden":
            near = nearest(str(path[-1]), known_keys(item["loc"][:-1], model))
            place = places.of_key(path)
        else:
            near, place = near_word(told), places.of_value(path)
        yield Problem(place, found_words(told), allowed_words(item, item["loc"], model), near)


def known_keys(path: Path_, model: Model = Scenario) -> tuple[str, ...]:
    """Return the keys allowed at `path` of a file of that schema; `path` may name the kind of a union."""
    found = _walked(path, model)[0]
    return tuple(found.model_fields) if found else ()


def without_tags(path: Path_, model: Model = Scenario) -> Path_:
    """Return `path` as it stands in the file, without the kinds of unions that pydantic puts into it."""
    return _walked(path, model)[1]


def _walked(path: Path_, model: Model) -> tuple[Model | None, Path_]:
    """The model at the end of `path`, and `path` without the kinds of unions."""
    here: tuple[Model, ...] = (model,)
    plain: list[str | int] = []
    for step in path:
        kind = tuple(one for one in here if len(here) > 1 and step in _kinds(one))
        if kind:
            here = kind
            continue
        plain.append(step)
        if isinstance(step, str):
            field = here[0].model_fields.get(step) if here else None
            here = tuple(_models_of(field.annotation)) if field else ()
    return (here[0] if here else None), tuple(plain)


def _kinds(model: Model) -> tuple[Any, ...]:
    field = model.model_fields.get("kind")
    return typing.get_args(field.annotation) if field else ()


def _models_of(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for part in typing.get_args(annotation):
            yield from _models_of(part)


def found_words(item: Mapping[str, Any]) -> str:
    """Say what was found."""
    name = ".".join(map(str, item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"unknown key {name!r}"
    if item["type"] == "missing":
        return f"key {name!r} is missing"
    if item["type"] == "union_tag_not_found":
        return f"key '{name}.kind' is missing"
    if item["type"] == "union_tag_invalid":
        return f"{name}.kind is {item['ctx']['tag']!r}"
    if "said" in item.get("ctx", {}):
        return f"{name}: {item['ctx']['said']}"
    return f"{name} is {item['input']!r}"


def near_word(item: Mapping[str, Any]) -> str:
    """Return the nearest of a closed list of words, or ''."""
    told = item.get("ctx", {})
    words = re.findall(r"'([^']*)'", str(told.get("expected") or told.get("expected_tags", "")))
    return nearest(str(told.get("tag", item["input"])), words)


def allowed_words(item: Mapping[str, Any], path: Path_, model: Model = Scenario) -> str:
    """Say what is allowed."""
    if item["type"] == "extra_forbidden":
        return ", ".join(known_keys(path[:-1], model))
    if item["type"] in ("missing", "union_tag_not_found"):
        return "this key is required"
    if item["type"] == "union_tag_invalid":
        tags: str = item["ctx"]["expected_tags"]
        return tags
    message: str = item["msg"]
    return message.removeprefix("Input should be ").removeprefix("a valid ")
