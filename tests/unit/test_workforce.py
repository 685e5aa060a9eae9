from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.workforce import no_action_stock, recruitment_pool
from tests.strategies import seeds

YEARS = [2020, 2021, 2022, 2023]
rates = st.floats(0, 0.3)


def _base(seed: int) -> xr.DataArray:
    heads = np.random.default_rng(seed).uniform(0, 1e4, (2, 3))
    coords = {"cadre": ["physicians", "nurses"], "county": ["360102", "360103", "360104"]}
    return xr.DataArray(heads, dims=("cadre", "county"), coords=coords)


def _rates(*by_cadre: tuple[float, float, float]) -> xr.Dataset:
    names = ("retirement_rate", "attrition_rate", "graduate_entry_rate")
    columns = {name: ("cadre", [one[n] for one in by_cadre]) for n, name in enumerate(names)}
    return xr.Dataset(columns, coords={"cadre": ["physicians", "nurses"]})


def _stock(base: xr.DataArray, rates: xr.Dataset, **options) -> xr.Dataset:
    """One pool a cadre: no ages are given, graduates are a share of the base."""
    ages = {"sex": ["female", "male"], "age": np.arange(15, 81)}
    nothing = xr.DataArray(np.nan, dims=("cadre", *ages), coords={"cadre": rates["cadre"], **ages})
    inputs = rates.assign(
        fte_per_head=0 * rates["attrition_rate"] + 0.5,
        graduates=(base * rates["graduate_entry_rate"]).expand_dims(year=YEARS[1:]),
        structure=nothing,
        leaving=nothing.expand_dims(year=YEARS[1:]),
    )
    return no_action_stock(base, inputs, **options)


@given(seeds, st.tuples(rates, rates, rates), st.tuples(rates, rates, rates))
def test_the_stock_changes_by_entries_less_exits(seed, physicians, nurses):
    staff = _stock(_base(seed), _rates(physicians, nurses))
    change = staff["headcount"].diff("year")
    flows = (staff["entries"] - staff["exits"]).isel(year=slice(1, None))
    np.testing.assert_allclose(change, flows, atol=1e-8)
    assert staff["exits"].sel(year=2020).isnull().all()


@given(seeds, st.tuples(rates, rates, rates))
def test_exits_and_entries_are_shares_of_the_stock_before_and_of_the_base(seed, one):
    base = _base(seed)
    staff = _stock(base, _rates(one, one))
    before = staff["headcount"].shift(year=1).isel(year=slice(1, None))
    later = staff.isel(year=slice(1, None))
    np.testing.assert_allclose(later["exits"], before * (one[0] + one[1]), rtol=1e-12)
    np.testing.assert_allclose(
        later["entries"], (one[2] * base).expand_dims(year=3, axis=-1) + 0 * before.values, rtol=1e-12
    )


@given(seeds, st.floats(0, 0.5), st.floats(0, 1))
def test_graduates_that_refill_every_post_keep_the_stock(seed, rate, part):
    base = _base(seed)
    refilled = (rate * part, rate * (1 - part), rate * part + rate * (1 - part))
    staff = _stock(base, _rates(refilled, refilled))
    np.testing.assert_allclose(staff["headcount"].sel(year=2023), base, rtol=1e-9)


def test_nobody_leaves_twice():
    staff = _stock(_base(1), _rates((0.8, 0.7, 0.0), (1.0, 1.0, 0.0)))
    assert (staff["headcount"].sel(year=slice(2021, None)) == 0).all()


@given(seeds)
def test_rates_belong_to_their_cadre_whatever_their_order(seed):
    base, by_cadre = _base(seed), _rates((0.1, 0.0, 0.02), (0.3, 0.1, 0.04))
    staff = _stock(base, by_cadre)
    turned = _stock(base, by_cadre.isel(cadre=[1, 0]))
    xr.testing.assert_allclose(turned["headcount"], staff["headcount"])


