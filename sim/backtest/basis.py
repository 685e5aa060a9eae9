"""What a back-test rests on beside its scenario: settings, files, and what was not known at the cut-off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sim.evidence.figures import Figures
from sim.outputs.manifest import input_hash
from sim.scenario.reading import LoadedScenario

_NATIONAL = ("population/national_fertility", "population/national_mortality", "population/national_vital")


@dataclass(frozen=True)
class Basis:
    """What a back-test rests on.

    Attributes:
        settings: overrides of the scenario, as given.
        files: name and SHA-256 of each file of published figures, in the order given.
        revision: year of the national projections whose later rates enter although they were published
            after the cut-off; 0 where none do.
    """

    settings: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    revision: int = 0


def basis_of(figures: Figures, files: Sequence[Path], cut_off: int, settings: Sequence[str]) -> Basis:
    """Return what a back-test rests on.

    Args:
        figures: the evidence as known at the cut-off.
        files: the files of published figures.
        cut_off: last year whose published figures are known.
        settings: overrides of the scenario, `path=value`.
    """
    digests = tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files)
    return Basis(tuple(settings), digests, hindsight(figures, cut_off))


def hindsight(figures: Figures, cut_off: int) -> int:
    """Return the year of the latest national projections read for years after the cut-off, 0 if known then.

    Rates held at the cut-off are those of its year; rates of the years after it come from projections
    that were made later and knew how fertility and mortality went on.
    """
    if figures.scenario.population.rates_after_information != "projected":
        return 0
    published = {row["source"]: row["published"] for row in figures.book["sources"]}
    read = {row["source"] for table in _NATIONAL for row in figures.book[table]}
    years = [int(published[source][:4]) for source in read if published[source][:4].isdigit()]
    latest = max(years, default=0)
    return latest if latest > cut_off else 0


def folder_name(
    loaded: LoadedScenario, figures: Figures, basis: Basis, cut_off: int, draws: int, lang: str
) -> str:
    """Return `backtest-<scenario>-<cut-off>-<first 8 of the hash of all that decides it>`."""
    parts = {
        "inputs": input_hash(loaded, figures.book.digests, lang),
        "basis": asdict(basis),
        "cut_off": cut_off,
        "draws": draws,
    }
    found = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"backtest-{loaded.scenario.name}-{cut_off}-{found[:8]}"
