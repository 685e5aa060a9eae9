"""Delivery: from months of preparation and construction to years in service and years of spending.

A start is 1 January of its year. A project opens in the month after preparation and construction
end, so one more month never opens earlier; its capacity counts at the end of the year it opens in.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.scenario.schema import Time

_STARTS = ("project", "start_year")
OUTPUT: Contract = {
    "open_year": Variable(_STARTS, "year"),
    "open_month": Variable(("project",), "month", minimum=1, maximum=12),
    "can_open": Variable(_STARTS, "flag"),
    "in_service": Variable((*_STARTS, "year"), "share", minimum=0, maximum=1),
    "spending": Variable((*_STARTS, "year"), "share", minimum=0, maximum=1),
    "running": Variable((*_STARTS, "year"), "years", minimum=0, maximum=1),
}


def delivery(months: xr.Dataset, time: Time, recurrent_years: float) -> xr.Dataset:
    """Return when projects open, are in service, spend and run.

    Args:
        months: `preparation_months`, `construction_months` (project), whole months.
        time: the years of the plan.
        recurrent_years: length of the recurrent tail after opening, years.

    Returns:
        `open_year (project, start_year)`, `open_month (project)`, `can_open` by the target year,
        `in_service` at year-end, `spending` (share of the capital spent in a year, sums to 1) and
        `running` (part of the year in service within the tail), all (project, start_year, year).
    """
    starts = np.array(time.decision_years)
    years = np.arange(time.first_decision_year, time.target_year + int(np.ceil(recurrent_years)) + 1)
    prepare = months["preparation_months"].values.astype(int)
    lead = prepare + months["construction_months"].values.astype(int)
    opening = starts[None, :] + (lead // 12)[:, None]
    coords = {"project": months["project"].values, "start_year": starts, "year": years}
    data = xr.Dataset(coords=coords)
    data["open_year"] = _STARTS, opening, {"units": "year"}
    data["open_month"] = ("project",), lead % 12 + 1, {"units": "month"}
    data["can_open"] = _STARTS, opening <= time.target_year, {"units": "flag"}
    served = opening[..., None] <= years
    data["in_service"] = (*_STARTS, "year"), served.astype(float), {"units": "share"}
    end = np.maximum(lead, prepare + 1)
    spent = _months_in_year(prepare, end, starts, years) / (end - prepare)[:, None, None]
    data["spending"] = (*_STARTS, "year"), spent, {"units": "share"}
    tail = _months_in_year(lead, lead + round(recurrent_years * 12), starts, years) / 12
    data["running"] = (*_STARTS, "year"), tail, {"units": "years"}
    return check(data, OUTPUT, "delivery")


def _months_in_year(first: np.ndarray, end: np.ndarray, starts: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Months of [first, end) after a start that fall in each year: (project, start_year, year)."""
    january = (years[None, :] - starts[:, None]) * 12
    low = np.maximum(january[None], first[:, None, None])
    high = np.minimum(january[None] + 12, end[:, None, None])
    return np.asarray(np.maximum(high - low, 0), dtype=float)
