from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.backtest.basis import Basis, hindsight
from sim.backtest.comparing import AGE_GROUPS, ROWS, compare, quantities
from sim.backtest.leaving import REASONS
from sim.backtest.page import LANGUAGES, left_out_rows, render, score_rows, told, words
from sim.backtest.running import backtest, counted, known_at
from sim.backtest.scores import SCORES
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


def test_a_row_of_a_far_year_leaves_the_band_of_the_others_as_it_is(figures):
    near = ("city", "births", 2022, 8000.0)
    alone = compare(figures, actuals(near), 2020, SPREAD, 20).rows
    beside = compare(figures, actuals(near, ("city", "births", 2034, 8000.0)), 2020, SPREAD, 20).rows
    pd.testing.assert_frame_equal(beside.iloc[:1], alone)


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
    assert "城镇人口" in page
    assert "官方" in page
    assert "official" not in page
    assert words("zh")["reason.indicator"] in page
    assert "东区" in page
    assert len(score_rows(found.scores, {}, words("en"))) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_to_compare_is_said_and_the_tables_keep_their_columns(figures, lang):
    found = compare(figures, actuals(("city", "births", 2019, 5.0)), 2020, STILL, 2)
    assert (len(found.rows), tuple(found.rows), tuple(found.scores)) == (0, ROWS, SCORES)
    said = words(lang)["nothing"].format(cut_off=2020)
    assert said in render(found, "x", {}, 2020, 2, lang)
    assert told(found, {}, 2020, lang) == [said]


def standing(first: int = 2020, value: float = 100.0) -> xr.DataArray:
    """Doctors in every county for three years of a plan."""
    coords = {
        "resource": ["physicians"],
        "county": ["510402", "510403", "510411", "510421", "510422"],
        "year": [first, first + 1, first + 2],
    }
    return xr.DataArray(np.full((1, 5, 3), value), dims=tuple(coords), coords=coords)


def test_every_figure_after_the_cut_off_is_compared_or_left_out_with_a_reason(figures):
    without_one = standing()
    without_one.loc[{"county": "510403"}] = np.nan
    later = actuals(
        ("city", "births", 2021, 8000.0),
        ("city", "births", 2036, 8000.0),
        ("city", "urban_population", 2036, 5.0),
        ("510402", "physicians", 2021, 90.0),
        ("510402", "physicians", 2030, 90.0),
        ("510403", "physicians", 2021, 90.0),
        ("city", "physicians", 2021, 900.0),
        ("city", "nurses", 2021, 900.0),
        ("a new zone", "births", 2021, 900.0),
    )
    found = compare(figures, later, 2020, STILL, 2, without_one)
    assert found.rows[["county", "indicator", "year"]].values.tolist() == [
        ["city", "births", 2021],
        ["510402", "physicians", 2021],
    ]
    assert found.left_out["reason"].tolist() == [
        "after_projection",
        "indicator",
        "after_plan",
        "no_stock",
        "no_stock",
        "no_stock",
        "place",
    ]
    assert len(found.rows) + len(found.left_out) == len(later)
    for lang in LANGUAGES:
        t = words(lang)
        page, said = render(found, "x", {}, 2020, 2, lang), told(found, {}, 2020, lang)
        rows = left_out_rows(found.left_out, {}, t)
        assert ["physicians", t["reason.no_stock"], "2"] in rows
        assert all(cell in page for row in rows for cell in row)
        assert f"3\t{t['reason.no_stock']}" in said


def test_a_stock_of_a_base_year_after_the_cut_off_is_left_out_as_such(figures):
    kept = figures.scenario
    later = kept.model_copy(update={"time": kept.time.model_copy(update={"base_year": 2022})})
    rows = actuals(("city", "nurses", 2023, 900.0), ("city", "births", 2023, 8000.0))
    found = compare(Figures(figures.book, later), rows, 2021, STILL, 2)
    assert found.left_out["reason"].tolist() == ["later_stock"]


def test_every_reason_is_said_in_both_languages():
    for lang in LANGUAGES:
        assert all(words(lang)[f"reason.{reason}"] for reason in REASONS)


def test_of_two_figures_of_a_series_and_year_the_better_is_compared_and_the_other_named(figures):
    rows = actuals(
        ("city", "births", 2021, 7000.0),
        ("city", "births", 2021, 8000.0),
        ("510402", "physicians", 2019, 50.0),
        ("510402", "physicians", 2019, 60.0),
        ("510402", "licensed_physicians", 2021, 90.0),
        ("510402", "physicians", 2021, 80.0),
    )
    rows["quality"] = ["secondary", "official_yearbook", "x", "estimate", "official", "official"]
    found = compare(figures, rows, 2020, STILL, 2, standing())
    assert found.rows["actual"].tolist() == [8000.0, 90.0]
    assert found.left_out[["actual", "reason"]].values.tolist() == [[7000.0, "repeated"], [80.0, "repeated"]]
    assert found.rows["constant_growth"].tolist()[1] == 60.0


