"""What a worker does: it holds the recipe, opens a model once, and turns a chunk of futures into a part."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

import sim
from sim.sweep.engine.parts import encode
from sim.sweep.model import Evaluated, Model, Recipe

LONGEST_REASON = 200
MACHINE = (MemoryError, OSError)
"What is wrong with the machine and not with a future: the part stays to be done."


@dataclass(frozen=True)
class Work:
    """What a worker needs for the chunks of a sweep.

    Attributes:
        recipe: opens the model.
        identity: digest of all inputs of the sweep.
        names: of the factors.
    """

    recipe: Recipe
    identity: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """A computed chunk.

    Attributes:
        part: its number.
        data: bytes of its Parquet file.
        rows: its futures.
        failed: its failed futures.
        inside: CPU seconds in the solver.
        outside: CPU seconds elsewhere, opening of the model and encoding included.
        solves: level solves.
        seconds: on the clock, without the opening of the model.
        trace: traceback of the first future that raised, or ''.
    """

    part: int
    data: bytes
    rows: int
    failed: int
    inside: float
    outside: float
    solves: int
    seconds: float
    trace: str


_held: dict[str, Work] = {}
_open: dict[tuple[str, int], Model] = {}
"Models by sweep and thread: a loaded solver is not shared."


def software() -> dict[str, str]:
    """Return the versions of what decides the bytes of a part."""
    import pyarrow

    return {"sim": sim.__version__, "numpy": np.__version__, "pyarrow": pyarrow.__version__}


def hold(work: Work) -> None:
    """Keep the work of a sweep in this process."""
    _held[work.identity] = work


def drop(identity: str) -> None:
    """Forget the work of a sweep and its models."""
    _held.pop(identity, None)
    for key in [key for key in _open if key[0] == identity]:
        del _open[key]


def compute(identity: str, part: int, first: int, values: np.ndarray) -> Done:
    """Return a part.

    Args:
        identity: of the work, held in this process.
        part: number of the part.
        first: number of its first future.
        values: (draw, factor).
    """
    cpu = time.thread_time()
    work = _held[identity]
    model = _model(work)
    clock = time.monotonic()
    columns = [outcome.column for outcome in work.recipe.outcomes]
    before = time.thread_time()
    found, trace = _evaluated(model, values, columns)
    evaluating = time.thread_time() - before
    data = encode(first, values, found, work.names, columns, identity, part)
    outside = _outside(found, time.thread_time() - cpu, evaluating)
    failed = sum(reason != "" for reason in found.reason)
    seconds = time.monotonic() - clock
    return Done(part, data, len(values), failed, found.inside, outside, found.solves, seconds, trace)


def _outside(found: Evaluated, total: float, evaluating: float) -> float:
    """CPU seconds of a chunk that were not the solver's, be it run in this thread or in one of its own."""
    return max(total - found.inside, found.outside + total - evaluating)


def _model(work: Work) -> Model:
    key = (work.identity, threading.get_ident())
    if key not in _open:
        _open[key] = work.recipe.open()
    return _open[key]


def _evaluated(model: Model, values: np.ndarray, columns: Sequence[str]) -> tuple[Evaluated, str]:
    """The outcomes of a chunk; if the model raises, of each future by itself, and the first traceback."""
    try:
        return _without_none(model.evaluate(values)), ""
    except MACHINE:
        raise
    except Exception:
        return _one_by_one(model, values, columns)


def _one_by_one(model: Model, values: np.ndarray, columns: Sequence[str]) -> tuple[Evaluated, str]:
    rows, first_trace = [], ""
    for n in range(len(values)):
        try:
            rows.append(_without_none(model.evaluate(values[n : n + 1])))
        except MACHINE:
            raise
        except Exception as error:
            first_trace = first_trace or traceback.format_exc()
            rows.append(_raised(error, columns))
    found = Evaluated(
        {column: np.concatenate([row.columns[column] for row in rows]) for column in columns},
        [reason for row in rows for reason in row.reason],
        sum(row.inside for row in rows),
        sum(row.outside for row in rows),
        sum(row.solves for row in rows),
    )
    return found, first_trace


def _raised(error: Exception, columns: Sequence[str]) -> Evaluated:
    said = (str(error).splitlines() or [""])[0]
    reason = f"{type(error).__name__}: {said}"[:LONGEST_REASON]
    return Evaluated({column: np.array([np.nan]) for column in columns}, [reason])


def _without_none(found: Evaluated) -> Evaluated:
    return replace(found, reason=[str(reason or "") for reason in found.reason])
