"""Futures moved away from the evidence: people, staff, and what stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demography.projection import project_population
from sim.uncertainty.futures import Shift, people_in_future
from sim.uncertainty.residents import residents_in_futures
from tests.moved import people_inputs

KNOWN = 2020


@pytest.fixture(scope="module")
def inputs() -> xr.Dataset:
    return people_inputs("panzhihua", 2028)


def drawn(values: list[float]) -> xr.DataArray:
    return xr.DataArray(values, dims="draw", coords={"draw": np.arange(len(values))})


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.2, 2.0), st.floats(-3.0, 3.0), st.floats(-2e4, 2e4)), min_size=1, max_size=40
    )
)
def test_residents_are_those_of_the_projection(inputs: xr.Dataset, futures: list[tuple[float, ...]]) -> None:
    births, years, persons = (drawn(list(column)) for column in zip(*futures, strict=True))
    shift = Shift(fertility=births, life_expectancy=years, net_migration=persons)
    quick = residents_in_futures(inputs, shift, KNOWN, births["draw"].values)
    whole = project_population(people_in_future(inputs, shift, KNOWN))["population"].sum(("sex", "age"))
    np.testing.assert_allclose(quick.values, whole.transpose(*quick.dims).values, rtol=1e-12)


def test_a_future_like_the_evidence_is_the_evidence(inputs: xr.Dataset) -> None:
    assert people_in_future(inputs, Shift(), KNOWN) is inputs
    neutral = Shift(fertility=drawn([1.0, 1.0]))
    moved = people_in_future(inputs, neutral, KNOWN)
    for name in ("asfr", "net_migration"):
        np.testing.assert_allclose(moved[name].isel(draw=1).transpose(*inputs[name].dims), inputs[name])


def test_what_is_known_stays_and_each_way_moves_its_own(inputs: xr.Dataset) -> None:
    shift = Shift(fertility=0.5, life_expectancy=2.0, net_migration=1000.0)
    moved, later = people_in_future(inputs, shift, 2022), inputs["year"] > 2022
    for name in ("asfr", "net_migration", "survival_ratio"):
        before, after = (array[name].transpose(*inputs[name].dims) for array in (inputs, moved))
        same = {"year": ~later.values}
        np.testing.assert_array_equal(after.isel(same), before.isel(same))
    births = moved["asfr"].sum() - inputs["asfr"].sum()
    assert float(births) == pytest.approx(-0.5 * float(inputs["asfr"].isel(year=later.values).sum()))
    people = (moved["net_migration"] - inputs["net_migration"]).sum(("county", "sex", "age"))
    np.testing.assert_allclose(people.values, np.where(later, 1000.0, 0.0), atol=1e-9)
    longer = (moved["survival_ratio"] - inputs["survival_ratio"]).isel(year=later.values)
    assert float(longer.min()) >= 0 < float(longer.max())
