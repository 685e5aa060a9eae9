"""Residents of more futures than one block holds, some moved in one way only."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.demography.projection import project_population
from sim.uncertainty.futures import Shift, people_in_future
from sim.uncertainty.residents import BLOCK, residents_in_futures
from tests.moved import people_inputs

KNOWN, DRAWS = 2020, np.arange(2 * BLOCK + 5)


@pytest.fixture(scope="module")
def inputs() -> xr.Dataset:
    return people_inputs("shangyou", 2025)


@pytest.mark.parametrize(
    "moved", [("fertility",), ("life_expectancy",), ("net_migration", "life_expectancy")]
)
def test_residents_of_every_block_are_those_of_the_projection(
    inputs: xr.Dataset, moved: tuple[str, ...]
) -> None:
    ends = {"fertility": (0.5, 1.5), "life_expectancy": (-2.0, 2.0), "net_migration": (-3e4, 3e3)}
    chance = np.random.default_rng(2)
    arrays = {name: xr.DataArray(chance.uniform(*ends[name], len(DRAWS)), dims="draw", coords={"draw": DRAWS})
              for name in moved}  # fmt: skip
    shift = Shift(**arrays)
    quick = residents_in_futures(inputs, shift, KNOWN, DRAWS)
    whole = project_population(people_in_future(inputs, shift, KNOWN))["population"].sum(("sex", "age"))
    np.testing.assert_allclose(quick, whole.transpose(*quick.dims), rtol=1e-12)
