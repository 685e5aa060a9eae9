"""An import from its file to what it would change; writing is a step of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError
from sim.exchange.checks import with_derived
from sim.exchange.desk import Desk
from sim.exchange.entries import offers
from sim.exchange.layer import Layer, build_layer, check_layer
from sim.exchange.offers import Filled, Offer
from sim.exchange.reading import read_lines
from sim.exchange.sheets import read_filing
from sim.exchange.target import Target, find_target


@dataclass(frozen=True)
class Import:
    """A checked import: where it goes, what it writes, and what was offered and filled in."""

    target: Target
    layer: Layer
    offered: Sequence[Offer]
    figures: Mapping[str, Filled]
    given: int


def prepare(path: Path, into: str, here: Path, overwrite: bool) -> Import:
    """Read and check a filled book against a scenario; nothing is written.

    Args:
        path: the filled `.xlsx`, or one of its sheets as `.csv`.
        into: the scenario.
        here: the current folder.
        overwrite: whether a different scenario file may be replaced.

    Raises:
        InputError: every fault of the file, each with its cell.
    """
    target = find_target(into, here, overwrite)
    desk = Desk.open(target.loaded)
    every = offers(desk)
    scenario = target.loaded.scenario
    identity = {"plan": scenario.plan, "city": scenario.city, "base_year": str(scenario.time.base_year)}
    filing = read_filing(path, list(dict.fromkeys(offer.sheet for offer in every)), identity)
    given, problems = read_lines(filing, every)
    figures, contradictions = with_derived(desk, every, given)
    if problems or contradictions:
        raise InputError([*problems, *contradictions])
    layer = build_layer(desk.book, scenario.plan, figures.values())
    check_layer(target, layer)
    return Import(target, layer, every, figures, len(given))