@given(seeds, st.floats(0, 0.3))
def test_recruiting_the_whole_pool_is_growth_at_the_ceiling(seed, ceiling):
    base = _base(seed)
    pool = recruitment_pool(
        base, xr.DataArray([ceiling] * 2, dims="cadre", coords=base["cadre"].coords), YEARS[0] - 1, YEARS
    )
    heads = base.sum("county")
    for n, year in enumerate(YEARS, 1):
        grown = heads * (1 + ceiling) ** n
        recruited = pool.sel(year=slice(None, year)).sum("year")
        assert (recruited <= grown - heads + 1e-6).all()
        assert (recruited > grown - heads - n - 1e-6).all()


def test_a_cadre_without_a_ceiling_is_not_limited():
    base = _base(3)
    ceiling = xr.DataArray([np.nan, 0.05], dims="cadre", coords=base["cadre"].coords)
    pool = recruitment_pool(base, ceiling, YEARS[0] - 1, YEARS)
    assert np.isinf(pool.sel(cadre="physicians")).all()
    assert np.isfinite(pool.sel(cadre="nurses")).all()


def test_heads_and_fte_are_apart():
    staff = _stock(_base(3), _rates((0.1, 0.0, 0.0), (0.0, 0.1, 0.0)))
    np.testing.assert_allclose(staff["fte"], 0.5 * staff["headcount"])
    assert (staff["headcount"].attrs["units"], staff["fte"].attrs["units"]) == ("persons", "FTE")


@given(seeds, st.tuples(rates, rates, rates), st.tuples(rates, rates, rates))
def test_a_subset_stays_inside_its_parent_and_still_balances(seed, physicians, nurses):
    base = _base(seed)
    base.loc[{"cadre": "nurses"}] = base.sel(cadre="physicians") * 0.9
    staff = _stock(base, _rates(physicians, nurses), parents={"nurses": "physicians"})
    heads = staff["headcount"]
    assert (heads.sel(cadre="nurses") <= heads.sel(cadre="physicians") + 1e-9).all()
    flows = (staff["entries"] - staff["exits"]).isel(year=slice(1, None))
    np.testing.assert_allclose(heads.diff("year"), flows, atol=1e-8)
    assert (staff["exits"].isel(year=slice(1, None)) >= 0).all()


@pytest.mark.parametrize("aged", [False, True])
def test_who_left_a_subset_does_not_come_back_when_its_parent_grows(aged):
    """Half the physicians leave twice, then 80 join them; nobody joins the subset, aged 30 or of no age."""
    coords = {"cadre": ["physicians", "nurses"], "county": ["360102"]}
    base = xr.DataArray([[100.0], [60.0]], dims=("cadre", "county"), coords=coords)
    rates = _rates((0.0, 0.5, 0.0), (0.0, 0.0, 0.0))
    ages = {"sex": ["female", "male"], "age": np.arange(15, 81)}
    nothing = xr.DataArray(np.nan, dims=("cadre", *ages), coords={"cadre": rates["cadre"], **ages})
    joins = (base * 0.0).expand_dims(year=YEARS[1:]).copy()
    joins.loc[{"cadre": "physicians", "year": 2023}] = 80.0
    structure, leaving = nothing.copy(), nothing.expand_dims(year=YEARS[1:]) * 0
    if aged:
        structure.loc[{"cadre": "nurses"}] = 0.0
        structure.loc[{"cadre": "nurses", "age": 30}] = 0.5
        leaving = leaving.fillna(0.0)
    inputs = rates.assign(
        fte_per_head=0 * rates["attrition_rate"] + 1.0,
        graduates=joins,
        structure=structure,
        leaving=leaving,
        entry_age=0 * rates["attrition_rate"] + 25.0,
    )
    staff = no_action_stock(base, inputs, {"nurses": "physicians"}).sel(county="360102")
    assert staff["headcount"].sel(cadre="nurses").values.tolist() == [60.0, 50.0, 25.0, 25.0]
    assert staff["entries"].sel(cadre="nurses").values[1:].tolist() == [0.0, 0.0, 0.0]
    assert staff["exits"].sel(cadre="nurses").values[1:].tolist() == [10.0, 25.0, 0.0]
