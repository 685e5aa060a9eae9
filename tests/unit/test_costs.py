from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.costs import costs, sampled_costs
from sim.delivery import delivery
from sim.errors import InputError
from sim.evidence.book import Book
from sim.evidence.dictionary import rules
from sim.evidence.figures import Figures
from sim.evidence.tables import Table, read_table
from sim.scenario.reading import load_scenario

Rows = Sequence[dict[str, object]]
COMMON = {"source": "s", "quality": "official", "geography": "here", "year": 2020}
UNITS = {"deflator": "per year", "discount_rate": "per year", "recurrent_years": "years"}
UNITS |= {"service_life": "years", "fiscal_share": "share", "size": "beds/project"}
UNITS |= {"capital_cost": "yuan/project", "recurrent_cost": "yuan/project/year"}


def _table(folder: Path, name: str, rows: Rows) -> Table:
    columns = list(rules()[name].columns)
    path = folder / f"{name.replace('/', '_')}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows([COMMON | row for row in rows])
    return read_table(path, name)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("tables")


def _sample(folder: Path, *projects: tuple[int, float, float]) -> Book:
    rows = [
        {
            "cost_sample": "ward",
            "name": f"block {n}",
            "place": "there",
            "year": year,
            "base": "bed",
            "quantity": quantity,
            "investment": investment,
        }
        for n, (year, quantity, investment) in enumerate(projects)
    ]
    return Book({"projects/cost_samples": _table(folder, "projects/cost_samples", rows)}, {}, {})


projects = st.lists(
    st.tuples(st.integers(2000, 2025), st.floats(1, 1000), st.floats(1, 1e9)), min_size=1, max_size=8
)


@given(projects)
def test_without_inflation_the_median_is_that_of_the_printed_costs(folder, listed):
    found = sampled_costs(_sample(folder, *listed), 2020, 0.0, [0.5])
    each = [investment / quantity for _, quantity, investment in listed]
    assert found.item() == pytest.approx(np.median(each), rel=1e-12)


@given(st.integers(2000, 2040), st.floats(-0.1, 0.2), st.floats(1, 1e9))
def test_costs_of_the_price_year_itself_are_not_touched(folder, year, deflator, investment):
    year = min(year, 2100)
    found = sampled_costs(_sample(folder, (year, 10, investment)), year, deflator, [0.0, 0.5, 1.0])
    np.testing.assert_allclose(found.squeeze(), investment / 10, rtol=1e-12)


@given(projects, st.floats(0.0, 0.1), st.integers(0, 10))
def test_a_later_price_year_raises_every_cost_by_the_deflator(folder, listed, deflator, later):
    book = _sample(folder, *listed)
    now = sampled_costs(book, 2020, deflator, [0.25, 0.5])
    then = sampled_costs(book, 2020 + later, deflator, [0.25, 0.5])
    np.testing.assert_allclose(then, now * (1 + deflator) ** later, rtol=1e-9)


@given(projects, st.lists(st.floats(0, 1), min_size=2, max_size=5))
def test_a_higher_quantile_never_costs_less(folder, listed, quantiles):
    found = sampled_costs(_sample(folder, *listed), 2020, 0.02, sorted(quantiles))
    assert (np.diff(found.squeeze("cost_sample")) >= -1e-9 * float(found.max())).all()


def _figures(
    folder: Path, values: dict[str, float], kind: str = "building", sample: str = "", year: object = 2020
) -> Figures:
    base = {"project": "ward", "per": "project", "year": year}
    values = {"recurrent_cost": 0.0, "fiscal_share": 1.0} | values
    money = {"deflator": 0.02, "discount_rate": 0.04, "recurrent_years": 10}
    book = _sample(folder, (2020, 10, 1000.0)).tables | {
        "projects/types": _table(
            folder,
            "projects/types",
            [
                {"project": "ward", "name_zh": "楼", "name_en": "Ward", "group": "hospital"}
                | {"kind": kind, "whole": "yes", "cost_sample": sample}
            ],
        ),
        "projects/values": _table(
            folder,
            "projects/values",
            [base | {"parameter": k, "value": v, "unit": UNITS[k]} for k, v in values.items()],
        ),
        "projects/outputs": _table(
            folder,
            "projects/outputs",
            [
                {
                    "project": "ward",
                    "resource": "beds",
                    "parameter": "output",
                    "value": 5,
                    "unit": "beds/project",
                }
            ],
        ),
        "scalars": _table(
            folder, "scalars", [{"name": k, "value": v, "unit": UNITS[k]} for k, v in money.items()]
        ),
    }
    book["plans/scalars"] = Table("plans/scalars", "scalars.csv", ())
    return Figures(Book(book, {}, {}), load_scenario("nanchang").scenario)


