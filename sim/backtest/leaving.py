"""Why a published figure is compared with nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import xarray as xr

from sim.evidence.figures import Figures

PLACE = "place"
UNIT = "unit"
REPEATED = "repeated"
INDICATOR = "indicator"
LATER_STOCK = "later_stock"
NO_STOCK = "no_stock"
AFTER_PROJECTION = "after_projection"
AFTER_PLAN = "after_plan"
REASONS = (INDICATOR, UNIT, PLACE, REPEATED, AFTER_PROJECTION, AFTER_PLAN, LATER_STOCK, NO_STOCK)
"Keys of the reasons; `texts.csv` says each in words."


def unspoken(figures: Figures, cut_off: int) -> dict[str, str]:
    """Return the reason by resource, for resources that no projection of the back-test speaks of.

    Args:
        figures: the evidence of a scenario.
        cut_off: last year whose published figures are known.
    """
    later = figures.scenario.time.base_year > cut_off
    reason = LATER_STOCK if later else NO_STOCK
    return dict.fromkeys(figures.book["resources"].column("resource"), reason)


def why_left_out(
    row: Mapping[Any, Any], central: xr.DataArray, standing: Collection[str], unknown: Mapping[str, str]
) -> str:
    """Return why a figure is compared with nothing, '' where it can be compared.

    Args:
        row: `county`, `indicator` and `year` of a published figure, and `no_count`, where that is known.
        central: (indicator, county, year) what is projected, NaN where it is not known.
        standing: indicators counted for the years of the plan only.
        unknown: of `unspoken`.

    Returns:
        one of `REASONS`, or ''.
    """
    indicator, county, year = row["indicator"], row["county"], row["year"]
    if row.get("no_count", False):
        return UNIT
    if indicator not in central["indicator"]:
        return unknown.get(indicator, INDICATOR)
    if county not in central["county"]:
        return PLACE
    if year not in central["year"]:
        return AFTER_PROJECTION
    own = central.sel(indicator=indicator, county=county)
    if not bool(own.sel(year=year).isnull()):
        return ""
    ends = indicator in standing and not bool(own.isnull().all())
    return AFTER_PLAN if ends else NO_STOCK
