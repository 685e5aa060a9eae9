from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.backtest.comparing import AGE_GROUPS, compare, quantities
from sim.backtest.page import render, score_rows, words
from sim.demography.inputs import population_inputs
from sim.demography.projection import project_population
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario
from sim.uncertainty.ensemble import Spread

SPREAD = Spread(fertility=0.08, life_expectancy=0.2, migration=0.01, correlation=0.8, seed=5)
STILL = Spread(fertility=0.0, life_expectancy=0.0, migration=0.0, correlation=0.8, seed=5)


@pytest.fixture(scope="module")
def figures() -> Figures:
    loaded = load_scenario("panzhihua")
    return Figures(open_book(loaded), loaded.scenario)


@pytest.fixture(scope="module")
def central(figures):
    counties = figures.book["counties"].where(city="510400").column("county")
    return quantities(project_population(population_inputs(figures, counties, 2020)))


def actuals(*rows: tuple[str, str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "level": "city" if county == "city" else "county",
                "county": county,
                "indicator": indicator,
                "year": year,
                "actual": value,
                "quality": "official",
                "source": "",
                "where": "",
            }
            for county, indicator, year, value in rows
        ]
    )


def test_quantities_add_up(central):
    people = central.sel(indicator="resident_population")
    np.testing.assert_allclose(central.sel(indicator=["female", "male"]).sum("indicator"), people)
    np.testing.assert_allclose(
        people.drop_sel(county="city").sum("county"), people.sel(county="city"), rtol=1e-12
    )
    parts = [name for name in AGE_GROUPS if name in ("age_0_15", "age_16_59", "age_60_plus")]
    np.testing.assert_allclose(central.sel(indicator=parts).sum("indicator"), people, rtol=1e-12)


def test_what_came_as_projected_has_no_error_and_lies_in_the_band(figures, central):
    truth = float(central.sel(indicator="resident_population", county="city", year=2022))
    found = compare(figures, actuals(("city", "resident_population", 2022, truth)), 2020, SPREAD, 60)
    (row,) = found.rows.to_dict("records")
    assert row["projected"] == pytest.approx(truth, rel=1e-12)
    assert row["low"] < truth < row["high"]
    (score,) = found.scores.to_dict("records")
    assert score["projected_mape"] == pytest.approx(0, abs=1e-9)
    assert score["coverage"] == 1


def test_without_drift_the_band_is_the_projection(figures):
    found = compare(figures, actuals(("city", "births", 2023, 8000.0)), 2020, STILL, 5)
    (row,) = found.rows.to_dict("records")
    assert row["low"] == pytest.approx(row["projected"], rel=1e-6)
    assert row["high"] == pytest.approx(row["projected"], rel=1e-6)


def test_rivals_know_nothing_after_the_cut_off(figures):
    history = [("city", "resident_population", year, 1e6 + 1e4 * (year - 2015)) for year in range(2015, 2021)]
    later = [("city", "resident_population", year, 9e6) for year in (2021, 2022)]
    found = compare(figures, actuals(*history, *later), 2020, STILL, 2)
    assert (found.rows["constant_growth"] < 1.1e6).all()
    assert (found.rows["grey_model"] < 1.1e6).all()


def test_indicators_the_projection_does_not_speak_of_are_said_and_left_out(figures):
    rows = actuals(("city", "urban_population", 2021, 5.0), ("510402", "resident_population", 2021, 4e5))
    found = compare(figures, rows, 2020, STILL, 2)
    assert found.left_out["indicator"].tolist() == ["urban_population"]
    page = render(found, "攀枝花", {"510402": "东区"}, 2020, 2, "zh")
    assert "urban_population (1)" in page
    assert "东区" in page
    assert len(score_rows(found.scores, {}, words("en"))) == 1


def test_nothing_to_compare_is_said(figures):
    found = compare(figures, actuals(("city", "births", 2019, 5.0)), 2020, STILL, 2)
    assert not len(found.rows)
    assert words("en")["nothing"] in render(found, "x", {}, 2020, 2, "en")


def test_staff_is_compared_with_what_stands_without_the_plan_under_any_of_its_names(figures):
    counties = ["510402", "510403", "510411", "510421", "510422"]
    coords = {"resource": ["physicians"], "county": counties, "year": [2020, 2021, 2022]}
    standing = xr.DataArray(np.full((1, 5, 3), 100.0), dims=tuple(coords), coords=coords)
    rows = actuals(("city", "licensed_physicians", 2021, 400.0), ("510402", "physicians", 2022, 100.0))
    found = compare(figures, rows, 2020, STILL, 2, standing).rows
    assert found["projected"].tolist() == [500.0, 100.0]
    assert found["indicator"].tolist() == ["physicians", "physicians"]
    assert found["low"].isna().all()
