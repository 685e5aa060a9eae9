"""What a county can spend: printed figures first, then revenue, then others; nothing after the cut-off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

import sim
from sim.certify.arithmetic import burden, rounded_burden
from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.fiscal import fiscal_capacity
from sim.scenario.reading import load_scenario
from sim.shipped import folder

HEAD = "county,year,parameter,value,low,high,unit,geography,source,locator,quote,quality,reason,reason_zh\n"
XINJIAN, NANCHANG, JINXIAN, DONGHU = "360112", "360121", "360124", "360102"


def capacity(name: str, *settings: str) -> tuple[xr.Dataset, Figures]:
    loaded = load_scenario(name, settings)
    figures = Figures(open_book(loaded), loaded.scenario)
    counties = list(figures.book["counties"].where(city=loaded.scenario.city))
    people = xr.DataArray(
        [r.number("population") for r in counties],
        dims="county",
        coords={"county": [r["county"] for r in counties]},
    )
    return fiscal_capacity(figures, people, [2020, 2025, 2035]), figures


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str], str]:
    """A scenario of Nanchang whose fiscal table has the rows given."""

    def write(rows: str) -> str:
        table = tmp_path / "own" / "funds" / "fiscal_capacity.csv"
        table.parent.mkdir(parents=True)
        table.write_text(HEAD + rows, encoding="utf-8")
        scenario = yaml.safe_load((folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8"))
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(scenario | {"tables": "own"}, allow_unicode=True), encoding="utf-8")
        return str(path)

    return write


def row(county: str, year: int, parameter: str, value: float) -> str:
    return f"{county},{year},{parameter},{value},,,yuan,x,xinjian_page,,,secondary,,\n"


def test_a_printed_expenditure_is_used_as_it_is() -> None:
    found, figures = capacity("nanchang")
    at = found.sel(county=XINJIAN)
    assert float(at["capacity"].sel(year=2020)) == 96.46e8
    assert (at["basis"].item(), at["quality"].item(), int(at["figure_year"])) == (
        "expenditure",
        "official",
        2020,
    )
    assert float(at["capacity"].sel(year=2035)) == pytest.approx(96.46e8 * 1.02**15)
    keys = {f.key for f in figures.used.values() if f.table.endswith("fiscal_capacity.csv")}
    assert keys == {f"{XINJIAN} 2020", f"{NANCHANG} 2020"}


def test_nothing_after_the_cut_off_enters() -> None:
    until = {n: capacity("nanchang", f"time.information_until={n}")[0] for n in (2020, 2022)}
    assert until[2020]["basis"].sel(county=JINXIAN).item() == "others"
    assert until[2022]["basis"].sel(county=JINXIAN).item() == "expenditure"
    assert int(until[2022]["figure_year"].sel(county=NANCHANG)) == 2021
    for n in (2020, 2022):
        assert int(until[n]["figure_year"].max()) <= n
    _, figures = capacity("yancheng")
    used = [f for f in figures.used.values() if f.table.endswith("fiscal_capacity.csv")]
    assert used
    assert max(int(f.year) for f in used) <= 2021


def test_revenue_is_multiplied_and_others_follow_residents(own) -> None:
    found, figures = capacity(own(row(XINJIAN, 2020, "revenue", 1e9)))
    own_county, other = found.sel(county=XINJIAN), found.sel(county=DONGHU)
    assert float(own_county["capacity"].sel(year=2020)) == pytest.approx(2.3e9)
    assert (own_county["basis"].item(), own_county["quality"].item()) == ("revenue", "assumption")
    people = {r["county"]: r.number("population") for r in figures.book["counties"]}
    expected = 2.3e9 * people[DONGHU] / people[XINJIAN]
    assert float(other["capacity"].sel(year=2020)) == pytest.approx(expected)
    assert (other["basis"].item(), other["quality"].item()) == ("others", "assumption")
    names = {f.parameter for f in figures.used.values()}
    assert {"expenditure_per_revenue", "fiscal_capacity_of_others"} <= names


def test_expenditure_comes_before_a_later_revenue_and_the_latest_counts(own) -> None:
    rows = row(XINJIAN, 2018, "expenditure", 1e9) + row(XINJIAN, 2019, "expenditure", 2e9)
    found, _ = capacity(own(rows + row(XINJIAN, 2020, "revenue", 9e9)))
    assert float(found["capacity"].sel(county=XINJIAN, year=2020)) == pytest.approx(2e9 * 1.02)


@pytest.mark.parametrize(
    "rows", ["", row(XINJIAN, 2021, "expenditure", 1e9), row("999999", 2019, "revenue", 1)]
)
def test_what_nobody_knows_is_unknown_and_not_nothing(own, rows: str) -> None:
    found, _ = capacity(own(rows))
    assert found["capacity"].isnull().all()
    assert set(found["basis"].values.tolist()) == {"unknown"}


def test_named_growth_is_real_growth() -> None:
    still, _ = capacity("nanchang")
    grown, _ = capacity("nanchang", "assumptions.fiscal_capacity_growth=0.03")
    ratio = (grown["capacity"] / still["capacity"]).sel(county=XINJIAN).values
    np.testing.assert_allclose(ratio, 1.03 ** np.array([0, 5, 15]))


@pytest.mark.parametrize(
    "name", ["nanchang", "nanchang-2030", "panzhihua", "yancheng", "kunming", "shangyou"]
)
def test_every_shipped_county_has_means_in_every_year(name: str) -> None:
    found, _ = capacity(name)
    assert (found["capacity"] > 0).all()
    assumed = found["basis"] != "expenditure"
    assert set(found["quality"].values[assumed.values].tolist()) <= {"assumption"}


def test_a_cap_where_nobody_s_means_are_known_is_refused(own) -> None:
    path = own(row(XINJIAN, 2021, "expenditure", 1e9))
    with pytest.raises(InputError) as caught:
        open_book(load_scenario(path, ["allocation.max_recurrent_share=0.1"]))
    (problem,) = caught.value.problems
    assert problem.where == "allocation.max_recurrent_share"
    assert "up to 2020" in problem.found


def test_a_cap_on_running_cost_holds_in_every_county_and_year_or_is_said_not_to() -> None:
    """Half of the heaviest share without a cap is a cap that binds."""
    free = sim.run("shangyou")
    assert free.case.means is None
    loose = sim.run("shangyou", ["allocation.max_recurrent_share=1.0"])
    assert loose.stages.figures.used.keys() > free.stages.figures.used.keys()
    heaviest = float(burden(loose.case, loose.solution.plan.started.values).max())
    assert 0 < heaviest < 1
    bound = sim.run("shangyou", [f"allocation.max_recurrent_share={heaviest / 2}"])
    assert bound.certificate.failed == []
    reached = burden(bound.case, bound.solution.plan.solved.values)
    assert (reached <= heaviest / 2 + bound.solution.decisions["burden_slack"].values / 1000 + 1e-9).all()
    running = bound.ledger.query("kind == 'recurrent' and price_basis == 'nominal' and fund == 'county'")
    paid = running.groupby("year")["amount_fen"].sum() / 100
    means = bound.case.means.sel(county=bound.case.rules.counties[0])
    shares = [yuan / float(means.sel(year=year)) for year, yuan in paid.items()]
    extra = rounded_burden(bound.case) / len(bound.case.rules.counties)
    assert max(shares) <= heaviest / 2 + extra
