"""Elementwise functions of labelled arrays that keep the labels."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import xarray as xr

Labelled = xr.DataArray


def floor(array: Labelled) -> Labelled:
    """Round down."""
    return _apply(np.floor, array)


def ceil(array: Labelled) -> Labelled:
    """Round up."""
    return _apply(np.ceil, array)


def minimum(a: Labelled, b: Labelled | float) -> Labelled:
    """Return the smaller of two arrays, aligned by labels."""
    return _apply(np.minimum, a, b)


def maximum(a: Labelled, b: Labelled | float) -> Labelled:
    """Return the larger of two arrays, aligned by labels."""
    return _apply(np.maximum, a, b)


def isfinite(array: Labelled) -> Labelled:
    """Return True where a number is finite."""
    return _apply(np.isfinite, array)


def choose(condition: Labelled, yes: Any, no: Any) -> Labelled:
    """Return `yes` where the condition holds, else `no`."""
    return _apply(np.where, condition, yes, no)


def _apply(function: Any, *arrays: Any) -> Labelled:
    return cast(Labelled, xr.apply_ufunc(function, *arrays, join="exact"))
