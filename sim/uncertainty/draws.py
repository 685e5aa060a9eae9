r"""Correlated random walks: how far a quantity of a county may drift from its central path.

.. math:: w_{ct} = \sum_{s \le t} \big(\sqrt{\rho}\, u_s + \sqrt{1-\rho}\, v_{cs}\big)\, \sigma

One stream of random numbers belongs to each county (and one to the city), quantity and calendar year,
whatever the scenario: the same draw of two scenarios meets the same luck in the same year, more draws or
later years leave the others as they are, and the order of counties does not matter.
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
    common = _luck(seed, quantity, CITY, years, draws)[:, None, :]
    own = np.stack([_luck(seed, quantity, county, years, draws) for county in counties], axis=1)
    steps = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    coords = {"draw": np.arange(draws), "county": counties, "year": years}
    walks = np.cumsum(spread * steps, axis=-1)
    return xr.DataArray(walks, dims=("draw", "county", "year"), coords=coords)


def spread_of_counties(city: float, share: np.ndarray, correlation: float) -> float:
    r"""Return the standard deviation of a county's step that gives the city's its own.

    The city's step is the mean of its counties', weighted by the share each has in it, so with steps of
    one standard deviation :math:`\sigma_c` and correlation :math:`\rho`

    .. math:: \sigma^2 = \sigma_c^2 \Big(\rho + (1-\rho) \sum_c w_c^2\Big)

    Args:
        city: standard deviation of the city's step.
        share: (county) weight of each county in the city; they sum to 1.
        correlation: of the steps of two counties, 0 to 1.
    """
    return float(city / np.sqrt(correlation + (1 - correlation) * (share**2).sum()))


def _luck(seed: int, quantity: str, place: str, years: list[int], draws: int) -> np.ndarray:
    """(draw, year) standard normal numbers, each year from a stream of its own."""
    by_year = [_stream(seed, quantity, place, year).standard_normal(draws) for year in years]
    return np.stack(by_year, axis=-1)


def _stream(seed: int, quantity: str, place: str, year: int) -> np.random.Generator:
    words = hashlib.sha256(f"{quantity}/{place}".encode()).digest()[:16]
    sequence = np.random.SeedSequence([seed, *np.frombuffer(words, dtype=np.uint32).tolist(), year])
    return np.random.Generator(np.random.PCG64(sequence))
