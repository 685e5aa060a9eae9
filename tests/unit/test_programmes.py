"""Programmes paid for each person: persons, two payers, whole fen that sum to the city's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.budget.fiscal import Fiscal, programme_faults, programme_table
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.programmes import Programme, per_capita, read_programmes
from sim.scenario.reading import load_scenario

YEARS = [2022, 2023, 2024]
HALF = "{name: screening, yuan_per_person: 5, central_base_yuan: 3, central_share: 0.6}"


def programme(**changed: object) -> Programme:
    fields = {"name": "a", "zh": "甲", "en": "A", "standard": 93.0, "base": 84.0, "central_share": 0.3}
    return Programme(**fields | {"persons_share": 1.0, "year": 2022, "stated_by": "plan"} | changed)


def people(*counties: float) -> xr.DataArray:
    values = np.array(counties)[:, None] * np.ones(len(YEARS))
    coords = {"county": [f"{n:06d}" for n in range(len(counties))], "year": YEARS}
    return xr.DataArray(values, dims=("county", "year"), coords=coords)


def side(line: Programme, residents: xr.DataArray, deflator: float = 0.02) -> Fiscal:
    return Fiscal(xr.Dataset(), [line], residents, per_capita([line], residents, deflator), deflator)


def test_by_hand() -> None:
    """1,000 people at 93 yuan: 93,000, of which 0.3 x 84 x 1,000 = 25,200 from the centre."""
    table = programme_table(side(programme(), people(1000.0)))
    first = table.iloc[0]
    assert (first["total_fen"], first["central_fen"], first["local_fen"]) == (9_300_000, 2_520_000, 6_780_000)
    assert table["standard_yuan"].tolist() == [93, 94.86, 96.7572]


def test_the_centre_shares_in_no_more_than_the_standard() -> None:
    low = programme(standard=50.0)
    assert low.central == pytest.approx(15.0)


def test_nothing_is_stated_before_the_year_of_the_standard() -> None:
    table = programme_table(side(programme(year=2023), people(1000.0)))
    assert table["year"].tolist() == [2023, 2024]
    assert table["standard_yuan"].iloc[0] == 93


def test_nobody_promises_anything() -> None:
    residents = people(10.0)
    nothing = Fiscal(xr.Dataset(), [], residents, per_capita([], residents, 0.02), 0.02)
    assert programme_table(nothing).empty


numbers = st.lists(st.floats(1, 3e6), min_size=1, max_size=12)
yuan = st.floats(0, 1000)
share = st.floats(0, 1)


@given(numbers, yuan, yuan, share, share, st.floats(-0.02, 0.1))
def test_counties_sum_to_the_city_and_payers_to_the_total(counties, standard, base, central, part, deflator):
    line = programme(standard=standard, base=base, central_share=central, persons_share=part)
    found = side(line, people(*counties), deflator)
    table = programme_table(found)
    assert list(programme_faults(table, found)) == []
    assert (table["total_fen"] == table["central_fen"] + table["local_fen"]).all()
    assert (table[["central_fen", "local_fen"]] >= 0).all(axis=None)
    exact = found.money["persons"] * found.money["standard"] * 100
    off = abs(found.money["central_fen"] + found.money["local_fen"] - exact)
    assert (off < 2 + 1e-9 * exact).all()


@given(numbers, yuan, yuan, share, share)
def test_more_of_a_standard_never_costs_less_and_a_larger_share_never_leaves_more(
    counties, standard, more, central, larger
):
    first = per_capita([programme(standard=standard, central_share=central)], people(*counties), 0.02)
    dearer = per_capita([programme(standard=standard + more, central_share=central)], people(*counties), 0.02)
    total = [(d["central_fen"] + d["local_fen"]).sum("county") for d in (first, dearer)]
    assert (total[1] >= total[0] - 1).all()
    shared = programme(standard=standard, central_share=max(central, larger))
    relieved = per_capita([shared], people(*counties), 0.02)
    assert (relieved["local_fen"].sum("county") <= first["local_fen"].sum("county")).all()


def test_a_wrong_leaf_is_found() -> None:
    found = side(programme(), people(1000.0, 2000.0))
    table = programme_table(found)
    table.loc[0, "central_fen"] += 1
    assert len(list(programme_faults(table, found))) == 2
    short = programme_table(found).iloc[1:]
    assert list(programme_faults(pd.DataFrame(short), found))


def read(name: str, *settings: str) -> list[Programme]:
    loaded = load_scenario(name, settings)
    return read_programmes(Figures(open_book(loaded), loaded.scenario))


def test_yancheng_states_two() -> None:
    first, second = read("yancheng")
    assert (first.name, first.standard, first.persons_share, first.year) == (
        "basic_public_health",
        93,
        1,
        2022,
    )
    assert (second.standard, second.year) == (740, 2022)
    assert second.persons_share == pytest.approx(0.985 * (1 - 0.225))


@pytest.mark.parametrize("name", ["nanchang", "panzhihua", "kunming", "shangyou"])
def test_other_plans_state_none(name: str) -> None:
    assert read(name) == []


def test_a_scenario_adds_a_line_in_money_of_its_price_year() -> None:
    (line,) = read("shangyou", f"programmes=[{HALF}]")
    assert (line.zh, line.standard, line.central, line.year) == ("screening", 5, pytest.approx(1.8), 2020)
    assert line.stated_by == "scenario"


def test_a_line_of_the_scenario_replaces_the_plan_s_of_its_name() -> None:
    other = HALF.replace("screening", "basic_public_health")
    found = {p.name: p for p in read("yancheng", f"programmes=[{other}]")}
    assert found["basic_public_health"].standard == 5
    assert set(found) == {"basic_public_health", "resident_insurance"}