def test_what_is_in_no_unit_of_a_count_has_a_reason_of_its_own(figures):
    rows = actuals(("city", "births (per 1000)", 2021, 7.0), ("city", "births", 2021, 8000.0))
    found = compare(figures, rows.assign(no_count=[True, False]), 2020, STILL, 2)
    assert found.left_out["reason"].tolist() == ["unit"]
    page = render(found, "x", {}, 2020, 2, "zh")
    assert "出生人数 (per 1000)" in page


def test_rates_published_after_the_cut_off_are_said_to_be(figures):
    projected = figures.scenario.population.model_copy(update={"rates_after_information": "projected"})
    moved = Figures(figures.book, figures.scenario.model_copy(update={"population": projected}))
    assert [hindsight(moved, year) for year in (2020, 2023, 2024)] == [2024, 2024, 0]
    assert hindsight(figures, 2020) == 0
    found = compare(figures, actuals(("city", "births", 2021, 8000.0)), 2020, STILL, 2)
    for lang in LANGUAGES:
        said = words(lang)["hindsight"].format(cut_off=2020, revision=2024)
        assert told(found, {}, 2020, lang, Basis(revision=2024))[-1] == said
        assert said in render(found, "x", {}, 2020, 2, lang, Basis(revision=2024))
        assert said not in render(found, "x", {}, 2020, 2, lang)


def test_a_published_zero_is_shown_without_an_error_in_percent(figures):
    rows = actuals(("city", "births", 2021, 0.0), ("city", "births", 2022, 8000.0))
    found = compare(figures, rows, 2020, STILL, 2)
    assert found.rows["percent_error"].isna().tolist() == [True, False]
    assert found.scores[["n", "projected_n"]].values.tolist() == [[2, 1]]
    page = render(found, "x", {}, 2020, 2, "en")
    assert "inf" not in page.replace("information", "")
    assert '<td class="n">0</td>' in page


def test_a_history_that_starts_at_zero_has_no_rival(figures):
    history = [("city", "births", year, float(year - 2017)) for year in range(2017, 2021)]
    found = compare(figures, actuals(*history, ("city", "births", 2021, 8000.0)), 2020, STILL, 2)
    assert found.rows[["constant_growth", "grey_model"]].isna().all(axis=None)


def test_a_stock_is_counted_where_some_stood_in_the_base_year_and_it_is_known():
    have = xr.concat([standing(), standing(value=0.0), standing(), standing()], "resource")
    have["resource"] = ["physicians", "works", "untold", "of_counties"]
    have.loc[{"resource": "works", "year": 2022}] = 5.0
    have.loc[{"resource": "of_counties", "county": ["510403", "510411"]}] = 0.0
    given = have.isel(year=0, drop=True).where(have["resource"] == "of_counties")
    given.loc[{"resource": "of_counties", "county": "510411"}] = np.nan
    found = counted(have, given, ["untold"])
    assert found["resource"].values.tolist() == ["physicians", "of_counties"]
    missing = found.isnull().any("year").sel(resource="of_counties")
    assert missing["county"].values[missing].tolist() == ["510411"]
    assert not found.sel(resource="physicians").isnull().any()


def test_everything_is_known_at_the_cut_off_and_the_rest_of_the_scenario_stays(figures):
    known = known_at(figures.scenario, 2022)
    assert known.time.information_until == 2022
    kept = {"time": figures.scenario.time}
    assert known.model_copy(update=kept) == figures.scenario


def test_capacity_and_staff_come_from_the_same_cut_off(tmp_path):
    path = tmp_path / "actual.csv"
    rows = ("510400,2023,nurses,6000,persons", "510400,2030,resident_population,121,万人")
    path.write_text("\n".join(("adcode,year,indicator,value,unit", *rows)), "utf-8")
    known, found = backtest(load_scenario("panzhihua"), [path], 2022, 2)
    assert known.scenario.time.information_until == 2022
    assert found.rows["indicator"].tolist() == ["nurses", "resident_population"]
    assert found.rows["low"].notna().all()


def test_staff_is_compared_with_what_stands_without_the_plan_under_any_of_its_names(figures):
    rows = actuals(("city", "licensed_physicians", 2021, 400.0), ("510402", "physicians", 2022, 100.0))
    found = compare(figures, rows, 2020, STILL, 2, standing()).rows
    assert found["projected"].tolist() == [500.0, 100.0]
    assert found["indicator"].tolist() == ["physicians", "physicians"]
    assert found["low"].isna().all()
