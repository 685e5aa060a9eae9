"""What a sweep leaves behind: names of its files and columns, and what each column is.

A folder holds `manifest.json`, `sweep.yaml`, `draws/part-00000.parquet` and so on (zstd), one row a draw:
`draw` (int64), `status` and `reason` (text), then every factor by its name and every outcome by its
column (float64, missing where the draw failed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MANIFEST, SWEEP, DRAWS, PART = "manifest.json", "sweep.yaml", "draws", "part-{:05d}.parquet"
DRAW, STATUS, REASON = "draw", "status", "reason"
OK, FAILED = "ok", "failed"
FORMAT = 1

Of = Literal["plan", "best", "model"]
Kind = Literal["level", "short", "coverage", "units", "money", "value"]


@dataclass(frozen=True)
class Outcome:
    """One column of results.

    Attributes:
        column: its name, `<of>_<kind>_<what>[_<county>]`.
        of: `plan` for the plan that is judged, `best` for the LP of the draw, `model` for anything else.
        kind: `level` (value of an objective, less is better), `short` (units a target is short of, whole
            city), `coverage` (share of a need that is covered, 1 is met), `units` (units started),
            `money` (million yuan), `value`.
        unit: of the values.
        title_zh: what it is, in Chinese.
        title_en: what it is, in English.
        resource: of a target, else ''.
        project: of units, else ''.
        county: six-digit code, `city` for the whole city, else ''.
        level: name of a level, else ''.
    """

    column: str
    of: Of
    kind: Kind
    unit: str
    title_zh: str
    title_en: str
    resource: str = ""
    project: str = ""
    county: str = ""
    level: str = ""


@dataclass(frozen=True)
class Touched:
    """What one factor touches.

    Attributes:
        path: the value of the scenario that varies.
        parts: of `row_bounds`, `column_bounds`, `costs`, `coefficients`, `structure`; none if nothing.
        rebuild: why every future must be stated anew, '' where that is not so: families by name.
    """

    path: str
    parts: tuple[str, ...]
    rebuild: str
