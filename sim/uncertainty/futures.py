"""Futures that differ from the evidence after the data cut-off: what people do, who leaves, who stays.

Every number is one that holds from the first year after the cut-off on, or an array of them by draw, all
computed together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from sim.contracts import DRAW
from sim.scenario.schema import Future
from sim.uncertainty.ensemble import drawn

Number = float | xr.DataArray


@dataclass(frozen=True)
class Shift:
    """How a future differs; each a number, or (draw).

    Attributes:
        fertility: times the total fertility rate.
        life_expectancy: years more.
        net_migration: persons more that move into the city in a year.
        attrition: times the share of staff that leaves otherwise than by retirement.
        graduates: times the graduates retained.
        targets: resource to times its printed target.
    """

    fertility: Number = 1.0
    life_expectancy: Number = 0.0
    net_migration: Number = 0.0
    attrition: Number = 1.0
    graduates: Number = 1.0
    targets: Mapping[str, Number] = field(default_factory=dict)

    @property
    def moves_people(self) -> bool:
        """Whether the projection differs."""
        return not all(
            _is(value, neutral)
            for value, neutral in (
                (self.fertility, 1.0),
                (self.life_expectancy, 0.0),
                (self.net_migration, 0.0),
            )
        )


def shift_of(future: Future) -> Shift:
    """Return how the future of a scenario differs."""
    names = ("fertility", "life_expectancy", "net_migration", "attrition", "graduates")
    return Shift(**{name: getattr(future, name) for name in names}, targets=future.targets)


def people_in_future(inputs: xr.Dataset, shift: Shift, last_known: int) -> xr.Dataset:
    """Return the inputs of the projection as a future has them.

    Args:
        inputs: of `population_inputs`, with what draws start from.
        shift: how the future differs.
        last_known: data cut-off; rates up to it stay.

    Returns:
        the same variables; `asfr`, `net_migration` and `survival_ratio` have draw where the shift has.
    """
    if not shift.moves_people:
        return inputs
    later = inputs["year"] > last_known
    zero = xr.zeros_like(later, dtype=float)
    arrays = _drawn(shift)
    draws = arrays[0][DRAW].values if arrays else np.array([0])
    fertility = zero + np.log(_by_draw(shift.fertility, draws)) * later
    longevity = (zero + _by_draw(shift.life_expectancy, draws)).isel(year=later.values)
    moving = zero + _by_draw(shift.net_migration, draws) / inputs["population_base"].sum() * later
    moved = drawn(inputs, fertility, longevity.transpose(DRAW, "year"), moving)
    return moved if arrays else moved.isel(draw=0, drop=True)


def emptied(people: xr.DataArray) -> list[str]:
    """Return, for every future, what says that a county has no residents left, '' where all have some.

    Args:
        people: (draw, county, year) residents at year-end.
    """
    gone = (people < 1).transpose(DRAW, "county", "year")
    said = [""] * gone.sizes[DRAW]
    for draw in np.flatnonzero(gone.any(("county", "year")).values):
        place, year = np.argwhere(gone.values[draw])[0]
        said[draw] = (
            f"no residents are left in {people['county'].values[place]} by {people['year'].values[year]}"
        )
    return said


def staff_in_future(inputs: xr.Dataset, shift: Shift) -> xr.Dataset:
    """Return the inputs of the workforce stage as a future has them.

    Args:
        inputs: of `staff_inputs`.
        shift: how the future differs.
    """
    if _is(shift.attrition, 1.0) and _is(shift.graduates, 1.0):
        return inputs
    return inputs.assign(
        attrition_rate=(inputs["attrition_rate"] * shift.attrition).clip(max=1.0),
        graduates=inputs["graduates"] * shift.graduates,
    )


def _is(value: Number, neutral: float) -> bool:
    return not isinstance(value, xr.DataArray) and value == neutral


def _drawn(shift: Shift) -> list[xr.DataArray]:
    moving = (shift.fertility, shift.life_expectancy, shift.net_migration)
    return [value for value in moving if isinstance(value, xr.DataArray)]


def _by_draw(value: Number, draws: np.ndarray) -> xr.DataArray:
    if isinstance(value, xr.DataArray):
        return value
    return xr.DataArray(np.full(len(draws), value), dims=DRAW, coords={DRAW: draws})
