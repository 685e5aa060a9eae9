from __future__ import annotations

import re

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.demography import project_population
from sim.demography.projection import check_projection
from sim.errors import ContractError
from sim.names import AGES
from tests.strategies import population_inputs, seeds


def _people(result: xr.Dataset) -> xr.DataArray:
    return result["population"].sum(("sex", "age"))


def _quiet(counties: int = 1, years: int = 1) -> xr.Dataset:
    """Nobody dies, is born or moves."""
    shape = (counties, 2, AGES.size)
    data = xr.Dataset(
        coords={
            "county": [str(n) for n in range(counties)],
            "sex": ["female", "male"],
            "age": AGES,
            "year": 2021 + np.arange(years),
        }
    )
    data["population_base"] = ("county", "sex", "age"), np.zeros(shape)
    data["survival_ratio"] = ("county", "sex", "age", "year"), np.ones((*shape, years))
    data["asfr"] = ("county", "age", "year"), np.zeros((counties, AGES.size, years))
    data["sex_ratio_at_birth"] = ("county", "year"), np.ones((counties, years))
    data["net_migration"] = ("county", "sex", "age", "year"), np.zeros((*shape, years))
    return data


@given(population_inputs())
def test_every_county_balances(inputs):
    result = project_population(inputs)
    flows = (
        result["births"].sum("sex")
        - result["deaths"].sum(("sex", "age"))
        + result["net_migration"].sum(("sex", "age"))
    )
    start = _people(result).shift(year=1)
    expected = (start + flows).isel(year=slice(1, None))
    np.testing.assert_allclose(_people(result).isel(year=slice(1, None)), expected, rtol=1e-12)


@given(population_inputs(max_years=1))
def test_one_year_follows_the_formulas_age_by_age(inputs):
    result = project_population(inputs).isel(year=1)
    step = inputs.isel(year=0)
    for c in range(inputs.sizes["county"]):
        n = inputs["population_base"].values[c]
        s, g = step["survival_ratio"].values[c], step["net_migration"].values[c]
        f, r = step["asfr"].values[c], step["sex_ratio_at_birth"].values[c]
        p = np.zeros_like(n)
        for x in range(1, 100):
            p[:, x] = n[:, x - 1] * s[:, x]
        p[:, 100] = (n[:, 99] + n[:, 100]) * s[:, 100]
        births = sum(f[x] * (n[0, x] + p[0, x]) / 2 for x in range(1, 100))
        by_sex = np.array([births / (1 + r), births - births / (1 + r)])
        p[:, 0] = by_sex * s[:, 0]
        np.testing.assert_allclose(result["births"].values[c], by_sex, rtol=1e-12)
        np.testing.assert_allclose(result["population"].values[c], np.maximum(p + g, 0), rtol=1e-12)


@given(population_inputs(), seeds)
def test_the_order_of_counties_does_not_matter(inputs, seed):
    order = np.random.default_rng(seed).permutation(inputs.sizes["county"])
    there = project_population(inputs.isel(county=order))
    xr.testing.assert_identical(there, project_population(inputs).isel(county=order))


@given(population_inputs(max_years=2), st.permutations(["county", "sex", "age", "year"]))
def test_the_order_of_dimensions_does_not_matter(inputs, order):
    turned = inputs.transpose(*order)
    xr.testing.assert_identical(project_population(turned), project_population(inputs))


@given(population_inputs(emigration=1.5))
def test_inputs_that_lie_as_the_kernel_wants_them_are_neither_changed_nor_handed_out(inputs):
    lying = inputs.transpose("year", "county", "sex", "age").copy(deep=True)
    before = lying.copy(deep=True)
    result = project_population(lying)
    xr.testing.assert_identical(lying, before)
    for name in result:
        assert not any(np.shares_memory(result[name].values, lying[other].values) for other in lying)


@given(population_inputs(emigration=1.5))
def test_twice_the_people_and_migrants_give_twice_everything(inputs):
    doubled = inputs.assign(
        population_base=2 * inputs["population_base"], net_migration=2 * inputs["net_migration"]
    )
    once, twice = project_population(inputs), project_population(doubled)
    for name in once:
        np.testing.assert_array_equal(twice[name], 2 * once[name])


@given(population_inputs(emigration=3.0))
def test_emigration_stops_at_nobody_and_the_excess_is_reported(inputs):
    result = project_population(inputs)
    assert (result["population"] >= 0).all()
    later = result.isel(year=slice(1, None))
    wanted = inputs["net_migration"].transpose(*later["net_migration"].dims)
    before = later["population"] - later["net_migration"]
    excess = (-wanted - before).clip(min=0)
    scale = float(abs(wanted).max()) + 1
    np.testing.assert_allclose(later["migration_capped"], excess, rtol=0, atol=1e-12 * scale)
    np.testing.assert_array_equal(later["net_migration"] - later["migration_capped"] <= wanted + 1e-9, True)
    assert (later["population"].where(later["migration_capped"] > 0, 0) == 0).all()


@given(population_inputs())
def test_births_split_by_the_sex_ratio_and_the_dead_leave_the_total(inputs):
    births = project_population(inputs)["births"].isel(year=slice(1, None))
    girls, boys = births.sel(sex="female"), births.sel(sex="male")
    np.testing.assert_allclose(boys, girls * inputs["sex_ratio_at_birth"], rtol=1e-12)


