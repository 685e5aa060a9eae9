"""The ledger in numbers: each entry at its place among funds, projects, counties and years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
    places = np.stack([pd.Index(axis).get_indexer(table[name]) for name, axis in axes.items()])
    strange: np.ndarray = np.any(places < 0, axis=0)
    flat = np.ravel_multi_index(tuple(np.maximum(places, 0)), shape)
    amount = table["amount_fen"].to_numpy(dtype=float)
    names = table[["kind", "price_basis"]].astype(str)
    group = names.groupby(["kind", "price_basis"], sort=False).ngroup().to_numpy()
    of_kind: dict[Kind, tuple[np.ndarray, np.ndarray] | None] = {}
    for n, (kind, basis) in enumerate(names.drop_duplicates().itertuples(index=False)):
        own: np.ndarray = np.equal(group, n)
        of_kind[str(kind), str(basis)] = None if strange[own].any() else (flat[own], amount[own])
    return Entries(shape, of_kind)
