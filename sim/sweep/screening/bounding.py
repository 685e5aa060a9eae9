"""Writing the bounds of a screened sweep: one Parquet file, block by block, moved into place when whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.sweep.dataset.layout import DRAW
from sim.sweep.engine.job import SHORT, Job
from sim.sweep.screening.screen import Screen, Screened

BOUND, FILE = "bound", "bounds.parquet"
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"Parts of the futures below which bounds are told."


def write_bounds(screen: Screen, job: Job, out: Path) -> tuple[Path, Mapping[float, float]]:
    """Write number, factors and bound of every future; return the file and quantiles of the bounds.

    Args:
        screen: the bounds.
        job: the sweep.
        out: folder of folders.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = out / f"screen-{job.sweep.name}-{job.id[:SHORT]}"
    folder.mkdir(parents=True, exist_ok=True)
    beside, path = folder / f".{FILE}.{os.getpid()}", folder / FILE
    fields: list[pa.Field[Any]] = [pa.field(name, pa.float64()) for name in (*job.names, BOUND)]
    schema = pa.schema([pa.field(DRAW, pa.int64()), *fields])
    found = []
    try:
        with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
            for block in screen.blocks():
                arrays = [pa.array(column) for column in _columns(block)]
                writer.write_table(pa.table(arrays, schema=schema))
                found.append(block.bounds)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    whole = np.concatenate(found)
    return path, {share: float(np.quantile(whole, share)) for share in SHARES}


def _columns(block: Screened) -> list[np.ndarray]:
    draws = np.arange(block.first, block.first + len(block.bounds))
    return [draws, *block.values.T, block.bounds]
