"""A projection from what was known at a cut-off, beside what was published afterwards."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.backtest.actuals import COLUMNS, one_a_year
from sim.backtest.leaving import REPEATED, unspoken, why_left_out
from sim.backtest.rivals import constant_growth, grey_model
from sim.backtest.scores import percent_error, scores
from sim.demography.inputs import population_inputs
from sim.demography.projection import project_population
from sim.evidence.figures import Figures
from sim.names import CITY
from sim.uncertainty.ensemble import Spread, ensemble

AGE_GROUPS = {
    "age_0_14": (0, 14),
    "age_0_15": (0, 15),
    "age_15_59": (15, 59),
    "age_16_59": (16, 59),
    "age_60_plus": (60, 100),
    "age_65_plus": (65, 100),
}
BAND = (0.1, 0.9)
"Ends of the 80 % band."
ROWS = (*COLUMNS, "projected", "percent_error", "low", "high", "constant_growth", "grey_model")
"Columns of the rows, also where there is none."


@dataclass(frozen=True)
class Comparison:
    """What a back-test found.

    Attributes:
        rows: one row a published figure after the cut-off, with projection, its error in percent of
            the figure (missing where the figure is 0), band and rivals; columns `ROWS`.
        scores: errors by level and indicator.
        left_out: every other published figure after the cut-off, with `reason` (of `leaving.REASONS`).
    """

    rows: pd.DataFrame
    scores: pd.DataFrame
    left_out: pd.DataFrame


def compare(
    figures: Figures,
    actuals: pd.DataFrame,
    cut_off: int,
    spread: Spread,
    draws: int,
    standing: xr.DataArray | None = None,
    staff: xr.DataArray | None = None,
) -> Comparison:
    """Project with data up to the cut-off and compare with what was published for later years.

    Beds, staff and places are compared with what stands without the plan; of these only staff has a band.

    Args:
        figures: the evidence of a scenario.
        actuals: of `read_actuals`; figures up to the cut-off are the history of the rivals.
        cut_off: last year whose published figures the projection knows.
        spread: how far paths drift in the band.
        draws: number of draws of the band.
        standing: (resource, county, year) capacity without projects, from the same cut-off.
        staff: (draw, cadre, county, year) heads without decisions in every draw.
    """
    actuals, beside = one_a_year(actuals.assign(indicator=actuals["indicator"].replace(aliases())))
    later = actuals[actuals["year"] > cut_off]
    counties = figures.book["counties"].where(city=figures.scenario.city).column("county")
    inputs = population_inputs(figures, counties, cut_off)
    known = [int(year) for year in inputs["year"].values]
    last = min(max(later["year"].max() if len(later) else cut_off, known[0]), known[-1])
    inputs = inputs.sel(year=slice(known[0], last))
    central = quantities(project_population(inputs))
    of_plan = list[str]()
    if standing is not None:
        of_plan = [str(name) for name in standing["resource"].values]
        central = xr.concat([central, _resources(standing, central)], "indicator")
    unknown = unspoken(figures, cut_off)
    reasons = [why_left_out(row, central, of_plan, unknown) for row in later.to_dict("records")]
    later = later.assign(reason=reasons)
    again = beside[beside["year"] > cut_off].assign(reason=REPEATED)
    compared, left_out = later[later["reason"] == ""], later[later["reason"] != ""]
    left_out = pd.concat([left_out, again]).sort_index()
    if not len(compared):
        return Comparison(_table([]), scores(_table([])), left_out)
    drawn = [quantities(block) for block in ensemble(inputs, cut_off + 1, spread, draws)]
    band = xr.concat(drawn, "draw").quantile(BAND, "draw").reindex(indicator=central["indicator"])
    if standing is not None and staff is not None:
        of_staff = _resources(staff.rename(cadre="resource"), band).quantile(BAND, "draw", skipna=False)
        band = band.fillna(of_staff.reindex_like(band))
    rows = _table([_row(row, central, band, actuals, cut_off) for row in compared.to_dict("records")])
    return Comparison(rows, scores(rows), left_out)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows with their errors, in the order of `ROWS`."""
    table = pd.DataFrame(rows, columns=[name for name in ROWS if name != "percent_error"])
    return table.assign(percent_error=percent_error(table["projected"], table["actual"]))[list(ROWS)]


@cache
def aliases() -> dict[str, str]:
    """Return other names under which resources are published."""
    with (Path(__file__).resolve().parent / "aliases.csv").open(encoding="utf-8", newline="") as file:
        return {row["indicator"]: row["resource"] for row in csv.DictReader(file)}


def _resources(standing: xr.DataArray, like: xr.DataArray) -> xr.DataArray:
    """(indicator, county, year) with the city, for the years of the projection.

    Years outside the plan are missing, and the city where a county is.
    """
    city = standing.sum("county", skipna=False).expand_dims(county=[CITY])
    whole = xr.concat([standing, city], "county").rename(resource="indicator")
    whole = whole.assign_coords(indicator=whole["indicator"].values.astype(object))
    return whole.reindex(year=like["year"]).transpose(..., *(d for d in like.dims if d in whole.dims))


def quantities(projected: xr.Dataset) -> xr.DataArray:
    """Return the quantities a projection speaks of: (..., indicator, county, year), the city last."""
    people = projected["population"]
    found = {"resident_population": people.sum(("sex", "age"))}
    found |= {str(sex): people.sel(sex=sex, drop=True).sum("age") for sex in people["sex"].values}
    found |= {
        name: people.sel(age=slice(first, last)).sum(("sex", "age"))
        for name, (first, last) in AGE_GROUPS.items()
    }
    found["births"] = projected["births"].sum("sex")
    found["deaths"] = projected["deaths"].sum(("sex", "age"))
    whole = xr.concat(list(found.values()), pd.Index(list(found), name="indicator", dtype=object))
    city = whole.sum("county").expand_dims(county=[CITY])
    return xr.concat([whole, city], "county")


def _row(
    row: Mapping[Any, Any], central: xr.DataArray, band: xr.DataArray, actuals: pd.DataFrame, cut_off: int
) -> dict[str, Any]:
    at = {"indicator": row["indicator"], "county": row["county"], "year": row["year"]}
    low, high = band.sel(at).values
    history = _history(row, actuals, cut_off)
    ahead = np.array([row["year"]])
    return dict(row) | {
        "projected": float(central.sel(at)),
        "low": float(low),
        "high": float(high),
        "constant_growth": float(constant_growth(*history, ahead)[0]) if len(history[0]) else np.nan,
        "grey_model": float(grey_model(*history, ahead)[0]) if len(history[0]) else np.nan,
    }


def _history(row: Mapping[Any, Any], actuals: pd.DataFrame, cut_off: int) -> tuple[np.ndarray, np.ndarray]:
    """Published figures of the same series up to the cut-off, one a year (`one_a_year`).

    Figures from before a census that it revised cannot be told from others here: the user leaves
    them out of the file.
    """
    same = actuals[
        (actuals["indicator"] == row["indicator"])
        & (actuals["county"] == row["county"])
        & (actuals["year"] <= cut_off)
    ]
    same = same.sort_values("year")
    return same["year"].to_numpy(dtype=float), same["actual"].to_numpy(dtype=float)
