"""How far forecasts were off: mean absolute error, bias, and whether the band held."""

from __future__ import annotations

import numpy as np
import pandas as pd

FORECASTS = ("projected", "constant_growth", "grey_model")


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each forecast by level and indicator.

    Args:
        rows: `level, indicator, actual`, the forecasts (NaN where a rival has no history), and the
            80 % band `low, high` of the projection.

    Returns:
        one row for each level and indicator: `n`, for each forecast `_mape` and `_bias` in percent of
        the actual value (bias above 0: too high) and `_n`, the rows it could forecast, and `coverage`,
        the share of actual values inside the band.
    """
    found = []
    for (level, indicator), part in rows.groupby(["level", "indicator"], sort=True):
        row: dict[str, object] = {"level": level, "indicator": indicator, "n": len(part)}
        for name in FORECASTS:
            error = (part[name] / part["actual"] - 1) * 100
            row |= {f"{name}_n": int(error.notna().sum()), f"{name}_mape": float(error.abs().mean())}
            row[f"{name}_bias"] = float(error.mean())
        inside = (part["low"] <= part["actual"]) & (part["actual"] <= part["high"])
        row["coverage"] = float(inside.mean()) if part["low"].notna().all() else np.nan
        found.append(row)
    return pd.DataFrame(found)
