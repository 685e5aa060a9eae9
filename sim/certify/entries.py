"""The ledger in numbers: each entry at its place among funds, projects, counties and years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.case import Case

Kind = tuple[str, str]
"Kind of entry and price basis."


@dataclass(frozen=True)
class Entries:
    """The entries of a ledger.

    Attributes:
        shape: number of funds, projects, counties and years.
        of_kind: (fund, project, county and year, entry) places and (entry) fen of each kind and price
            basis; None where an entry has a strange fund, project, county or year.
    """

    shape: tuple[int, ...]
    of_kind: Mapping[Kind, tuple[np.ndarray, np.ndarray] | None]

    def cube(self, kind: str, basis: str, projects: slice) -> np.ndarray:
        """(fund, project, county, year) fen of some projects; NaN where an entry is strange."""
        first, last, _ = projects.indices(self.shape[1])
        shape = (self.shape[0], last - first, *self.shape[2:])
        found = self.of_kind.get((kind, basis), _NOTHING)
        if found is None:
            return np.full(shape, np.nan)
        own = np.flatnonzero((found[0][1] >= first) & (found[0][1] < last))
        fund, project, county, year = found[0][:, own]
        flat = np.ravel_multi_index((fund, project - first, county, year), shape)
        return _summed(flat, found[1][own], shape)

    def by_fund(self, kind: str) -> np.ndarray:
        """(fund, year) nominal fen of all projects; NaN where an entry is strange."""
        shape = (self.shape[0], self.shape[3])
        found = self.of_kind.get((kind, "nominal"), _NOTHING)
        if found is None:
            return np.full(shape, np.nan)
        return _summed(np.ravel_multi_index((found[0][0], found[0][3]), shape), found[1], shape)


_NOTHING = (np.zeros((4, 0), dtype=int), np.zeros(0))


def _summed(flat: np.ndarray, fen: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    cube = np.bincount(flat, weights=fen, minlength=int(np.prod(shape)))
    return np.asarray(cube, dtype=float).reshape(shape)


def years_of(case: Case) -> list[int]:
    """Return the years in which money can be due: from the first start to the end of the tail."""
    last = case.decision_years[-1] + int(np.ceil(case.terms.recurrent_years))
    return list(range(case.decision_years[0], last + 1))


def entries(case: Case, table: pd.DataFrame) -> Entries:
    """Return the entries of a ledger in numbers."""
    axes = {
        "fund": list(case.rules.funds["fund"].values),
        "project": list(case.rules.projects["project"].values),
        "county": case.rules.counties,
        "year": years_of(case),
    }
    shape = tuple(map(len, axes.values()))
    places = np.stack([_places(axis, table[name]) for name, axis in axes.items()])
    strange: np.ndarray = np.any(places < 0, axis=0)
    amount = table["amount_fen"].to_numpy(dtype=float)
    kinds, bases = (sorted(table[name].unique()) for name in ("kind", "price_basis"))
    group = _places(kinds, table["kind"]) * len(bases) + _places(bases, table["price_basis"])
    of_kind: dict[Kind, tuple[np.ndarray, np.ndarray] | None] = {}
    for n in np.unique(group):
        own = np.flatnonzero(group == n)
        kind, basis = kinds[n // len(bases)], bases[n % len(bases)]
        of_kind[kind, basis] = None if strange[own].any() else (places[:, own], amount[own])
    return Entries(shape, of_kind)


def _places(axis: list[Any], column: pd.Series) -> np.ndarray:
    """(entry): place of its label, -1 where it is strange."""
    codes, labels = pd.factorize(column)
    return np.append(pd.Index(axis).get_indexer(labels), -1)[codes]
