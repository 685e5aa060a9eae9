from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.evidence.book import Book
from sim.evidence.dictionary import rules
from sim.evidence.figures import Figures
from sim.evidence.tables import Row, Table
from sim.indicators import Indicator
from sim.monitoring import Track, monitor
from sim.scenario.reading import load_scenario
from tests.strategies import indicator

UNTIL = 2023
COLUMNS = tuple(rules()["plans/observations"].columns)
FLIPPED = {"more": "less", "less": "more"}

values = st.floats(0.1, 1000).map(lambda number: round(number, 3))
years = st.integers(2021, UNTIL)
senses = st.sampled_from(["more", "less"])


def _table(name: str, columns: tuple[str, ...], *rows: dict[str, str]) -> Table:
    cells = [dict.fromkeys(columns, "") | row for row in rows]
    return Table(
        name, f"{name}.csv", tuple(Row(c, f"{name}.csv", n, columns) for n, c in enumerate(cells, 2))
    )


def tracks(items: list[Indicator], *observed: tuple[str, int, float]) -> dict[str, Track]:
    """Monitor rows against later values (indicator, year, value), with data known until 2023."""
    seen = [
        {"indicator": name, "year": str(y), "value": repr(v), "quality": "official"}
        for name, y, v in observed
    ]
    counties = {"county": "360102", "city": "360100", "city_name": "南昌市"}
    tables = {
        "plans/observations": _table("plans/observations", COLUMNS, *seen),
        "counties": _table("counties", tuple(rules()["counties"].columns), counties),
    }
    loaded = load_scenario("nanchang", [f"time.information_until={UNTIL}"])
    return monitor(Figures(Book(tables, {}, {}), loaded.scenario), items)


def track(item: Indicator, *observed: tuple[int, float]) -> Track:
    return tracks([item], *((item.number, year, value) for year, value in observed))[item.label]


def row(**changes: object) -> Indicator:
    return indicator(**({"measure": "level", "response": "monitor", "per": ""} | changes))


def scaled(item: Indicator, factor: float) -> Indicator:
    return replace(item, baseline=item.baseline * factor, target=item.target * factor)


@given(values, values, values, years, senses)
def test_on_and_off_track_are_symmetric_in_the_sense(baseline, target, seen, year, sense):
    item = row(baseline=baseline, target=target, sense=sense)
    mirrored = replace(scaled(item, -1), sense=FLIPPED[sense])
    one, other = track(item, (year, seen)), track(mirrored, (year, -seen))
    assert one.state == other.state
    assert other.required_per_year == -one.required_per_year
    assert other.path_value == pytest.approx(-one.path_value)


@given(values, values, values, years, senses, st.sampled_from([1e-6, 1e-3, 100.0, 1e6]))
def test_another_unit_tells_the_same(baseline, target, seen, year, sense, factor):
    item = row(baseline=baseline, target=target, sense=sense)
    path = baseline + (target - baseline) * (year - 2020) / 5
    assume(min(abs(seen - path), abs(seen - target)) > 1e-3)
    one, other = track(item, (year, seen)), track(scaled(item, factor), (year, seen * factor))
    assert one.state == other.state
    assert other.required_per_year == pytest.approx(one.required_per_year * factor)


@given(values, values, years, senses)
def test_the_straight_path_is_on_track_and_worse_is_off(baseline, target, year, sense):
    better = 1 if sense == "more" else -1
    assume(better * (target - baseline) > 0.01)
    item = row(baseline=baseline, target=target, sense=sense)
    path = baseline + (target - baseline) * (year - 2020) / 5
    assert track(item, (year, path)).state == "monitor_on"
    assert track(item, (year, path - better * 0.005)).state == "monitor_off"
    assert track(item, (year, target)).state == "hold"
    assert track(item, (year, target + better)).state == "hold"


@given(values, values, values, years, senses)
def test_what_is_still_required_leads_to_the_target(baseline, target, seen, year, sense):
    found = track(row(baseline=baseline, target=target, sense=sense), (year, seen))
    assert seen + found.required_per_year * (2025 - year) == pytest.approx(target)
    assert (found.last_value, found.last_year, found.target) == (seen, year, target)


