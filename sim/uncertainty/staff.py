"""Staff without decisions in every draw: attrition and the graduates retained drift from their paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr

from sim.labelled import minimum
from sim.uncertainty.draws import random_walks


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
        inputs: of `staff_inputs`; cadres whose ages are given are left out.
        spread: how far the paths drift.
        draws: number of draws.
        parents: parent of each subset, which outgrows it in no draw.
    """
    aged = inputs["structure"].notnull().any(("sex", "age"))
    pooled = base.sel(cadre=base["cadre"][~aged.sel(cadre=base["cadre"])])
    years = [int(y) for y in inputs["graduates"]["year"].values]
    cadres, counties = ([str(n) for n in pooled[d].values] for d in ("cadre", "county"))

    def drift(quantity: str, size: float) -> xr.DataArray:
        walks = [
            random_walks(f"{quantity} of {c}", counties, years, draws, size, spread.correlation, spread.seed)
            for c in cadres
        ]
        whole = xr.concat(walks, xr.DataArray(cadres, dims="cadre", name="cadre"))
        return whole.copy(data=np.exp(whole.values))

    leave = inputs["attrition_rate"].sel(cadre=cadres) * drift("attrition", spread.attrition)
    joins = inputs["graduates"].sel(cadre=cadres) * drift("retention", spread.retention)
    stays = (1 - inputs["retirement_rate"].sel(cadre=cadres) - leave).clip(min=0.0)
    heads = [pooled.expand_dims(draw=np.arange(draws))]
    for year in years:
        kept = heads[-1] * stays.sel(year=year, drop=True)
        heads.append(kept + joins.sel(year=year, drop=True))
    every = xr.DataArray([years[0] - 1, *years], dims="year", name="year")
    whole = xr.concat(heads, every).transpose("draw", "cadre", "county", "year")
    for inner, outer in parents.items():
        if {inner, outer} <= set(cadres):
            _keep_inside(whole, inner, outer)
    return whole


def _keep_inside(heads: xr.DataArray, inner: str, outer: str) -> None:
    after = {"year": heads["year"].values[1:]}
    inside = minimum(heads.sel(cadre=inner, drop=True), heads.sel(cadre=outer, drop=True))
    heads.loc[{"cadre": inner, **after}] = inside.sel(after)
