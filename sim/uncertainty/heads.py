"""Heads of every cadre in many futures at one year-end: the workforce without its flows, in plain numpy.

It computes what `staff_in_future` and `staff_paths` do, and keeps the heads of one year only; a test holds
the two together. Blocks are small so that the ages of their staff stay in the cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.contracts import DRAW
from sim.staff_ages import joining
from sim.uncertainty.futures import Number, Shift

BLOCK = 32


@dataclass(frozen=True)
class _Staff:
    """What all futures share; cadres in the order of the base, `known` those whose ages are given.

    Attributes:
        heads: (cadre, county) at the end of the base year.
        known: (cadre) whether ages are given.
        retiring: (cadre without ages, 1) share retiring in a year.
        structure: (known cadre, 1, sex, age) share of the cadre.
        joins: (known cadre, 1, sex, age) share of those who enter.
        staying: (year, known cadre, 1, sex, age) share not retiring.
        inside: places of each subset and of its parent.
    """

    heads: np.ndarray
    known: np.ndarray
    retiring: np.ndarray
    structure: np.ndarray
    joins: np.ndarray
    staying: np.ndarray
    inside: list[tuple[int, int]]


def heads_in_futures(
    base: xr.DataArray,
    inputs: xr.Dataset,
    shift: Shift,
    parents: Mapping[str, str],
    until: int,
    draws: np.ndarray,
) -> xr.DataArray:
    """Return the heads of many futures at the end of a year.

    Args:
        base: (cadre, county) heads at the end of the base year.
        inputs: of `staff_inputs`.
        shift: how the futures differ; each a number or (draw).
        parents: parent of each subset, which it never outgrows.
        until: the year.
        draws: labels of the futures.

    Returns:
        (draw, cadre, county) persons.
    """
    inputs = inputs.sel(cadre=base["cadre"], year=inputs["year"] <= until)
    staff = _shared(base, inputs, parents)
    leave = np.minimum(_each(shift.attrition, len(draws)) * inputs["attrition_rate"].values, 1.0)
    own = inputs["graduates"].transpose("year", "cadre", "county").sel(county=base["county"]).values
    more = _each(shift.graduates, len(draws))[..., None]
    blocks = [slice(n, n + BLOCK) for n in range(0, len(draws), BLOCK)]
    found = [_heads(staff, leave[block][..., None], own[:, None] * more[block]) for block in blocks]
    coords = {DRAW: draws, "cadre": base["cadre"].values, "county": base["county"].values}
    return xr.DataArray(np.concatenate(found), dims=(DRAW, "cadre", "county"), coords=coords)


def _shared(base: xr.DataArray, inputs: xr.Dataset, parents: Mapping[str, str]) -> _Staff:
    cadres = [str(c) for c in base["cadre"].values]
    known = inputs["structure"].notnull().any(("sex", "age")).values
    aged = inputs.isel(cadre=known)
    order = ("cadre", "sex", "age")
    joins = (
        joining(aged["structure"], aged["entry_age"]).transpose(*order) if known.any() else aged["structure"]
    )
    return _Staff(
        heads=base.transpose("cadre", "county").values,
        known=known,
        retiring=inputs["retirement_rate"].values[~known, None],
        structure=aged["structure"].transpose(*order).values[:, None],
        joins=joins.values[:, None],
        staying=1 - aged["leaving"].transpose("year", *order).values[:, :, None],
        inside=[(cadres.index(i), cadres.index(o)) for i, o in parents.items() if {i, o} <= set(cadres)],
    )


def _heads(staff: _Staff, leave: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """(draw, cadre, county) heads of one block in the last year.

    Args:
        staff: what all futures share.
        leave: (draw, cadre, 1) share leaving otherwise.
        joined: (year, draw, cadre, county) graduates retained.
    """
    known = staff.known
    heads = np.broadcast_to(staff.heads, joined.shape[1:])
    ages = heads[:, known, :, None, None] * staff.structure
    stay = (1 - leave[:, known])[..., None, None]
    for year, enter in enumerate(joined):
        whole = np.empty(heads.shape)
        pool = heads[:, ~known]
        whole[:, ~known] = pool - pool * np.minimum(staff.retiring + leave[:, ~known], 1.0) + enter[:, ~known]
        if known.any():
            kept = ages * staff.staying[year] * stay
            ages = enter[:, known, :, None, None] * staff.joins
            ages[..., 1:] += kept[..., :-1]
            whole[:, known] = ages.sum(axis=(-1, -2))
        heads = whole.copy()
        for inner, outer in staff.inside:
            heads[:, inner] = np.minimum(whole[:, inner], whole[:, outer])
        if known.any():
            part = np.divide(heads, whole, out=np.ones(heads.shape), where=whole > 0)
            ages *= part[:, known, :, None, None]
    return heads


def _each(value: Number, n: int) -> np.ndarray:
    """(draw, 1)."""
    return np.asarray(value.values if isinstance(value, xr.DataArray) else np.full(n, value))[:, None]
