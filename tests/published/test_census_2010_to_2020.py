"""From the census of 2010 to that of 2020, counties whose boundaries did not change; `-s` shows the errors.

Nothing of the 2010s is known to the projection but the nation's fertility and mortality: no migration
enters, so what is off is what came and went. The old, who move least, tell how good survival is.

The files hold no census before 2010, so no rate of growth was known then: the rival is that nothing changes,
every county and every age group counting in 2020 what it counted in 2010.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.demography.graduation import graduate, group_of_age
from sim.demography.life_table import Mortality
from sim.demography.projection import project_population
from sim.names import AGES, SEXES
from sim.shipped import folder
from tests.shared import shared

YEARS = list(range(2011, 2021))
CHANGED = {"360102", "360103", "360104", "360111", "360112", "320902", "320903", "530114", "530115"}
"Counties that gave or took area in the decade: districts of Nanchang and Yancheng, new districts of Kunming."
BANDS = {"0-9": (0, 9), "10-39": (10, 39), "40-64": (40, 64), "65-84": (65, 84)}


def _census(name: str, code: str) -> pd.DataFrame:
    table = pd.read_csv(shared("data") / "public" / f"{name}.csv", dtype=str, keep_default_na=False)
    return table[table["level"] == "county"].rename(columns={code: "county"})


def _national(name: str, value: str, *axes: str) -> pd.Series:
    table = pd.read_csv(folder("params") / "population" / f"{name}.csv")
    return table.set_index(list(axes))[value]


@pytest.fixture(scope="module")
def compared() -> xr.Dataset:
    before, after = (
        _census("age_structure_2010_five_regions", "adcode_2010"),
        _census("age_structure_2020", "adcode"),
    )
    counties = sorted((set(before["county"]) & set(after["county"])) - CHANGED)
    standard = _national("national_age_sex", "persons", "sex", "age").unstack("age").loc[list(SEXES)].values
    inputs = _inputs(before, counties, standard)
    projected = project_population(inputs)["population"].sel(year=2020)
    actual = xr.zeros_like(projected)
    actual.values[:] = _single_ages(after, counties, standard)
    return xr.Dataset({"projected": projected, "unchanged": inputs["population_base"], "actual": actual})


def _single_ages(census: pd.DataFrame, counties: list[str], standard: np.ndarray) -> np.ndarray:
    labels = list(dict.fromkeys(census["age_group"]))
    long = census[census["county"].isin(counties)].set_index(["county", "age_group"])
    groups = np.stack([[[float(long.loc[(c, g), s]) for g in labels] for s in SEXES] for c in counties])
    return graduate(groups, group_of_age(labels), standard)


def _inputs(census: pd.DataFrame, counties: list[str], standard: np.ndarray) -> xr.Dataset:
    coords = {"county": counties, "sex": list(SEXES), "age": AGES, "year": YEARS}
    base = _single_ages(census, counties, standard)
    mx = (
        _national("national_mortality", "mx", "year", "sex", "age")
        .loc[2020]
        .unstack("age")
        .loc[list(SEXES)]
        .values
    )
    pattern = (
        _national("national_fertility", "asfr", "year", "age").loc[2020].reindex(AGES, fill_value=0.0).values
    )
    ratio = np.full(len(YEARS), 1.15)
    mortality = Mortality(np.repeat(mx[None], len(YEARS), 0), ratio)
    survival = mortality.survival(mortality.shift(np.linspace(75.5, 77.9, len(YEARS))))[0]
    rates = pd.read_csv(shared("data") / "public" / "vital_rates.csv", dtype=str, keep_default_na=False)
    tfr = (
        rates[(rates["indicator"] == "TFR") & rates["quality"].eq("estimate")]
        .set_index("year")["value"]
        .astype(float)
    )
    path = tfr.loc[[str(y) for y in YEARS]].values
    expected = (base[:, 0] * pattern).sum(-1) / pattern.sum() * tfr.loc["2010"]
    relative = base[:, :, 0].sum(-1) / expected
    inputs = xr.Dataset(coords=coords)
    inputs["population_base"] = ("county", "sex", "age"), base
    inputs["survival_ratio"] = ("sex", "age", "year"), survival
    asfr = relative[:, None, None] * (pattern / pattern.sum())[None, :, None] * path
    inputs["asfr"] = ("county", "age", "year"), asfr
    inputs["sex_ratio_at_birth"] = ("year",), ratio
    inputs["net_migration"] = ("county", "sex", "age", "year"), np.zeros((len(counties), 2, 101, len(YEARS)))
    return inputs


@pytest.fixture(scope="module")
def errors(compared) -> pd.DataFrame:
    """(ages, forecast) mean and median relative errors of the counties."""
    found = {}
    for name, (first, last) in {**BANDS, "all": (0, 100)}.items():
        part = compared.sel(age=slice(first, last)).sum(("sex", "age"))
        for forecast in ("projected", "unchanged"):
            error = (part[forecast] / part["actual"] - 1).values
            found[name, f"{forecast}_mape"] = np.abs(error).mean()
            found[name, f"{forecast}_median"] = np.median(error)
    table = pd.Series(found).unstack()
    print(f"\n{compared.sizes['county']} counties, 2010 to 2020: no migration, and nothing changed")
    print(table.loc[[*BANDS, "all"]].map("{:.1%}".format).to_string())
    return table


def test_the_old_are_where_survival_puts_them_and_the_young_are_where_work_is(errors):
    assert errors.loc["65-84", "projected_mape"] < 0.12
    assert errors.loc["65-84", "projected_mape"] < errors.loc["10-39", "projected_mape"]


def test_whoever_ages_is_told_better_than_by_no_change(errors):
    assert (errors["projected_mape"] < errors["unchanged_mape"]).loc[["40-64", "65-84"]].all()
