"""Staff without decisions in every draw: attrition and the graduates retained drift from their paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr

from sim.uncertainty.draws import random_walks
from sim.workforce import staff_paths


@dataclass(frozen=True)
class StaffSpread:
    """Standard deviation of one year's step of the logarithm of attrition and of graduates retained.

    `correlation` is that of the steps of two counties, `seed` that of all streams.
    """

    attrition: float
    retention: float
    correlation: float
    seed: int


def drawn_staff(
    base: xr.DataArray,
    inputs: xr.Dataset,
    spread: StaffSpread,
    draws: int,
    parents: Mapping[str, str] = MappingProxyType({}),
) -> xr.DataArray:
    """Return the no-action heads of every draw: (draw, cadre, county, year), persons.

    Each cadre, county and quantity has its own stream; retirement does not drift.

    Args:
        base: (cadre, county) heads at the end of the base year.
        inputs: of `staff_inputs`.
        spread: how far the paths drift.
        draws: number of draws.
        parents: parent of each subset, which outgrows it in no draw.
    """
    years = [int(y) for y in inputs["graduates"]["year"].values]
    cadres, counties = ([str(n) for n in base[d].values] for d in ("cadre", "county"))

    def drift(quantity: str, size: float) -> xr.DataArray:
        walks = [
            random_walks(f"{quantity} of {c}", counties, years, draws, size, spread.correlation, spread.seed)
            for c in cadres
        ]
        whole = xr.concat(walks, xr.DataArray(cadres, dims="cadre", name="cadre"))
        return whole.copy(data=np.exp(whole.values))

    leave = inputs["attrition_rate"].sel(cadre=cadres) * drift("attrition", spread.attrition)
    joins = inputs["graduates"].sel(cadre=cadres) * drift("retention", spread.retention)
    heads = staff_paths(base, inputs, leave, joins, parents)["headcount"]
    return heads.transpose("draw", "cadre", "county", "year")