@given(values, values, values, values, senses)
def test_a_figure_after_the_data_cut_off_changes_nothing(baseline, target, seen, later, sense):
    item = row(baseline=baseline, target=target, sense=sense)
    assert track(item, (2022, seen), (2024, later)) == track(item, (2022, seen))
    assert track(item, (2024, later)) == track(item)


@given(values, values, st.permutations([(2021, 5.0), (2022, 6.0), (2023, 7.0)]))
def test_the_last_known_value_holds_in_any_order_of_rows(baseline, target, observed):
    found = track(row(baseline=baseline, target=target), *observed)
    assert (found.last_year, found.last_value) == (2023, 7.0)


@given(values, values, senses)
def test_without_a_later_value_the_baseline_is_where_the_path_begins(baseline, target, sense):
    found = track(row(baseline=baseline, target=target, sense=sense))
    assert (found.last_year, found.last_value, found.path_value) == (2020, baseline, baseline)
    assert found.state in ("monitor_on", "hold")


@given(values, values)
def test_an_unknown_baseline_is_not_zero(target, zero_target):
    unknown = track(row(baseline=math.nan, target=target))
    assert unknown.state == "unknown_baseline"
    assert unknown.last_year == 0
    assert math.isnan(unknown.required_per_year)
    zero = track(row(baseline=0.0, target=zero_target))
    assert (zero.state, zero.last_year) == ("monitor_on", 2020)


@pytest.mark.parametrize("target_as", ["empty", "direction", "reference"])
def test_a_target_without_a_number_is_none(target_as):
    assert track(row(target=math.nan, target_as=target_as), (2022, 7.5)).state == "no_target"


@given(values, st.floats(0.1, 5), senses)
def test_a_level_to_hold_may_not_slip(level, slip, sense):
    better = 1 if sense == "more" else -1
    item = row(baseline=level, target=level, bound="hold", sense=sense)
    assert track(item).state == "hold"
    assert track(item, (2022, level)).state == "hold"
    assert track(item, (2022, level - better * slip)).state == "monitor_off"


@given(values, st.floats(0.1, 2).map(lambda number: round(number, 2)), years)
def test_a_yearly_change_is_a_path_from_the_baseline(baseline, fall, year):
    item = row(baseline=baseline, target=-fall, sense="less", bound="at_most", measure="change_per_year")
    path = baseline - fall * (year - 2020)
    assert track(item, (year, path)).state == "monitor_on"
    assert track(item, (year, path + 0.01)).state == "monitor_off"
    found = track(item)
    assert found.target == pytest.approx(baseline - 5 * fall)
    assert found.required_per_year == -fall


@given(values, values, senses)
def test_a_rate_of_growth_is_compared_as_it_stands(last, target, sense):
    item = row(baseline=math.nan, target=target, sense=sense, measure="growth_rate")
    better = 1 if sense == "more" else -1
    wanted = "monitor_on" if better * (last - target) >= 0 else "monitor_off"
    assert track(item, (2022, last)).state == wanted
    assert track(item).state == "unknown_baseline"


@given(values, values, values)
def test_the_same_percentage_follows_its_parent(parent_base, parent_target, baseline):
    parent = row(number="1", baseline=parent_base, target=parent_target)
    child = row(
        number="2", parent="1", baseline=baseline, target=math.nan,
        measure="same_percentage", target_as="same_percentage",
    )  # fmt: skip
    found = tracks([parent, child])["2"]
    assert found.target / baseline == pytest.approx(parent_target / parent_base)


def test_the_same_percentage_of_nothing_is_unknown():
    parent = row(number="1", baseline=0.0, target=5.0)
    child = row(number="2", parent="1", baseline=3.0, target=math.nan,
                measure="same_percentage", target_as="same_percentage")  # fmt: skip
    assert tracks([parent, child])["2"].state == "no_target"


def test_a_child_follows_the_reading_the_scenario_chose():
    read = row(number="1", reading="a", baseline=10.0, target=20.0)
    other = replace(read, reading="b", chosen=False, target=50.0)
    child = row(number="2", parent="1", baseline=4.0, target=math.nan,
                measure="same_percentage", target_as="same_percentage")  # fmt: skip
    assert tracks([read, other, child])["2"].target == pytest.approx(8.0)
