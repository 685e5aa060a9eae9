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
        of_kind: place in an array of that shape, flat, and fen of the entries of each kind and price
            basis; None where an entry has a strange fund, project, county or year.
    """

    shape: tuple[int, ...]
    of_kind: Mapping[Kind, tuple[np.ndarray, np.ndarray] | None]

    def cube(self, kind: str, basis: str) -> np.ndarray:
        """(fund, project, county, year) fen of one kind in one price basis; NaN where one is strange."""
        nothing = (np.zeros(0, dtype=int), np.zeros(0))
        found = self.of_kind.get((kind, basis), nothing)
        if found is None:
            return np.full(self.shape, np.nan)
        cube = np.bincount(found[0], weights=found[1], minlength=int(np.prod(self.shape)))
        return np.asarray(cube, dtype=float).reshape(self.shape)


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
    flat = np.ravel_multi_index(tuple(np.maximum(places, 0)), shape)
    amount = table["amount_fen"].to_numpy(dtype=float)
    kinds, bases = (sorted(table[name].unique()) for name in ("kind", "price_basis"))
    group = _places(kinds, table["kind"]) * len(bases) + _places(bases, table["price_basis"])
    of_kind: dict[Kind, tuple[np.ndarray, np.ndarray] | None] = {}
    for n in np.unique(group):
        own = np.flatnonzero(group == n)
        kind, basis = kinds[n // len(bases)], bases[n % len(bases)]
        of_kind[kind, basis] = None if strange[own].any() else (flat[own], amount[own])
    return Entries(shape, of_kind)


def _places(axis: list[Any], column: pd.Series) -> np.ndarray:
    """(entry): place of its label, -1 where it is strange."""
    codes, labels = pd.factorize(column)
    return np.append(pd.Index(axis).get_indexer(labels), -1)[codes]