@given(population_inputs(max_counties=2, max_years=2), st.lists(st.floats(0.5, 1.5), min_size=1, max_size=3))
def test_draws_together_equal_draws_alone(inputs, factors):
    draws = [inputs.assign(asfr=inputs["asfr"] * factor) for factor in factors]
    fertility = xr.concat([one["asfr"] for one in draws], dim="draw")
    together = project_population(inputs.assign(asfr=fertility))
    for n, one in enumerate(draws):
        xr.testing.assert_allclose(together.isel(draw=n), project_population(one), rtol=1e-13)


def test_the_open_age_gathers_those_who_reach_it_and_those_in_it():
    inputs = _quiet()
    inputs["population_base"].loc[{"sex": "female", "age": 99}] = 30.0
    inputs["population_base"].loc[{"sex": "female", "age": 100}] = 10.0
    inputs["survival_ratio"].loc[{"age": 100}] = 0.6
    result = project_population(inputs).sel(year=2021, sex="female").squeeze("county")
    assert result["population"].sel(age=100).item() == pytest.approx(24.0)
    assert result["deaths"].sum().item() == pytest.approx(16.0)
    assert result["population"].sum().item() == pytest.approx(24.0)


def test_flows_of_the_base_year_are_unknown_not_zero():
    result = project_population(_quiet(counties=2))
    for name in ("births", "deaths", "net_migration", "migration_capped"):
        assert result[name].sel(year=2020).isnull().all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.assign_coords(sex=["male", "female"]), "sex is"),
        (lambda d: d.isel(sex=[0]), "sex is"),
        (lambda d: d.isel(age=slice(0, 100)), "single ages"),
        (lambda d: d.assign_coords(age=AGES[::-1]), "single ages"),
        (lambda d: d.assign_coords(year=[2021, 2023]), "not consecutive"),
        (lambda d: d.assign(asfr=d["asfr"].isel(year=0, drop=True)), "year"),
        (lambda d: d.assign(asfr=d["asfr"] * np.nan), "asfr has missing values"),
        (lambda d: d.assign(asfr=d["asfr"] + 0.9), "asfr sums to 90.9"),
        (lambda d: d.assign(population_base=d["population_base"] + np.inf), "population_base has inf"),
        (lambda d: d.assign(net_migration=d["net_migration"] - np.inf), "net_migration has -inf"),
        (lambda d: d.assign(survival_ratio=d["survival_ratio"] + 0.1), "survival_ratio has 1.1 at year 2021"),
    ],
)
def test_wrong_labels_and_missing_values_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        project_population(change(_quiet(years=2)))


def _put(name: str, value: float, **place: object) -> xr.Dataset:
    inputs = _quiet(counties=2, years=2)
    inputs[name].loc[place] = value
    return inputs


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (
            _put("asfr", 1.2, county="1", age=30, year=2022),
            "asfr has 1.2 at year 2022, county 1, age 30; expected 0 to 1, births per woman-year",
        ),
        (
            _put("asfr", 0.9, county="1", year=2022),
            "asfr sums to 90.9 at year 2022, county 1; expected births per woman-year, not per 1,000 women",
        ),
        (
            _put("survival_ratio", 98.7, county="1", sex="male", age=40, year=2021),
            "survival_ratio has 98.7 at year 2021, county 1, sex male, age 40; expected 0 to 1, a share",
        ),
        (
            _put("population_base", np.nan, county="1", sex="male", age=40),
            "population_base has missing values at county 1, sex male, age 40",
        ),
        (
            _put("sex_ratio_at_birth", 110.0, county="0", year=2021),
            "sex_ratio_at_birth has 110 at year 2021, county 0; expected 0.8 to 1.5, male births",
        ),
        (_quiet().drop_vars("population_base"), "population_base is missing"),
        (_quiet().isel(age=slice(0, 99)), "missing or out of order: [99, 100]"),
        (_quiet().rename(sex="gender"), "population_base has dims ('county', 'gender', 'age')"),
        (_quiet().drop_vars("year"), "year has no labels"),
    ],
    ids=lambda words: words if isinstance(words, str) else "",
)
def test_bad_inputs_are_named_with_county_sex_age_and_year(inputs, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        project_population(inputs)


def test_a_result_that_does_not_balance_is_refused():
    inputs = _quiet()
    inputs["population_base"][:] = 100.0
    result = check_projection(project_population(inputs))
    with pytest.raises(ArithmeticError):
        check_projection(result.assign(deaths=result["deaths"] + 1.0))
    with pytest.raises(ContractError, match="below 0"):
        check_projection(
            result.assign(population=result["population"].copy(data=-result["population"].values))
        )


def _relabelled(**labels: list[object]) -> xr.Dataset:
    return _quiet(counties=2, years=2).assign_coords(labels)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        (_put("sex_ratio_at_birth", 0.512, county="1"), "expected 0.8 to 1.5"),
        (_put("asfr", 0.1, county="1", age=0), "asfr is above 0 at year 2021, county 1, age 0"),
        (
            _put("asfr", 0.1, county="1", age=100, year=2022),
            "asfr is above 0 at year 2022, county 1, age 100",
        ),
        (_quiet().isel(year=[]), "not consecutive, or there is none"),
        (_quiet().isel(county=[]), "county is empty"),
        (_relabelled(year=[2021.0, 2022.5]), "of type float64, expected whole numbers"),
        (_relabelled(year=["2021", "2022"]), "expected whole numbers"),
        (_relabelled(year=[2021, 2021]), "not consecutive"),
        (_relabelled(county=["a", "a"]), "county has a twice"),
    ],
    ids=lambda words: words if isinstance(words, str) else "",
)
def test_labels_and_rates_that_cannot_be_are_refused(inputs, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        project_population(inputs)
