"""How far forecasts were off: mean absolute error, bias, and whether the band held."""

from __future__ import annotations

import numpy as np
import pandas as pd

FORECASTS = ("projected", "constant_growth", "grey_model")
OF_FORECAST = ("n", "mape", "bias")
SCORES = (
    "level",
    "indicator",
    "n",
    *(f"{forecast}_{score}" for forecast in FORECASTS for score in OF_FORECAST),
    "coverage",
)
"Columns of the scores, also where there is none."


def percent_error(forecast: pd.Series, actual: pd.Series) -> pd.Series:
    """Return (row) errors in percent of the actual value, above 0 where the forecast is too high.

    Args:
        forecast: (row) forecasts, NaN where there is none.
        actual: (row) published values, in the unit of the forecasts.

    Returns:
        (row) percent; NaN where there is no forecast, and where the actual value is 0: nothing is a
        share of nothing.
    """
    return (forecast / actual.where(actual != 0) - 1).astype(float) * 100


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each forecast by level and indicator.

    Args:
        rows: `level, indicator, actual`, the forecasts (NaN where a rival has no history), and the
            80 % band `low, high` of the projection.

    Returns:
        one row for each level and indicator, none where there are no rows; columns `SCORES`: `n`, for
        each forecast `_mape` and `_bias` in percent of the actual value (bias above 0: too high) and
        `_n`, the rows that have an error in percent (a forecast, and an actual value other than 0),
        and `coverage`, the share of actual values inside the band, without those of 0.
    """
    found = []
    for (level, indicator), part in rows.groupby(["level", "indicator"], sort=True):
        row: dict[str, object] = {"level": level, "indicator": indicator, "n": len(part)}
        for name in FORECASTS:
            error = percent_error(part[name], part["actual"])
            row |= {f"{name}_n": int(error.notna().sum()), f"{name}_mape": float(error.abs().mean())}
            row[f"{name}_bias"] = float(error.mean())
        told = part[part["actual"] != 0]
        inside = (told["low"] <= told["actual"]) & (told["actual"] <= told["high"])
        row["coverage"] = float(inside.mean()) if told["low"].notna().all() else np.nan
        found.append(row)
    return pd.DataFrame(found, columns=list(SCORES))
