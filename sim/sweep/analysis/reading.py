"""A dataset of futures read by columns: what is asked for is read, nothing else is held."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError, Problem
from sim.sweep.dataset.layout import DRAW, DRAWS, FORMAT, MANIFEST, OK, PART, REASON, STATUS, Outcome

_KEYS = ("id", "name", "title", "scenario", "mode", "draws", "chunk", "design", "factors", "outcomes")
HELD = 8_000_000
"Numbers that are read and held at once: 64 MB whatever the number of columns."
_DECIMAL = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?")


@dataclass(frozen=True)
class Factor:
    """What varied, and where its distribution comes from."""

    name: str
    path: str
    title: Mapping[str, str]
    unit: str
    distribution: Mapping[str, Any]
    source: str
    quality: str
    low: float
    high: float


@dataclass(frozen=True)
class Dataset:
    """One dataset, opened: its manifest, which futures are there, which of them failed.

    Attributes:
        folder: where it is.
        manifest: as written.
        factors: what varied, in order.
        outcomes: what was computed, in order.
        parts: files that are there.
        missing: names of files that should be there.
        draw: (row) number of each future that is there, rising.
        ok: (row) whether it did not fail.
        reasons: why futures failed and how many, most frequent first.
    """

    folder: Path
    manifest: Mapping[str, Any]
    factors: tuple[Factor, ...]
    outcomes: tuple[Outcome, ...]
    parts: tuple[Path, ...]
    missing: tuple[str, ...]
    draw: np.ndarray
    ok: np.ndarray
    reasons: tuple[tuple[str, int], ...]

    @property
    def method(self) -> str:
        """How the futures were drawn."""
        return str(self.manifest["design"]["method"])

    @property
    def planned(self) -> int:
        """Futures that should be there."""
        return int(self.manifest["draws"])

    @property
    def failed(self) -> int:
        """Futures that are there and failed."""
        return int((~self.ok).sum())

    @property
    def weighs(self) -> bool:
        """Whether shares of the futures are probabilities: a grid or Morris does not follow the factors."""
        return self.method not in ("grid", "morris")

    @property
    def group(self) -> int:
        """Futures of one base sample of sobol or one trajectory of morris; 1 elsewhere."""
        n = len(self.factors)
        if self.method == "sobol":
            return 2 * n + 2 if self.manifest["design"].get("second_order") else n + 2
        return n + 1 if self.method == "morris" else 1

    @property
    def independent(self) -> float:
        """Futures that count for an interval: those of one base sample share their values."""
        return float(self.ok.sum()) / self.group

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names of the outcomes that are there."""
        return frozenset(outcome.column for outcome in self.outcomes)

    @property
    def together(self) -> int:
        """Columns that are read and held at once; each pass over the parts costs their opening."""
        return max(2, HELD // max(len(self.draw), 1))

    def values(self, column: str) -> np.ndarray:
        """Return a column of numbers of the futures that did not fail (row), missing as NaN."""
        values: np.ndarray = self.read([column])[column][self.ok]
        return values

    def each(self, columns: Iterable[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Give columns one by one as `values` does; few are held at a time."""
        names = list(columns)
        for first in range(0, len(names), self.together):
            held = self.read(names[first : first + self.together])
            yield from ((name, values[self.ok]) for name, values in held.items())

    def read(self, columns: Sequence[str]) -> dict[str, np.ndarray]:
        """Return columns of numbers of every future that is there (row), in one pass over the parts."""
        names = list(dict.fromkeys(columns))
        parts = [_read(path, names) for path in self.parts]
        return {
            name: np.concatenate([_numbers(part[n]) for part in parts])[self._order]
            for n, name in enumerate(names)
        }

    @cached_property
    def _order(self) -> np.ndarray:
        numbers = [_read(path, [DRAW])[0].to_numpy() for path in self.parts]
        order: np.ndarray = np.argsort(np.concatenate(numbers), kind="stable")
        return order


def open_dataset(folder: Path) -> Dataset:
    """Open a dataset.

    Raises:
        InputError: the folder is no dataset, a part cannot be read, or a future stands twice.
    """
    manifest = _manifest(folder)
    names = [PART.format(n) for n in range(math.ceil(manifest["draws"] / manifest["chunk"]))]
    paths = [folder / DRAWS / name for name in names]
    parts = tuple(path for path in paths if path.is_file())
    if not parts:
        raise InputError([Problem(str(folder / DRAWS), "no part of the dataset is there", names[0])])
    keys = [_read(path, [DRAW, STATUS, REASON]) for path in parts]
    draw = np.concatenate([part[0].to_numpy() for part in keys]).astype(np.int64)
    order = np.argsort(draw, kind="stable")
    _once(folder, draw[order])
    ok = np.concatenate([_is_ok(part[1]) for part in keys])[order]
    reasons = Counter(
        _DECIMAL.sub("…", str(reason or ""))
        for _, status, reasons in keys
        for reason in reasons.filter(pa.array(~_is_ok(status))).to_pylist()
    )
    return Dataset(
        folder,
        manifest,
        tuple(Factor(**_known(Factor, row)) for row in manifest["factors"]),
        tuple(Outcome(**_known(Outcome, row)) for row in manifest["outcomes"]),
        parts,
        tuple(path.name for path in paths if path not in parts),
        draw[order],
        ok,
        tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def complete_groups(data: Dataset) -> tuple[np.ndarray, int]:
    """Return rows (group, place) of the groups without a failed or missing future, and how many are dropped.

    A group is a base sample of sobol, a trajectory of morris, one future elsewhere.
    """
    size = data.group
    groups = data.planned // size
    row = np.full(groups * size, -1)
    inside = data.ok & (data.draw < len(row))
    row[data.draw[inside]] = np.flatnonzero(inside)
    table = row.reshape(groups, size)
    whole = (table >= 0).all(axis=1)
    return table[whole], int((~whole).sum())


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([Problem(str(path), f"cannot be read: {error.strerror}", "a dataset")]) from None
    except ValueError as error:
        raise InputError([Problem(str(path), f"is no JSON: {error}", "a dataset")]) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else type(manifest).__name__
        raise InputError([Problem(str(path), f"format {found!r}", f"a dataset of format {FORMAT}")])
    absent = [key for key in _KEYS if key not in manifest]
    if absent:
        raise InputError([Problem(str(path), f"without {', '.join(absent)}", f"{', '.join(_KEYS)}")])
    sizes = [manifest["draws"], manifest["chunk"]]
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        raise InputError([Problem(str(path), f"draws and chunk are {sizes}", "whole numbers above 0")])
    return manifest


def _known(kind: type[Factor] | type[Outcome], row: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {key: value for key, value in row.items() if key in names}


def _read(path: Path, columns: Sequence[str]) -> list[pa.ChunkedArray[Any]]:
    try:
        table = pq.read_table(path, columns=list(columns), partitioning=None)
        return [table.column(name) for name in columns]
    except KeyError:
        raise InputError([Problem(str(path), f"without a column of {', '.join(columns)}")]) from None
    except (pa.ArrowException, OSError) as error:
        raise InputError([Problem(str(path), f"cannot be read: {error}", "a part as written")]) from None


def _numbers(column: pa.ChunkedArray[Any]) -> np.ndarray:
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _is_ok(status: pa.ChunkedArray[Any]) -> np.ndarray:
    return np.array([value == OK for value in status.to_pylist()], dtype=bool)


def _once(folder: Path, draws: Iterable[int]) -> None:
    twice = [int(n) for n, times in Counter(np.asarray(draws).tolist()).items() if times > 1]
    if twice:
        raise InputError([Problem(str(folder / DRAWS), f"future {twice[0]} stands twice", "each once")])
