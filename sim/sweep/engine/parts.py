"""A part of a dataset: the futures of one chunk as Parquet, and whether a finished one can be trusted.

The SHA-256 of each part stands in a folder of its own, and is written first: a kill between the two leaves
a digest without a part, which is computed again, never a part without a digest.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.errors import ContractError
from sim.processes import alive
from sim.sweep.dataset.layout import DRAW, DRAWS, FAILED, OK, PART, REASON, STATUS
from sim.sweep.model import Evaluated

IDENTITY_KEY, PART_KEY = b"sweep", b"part"
DIGESTS, DIGEST = "digests", "part-{:05d}.sha256"
BESIDE = ".{}.{}.tmp"


def encode(
    first: int,
    values: np.ndarray,
    found: Evaluated,
    names: Sequence[str],
    columns: Sequence[str],
    identity: str,
    part: int,
) -> bytes:
    """Return the futures of a chunk as the bytes of a Parquet file; equal values give equal bytes.

    Args:
        first: number of the first future.
        values: (draw, factor).
        found: their outcomes.
        names: of the factors.
        columns: of the outcomes, in order.
        identity: digest of all inputs of the sweep.
        part: number of the part.

    Raises:
        ContractError: the outcomes are not those that were promised.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if list(found.columns) != list(columns):
        raise ContractError(f"outcomes {list(found.columns)} are not {list(columns)}")
    failed = np.array([reason != "" for reason in found.reason], dtype=bool)
    arrays: dict[str, pa.Array[pa.Scalar[Any]]] = {
        DRAW: pa.array(np.arange(first, first + len(values)), pa.int64())
    }
    arrays[STATUS] = pa.array([FAILED if one else OK for one in failed], pa.string())
    arrays[REASON] = pa.array(list(found.reason), pa.string())
    arrays |= {name: pa.array(values[:, n], pa.float64()) for n, name in enumerate(names)}
    for column in columns:
        outcome = np.asarray(found.columns[column], dtype=float)
        arrays[column] = pa.array(outcome, pa.float64(), mask=failed | np.isnan(outcome))
    table = pa.table(arrays).replace_schema_metadata({IDENTITY_KEY: identity, PART_KEY: str(part)})
    sink = io.BytesIO()
    rows = max(len(values), 1)
    pq.write_table(
        table,
        sink,
        compression="zstd",
        use_dictionary=[STATUS, REASON],  # type: ignore[arg-type]
        write_statistics=True,
        row_group_size=rows,
    )
    return sink.getvalue()


def save_part(folder: Path, part: int, data: bytes) -> None:
    """Write a finished part and its digest, each beside its place first.

    Raises:
        OSError: the disk is full or may not be written; nothing half-written stays.
    """
    write_beside(folder / DIGESTS / DIGEST.format(part), f"{hashlib.sha256(data).hexdigest()}\n".encode())
    write_beside(folder / DRAWS / PART.format(part), data)


def write_beside(path: Path, data: bytes) -> None:
    """Write a file beside its place, wait until the disk has it, and move it there."""
    temporary = path.with_name(BESIDE.format(path.name, os.getpid()))
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def clear_killed(folder: Path) -> None:
    """Remove what killed runs were writing; leave the files of live runs alone."""
    for stale in folder.rglob(BESIDE.format("*", "*")):
        process = stale.name.split(".")[-2]
        if process.isdigit() and not alive(int(process)):
            stale.unlink(missing_ok=True)


def distrust(folder: Path, part: int, identity: str, first: int, last: int) -> tuple[str, int]:
    """Return why a part cannot be trusted, '' where it can, and how many of its futures failed.

    Args:
        folder: of the sweep.
        part: its number.
        identity: digest of all inputs of the sweep.
        first: number of its first future.
        last: number after its last future.
    """
    import pyarrow.parquet as pq

    path = folder / DRAWS / PART.format(part)
    try:
        data = path.read_bytes()
        kept = (folder / DIGESTS / DIGEST.format(part)).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ("its digest is missing" if path.is_file() else "is missing"), 0
    except ValueError:
        return "its digest cannot be read", 0
    if hashlib.sha256(data).hexdigest() != kept:
        return "was changed or damaged", 0
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        noted = file.metadata.metadata or {}
        table = file.read([DRAW, STATUS])
    except (OSError, ValueError, KeyError):
        return "is not a part of a sweep", 0
    if noted.get(IDENTITY_KEY) != identity.encode() or noted.get(PART_KEY) != str(part).encode():
        return "belongs to another sweep or place", 0
    if not np.array_equal(table[DRAW].to_numpy(), np.arange(first, last)):
        return "does not hold the futures of its place", 0
    return "", sum(status == FAILED for status in table[STATUS].to_pylist())