def _costs(figures: Figures, prepare: int = 0, build: int = 12) -> xr.Dataset:
    months = xr.Dataset(
        {"preparation_months": ("project", [prepare]), "construction_months": ("project", [build])},
        coords={"project": ["ward"]},
    )
    return costs(figures, delivery(months, figures.scenario.time, 10)).squeeze("project")


@given(st.floats(1, 1e9), st.integers(1, 60))
def test_a_building_without_running_cost_costs_its_discounted_capital_less_its_residual(
    folder, capital, life
):
    result = _costs(_figures(folder, {"capital_cost": capital, "service_life": life}))
    spent_in_2021 = capital / 1.04
    left = max(1 - 10 / life, 0) * capital / 1.04 ** (2022 + 10 - 2020)
    assert float(result["present_cost"].sel(start_year=2021)) == pytest.approx(spent_in_2021 - left)


@given(st.floats(0, 1e6), st.floats(0, 1))
def test_running_cost_is_charged_for_ten_years_at_the_public_share(folder, recurrent, share):
    values = {"capital_cost": 0.0, "recurrent_cost": recurrent, "fiscal_share": share, "service_life": 30}
    result = _costs(_figures(folder, values))
    assert float(result["fiscal_recurrent"]) == pytest.approx(recurrent * share)
    assert float(result["service_income"]) == pytest.approx(recurrent * (1 - share))
    ten_years = sum(1.04 ** -(year - 2020) for year in range(2022, 2032))
    assert float(result["present_cost"].sel(start_year=2021)) == pytest.approx(recurrent * share * ten_years)


@given(st.floats(1, 1e9))
def test_heads_leave_no_residual_value(folder, capital):
    result = _costs(_figures(folder, {"capital_cost": capital, "service_life": 40}, kind="heads"))
    assert float(result["present_cost"].sel(start_year=2021)) == pytest.approx(capital / 1.04)


def test_a_cost_of_another_year_is_brought_to_the_price_year(folder):
    result = _costs(_figures(folder, {"capital_cost": 100.0, "service_life": 10}, year=2015))
    assert float(result["capital_cost"]) == pytest.approx(100 * 1.02**5)


def test_a_sampled_cost_is_the_cost_of_one_unit_times_the_size(folder):
    result = _costs(_figures(folder, {"size": 50, "service_life": 10}, sample="ward"))
    assert float(result["capital_cost"]) == pytest.approx(50 * 1000 / 10)


def test_nominal_and_discounted_money_equal_real_money_in_the_price_year(folder):
    result = _costs(_figures(folder, {"capital_cost": 1.0, "service_life": 10}))
    np.testing.assert_allclose(result["price_index"].sel(year=[2021, 2025]), [1.02, 1.02**5])
    np.testing.assert_allclose(result["discount_factor"].sel(year=[2021, 2025]), [1 / 1.04, 1.04**-5])


def test_a_later_start_of_the_same_building_costs_less_today(folder):
    present = _costs(_figures(folder, {"capital_cost": 1e6, "service_life": 30}))["present_cost"]
    assert (np.diff(present) < 0).all()


@pytest.mark.parametrize(
    ("values", "year"), [({"service_life": 10}, 2020), ({"capital_cost": 5.0, "service_life": 10}, "")]
)
def test_a_cost_that_is_not_known_is_not_taken_as_nothing(folder, values, year):
    with pytest.raises((InputError, ValueError, AssertionError)):
        _costs(_figures(folder, values, year=year))
