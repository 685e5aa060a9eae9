from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demography.life_table import (
    Mortality,
    brass_shift,
    combined_expectancy,
    infant_separation,
    person_years,
    survival_ratios,
    survivors,
)
from sim.names import SEXES
from sim.shipped import folder
from tests.strategies import death_rates


def _expectancy(mx: np.ndarray, sex: str) -> float:
    a0 = infant_separation(mx[0], sex)
    years, open_years = person_years(survivors(mx, a0), a0, mx[-1])
    return float(years.sum() + open_years)


def _both(female: np.ndarray, male: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mx = np.stack([female, male])[None]
    a0 = np.stack([infant_separation(mx[:, n, 0], sex) for n, sex in enumerate(SEXES)], axis=-1)
    return mx, a0


def _shifted(mx: np.ndarray, a0: np.ndarray, alpha: float) -> np.ndarray:
    _, years, open_years = brass_shift(mx, a0, np.full(a0.shape, alpha))
    return combined_expectancy(years.sum(axis=-1) + open_years, np.array([1.05]))


@given(death_rates(), st.sampled_from(SEXES))
def test_survivors_fall_and_survival_ratios_are_shares(mx, sex):
    a0 = infant_separation(mx[0], sex)
    lx = survivors(mx, a0)
    assert lx[0] == 1.0
    assert (np.diff(lx) < 0).all()
    ratios = survival_ratios(*person_years(lx, a0, mx[-1]))
    assert ((ratios > 0) & (ratios < 1)).all()


@given(death_rates(), st.sampled_from(SEXES))
def test_deaths_over_person_years_give_the_death_rates_back(mx, sex):
    a0 = infant_separation(mx[0], sex)
    lx = survivors(mx, a0)
    years, open_years = person_years(lx, a0, mx[-1])
    np.testing.assert_allclose((lx[:-1] - lx[1:]) / years, mx[:-1], rtol=1e-9)
    np.testing.assert_allclose(lx[-1] / open_years, mx[-1], rtol=1e-12)


def test_a_constant_death_rate_gives_the_textbook_expectancy():
    mx = np.full(101, 0.1)
    a0 = np.array(0.5)
    years, open_years = person_years(survivors(mx, a0), a0, mx[-1])
    assert years.sum() + open_years == pytest.approx(1 / 0.1)


@given(death_rates(), death_rates())
def test_an_alpha_of_zero_gives_the_standard_back(female, male):
    mx, a0 = _both(female, male)
    lx, years, open_years = brass_shift(mx, a0, np.zeros(a0.shape))
    expected = survivors(mx, a0)
    np.testing.assert_allclose(lx, expected, rtol=1e-9)
    standard = person_years(expected, a0, mx[..., -1])
    np.testing.assert_allclose(years, standard[0], rtol=1e-9)
    np.testing.assert_allclose(open_years, standard[1], rtol=1e-6)


@given(death_rates(), death_rates(), st.floats(-1, 1), st.floats(0.01, 1))
def test_a_higher_alpha_shortens_life(female, male, alpha, more):
    mx, a0 = _both(female, male)
    assert _shifted(mx, a0, alpha + more) < _shifted(mx, a0, alpha)


@given(death_rates(), death_rates(), st.floats(-0.8, 0.8))
def test_the_wanted_expectancy_is_met(female, male, alpha):
    mx, a0 = _both(female, male)
    wanted = _shifted(mx, a0, alpha)
    found = Mortality(mx, np.array([1.05])).shift(wanted)
    np.testing.assert_allclose(_shifted(mx, a0, found.item()), wanted, atol=1e-6)


@given(
    death_rates(), death_rates(), st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=4), st.floats(0.1, 9)
)
def test_counties_deviate_and_their_mean_meets_the_city(female, male, deviation, heavy):
    mx, a0 = _both(female, male)
    wanted = _shifted(mx, a0, 0.0)
    weight = np.ones(len(deviation))
    weight[0] = heavy
    mortality = Mortality(mx, np.array([1.05]), np.array(deviation), weight)
    shift = mortality.shift(wanted)
    own = np.array([_shifted(mx, a0, shift.item() + d).item() for d in deviation])
    np.testing.assert_allclose(own @ weight / weight.sum(), wanted, atol=1e-6)
    assert mortality.survival(shift).shape == (len(deviation), 2, 101, 1)


def test_an_expectancy_out_of_reach_is_refused():
    mx, _ = _both(np.full(101, 0.02), np.full(101, 0.02))
    with pytest.raises(ValueError, match="no life table"):
        Mortality(mx, np.array([1.05])).shift(np.array([0.01]))


@pytest.mark.parametrize(
    ("sex", "m0", "a0"),
    [
        ("male", 0.01, 0.14929 - 1.99545 * 0.01),
        ("male", 0.05, 0.02832 + 3.26021 * 0.05),
        ("male", 0.2, 0.29915),
        ("female", 0.01, 0.14903 - 2.05527 * 0.01),
        ("female", 0.05, 0.04667 + 3.88089 * 0.05),
        ("female", 0.2, 0.31411),
    ],
)
def test_infant_separation_has_the_published_values(sex, m0, a0):
    assert infant_separation(np.array(m0), sex) == pytest.approx(a0, abs=1e-12)


@pytest.mark.parametrize(
    ("sex", "limit"), [("male", 0.023), ("male", 0.08307), ("female", 0.01724), ("female", 0.06891)]
)
def test_infant_separation_has_no_step_where_its_pieces_meet(sex, limit):
    below, above = infant_separation(np.array([limit - 1e-9, limit + 1e-9]), sex)
    assert above == pytest.approx(below, abs=2e-4)


def test_expectancies_of_both_sexes_are_weighted_by_births():
    assert combined_expectancy(np.array([84.0, 78.0]), np.array(1.0)) == pytest.approx(81.0)
    assert combined_expectancy(np.array([84.0, 78.0]), np.array(2.0)) == pytest.approx(80.0)


@pytest.mark.parametrize("sex", SEXES)
def test_chinas_rates_of_2020_give_the_published_life_expectancy(sex):
    with (folder("params") / "population/national_mortality.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["year"] == "2020" and r["sex"] == sex]
    rates = {int(row["age"]): float(row["mx"]) for row in rows}
    with (folder("params") / "population/national_vital.csv").open(encoding="utf-8") as file:
        published = next(r for r in csv.DictReader(file) if r["year"] == "2020")
    expectancy = _expectancy(np.array([rates[age] for age in range(101)]), sex)
    assert expectancy == pytest.approx(float(published[f"life_expectancy_{sex}"]), abs=0.1)
