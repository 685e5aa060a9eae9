"""Everything a dataset is asked, answered once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from sim.sweep.analysis.failing import Discovery, discoveries, discovery_table, events
from sim.sweep.analysis.indices import (
    SETTLED,
    Row,
    design_rows,
    explaining,
    index_table,
    indices,
    ranking,
    settled,
)
from sim.sweep.analysis.interests import Interest, interest_values, interests, is_constant
from sim.sweep.analysis.meeting import met_table, wanted_table
from sim.sweep.analysis.reading import Dataset, open_dataset
from sim.sweep.analysis.regret import regret_table
from sim.sweep.analysis.tornado import COLUMNS as TORNADO
from sim.sweep.analysis.tornado import tornado
from sim.sweep.dataset.layout import DRAWS, MANIFEST

_SUMMARY = (
    "outcome",
    "of",
    "kind",
    "unit",
    "futures",
    "mean",
    "deviation",
    "least",
    "median",
    "most",
    "constant",
)


@dataclass(frozen=True)
class Answered:
    """The answers.

    Attributes:
        data: the dataset.
        interests: outcomes that are explained, by name.
        leading: of each outcome that varies, the factors, most important first.
        main: the measure of that ranking.
        discoveries: in which futures the plan fails; the overall event first.
        usually_missed: targets the plan misses in most futures.
        tables: every table of the report by its name.
    """

    data: Dataset
    interests: dict[str, Interest]
    leading: dict[str, list[str]]
    main: str
    discoveries: list[Discovery]
    usually_missed: list[str]
    tables: dict[str, pd.DataFrame]


def answered(folder: Path, rows_of_design: Callable[[Dataset], np.ndarray] = design_rows) -> Answered:
    """Answer every question about a dataset; it is read few columns at a time.

    The last answers are kept while no file of the dataset changes, for the page and the first lines.

    Args:
        folder: the dataset.
        rows_of_design: gives the unit cube rows of a design that needs them.

    Raises:
        InputError: the folder is no dataset, or its factors are not those its design makes.
    """
    return _answered(folder.resolve(), rows_of_design, _stamps(folder))


@lru_cache(maxsize=1)
def _answered(
    folder: Path, rows_of_design: Callable[[Dataset], np.ndarray], _: tuple[tuple[str, int, int], ...]
) -> Answered:
    data = open_dataset(folder)
    wanted = interests(data)
    how = explaining(data, lambda: rows_of_design(data))
    rows: dict[str, list[Row]] = {}
    settling, summary, ends = [], [], []
    factors = data.read([factor.name for factor in data.factors])
    for interest, values in interest_values(data, wanted):
        summary.append(_summed(interest, values))
        if is_constant(values):
            continue
        rows[interest.name] = indices(how, values)
        if found := rows[interest.name]:
            settling.append(settled(interest.name, how, found, indices(how, values, half=True)))
        ends.append(tornado(data.method == "grid", factors, {interest.name: values}))
    failures, missed = events(data)
    discovered = discoveries(data, failures)
    tables = {
        "outcomes": pd.DataFrame(summary, columns=list(_SUMMARY)),
        "indices": index_table(rows),
        "settled": pd.DataFrame(settling, columns=list(SETTLED)),
        "tornado": pd.concat(ends, ignore_index=True) if ends else pd.DataFrame(columns=list(TORNADO)),
        "discovery": discovery_table(data, discovered),
        "regret": regret_table(data),
        "met": met_table(data),
        "wanted": wanted_table(data),
        "failed": pd.DataFrame(list(data.reasons), columns=["reason", "futures"]),
        "factors": _factors(data),
    }
    leading = {name: ranking(own, how.main) for name, own in rows.items()}
    kept = {interest.name: interest for interest in wanted}
    return Answered(data, kept, leading, how.main, discovered, missed, tables)


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    files = [folder / MANIFEST, *sorted((folder / DRAWS).glob("*"))]
    stats = [(path.name, path.stat()) for path in files if path.is_file()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _summed(interest: Interest, values: np.ndarray) -> dict[str, object]:
    known = values[np.isfinite(values)]
    nothing = not len(known)
    return {
        "outcome": interest.name,
        "of": interest.of,
        "kind": interest.outcome.kind,
        "unit": interest.outcome.unit,
        "futures": len(known),
        "mean": np.nan if nothing else float(known.mean()),
        "deviation": np.nan if nothing else float(known.std()),
        "least": np.nan if nothing else float(known.min()),
        "median": np.nan if nothing else float(np.median(known)),
        "most": np.nan if nothing else float(known.max()),
        "constant": is_constant(values),
    }


def _factors(data: Dataset) -> pd.DataFrame:
    rows = [
        {
            "factor": factor.name,
            "path": factor.path,
            "title_zh": factor.title["zh"],
            "title_en": factor.title["en"],
            "unit": factor.unit,
            "distribution": " ".join(_spoken(key, value) for key, value in factor.distribution.items()),
            "source": factor.source,
            "quality": factor.quality,
            "low": factor.low,
            "high": factor.high,
        }
        for factor in data.factors
    ]
    return pd.DataFrame(rows)


def _spoken(key: str, value: object) -> str:
    return str(value) if key == "kind" else f"{key}={value}"
