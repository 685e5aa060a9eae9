"""What each county can spend in a year, from printed budgets, for the running cost of what a plan builds.

The measure is general public budget expenditure: revenue leaves out what higher governments pass on. It is
taken where a county prints it, else from its revenue, else from what others spend for each resident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.evidence.figures import Figures, column_array
from sim.names import QUALITIES

TABLE = "funds/fiscal_capacity"
EXPENDITURE, REVENUE, OTHERS, UNKNOWN = "expenditure", "revenue", "others", "unknown"
"What a capacity rests on: the printed expenditure, the revenue, other counties, nothing."
ASSUMED = QUALITIES[-1]
OUTPUT: Contract = {"capacity": Variable(("county", "year"), "yuan", minimum=0, missing=True)}


@dataclass(frozen=True)
class Budget:
    """What one county spends in a year, in money of the price year.

    Attributes:
        yuan: general public budget expenditure.
        basis: `expenditure` as printed, or `revenue` it is taken from.
        quality: quality of the figure; an assumption where it is taken from revenue.
        year: year of the figure.
    """

    yuan: float
    basis: str
    quality: str
    year: int


def fiscal_capacity(figures: Figures, residents: xr.DataArray, years: list[int]) -> xr.Dataset:
    """Return what each county can spend in each year.

    The latest figure of a year up to `information_until` is used, nothing later. It is held in real terms,
    with the named growth, from its own year on.

    Args:
        figures: the evidence, table `funds/fiscal_capacity`.
        residents: (county) persons at the end of the base year.
        years: calendar years wanted.

    Returns:
        `capacity (county, year)` nominal yuan, NaN where nothing is known of any county; by county `basis`
        (`expenditure`, `revenue`, `others` or `unknown`), `quality` and `figure_year` (0 for `others`).
    """
    counties = [str(c) for c in residents["county"].values]
    growth = (1 + figures.scalar("deflator")) * (1 + figures.scalar("fiscal_capacity_growth"))
    found = {c: budget for c in counties if (budget := _printed(figures, c, growth)) is not None}
    left = [c for c in counties if c not in found]
    each = _per_resident(figures, found, growth) if left else np.nan
    basis = OTHERS if np.isfinite(each) else UNKNOWN
    for county in left:
        yuan = each * float(residents.sel(county=county))
        found[county] = Budget(yuan, basis, ASSUMED, 0)
    data = xr.Dataset(coords={"county": counties, "year": years})
    base = np.array([found[c].yuan for c in counties])
    index = growth ** (np.array(years) - figures.scenario.prices.price_year)
    data["capacity"] = ("county", "year"), base[:, None] * index, {"units": "yuan"}
    data["basis"] = "county", [found[c].basis for c in counties]
    data["quality"] = "county", [found[c].quality for c in counties]
    data["figure_year"] = "county", [found[c].year for c in counties]
    return check(data, OUTPUT, "fiscal capacity")


def known_counties(figures: Figures) -> list[str]:
    """Return the counties of any city with a figure of a year up to `information_until`."""
    until = figures.scenario.time.information_until
    rows = (row for row in figures.book[TABLE] if int(row["year"]) <= until)
    return list(dict.fromkeys(row["county"] for row in rows))


def _printed(figures: Figures, county: str, growth: float) -> Budget | None:
    """The budget of a county from its own figures, None where it has none."""
    until = figures.scenario.time.information_until
    for parameter in (EXPENDITURE, REVENUE):
        rows = figures.book[TABLE].where(county=county, parameter=parameter)
        known = [row for row in rows if int(row["year"]) <= until]
        if not known:
            continue
        row = max(known, key=lambda row: int(row["year"]))
        coords = {"county": [county], "year": [row["year"]]}
        yuan = float(figures.array(TABLE, parameter, ("county", "year"), coords).item())
        ratio = 1.0 if parameter == EXPENDITURE else figures.scalar("expenditure_per_revenue")
        quality = row["quality"] if parameter == EXPENDITURE else ASSUMED
        year = int(row["year"])
        to_price_year = growth ** (figures.scenario.prices.price_year - year)
        return Budget(yuan * ratio * to_price_year, parameter, quality, year)
    return None


def _per_resident(figures: Figures, own: dict[str, Budget], growth: float) -> float:
    """Yuan of the price year for each resident of the census, of the city's counties or of all; or NaN."""
    budgets = own or {
        c: budget for c in known_counties(figures) if (budget := _printed(figures, c, growth)) is not None
    }
    names = list(budgets)
    coords = {"county": names}
    people = column_array(figures.book["counties"], "population", ("county",), coords, "persons").values
    counted = np.isfinite(people)
    if not counted.any():
        return float("nan")
    figures.scalar("fiscal_capacity_of_others")
    yuan = np.array([budgets[c].yuan for c in names])
    return float(yuan[counted].sum() / people[counted].sum())
