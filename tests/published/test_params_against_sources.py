"""The shipped tables against the files they were taken from."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest

from sim.demography.life_table import infant_separation, person_years, survivors
from sim.shipped import folder
from tests.printed import squeeze
from tests.shared import shared

CITIES = {
    "360100": ("南昌市", "nanchang", 9),
    "510400": ("攀枝花市", "panzhihua", 5),
    "320900": ("盐城市", "yancheng", 10),
    "530100": ("昆明市", "kunming", 14),
    "360724": ("上犹县", "shangyou", 1),
}
"Name, plan and number of units of each city."
UNITS = ("county", "development_zone")
_PLAIN_NUMBER = re.compile(r"[≥≤<>]?(-?[0-9.]+)(?:%|‰|左右|所|个|家|名|人)?(?:以上|以下|以内)?")


def _params(name: str) -> pd.DataFrame:
    return pd.read_csv(folder("params") / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def _source(name: str) -> pd.DataFrame:
    return pd.read_csv(shared("data") / f"{name}.csv", dtype=str, keep_default_na=False)


def _units() -> set[str]:
    census = _source("public/county_population_2020")
    names = {name for name, _, _ in CITIES.values()}
    return set(census[census["region"].isin(names) & census["level"].isin(UNITS)]["adcode"])


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
    census = _source("public/county_population_2020")
    census = census[census["adcode"].isin(_units())]
    assert _numbers(_params("counties"), ["county"], column) == _numbers(census, ["adcode"], printed)


def test_every_unit_of_the_five_regions_is_there_under_its_city():
    shipped, census = _params("counties"), _source("public/county_population_2020")
    assert shipped["city"].value_counts().to_dict() == {city: n for city, (_, _, n) in CITIES.items()}
    region = dict(zip(census["adcode"], census["region"], strict=True))
    name = dict(zip(census["adcode"], census["name"], strict=True))
    for _, row in shipped.iterrows():
        assert row["city_name"] == CITIES[row["city"]][0] == region[row["county"]]
        assert row["county_name"] == name[row["county"]]
        assert bool(row["note"]) == bool(row["note_zh"])


def test_county_fertility_equals_the_indirect_estimate():
    rates = _source("public/vital_rates")
    rates = rates[rates["adcode"].isin(_units()) & (rates["indicator"] == "TFR_indirect")]
    shipped = _numbers(_params("counties"), ["county"], "total_fertility_rate")
    assert shipped == _numbers(rates, ["adcode"], "value")


def test_counties_and_age_groups_add_up_to_the_city():
    counties, ages = _params("counties"), _params("population/census_age_sex")
    city_of = dict(zip(counties["county"], counties["city"], strict=True))
    census = _source("public/county_population_2020")
    whole = census[(census["level"] == "city") | (census["adcode"] == "360724")]
    printed = {row["adcode"]: int(row["population"]) for _, row in whole.iterrows()}
    assert printed["360100"] == 6_255_007
    assert counties["population"].astype(int).groupby(counties["city"]).sum().to_dict() == printed
    assert ages["persons"].astype(int).groupby(ages["county"].map(city_of)).sum().to_dict() == printed


def test_ages_and_sexes_of_the_census_are_equal():
    printed = _source("public/age_structure_2020")
    printed = printed[printed["adcode"].isin(_units())].melt(
        ["adcode", "age_group"], ["female", "male"], "sex", "persons"
    )
    shipped = _numbers(_params("population/census_age_sex"), ["county", "sex", "age_group"], "persons")
    assert shipped == _numbers(printed, ["adcode", "sex", "age_group"], "persons")


def test_the_old_of_the_census_before_are_equal():
    shipped = _params("population/previous_census")
    printed = _source("public/age_structure_2010_five_regions")
    printed = printed[
        printed["adcode_2010"].isin(shipped["area"]) & printed["age_group"].isin(shipped["age_group"])
    ]
    long = printed.melt(["adcode_2010", "age_group"], ["female", "male"], "sex", "persons")
    keys = ["adcode_2010", "sex", "age_group"]
    assert _numbers(shipped, ["area", "sex", "age_group"], "persons") == _numbers(long, keys, "persons")


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
    actual = _source("public/population_actual")
    actual = actual[actual["indicator"] == "resident_population"]
    printed = {(row["adcode"], row["year"]): row for _, row in actual.iterrows()}
    ranks = {"official": ("official_yearbook", "official_communique"), "secondary": ("secondary",)}
    shipped = _params("population/published_totals")
    assert set(shipped["city"]) == set(CITIES)
    for _, row in shipped.iterrows():
        there = printed[row["city"], "2020-11-01" if row["year"] == "2020" else row["year"]]
        assert float(row["persons"]) == pytest.approx(float(there["value"]) * 1e4, abs=0.5)
        assert there["quality"] in ranks[row["quality"]], f"{row['city']} {row['year']}"


def _words(seed_file: str, lines: str) -> str:
    first, _, last = lines.partition("-")
    text = (shared("seeds") / seed_file).read_text(encoding="utf-8").split("\n")
    return "\n".join(text[int(first) - 1 : int(last or first)])


def _indicators(plan: str) -> list[dict[str, str]]:
    path = folder("params") / "plans" / plan / "indicators.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row | {"plan": plan} for row in csv.DictReader(file)]


@pytest.mark.parametrize("plan", [plan for _, plan, _ in CITIES.values()])
def test_a_plain_number_is_entered_as_printed(plan):
    plain = 0
    for row in _indicators(plan):
        for kind in ("baseline", "target"):
            match = _PLAIN_NUMBER.fullmatch(squeeze(row[f"{kind}_text"]))
            if match and row[kind] and not re.search("read as|implies", row["note"]):
                assert float(row[kind]) == float(match[1]), f"{row['indicator']} {kind}"
                plain += 1
            assert row[kind] or row[f"{kind}_as"] not in ("number", "zero", "about", "range")
    assert plain >= 10


def test_life_expectancy_is_that_of_the_plan_or_a_stated_assumption():
    vital = _source("wpp/chn_assumptions_published").set_index("year")
    shipped = _params("population/life_expectancy")
    assert set(shipped["city"]) == set(CITIES)
    for _, row in shipped.iterrows():
        value, plan = row["life_expectancy"], CITIES[row["city"]][1]
        if row["quality"] == "plan":
            assert row["source"] == f"{plan}_plan"
            words = _words(row["seed_file"], row["seed_line"]).split("\n")
            assert any(word.strip().removesuffix("左右") == value for word in words), row["city"]
        else:
            assert row["quality"] == "assumption"
            assert row["reason"]
            assert row["reason_zh"]
            sexes = [float(vital.loc[row["year"], f"e0_{sex}"]) for sex in ("female", "male")]
            assert min(sexes) < float(value) < max(sexes)


def test_county_baselines_stand_in_the_plan_as_quoted():
    found = 0
    for _, plan, _ in CITIES.values():
        path = f"plans/{plan}/county_baselines"
        if not (folder("params") / f"{path}.csv").is_file():
            continue
        seed = _indicators(plan)[0]["seed_file"]
        for _, row in _params(path).iterrows():
            if row["quote"]:
                found += 1
                assert row["quote"] in _words(seed, row["locator"].removeprefix("line "))
                assert row["geography"] in row["quote"]
    assert found


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


def _scalar(plan: str, name: str) -> pd.Series:
    return _params(f"plans/{plan}/scalars").set_index("name").loc[name]


def test_net_migration_of_nanchang_follows_from_the_figures_its_reason_states():
    row = _scalar("nanchang", "net_migration_per_year")
    stated = [int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*,\d{3}", row["reason"])]
    after, before, births_18, deaths_18, births_20, deaths_20 = stated
    natural = ((births_18 - deaths_18) + (births_20 - deaths_20)) / 2
    assert float(row["value"]) == pytest.approx((after - before) / 10 - natural, abs=1)
    vital = _source("public/vital_rates")
    vital = vital[(vital["adcode"] == "360100") & vital["indicator"].isin(["births", "deaths"])]
    rates = _numbers(vital, ["year", "indicator"], "value")
    printed = [rates[year, kind] for year in ("2018", "2020") for kind in ("births", "deaths")]
    assert printed == [births_18, deaths_18, births_20, deaths_20]
    census = _source("public/age_structure_2010_five_regions")
    census = census[(census["adcode_2010"] == "360100")]
    assert (before, after) == (census["total"].astype(int).sum(), 6_255_007)


def _lived(sex: str) -> np.ndarray:
    """(age) person-years of the UN life table of China 2020."""
    rates = _sexes(_source("wpp/chn_mortality")).query("year == '2020' and sex == @sex")
    mx = rates.assign(age=rates["age"].astype(int)).sort_values("age")["mx"].astype(float).to_numpy()
    a0 = infant_separation(mx[0], sex)
    years, last = person_years(survivors(mx, a0), a0, mx[-1])
    return np.append(years, last)


def _ends(group: str) -> tuple[int, int]:
    first, _, last = group.removesuffix("+").partition("-")
    return int(first), 100 if group.endswith("+") else int(last or first)


def survivors_of_2010(city: str) -> float:
    """Persons aged 10 and over in 2020 if nobody had moved since 2010."""
    then = _source("public/age_structure_2010_five_regions").query("adcode_2010 == @city")
    total = 0.0
    for sex in ("female", "male"):
        lived = _lived(sex)
        for _, row in then.iterrows():
            first, last = _ends(row["age_group"])
            later = lived[min(first + 10, 100) : min(last + 10, 100) + 1].sum()
            total += float(row[sex]) * min(later / lived[first : last + 1].sum(), 1.0)
    return total


@pytest.mark.parametrize(("city", "column"), [("510400", "value"), ("360724", "value"), ("320900", "low")])
def test_net_migration_equals_the_census_survival_method(city, column):
    """Yancheng's published total of 2021 contradicts its censuses: the method is the low end there."""
    now = _source("public/age_structure_2020").query("adcode == @city")
    older = [float(row["total"]) for _, row in now.iterrows() if _ends(row["age_group"])[0] >= 10]
    row = _scalar(CITIES[city][1], "net_migration_per_year")
    assert float(row[column]) == pytest.approx((sum(older) - survivors_of_2010(city)) / 10, abs=25)
    assert float(row["low"]) <= float(row["value"]) <= float(row["high"])


