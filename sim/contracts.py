"""Contracts at stage borders: dims, units and bounds of every variable that passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.errors import ContractError

DRAW = "draw"
"Dimension of futures computed together; it may stand first in what any stage passes on."


@dataclass(frozen=True)
class Variable:
    """What one variable of a Dataset must be.

    Attributes:
        dims: the dimension names, in order; `draw` may stand before them.
        units: the text of its `units` attribute.
        minimum: least value allowed.
        maximum: greatest value allowed.
        missing: whether NaN (an unknown figure) may stand in it.
    """

    dims: tuple[str, ...]
    units: str
    minimum: float = -np.inf
    maximum: float = np.inf
    missing: bool = False


Contract = Mapping[str, Variable]


def check(data: xr.Dataset, contract: Contract, stage: str) -> xr.Dataset:
    """Return `data` unchanged if it keeps `contract`.

    Raises:
        ContractError: naming the stage, the variable and the first breach.
    """
    for name, want in contract.items():
        if name not in data:
            raise ContractError(f"{stage}: variable {name!r} is missing")
        _check_variable(data[name], want, f"{stage}: {name}")
    return data


def _check_variable(array: xr.DataArray, want: Variable, label: str) -> None:
    if array.dims not in (want.dims, (DRAW, *want.dims)):
        raise ContractError(f"{label}: dims {array.dims}, expected {want.dims}")
    if array.attrs.get("units") != want.units:
        raise ContractError(f"{label}: units {array.attrs.get('units')!r}, expected {want.units!r}")
    if array.dtype.kind not in "fiu":
        return
    values = array.values.astype(float)
    if values.size == 0:
        return
    if np.isnan(values).any():
        if not want.missing:
            raise ContractError(f"{label}: missing values")
        if np.isnan(values).all():
            return
    slack = 1e-9 * max(1.0, abs(want.minimum) if np.isfinite(want.minimum) else 1.0)
    if np.nanmin(values) < want.minimum - slack:
        raise ContractError(f"{label}: {np.nanmin(values)} is below {want.minimum}")
    if np.nanmax(values) > want.maximum + slack:
        raise ContractError(f"{label}: {np.nanmax(values)} is above {want.maximum}")


def labelled(
    values: np.ndarray, dims: tuple[str, ...], coords: Mapping[str, object], units: str
) -> xr.DataArray:
    """Return a DataArray with its units in its attributes."""
    chosen = {dim: coords[dim] for dim in dims}
    return xr.DataArray(values, dims=dims, coords=chosen, attrs={"units": units})
