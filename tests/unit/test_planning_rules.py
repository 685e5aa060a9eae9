from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.indicators import RULES, Indicator, read_indicators
from sim.planning_rules import read_planning_rules, rule_needs, units_asked
from sim.scenario.reading import load_scenario
from tests.sixth import sixth
from tests.strategies import indicator

COUNTIES = ["360102", "360103", "360104"]
YEARS = [2020, 2025]
residents = st.lists(st.integers(1, 3_000_000), min_size=3, max_size=3)


def rule(kind: str, value: float, **changes: object) -> Indicator:
    return indicator(
        **({"number": "R1", "origin": "rule", "measure": kind, "target": value, "scope": "every_county",
            "per": "", "baseline": math.nan, "resource": "points"} | changes)
    )  # fmt: skip


def people(counts: list[int], growth: float = 1.0) -> xr.DataArray:
    values = np.array([[n, n * growth] for n in counts], dtype=float)
    return xr.DataArray(values, dims=("county", "year"), coords={"county": COUNTIES, "year": YEARS})


def units(found: Indicator, counts: list[int], growth: float = 1.0) -> np.ndarray:
    return units_asked(found, people(counts, growth)).values


kinds = st.one_of(
    st.builds(lambda n: rule("one_per_residents", n), st.integers(1_000, 500_000)),
    st.builds(lambda n: rule("at_least_per_county", n), st.integers(1, 5)),
    st.builds(
        lambda n, t: rule("above_residents", n, threshold=float(t)),
        st.integers(1, 5),
        st.integers(1_000, 1_000_000),
    ),
)
"""Rules that never ask for less where more people live."""


@given(kinds, residents, st.floats(1.0, 3.0))
def test_more_residents_never_ask_for_less(found, counts, growth):
    asked = units(found, counts, growth)
    assert (asked[:, 1] >= asked[:, 0]).all()
    order = np.argsort(counts)
    assert (np.diff(asked[order, 0]) >= 0).all()


@given(kinds, residents, st.permutations(range(3)))
def test_counties_are_asked_for_by_themselves(found, counts, order):
    there = [counts[n] for n in order]
    assert (units(found, there) == units(found, counts)[list(order)]).all()


@given(st.integers(1_000, 500_000), residents)
def test_one_per_residents_is_whole_and_enough(per, counts):
    asked = units(rule("one_per_residents", per), counts)[:, 0]
    assert (asked == np.round(asked)).all()
    assert (asked * per >= counts).all()
    assert ((asked - 1) * per < counts).all()


@given(st.integers(1, 5), st.integers(1_000, 2_000_000), residents)
def test_a_county_is_above_the_threshold_or_up_to_it(value, threshold, counts):
    """One of the two is asked of every county, never both: a ward above 300,000 people, else a clinic."""
    above = units(rule("above_residents", value, threshold=float(threshold)), counts)
    up_to = units(rule("up_to_residents", value, threshold=float(threshold)), counts)
    assert (above + up_to == value).all()
    assert (above[:, 0] > 0).tolist() == [n > threshold for n in counts]


def test_the_threshold_itself_asks_for_the_clinic():
    ward = rule("above_residents", 1, threshold=300_000.0)
    clinic = rule("up_to_residents", 1, threshold=300_000.0)
    counts = [300_000, 300_001, 299_999]
    assert units(ward, counts)[:, 0].tolist() == [0, 1, 0]
    assert units(clinic, counts)[:, 0].tolist() == [1, 0, 1]


def _array(values: list[float], resource: str = "beds") -> xr.DataArray:
    data = np.repeat(np.array(values, dtype=float)[None, :, None], 2, axis=2)
    coords = {"resource": [resource], "county": COUNTIES, "year": YEARS}
    return xr.DataArray(data, dims=("resource", "county", "year"), coords=coords)


def asked_of(found: list[Indicator], counts: list[int], beds: list[float]) -> xr.DataArray:
    return rule_needs(found, people(counts), _array(beds), _array([7.0, 7.0, 7.0], "vans"))


