from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.plan import HEAD_DUST, delivered, payment_shares, plain_types, round_heads_up, without_dust
from tests.strategies import seeds


def _units(*values: float) -> xr.DataArray:
    coords = {"project": ["hospital", "recruit"], "county": ["360102"], "start_year": [2021]}
    return xr.DataArray(
        np.reshape(values, (2, 1, 1)), dims=("project", "county", "start_year"), coords=coords
    )


WHOLE = xr.DataArray([True, False], dims="project", coords={"project": ["hospital", "recruit"]})


OUTPUTS = xr.DataArray(
    [[100.0, 0.0], [0.0, 1.0]],
    dims=("project", "resource"),
    coords={"project": ["hospital", "recruit"], "resource": ["beds", "nurses"]},
)


def rounded(solved: xr.DataArray) -> xr.DataArray:
    return round_heads_up(without_dust(solved, WHOLE), OUTPUTS, {"nurses": "recruit"})


@given(st.integers(0, 100), st.floats(0, 1e5))
def test_heads_are_rounded_up_to_whole_ones_by_less_than_one(buildings, heads):
    found = rounded(_units(buildings, heads))
    assert found.dims == ("project", "county", "start_year")
    hospital, recruits = found.values.ravel()
    assert hospital == buildings
    assert recruits == int(recruits)
    assert heads - HEAD_DUST <= recruits < heads + 1


def test_the_dust_of_the_solver_hires_nobody():
    assert rounded(_units(1.9999999, 3 + HEAD_DUST / 2)).values.ravel().tolist() == [2, 3]
    assert rounded(_units(-1e-12, -1e-9)).values.ravel().tolist() == [0, 0]


@given(st.floats(0, 50), st.floats(0, 50), st.sampled_from([0.3, 0.6, 1.0]))
def test_types_of_one_cadre_are_rounded_together(recruits, trained, each):
    names = ["recruit", "train"]
    coords = {"project": names, "county": ["360102"], "start_year": [2021]}
    solved = xr.DataArray(
        [[[recruits]], [[trained]]], dims=("project", "county", "start_year"), coords=coords
    )
    outputs = xr.DataArray(
        [[1.0], [each]], dims=("project", "resource"), coords={"project": names, "resource": ["nurses"]}
    )
    whole = xr.DataArray([False, False], dims="project", coords={"project": names})
    projects = xr.Dataset({"kind": ("project", ["heads", "heads"]), "whole": ("project", [False, False])})
    plain = plain_types(projects, outputs, ["nurses"])
    assert plain == {"nurses": "recruit"}
    cut = without_dust(solved, whole)
    started = round_heads_up(cut, outputs, plain)
    brought = float(((started - cut) * outputs.sel(resource="nurses")).sum())
    assert -2 * HEAD_DUST <= brought < 1 + 2 * HEAD_DUST
    assert (abs(started - cut) < 1).all()
    assert (started == started.round()).all()
    assert (started >= 0).all()


@given(seeds)
def test_funds_together_pay_the_whole_of_what_is_paid(seed):
    rng = np.random.default_rng(seed)
    paid = rng.uniform(0, 1e6, (3, 2, 2, 4)) * (rng.uniform(size=(1, 2, 2, 4)) > 0.3)
    shares = payment_shares(xr.DataArray(paid, dims=("fund", "project", "county", "year")))
    spent = paid.sum(axis=0) > 0
    np.testing.assert_allclose(shares.sum("fund"), spent.astype(float), atol=1e-12)


def test_what_is_started_delivers_its_outputs_from_its_opening():
    started = _units(2, 30)
    outputs = xr.DataArray(
        [[100.0, 0.0], [0.0, 1.0]],
        dims=("project", "resource"),
        coords={"project": ["hospital", "recruit"], "resource": ["beds", "nurses"]},
    )
    serving = xr.DataArray(
        [[[0.0, 1.0]], [[1.0, 1.0]]],
        dims=("project", "start_year", "year"),
        coords={"project": ["hospital", "recruit"], "start_year": [2021], "year": [2021, 2022]},
    )
    added = delivered(started, outputs, serving).squeeze("county")
    np.testing.assert_array_equal(added, [[0, 200], [30, 30]])
