"""Slack of the rules between counties is said where there is any, in both languages, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest
import xarray as xr

from sim.outputs.texts import texts
from sim.outputs.unmet_rules import unmet_rules


def slackened(result, floor: float, spread: float):
    """The run with this much slack at one county's floor and at the cap on the spread of beds."""
    decisions = dict(result.solution.decisions)
    below = decisions["floor_slack"] * 0
    below.loc[{"resource": "beds", "county": below["county"].values[0]}] = floor
    decisions["floor_slack"] = below
    decisions["spread_slack"] = xr.DataArray([spread], dims="resource", coords={"resource": ["beds"]})
    case = replace(result.case, spread_cap={"beds": 0.1})
    return replace(result, case=case, solution=replace(result.solution, decisions=decisions))


def test_what_falls_below_the_floor_and_how_far_counties_are_apart_is_said(nanchang):
    english = unmet_rules(slackened(nanchang, 12.34, 0.05), texts(nanchang, "en"))
    assert "12.3 beds below it" in english[0]
    assert english[1].endswith("Hospital beds, 15.0 percentage points between two counties (cap 10.0).")
    chinese = unmet_rules(slackened(nanchang, 12.34, 0.05), texts(nanchang, "zh"))
    assert "比底线少12.3" in chinese[0]
    assert "15.0个百分点（上限10.0）" in chinese[1]


@pytest.mark.parametrize(
    ("floor", "spread", "sentences"), [(0.0, 0.0, 0), (0.04, 0.0004, 0), (0.06, 0.0, 1), (0.0, 0.001, 1)]
)
def test_nothing_is_said_where_nothing_that_shows_is_missing(nanchang, floor, spread, sentences):
    assert len(unmet_rules(slackened(nanchang, floor, spread), texts(nanchang, "en"))) == sentences


@pytest.mark.parametrize(("above", "sentences"), [(0.0, 0), (0.00004, 0), (0.0123, 1)])
def test_a_county_left_more_to_run_than_its_share_is_named(nanchang, above, sentences):
    decisions = dict(nanchang.solution.decisions)
    slack = xr.zeros_like(decisions["floor_slack"].isel(resource=0, drop=True))
    slack[0] = above * 1000
    decisions["burden_slack"] = slack
    case = replace(nanchang.case, burden_cap=0.01)
    result = replace(nanchang, case=case, solution=replace(nanchang.solution, decisions=decisions))
    for lang, said in (
        ("zh", "最高达其一般公共预算支出的2.23%（上限1.00%）"),
        ("en", "up to 2.23 % of its general"),
    ):
        found = unmet_rules(result, texts(nanchang, lang))
        assert len(found) == sentences
        assert all(said in sentence for sentence in found)
