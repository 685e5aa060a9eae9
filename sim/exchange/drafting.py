"""Drafting the template of a scenario: from its tables to a file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem
from sim.exchange.book import template
from sim.exchange.desk import Desk
from sim.exchange.entries import offers
from sim.scenario.reading import LoadedScenario


@dataclass(frozen=True)
class Draft:
    """How much a template asks for."""

    rows: int
    sheets: int
    doubtful: int


def draft(loaded: LoadedScenario, path: Path, lang: str) -> Draft:
    """Write the template of a scenario.

    Args:
        loaded: the scenario.
        path: the `.xlsx` file to write.
        lang: `zh` or `en`.

    Raises:
        InputError: the tables are not valid, or another file stands at `path` (it may be filled in).
        OSError: the disk is full or may not be written.
    """
    every = offers(Desk.open(loaded))
    data = template(loaded.scenario, every, lang)
    if path.exists() and not (path.is_file() and path.read_bytes() == data):
        found = "another file stands there, it may be filled in"
        raise InputError([Problem(str(path), found, "another name after --out")])
    put(path, data)
    return Draft(len(every), len({offer.sheet for offer in every}), sum(offer.doubtful for offer in every))


def put(path: Path, data: bytes) -> None:
    """Write a file whole: beside first, then moved into place.

    Raises:
        OSError: the disk is full or may not be written; what stood before still stands.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