def test_net_migration_of_kunming_follows_from_its_published_totals():
    actual = _source("public/population_actual").query(
        "adcode == '530100' and indicator == 'resident_population'"
    )
    totals = {row["year"]: float(row["value"]) * 1e4 for _, row in actual.iterrows()}
    row = _scalar("kunming", "net_migration_per_year")
    vital = _source("public/vital_rates").query("adcode == '530100' and indicator == 'births'")
    births = {(row["year"], int(float(row["value"]))) for _, row in vital.iterrows()}
    assert {("2021", 76_858), ("2022", 64_166)} <= births
    assert "76,858 and 64,166" in row["reason"]
    growth = (totals["2022"] - totals["2020"]) / 2
    natural = (76_858 + 64_166) / 2 - 0.007 * (totals["2021"] + totals["2022"]) / 2
    assert float(row["value"]) == pytest.approx(growth - natural, abs=1_500)


@pytest.mark.parametrize("plan", ["nanchang", "panzhihua"])
def test_the_count_of_hospitals_is_the_smallest_that_gives_the_printed_share(plan):
    row = _scalar(plan, "level2_general_hospitals")
    printed = next(r["baseline"] for r in _indicators(plan) if r["per"] == "level2_general_hospitals")
    digits = len(printed.partition(".")[2])

    def gives(count: int) -> bool:
        return any(round(100 * part / count, digits) == float(printed) for part in range(count + 1))

    assert next(count for count in range(1, 100) if gives(count)) == int(row["value"])


