from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.committed import COMMITTED, Work, committed_works, read_works
from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.dictionary import rules
from sim.evidence.figures import Figures
from sim.evidence.tables import Row
from sim.scenario.reading import load_scenario
from tests.sixth import sixth

COUNTIES = ["360102", "360103"]
YEARS = list(range(2020, 2026))
COLUMNS = tuple(rules()["plans/projects"].columns)
SHARE = xr.DataArray(
    [[0.25, 0.75], [0.5, 0.5]],
    dims=("resource", "county"),
    coords={"resource": ["beds", "points"], "county": COUNTIES},
)


def work(**cells: str) -> Work:
    said = {"work": "P1", "county": "360102", "resource": "beds", "units": "60", "open_year": "2023"}
    row = Row(dict.fromkeys(COLUMNS, "") | said | cells, "own/projects.csv", 2, COLUMNS)
    return Work(row, "")


def in_service(*works: Work, years: list[int] = YEARS) -> xr.DataArray:
    return committed_works(list(works), SHARE, years)


works = st.builds(
    lambda county, resource, units, year: work(
        county=county, resource=resource, units=str(units), open_year=str(year)
    ),
    st.sampled_from([*COUNTIES, "city", "unlocated"]),
    st.sampled_from(["beds", "points"]),
    st.integers(0, 500),
    st.integers(2018, 2028),
)


@given(works)
def test_a_work_counts_from_its_opening_year_and_never_before(found):
    served = in_service(found).sum("county").sel(resource=found.row["resource"])
    opened = np.array(YEARS) >= int(found.row["open_year"])
    np.testing.assert_allclose(served, opened * found.row.number("units"))


@given(st.lists(works, max_size=5))
def test_works_sum_to_the_printed_units(found):
    served = in_service(*found, years=[*YEARS, 2030]).sel(year=2030).sum("county")
    for resource in ("beds", "points"):
        printed = sum(w.row.number("units") for w in found if w.row["resource"] == resource)
        assert float(served.sel(resource=resource)) == pytest.approx(printed)


@given(st.lists(works, max_size=4), st.lists(works, max_size=4))
def test_works_add_up_in_any_order(some, others):
    together = in_service(*some, *others)
    xr.testing.assert_allclose(together, in_service(*some) + in_service(*others))
    xr.testing.assert_allclose(together, in_service(*others, *some))


@given(works)
def test_nothing_closes_again(found):
    assert (in_service(found).diff("year") >= 0).all()


@given(st.sampled_from(COUNTIES), st.integers(1, 500))
def test_a_located_work_stands_in_its_county_alone(county, units):
    served = in_service(work(county=county, units=str(units))).sel(resource="beds", year=2025)
    assert {str(c): float(served.sel(county=c)) for c in COUNTIES} == {
        c: float(units) if c == county else 0.0 for c in COUNTIES
    }


@given(st.sampled_from(["city", "unlocated"]), st.integers(1, 500))
def test_a_work_of_the_city_is_spread_by_the_index_of_its_resource(county, units):
    served = in_service(work(county=county, units=str(units))).sel(resource="beds", year=2025)
    np.testing.assert_allclose(served, units * np.array([0.25, 0.75]))


def test_a_work_that_does_not_count_adds_nothing():
    assert float(in_service(Work(work().row, "not_committed")).sum()) == 0.0
    assert in_service().dims == ("resource", "county", "year")
    assert in_service().attrs["units"] == "units"


@pytest.fixture
def read(tmp_path):
    """Read the named projects of the sixth plan with one of its cells changed."""

    def _read(old: str = "", new: str = "") -> dict[str, str]:
        path = sixth(tmp_path)
        table = path.parent / "data" / "plans" / "sixth" / "projects.csv"
        text = table.read_text(encoding="utf-8")
        assert old in text
        table.write_text(text.replace(old, new, 1), encoding="utf-8")
        loaded = load_scenario(str(path))
        return {w.row["work"]: w.why_not for w in read_works(Figures(open_book(loaded), loaded.scenario))}

    return _read


def test_why_a_named_project_adds_no_capacity(read):
    assert read() == {"P1": "", "P2": "not_committed", "P3": "in_baseline", "P4": "no_opening_year"}


def test_what_opened_by_the_base_year_is_in_the_baseline(read):
    assert read(",2022,firm", ",2020,firm")["P1"] == "in_baseline"
    assert "firm" in COMMITTED


def test_a_commitment_without_units_adds_none(read):
    assert read("beds,60,", "beds,,")["P1"] == "no_capacity_printed"


@pytest.mark.parametrize("status", ["mooted", "aspired", "planned"])
def test_a_wish_is_no_commitment(read, status):
    assert read(",2022,firm", f",2022,{status}")["P1"] == "not_committed"


def test_a_work_in_an_unknown_county_is_refused(read):
    with pytest.raises(InputError):
        read("990002,,new,beds,60", "990009,,new,beds,60")
