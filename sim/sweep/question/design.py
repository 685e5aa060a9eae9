"""Which futures a sweep looks at: points of the unit cube, and the values of the factors there.

Sobol (Saltelli), Latin hypercube and Morris designs are those of SALib, whose indices they serve. A grid is
the product of the points of each factor, the last factor changing first. Row k of a random design comes from
a stream of its own, so it is the same whatever the number of draws.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.errors import InputError, Problem
from sim.sweep.dataset.layout import DRAW, DRAWS, MANIFEST, PART
from sim.sweep.dataset.manifest import read_manifest
from sim.sweep.question import schema
from sim.sweep.question.counting import count, grid_sizes
from sim.sweep.question.distributions import points, values_of
from sim.sweep.question.schema import Factor

BOUNDS = ("low", "high")
"Keys of a factor in a manifest that its sweep does not have."
Rows = Callable[[int, int], np.ndarray]


@dataclass(frozen=True)
class Design:
    """The futures of a sweep, in order.

    Attributes:
        factors: what varies.
        n: futures.
        rows: of a first and a last (not included) future, their (draw, factor) points of the unit cube.
    """

    factors: tuple[Factor, ...]
    n: int
    rows: Rows

    def values(self, first: int, last: int) -> np.ndarray:
        """Return the (draw, factor) values of futures `first` to `last`, `last` not included."""
        return values_of(self.rows(first, last), self.factors)

    @staticmethod
    def of(design: schema.Design, factors: Sequence[Factor]) -> Design:
        """Return the futures that a sweep asks for."""
        return Design(tuple(factors), count(design, factors), _rows(design, tuple(factors)))

    @staticmethod
    def of_manifest(manifest: Mapping[str, Any]) -> Design:
        """Return the futures of a dataset.

        Raises:
            InputError: the manifest does not hold a design and factors.
        """
        try:
            design = schema.Design.model_validate_json(json.dumps(manifest["design"]))
            rows = [{k: v for k, v in row.items() if k not in BOUNDS} for row in manifest["factors"]]
            factors = [Factor.model_validate_json(json.dumps(row)) for row in rows]
            return Design.of(design, factors)
        except (ValidationError, KeyError, TypeError, ValueError, AttributeError):
            found = "the design or a factor cannot be read"
            raise InputError([Problem(MANIFEST, found, "as a sweep wrote it")]) from None


def check_own(folder: Path) -> None:
    """Refuse a dataset whose futures are not, value for value, those that its design makes.

    Args:
        folder: of a finished sweep.

    Raises:
        InputError: a part is missing, or a factor has another value in some draw.
    """
    import pyarrow.parquet as pq

    manifest = read_manifest(folder)
    design = Design.of_manifest(manifest)
    names = [factor.name for factor in design.factors]
    for part, first in enumerate(range(0, design.n, manifest["chunk"])):
        path = folder / DRAWS / PART.format(part)
        last = min(first + manifest["chunk"], design.n)
        try:
            table = pq.read_table(path, columns=[DRAW, *names])
        except (OSError, ValueError, KeyError) as error:
            raise InputError([Problem(str(path), f"cannot be read: {error}", "a finished sweep")]) from None
        found = [table[name].to_numpy() for name in (DRAW, *names)]
        wanted = [np.arange(first, last), *design.values(first, last).T]
        for name, ours, theirs in zip((DRAW, *names), wanted, found, strict=True):
            if not np.array_equal(ours, theirs):
                said = f"{name} has values that the design of this sweep does not make"
                raise InputError([Problem(str(path), said, "the futures of the design, unchanged")])


def _rows(design: schema.Design, factors: tuple[Factor, ...]) -> Rows:
    if design.method == "grid":
        return _grid(design, factors)
    if design.method == "random":
        return _random(design.seed, len(factors))
    whole = _salib(design, len(factors))
    whole.setflags(write=False)
    return lambda first, last: whole[first:last]


def _grid(design: schema.Design, factors: tuple[Factor, ...]) -> Rows:
    axes = [points(factor, design.levels) for factor in factors]
    shape = tuple(grid_sizes(design, factors))

    def rows(first: int, last: int) -> np.ndarray:
        places = np.unravel_index(np.arange(first, last), shape)
        return np.column_stack([axis[place] for axis, place in zip(axes, places, strict=True)])

    return rows


def _random(seed: int, factors: int) -> Rows:
    def row(k: int) -> np.ndarray:
        stream = np.random.SeedSequence(seed, spawn_key=(k,))
        return np.random.Generator(np.random.PCG64(stream)).random(factors)

    return lambda first, last: np.array([row(k) for k in range(first, last)]).reshape(-1, factors)


def _salib(design: schema.Design, factors: int) -> np.ndarray:
    from SALib.sample import latin, morris, sobol

    names = [f"x{n}" for n in range(factors)]
    problem = {"num_vars": factors, "names": names, "bounds": [[0.0, 1.0]] * factors}
    if design.method == "sobol":
        found = sobol.sample(
            problem, design.base_samples, calc_second_order=design.second_order, seed=design.seed
        )
    elif design.method == "morris":
        found = morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    else:
        found = latin.sample(problem, design.draws, seed=design.seed)
    return np.asarray(found, dtype=float)