FISCAL = {"general_public_budget_expenditure": "expenditure", "general_public_budget_revenue": "revenue"}
FISCAL_QUALITY = {"official_communique": "official", "secondary": "secondary", "estimate": "estimate"}


def test_every_budget_of_a_county_is_carried_over():
    names = _params("counties").set_index(["city_name", "county_name"])["county"]
    public = _source("public/county_fiscal")
    printed = {
        (names[row["region"], row["county"]], row["year"], FISCAL[row["indicator"]]): (
            round(float(row["value"]) * 1e8),
            FISCAL_QUALITY[row["quality"]],
        )
        for _, row in public.iterrows()
        if row["indicator"] in FISCAL and (row["region"], row["county"]) in names.index
    }
    table = _params("funds/fiscal_capacity")
    assert len(table) == len(printed) == 23
    own = {
        (r["county"], r["year"], r["parameter"]): (float(r["value"]), r["quality"])
        for _, r in table.iterrows()
    }
    assert own == printed
    titles = _params("sources").set_index("source")["title"]
    wanted = set(public["source_title"])
    assert {titles[source] for source in table["source"]} <= wanted


def test_expenditure_is_about_twice_revenue_where_both_are_known():
    table = _params("funds/fiscal_capacity")
    both = table.pivot(index=["county", "year"], columns="parameter", values="value").dropna().astype(float)
    ratio = both["expenditure"] / both["revenue"]
    row = _params("scalars").set_index("name").loc["expenditure_per_revenue"]
    assert len(ratio) == 5
    assert float(row["low"]) == round(ratio.min(), 1)
    assert float(row["high"]) == round(ratio.max(), 1)
    assert float(row["value"]) == pytest.approx((float(row["low"]) + float(row["high"])) / 2)


def test_programmes_of_yancheng_are_as_printed():
    lines = shared("seeds/002_8b0b2deed57d5098.txt").read_text(encoding="utf-8").split("\n")
    table = _params("plans/yancheng/per_capita")
    printed = table[table["quality"] == "plan"]
    assert printed["value"].tolist() == ["93", "740", "0.985", "0.225"]
    for _, row in printed.iterrows():
        places = [int(n) for n in re.findall(r"\d+", row["locator"])]
        assert len(places) == 2
        for place in places:
            assert squeeze(row["quote"]) in squeeze(lines[place - 1])


def test_the_central_share_of_jiangsu_is_that_of_its_tier():
    costs = (
        _source("standards/unit_costs").set_index("parameter").loc["central_share_basic_public_health_tier1"]
    )
    assert "tier 4 (Tianjin, Jiangsu...) 30" in costs["note"]
    shares = _params("plans/yancheng/per_capita").query("parameter == 'central_share'")["value"]
    assert set(shares) == {"0.3"}
