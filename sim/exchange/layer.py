"""The local layer: copies of the tables with the city's rows, in a folder beside the scenario."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.evidence.book import Book, open_book
from sim.evidence.dictionary import rules
from sim.exchange.drafting import put
from sim.exchange.offers import DOUBTFUL, Filled
from sim.exchange.people import FERTILITY
from sim.exchange.target import Target
from sim.outputs.folder import beside
from sim.scenario.reading import LoadedScenario

Cells = dict[str, str]
_NOTED = re.compile(r" ?\[total fertility rate: .*\]$")
_ALWAYS_KNOWN = "growth_ceiling"
"A rate whose low and high figures a scenario may choose: they become the new figure too."
_WHOLE = 1e15


@dataclass(frozen=True)
class Layer:
    """What an import would write: changed tables by path below the layer, and the figures that change."""

    files: Mapping[str, bytes]
    changes: Sequence[Filled]


def build_layer(book: Book, plan: str, figures: Iterable[Filled]) -> Layer:
    """Return the tables with the new figures in their rows.

    Args:
        book: the tables as they are now, the layer's own before the shipped ones.
        plan: folder of the plan's tables.
        figures: the new figures.
    """
    known = {row["title"]: row["source"] for row in book["sources"]}
    tables: dict[str, dict[tuple[str, ...], Cells]] = {}
    changes: list[Filled] = []
    for figure in figures:
        name = figure.offer.table
        rows = tables.setdefault(name, _rows(book, name))
        key = tuple(text for _, text in figure.offer.key)
        old = rows.get(key, {})
        source = known.setdefault(figure.source, source_key(figure.source))
        new = _new_cells(figure, old, source)
        if new != old:
            rows[key] = new
            changes.append(figure)
    touched = {figure.offer.table for figure in changes}
    files = {path_of(name, plan): _csv(name, book, tables[name].values()) for name in sorted(touched)}
    sources = _sources(book, known)
    return Layer(files | ({"sources.csv": sources} if sources and changes else {}), changes)


def source_key(text: str) -> str:
    """Return the key of a source of the city: the same words have the same key."""
    return f"own_{hashlib.sha256(text.encode('utf-8')).hexdigest()[:8]}"


def path_of(table: str, plan: str) -> str:
    """Return the path of a table below a folder of tables."""
    return f"{table.replace('plans/', f'plans/{plan}/', 1)}.csv"


def _rows(book: Book, name: str) -> dict[tuple[str, ...], Cells]:
    keys = rules()[name].keys
    return {tuple(row[key] for key in keys): dict(row.cells) for row in book[name]}


def _new_cells(figure: Filled, old: Mapping[str, str], source: str) -> Cells:
    offer = figure.offer
    columns = rules()[offer.table].columns
    cells = dict(old) or dict.fromkeys(columns, "") | dict(offer.key)
    cells[offer.column] = _digits(figure.value)
    if offer.column == FERTILITY:
        note = _NOTED.sub("", cells["note"])
        cells["note"] = f"{note} [total fertility rate: {figure.source}, {figure.year}]".strip()
        return cells | {"fertility_quality": figure.quality}
    why = figure.source if figure.quality in DOUBTFUL else ""
    same = _digits(figure.value) if dict(offer.key).get("parameter") == _ALWAYS_KNOWN else ""
    news = {
        "year": str(figure.year),
        "source": source,
        "quality": figure.quality,
        "unit": offer.unit,
        "geography": offer.place.zh,
        "per": cells.get("per") or "project",
        "low": same,
        "high": same,
        "reason": why,
        "reason_zh": why,
        **dict.fromkeys(("locator", "quote", "seed_file", "seed_line"), ""),
    }
    keys = rules()[offer.table].keys
    return cells | {name: text for name, text in news.items() if name in columns and name not in keys}


def _digits(value: float) -> str:
    """The shortest text that gives the same number."""
    return str(int(value)) if value == int(value) and abs(value) < _WHOLE else repr(value)


def _sources(book: Book, known: Mapping[str, str]) -> bytes:
    """The table of sources with the city's own; nothing where none is new."""
    rows = [dict(row.cells) for row in book["sources"]]
    named = {row["source"] for row in rows}
    blank = dict.fromkeys(rules()["sources"].columns, "")
    new = [blank | {"source": key, "title": title} for title, key in known.items() if key not in named]
    return _csv("sources", book, [*rows, *new]) if new else b""


def _csv(name: str, book: Book, rows: Iterable[Mapping[str, str]]) -> bytes:
    columns = list(book[name].rows[0].columns if book[name].rows else rules()[name].columns)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def check_layer(target: Target, layer: Layer) -> None:
    """Read the scenario with the new tables, in a folder that is thrown away.

    Raises:
        InputError: the tables would not be valid together; nothing is written.
    """
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / target.tables
        _fill(folder, target.folder, layer)
        open_book(_beside_layer(target.loaded, Path(home), target.tables))


def _beside_layer(loaded: LoadedScenario, home: Path, tables: str) -> LoadedScenario:
    scenario = loaded.scenario.model_copy(update={"tables": tables})
    return replace(loaded, scenario=scenario, source=replace(loaded.source, folder=home))


def write_layer(target: Target, layer: Layer) -> None:
    """Put the layer in place whole, then the scenario that names it.

    Raises:
        OSError: the disk is full or may not be written; what stood before still stands.
    """
    if layer.files or not target.folder.is_dir():
        with beside(target.folder) as temporary:
            _fill(temporary, target.folder, layer)
    if target.text is not None:
        put(target.path, target.text.encode("utf-8"))


def _fill(folder: Path, before: Path, layer: Layer) -> None:
    """Copy what the layer holds, with the changed tables in place of the old."""
    if before.is_dir():
        shutil.copytree(before, folder, dirs_exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in layer.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
