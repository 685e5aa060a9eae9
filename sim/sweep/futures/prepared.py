"""A scenario and what varies in it, as plain data that travels to each worker once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from sim.evidence.book import Book
from sim.sweep.dataset.layout import Outcome, Touched
from sim.sweep.futures.cases import Base


@dataclass(frozen=True)
class Prepared:
    """What every future of a scenario is computed from.

    Attributes:
        mode: `fixed` or `reoptimise`.
        paths: values of the scenario that vary, in the order of the factors.
        as_one: whether futures differ in nothing but what one case with draws can hold.
        base: what they are moved away from.
        book: the tables.
        started: (project, county, start_year) units of the scenario's certified plan.
        solved: the same before heads are rounded up.
        moved: (cadre, county) net heads that came in it.
        counties: whose coverage and units are kept, `city` first.
        outcomes: the columns, in order.
        identity: digest of every input by its name.
        usual: outcomes of the plan in the scenario as it is, by column.
        touched: what each factor touches of the program, in the order of the factors.
    """

    mode: Literal["fixed", "reoptimise"]
    paths: tuple[str, ...]
    as_one: bool
    base: Base
    book: Book
    started: np.ndarray
    solved: np.ndarray
    moved: np.ndarray
    counties: list[str]
    outcomes: tuple[Outcome, ...]
    identity: Mapping[str, str]
    usual: Mapping[str, float] = field(default_factory=dict)
    touched: tuple[Touched, ...] = ()
