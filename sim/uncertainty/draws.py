r"""Correlated random walks: how far a quantity of a county may drift from its central path.

.. math:: w_{ct} = \sum_{s \le t} \big(\sqrt{\rho}\, u_s + \sqrt{1-\rho}\, v_{cs}\big)\, \sigma

One stream of random numbers belongs to each county and quantity (and one to the city), whatever the
scenario: the same draw of two scenarios meets the same luck, more draws leave the first ones as they
are, and the order of counties does not matter.
"""

from __future__ import annotations

import hashlib

import numpy as np
import xarray as xr

from sim.names import CITY


def random_walks(
    quantity: str,
    counties: list[str],
    years: list[int],
    draws: int,
    spread: float,
    correlation: float,
    seed: int,
) -> xr.DataArray:
    """Return drift from the central path: (draw, county, year), in the unit of `spread`.

    Args:
        quantity: name of what drifts; names its streams.
        counties: county codes.
        years: consecutive years; the walk starts at 0 before the first.
        draws: number of draws.
        spread: standard deviation of one year's step.
        correlation: of the steps of two counties, 0 to 1.
        seed: of all streams.

    Raises:
        ValueError: spread or correlation is out of bounds.
    """
    if spread < 0 or not 0 <= correlation <= 1:
        raise ValueError(f"spread {spread} or correlation {correlation} is out of bounds")
    shape = (draws, len(years))
    common = _stream(seed, quantity, CITY).standard_normal(shape)[:, None, :]
    own = np.stack([_stream(seed, quantity, c).standard_normal(shape) for c in counties], axis=1)
    steps = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    coords = {"draw": np.arange(draws), "county": counties, "year": years}
    walks = np.cumsum(spread * steps, axis=-1)
    return xr.DataArray(walks, dims=("draw", "county", "year"), coords=coords)


def _stream(seed: int, quantity: str, county: str) -> np.random.Generator:
    words = hashlib.sha256(f"{quantity}/{county}".encode()).digest()[:16]
    sequence = np.random.SeedSequence([seed, *np.frombuffer(words, dtype=np.uint32).tolist()])
    return np.random.Generator(np.random.PCG64(sequence))
