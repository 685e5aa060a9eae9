"""The shipped tables against the files they were taken from."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd
import pytest

from sim.shipped import folder
from tests.shared import shared

_CITY = "360100"
_CITY_NAME = "南昌市"
_PLAN = "plans/nanchang"
_PLAIN_NUMBER = re.compile(r"[≥≤]?(-?[0-9.]+)(?:左右|所)?")


def _params(name: str) -> pd.DataFrame:
    return pd.read_csv(folder("params") / f"{name}.csv", dtype=str, keep_default_na=False)


def _source(name: str) -> pd.DataFrame:
    return pd.read_csv(shared("data") / f"{name}.csv", dtype=str, keep_default_na=False)


def _city(name: str) -> pd.DataFrame:
    table = _source(f"public/{name}")
    column = "region" if "region" in table else "city"
    return table[table[column] == _CITY_NAME]


def _numbers(table: pd.DataFrame, keys: list[str], value: str) -> dict[tuple[str, ...], float]:
    found = {tuple(row[k] for k in keys): float(row[value]) for _, row in table.iterrows()}
    assert len(found) == len(table)
    return found


def _sexes(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(sex=table["sex"].map({"f": "female", "m": "male"}))


@pytest.mark.parametrize(
    ("column", "printed"),
    [("population", "population"), ("health_employment", "employed_health_social_work_longform")],
)
def test_counties_equal_the_census(column, printed):
    census = _city("county_population_2020")
    census = census[census["level"] == "county"]
    shipped = _params("counties")
    assert _numbers(shipped, ["county"], column) == _numbers(census, ["adcode"], printed)
    assert set(shipped["city"]) == {_CITY}


def test_county_fertility_equals_the_indirect_estimate():
    rates = _source("public/vital_rates")
    of_city = rates["adcode"].str.startswith(_CITY[:4]) & (rates["adcode"] != _CITY)
    rates = rates[of_city & (rates["indicator"] == "TFR_indirect")]
    shipped = _numbers(_params("counties"), ["county"], "total_fertility_rate")
    assert shipped == _numbers(rates, ["adcode"], "value")


def test_counties_and_age_groups_add_up_to_the_city():
    assert _params("counties")["population"].astype(int).sum() == 6_255_007
    assert _params("population/census_age_sex")["persons"].astype(int).sum() == 6_255_007


def test_ages_and_sexes_of_the_census_are_equal():
    printed = _city("age_structure_2020")
    printed = printed[printed["level"] == "county"].melt(
        ["adcode", "age_group"], ["female", "male"], "sex", "persons"
    )
    shipped = _numbers(_params("population/census_age_sex"), ["county", "sex", "age_group"], "persons")
    assert shipped == _numbers(printed, ["adcode", "sex", "age_group"], "persons")


@pytest.mark.parametrize(
    ("name", "source", "keys", "columns"),
    [
        ("national_age_sex", "chn_base_population_2020", ["sex", "age"], {"persons": "pop"}),
        ("national_fertility", "chn_asfr", ["year", "age"], {"asfr": "asfr"}),
        ("national_mortality", "chn_mortality", ["year", "sex", "age"], {"mx": "mx"}),
        (
            "national_vital",
            "chn_assumptions_published",
            ["year"],
            {
                "total_fertility_rate": "tfr",
                "sex_ratio_at_birth": "srb",
                "life_expectancy_female": "e0_female",
                "life_expectancy_male": "e0_male",
            },
        ),
    ],
)
def test_national_tables_equal_the_world_population_prospects(name, source, keys, columns):
    printed, shipped = _source(f"wpp/{source}"), _params(f"population/{name}")
    printed = _sexes(printed) if "sex" in keys else printed
    for column, there in columns.items():
        assert _numbers(shipped, keys, column) == _numbers(printed, keys, there)


def test_published_totals_equal_the_census_and_the_communiques():
    actual = _city("population_actual")
    actual = actual[(actual["indicator"] == "resident_population") & (actual["level"] == "city")]
    printed = {row["year"]: float(row["value"]) * 1e4 for _, row in actual.iterrows()}
    printed["2020"] = printed["2020-11-01"]
    for _, row in _params("population/published_totals").iterrows():
        assert float(row["persons"]) == pytest.approx(printed[row["year"]], abs=0.5)


def _words(seed_file: str, lines: str) -> str:
    first, _, last = lines.partition("-")
    text = (shared("seeds") / seed_file).read_text(encoding="utf-8").split("\n")
    return "\n".join(text[int(first) - 1 : int(last or first)])


def _indicators() -> list[dict[str, str]]:
    with (folder("params") / _PLAN / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _indicators(), ids=lambda row: row["indicator"] + row["reading"])
def test_an_indicator_stands_in_the_plan_as_quoted(row):
    words = _words(row["seed_file"], row["seed_line"])
    place = 0
    for piece in row["quote"].split(" | "):
        place = words.find(piece, place) + len(piece)
        assert place >= len(piece), f"{piece!r} is not in lines {row['seed_line']}"
    for kind in ("baseline", "target"):
        printed, number = row[f"{kind}_text"], row[kind]
        assert printed in words
        assert printed in row["quote"]
        plain = _PLAIN_NUMBER.fullmatch(printed)
        if plain:
            assert float(number) == float(plain[1])
        elif kind == "baseline" and number:
            assert row["measure"] == "cumulative_works"
            assert float(number) == 0


def test_life_expectancy_is_that_of_the_plan():
    for _, row in _params("population/life_expectancy").iterrows():
        words = _words(row["seed_file"], row["seed_line"]).split("\n")
        assert row["life_expectancy"] in words


def test_county_baselines_stand_in_the_plan_as_quoted():
    seed = _indicators()[0]["seed_file"]
    quoted = [row for _, row in _params(f"{_PLAN}/county_baselines").iterrows() if row["quote"]]
    assert quoted
    for row in quoted:
        assert row["quote"] in _words(seed, row["locator"].removeprefix("line "))
        assert row["geography"] in row["quote"]


def _standards() -> dict[str, pd.DataFrame]:
    return {path.stem: _source(f"standards/{path.stem}") for path in shared("data/standards").glob("*.csv")}


def _shipped_texts() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in folder("params").rglob("*.csv")}


def test_no_figure_noted_as_unverified_is_loaded():
    unverified = [
        row["parameter"]
        for table in _standards().values()
        for _, row in table.iterrows()
        if "UNVERIFIED" in row["note"]
    ]
    assert unverified
    for path, text in _shipped_texts().items():
        assert "UNVERIFIED" not in text, path
        assert not [name for name in unverified if re.search(rf"\b{name}\b", text)], path


def test_no_mirror_host_is_named():
    hosts = set()
    for table in _standards().values():
        marked = table["note"].str.contains("MIRROR host")
        if "host_kind" in table:
            marked |= table["host_kind"] == "mirror"
        hosts |= {urlsplit(url).hostname for url in table.loc[marked, "source_url"]}
    hosts.discard(None)
    assert len(hosts) > 5
    for path, text in _shipped_texts().items():
        assert not [host for host in hosts if host in text], path


def test_projects_of_the_cost_samples_equal_the_standards():
    samples = _params("projects/cost_samples")
    for source in ("hospital_projects", "facility_projects"):
        known = {
            (row["project"], row["year"]): float(row["investment_wan"] or "nan") * 1e4
            for _, row in _source(f"standards/{source}_sample").iterrows()
        }
        for _, row in samples[samples["source"] == source].iterrows():
            undated = known.get((row["name"], ""))
            printed = known.get((row["name"], row["year"]), undated)
            assert float(row["investment"]) == pytest.approx(printed), row["name"]
            assert undated is None or "year not given" in row["note"]


def test_net_migration_follows_from_the_figures_its_reason_states():
    table = _params("scalars").set_index("name")
    row = table.loc["net_migration_per_year"]
    stated = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*,\d{3}", row["reason"])]
    after, before, births_18, deaths_18, births_20, deaths_20 = stated
    natural = ((births_18 - deaths_18) + (births_20 - deaths_20)) / 2
    assert float(row["value"]) == pytest.approx((after - before) / 10 - natural, abs=1)
    rates = _numbers(
        _city("vital_rates").query("adcode == '360100' and indicator in ('births', 'deaths')"),
        ["year", "indicator"],
        "value",
    )
    printed = [rates[year, kind] for year in ("2018", "2020") for kind in ("births", "deaths")]
    assert printed == [births_18, deaths_18, births_20, deaths_20]
    census = _city("age_structure_2010_five_regions").query("level == 'city'")
    assert (before, after) == (census["total"].astype(int).sum(), 6_255_007)
