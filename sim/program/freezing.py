"""Levels already decided, stated as rows: the program of one level, to be solved by anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import xarray as xr

from sim.arrays import every, of, space
from sim.program.adding_rows import HELD_WITHIN, frozen_slack
from sim.program.blocks import Block, Level, Program, Term, assemble, rows

FROZEN, HELD = "frozen_", "held_"


def position(program: Program, name: str) -> int:
    """Return the place of a level among the objectives.

    Raises:
        KeyError: there is no level of that name.
    """
    return {level.name: n for n, level in enumerate(program.levels)}[name]


def at_level(
    program: Program, name: str, values: Mapping[str, float], plan: Mapping[str, xr.DataArray]
) -> Program:
    """Return the program with one objective only, and every level before it frozen as a row.

    Args:
        program: the labelled blocks with all levels.
        name: the level whose objective is kept.
        values: value of each level before it.
        plan: decisions by family, needed where the level holds the totals of a family over counties.

    Raises:
        KeyError: there is no level of that name, or the value of one before it is not given.
    """
    n = position(program, name)
    level = program.levels[n]
    blocks = [frozen(before, values[before.name]) for before in program.levels[:n]]
    families = dict.fromkeys(family for before in program.levels[: n + 1] for family in before.given)
    blocks += [_held(family, plan[family]) for family in families]
    return with_blocks(program, blocks, [replace(level, given=())])


def with_blocks(program: Program, blocks: list[Block], levels: list[Level]) -> Program:
    """Return the program with further blocks and other levels."""
    base = Block(tuple(program.columns.values()), tuple(program.rows.values()), program.terms)
    return assemble([base, *blocks], levels)


def frozen(level: Level, value: float, most: float | None = None) -> Block:
    r"""The row of a level that is decided: :math:`\sum_j c_j x_j \le value + tolerance`.

    Args:
        level: the objective.
        value: its value, the constant included.
        most: greatest value instead of the tolerance of the level.
    """
    without = value - level.constant
    slack = frozen_slack(level, without)
    upper = without + slack if most is None else most - level.constant
    name = f"{FROZEN}{level.name}"
    terms = tuple(Term(name, family, coefficient) for family, coefficient in level.objective.items())
    return Block(rows=(rows(name, space(), upper=upper),), terms=terms)


def _held(family: str, plan: xr.DataArray) -> Block:
    """Rows that hold the sum over counties of each decision of a family at its value in a plan."""
    total = of(plan).sum("county")
    name = f"{HELD}{family}"
    rule = rows(name, total, lower=total - HELD_WITHIN, upper=total + HELD_WITHIN)
    counties = every(county=plan["county"].values)
    return Block(rows=(rule,), terms=(Term(name, family, counties),))
