"""The Pyomo compiler: the same labelled blocks as a Pyomo model with readable names.

Written apart from the matrix compiler, so that each checks the other.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pyomo.environ as pyo

from sim.arrays import Array
from sim.program.blocks import Columns, Level, Program, Rows, Term

Key = tuple[Any, ...]


def compile_pyomo(program: Program, level: int = 0) -> pyo.ConcreteModel:
    """Return the program as a Pyomo model that minimises one of its levels.

    Args:
        program: the labelled blocks.
        level: position of the objective.

    Returns:
        a model with one `Var` a family of decisions, one `Constraint` a family of rules (each indexed
        by its labels), and the objective `objective`.
    """
    model = pyo.ConcreteModel()
    for columns in program.columns.values():
        _add_columns(model, columns)
    expressions = _expressions(model, program)
    for rows in program.rows.values():
        _add_rows(model, rows, expressions)
    model.objective = pyo.Objective(
        expr=_objective(model, program, program.levels[level]), sense=pyo.minimize
    )
    return model


def _keys(array: Array) -> list[tuple[Key, tuple[int, ...]]]:
    """Labels and position of every True of a boolean array, in order; of a single value without labels ()."""
    if not array.dims:
        return [((), ())] if array.values else []
    labels = list(array.labels.values())
    places = zip(*np.nonzero(array.values), strict=True)
    return [(tuple(labels[d][n] for d, n in enumerate(place)), tuple(map(int, place))) for place in places]


def _add_columns(model: pyo.ConcreteModel, columns: Columns) -> None:
    keys = _keys(columns.present)
    variable = pyo.Var([key for key, _ in keys], within=pyo.Reals)
    model.add_component(columns.name, variable)
    for key, place in keys:
        lower, upper = float(columns.lower.values[place]), float(columns.upper.values[place])
        variable[key].setlb(lower if np.isfinite(lower) else None)
        variable[key].setub(upper if np.isfinite(upper) else None)
        if columns.whole.values[place]:
            variable[key].domain = pyo.Integers


def _expressions(model: pyo.ConcreteModel, program: Program) -> dict[tuple[str, Key], list[Any]]:
    parts: dict[tuple[str, Key], list[Any]] = defaultdict(list)
    for term in program.terms:
        variable = model.component(term.columns)
        present = {key for key, _ in _keys(program.columns[term.columns].present)}
        for row_key, column_key, value in _entries(term, program):
            if column_key in present:
                parts[term.rows, row_key].append(value * variable[column_key])
    return parts


def _entries(term: Term, program: Program) -> list[tuple[Key, Key, float]]:
    """Every coefficient with the labels of its row and of its column."""
    rows = program.rows[term.rows].present.to_xarray()
    columns = program.columns[term.columns].present.to_xarray().rename(dict(term.rename))
    coefficient = term.coefficient.to_xarray()
    sizes = {**dict(columns.sizes), **dict(rows.sizes)}
    labels = {d: (rows if d in rows.dims else columns)[d].values.tolist() for d in sizes}
    missing = {d: labels[d] for d in sizes if d not in coefficient.dims}
    full = coefficient.expand_dims(missing) if missing else coefficient
    full = full.sel({d: labels[d] for d in sizes}).transpose(*sizes)
    entries = []
    for place in zip(*np.nonzero(full.values), strict=True):
        at = {d: labels[d][n] for d, n in zip(sizes, place, strict=True)}
        row = tuple(at[d] for d in rows.dims)
        column = tuple(at[d] for d in columns.dims)
        entries.append((row, column, float(full.values[place])))
    return entries


def _add_rows(model: pyo.ConcreteModel, rows: Rows, parts: dict[tuple[str, Key], list[Any]]) -> None:
    if not rows.present.dims:
        _add_row(model, rows, sum(parts.get((rows.name, ()), [])))
        return
    keys = _keys(rows.present)
    bodies = {key: sum(parts.get((rows.name, key), [])) for key, _ in keys}
    constraint = pyo.Constraint([key for key, _ in keys if not isinstance(bodies[key], int)])
    model.add_component(rows.name, constraint)
    for key, place in keys:
        lower, upper = float(rows.lower.values[place]), float(rows.upper.values[place])
        low = lower if np.isfinite(lower) else None
        high = upper if np.isfinite(upper) else None
        if isinstance(bodies[key], int):
            _check_empty(rows.name, key, lower, upper)
        elif low is not None or high is not None:
            constraint.add(key, (low, bodies[key], high))


def _add_row(model: pyo.ConcreteModel, rows: Rows, body: Any) -> None:
    """A rule that stands alone, without labels."""
    lower, upper = float(rows.lower), float(rows.upper)
    if isinstance(body, int):
        _check_empty(rows.name, (), lower, upper)
        return
    low = lower if np.isfinite(lower) else None
    high = upper if np.isfinite(upper) else None
    model.add_component(rows.name, pyo.Constraint(expr=(low, body, high)))


def _check_empty(name: str, key: Key, lower: float, upper: float) -> None:
    if lower > 0 or upper < 0:
        raise ValueError(f"rule {name}{list(key)} has no decision and cannot hold")


def _objective(model: pyo.ConcreteModel, program: Program, level: Level) -> Any:
    total: Any = level.constant
    for name, coefficient in level.objective.items():
        columns, weight = program.columns[name].present.to_xarray(), coefficient.to_xarray()
        missing = {d: columns[d].values for d in columns.dims if d not in weight.dims}
        full = weight.expand_dims(missing).sel({d: columns[d].values for d in columns.dims})
        weights = full.transpose(*columns.dims).values
        variable = model.component(name)
        for key, place in _keys(program.columns[name].present):
            if weights[place]:
                total += float(weights[place]) * variable[key]
    return total