@given(st.floats(0.1, 100), st.lists(st.floats(0, 1e5), min_size=3, max_size=3), st.floats(0.1, 10))
def test_a_share_is_taken_of_the_need_and_grows_with_it(share, beds, factor):
    found = rule("share_of_resource", share, of="beds")
    asked = asked_of([found], [1, 2, 3], beds).sel(rule="R1", year=2025)
    np.testing.assert_allclose(asked, share / 100 * np.array(beds))
    more = asked_of([found], [1, 2, 3], [factor * n for n in beds]).sel(rule="R1", year=2025)
    np.testing.assert_allclose(more, factor * asked)


def test_a_share_of_what_has_no_target_is_taken_of_what_stands():
    asked = asked_of([rule("share_of_resource", 50.0, of="vans")], [1, 2, 3], [10, 20, 30])
    assert (asked.sel(rule="R1") == 3.5).all()


def test_a_share_of_what_nobody_knows_is_unknown():
    found = [rule("share_of_resource", 2.0, of="icu_beds"), rule("at_least_per_county", 1, number="R2")]
    asked = asked_of(found, [1, 2, 3], [10, 20, 30])
    assert np.isnan(asked.sel(rule="R1")).all()
    assert (asked.sel(rule="R2") == 1).all()
    assert asked.dims == ("rule", "county", "year")


@given(st.lists(kinds, max_size=3), residents)
def test_every_rule_has_its_row(found, counts):
    numbered = [Indicator(**(vars(item) | {"number": f"R{n}"})) for n, item in enumerate(found)]
    asked = asked_of(numbered, counts, [1.0, 2.0, 3.0])
    assert asked["rule"].values.tolist() == [item.number for item in numbered]
    for item in numbered:
        assert (asked.sel(rule=item.number).values == units(item, counts)).all()


@pytest.fixture
def read(tmp_path):
    """Read the rules of the sixth plan with some of its tables changed."""

    def _read(*changes: tuple[str, str, str]) -> list[Indicator]:
        path = sixth(tmp_path)
        for name, old, new in changes:
            table = path.parent / "data" / "plans" / "sixth" / f"{name}.csv"
            text = table.read_text(encoding="utf-8")
            assert old in text
            table.write_text(text.replace(old, new), encoding="utf-8")
        loaded = load_scenario(str(path))
        figures = Figures(open_book(loaded), loaded.scenario)
        return read_planning_rules(figures, read_indicators(figures))

    return _read


def test_the_rules_of_a_plan_are_targets_of_every_county(read):
    found = {item.number: item for item in read()}
    assert [number for number, item in found.items() if item.in_program] == ["R1", "R2"]
    assert all(item.scope == "every_county" and item.is_rule for item in found.values())
    assert (found["R1"].threshold, found["R1"].by_county) == (300_000, True)
    assert found["R3"].of == "beds"


def test_a_rule_whose_resource_has_a_target_is_kept_for_its_need_only(read):
    found = read(("rules", "up_to_residents,psychological_clinics", "at_least_per_county,emergency_points"))
    assert [(item.resource, item.in_program) for item in found[:2]] == [
        ("psychiatric_wards", True), ("emergency_points", False)
    ]  # fmt: skip
    assert len(found) == 3


def test_a_second_rule_for_the_same_resource_is_kept_for_its_need_only(read):
    found = read(("rules", "up_to_residents,psychological_clinics", "at_least_per_county,psychiatric_wards"))
    assert [item.in_program for item in found[:2]] == [True, False]


def test_a_rule_with_an_unknown_stock_stays_outside(read):
    found = read(("county_baselines", "990003,psychiatric_wards", "990003,psychiatric_departments"))
    assert found[0].why_not() == "unknown_baseline"


@pytest.mark.parametrize("kind", ["reach", "other", "staff_per_unit", "share_of_facilities"])
def test_a_rule_that_asks_for_no_units_of_a_county_is_not_read(read, kind):
    assert kind not in RULES
    assert [item.number for item in read(("rules", "above_residents", kind))] == ["R2", "R3"]


def test_a_condition_without_a_threshold_is_refused(read):
    with pytest.raises(InputError):
        read(("rules", ",units,300000,", ",units,,"))


def test_a_share_of_nothing_named_is_refused(read):
    with pytest.raises(InputError):
        read(("rules", "%,,beds,", "%,,,"))
