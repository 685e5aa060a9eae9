"""The case to be decided: rules, needs, what stands without projects, costs and dates.

The program and the certificate both start from it; the certificate does its own arithmetic on it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import xarray as xr

from sim.rules import Rules

MONEY = 1e6
"Yuan in one unit of money inside the program: scaled so that coefficients stay near 1."
PER_MILLE = 1000
"The excess of running cost over its cap is counted in thousandths of what a county can spend."
COUNTY_FUND = "county"
"The fund of the county in which a project stands."


@dataclass(frozen=True)
class MoneyTerms:
    """The four figures that turn real costs into nominal and present money."""

    price_year: int
    deflator: float
    discount_rate: float
    recurrent_years: float


@dataclass(frozen=True)
class Case:
    """One allocation case, all at the target year unless a year stands among the dims.

    Attributes:
        rules: the rules of the scenario.
        need: (resource, county) units for the targets in the program.
        scope: resource to `city` or `every_county`.
        level: resource to priority level.
        weight: resource to weight within its level.
        in_place: (resource, county) units standing without projects, heads included.
        floor: (resource, county) least capacity by the equity floor, for its resources.
        transfer_share: part of a county's heads of a cadre that may move to other counties.
        spread_cap: resource to the most by which its coverage may differ between counties.
        pool: (cadre, start_year) heads that can be recruited.
        delivery: dates, spending and running of each project.
        costs: capital, recurrent and present cost of each project.
        decision_years: years in which a project may start.
        terms: price year, deflator, discount rate and length of the recurrent tail.
        burden_cap: most running cost left to a county in a year, as a share of its means; infinite if none.
        means: (county, year) what each county can spend, nominal yuan, to the last year of the tail; None
            where there is no such rule.
        service_life: (project) years of straight-line life; NaN for heads.
    """

    rules: Rules
    need: xr.DataArray
    scope: Mapping[str, str]
    level: Mapping[str, int]
    weight: Mapping[str, float]
    in_place: xr.DataArray
    floor: xr.DataArray
    pool: xr.DataArray
    delivery: xr.Dataset
    costs: xr.Dataset
    decision_years: list[int]
    terms: MoneyTerms
    service_life: xr.DataArray
    spread_cap: Mapping[str, float] = field(default_factory=dict)
    transfer_share: float = 0.0
    burden_cap: float = math.inf
    means: xr.DataArray | None = None

    @property
    def serving(self) -> xr.DataArray:
        """(project, start_year): 1 where a start is in service at the end of the target year."""
        year = self.decision_years[-1]
        return self.delivery["in_service"].sel(year=year, drop=True)

    @property
    def yields(self) -> xr.DataArray:
        """(project, start_year, resource): units a start adds by the target year."""
        return (self.rules.outputs * self.serving).transpose("project", "start_year", "resource")

    def resources_in(self, scope: str) -> list[str]:
        """Return the targeted resources of one scope."""
        return [str(r) for r in self.need["resource"].values if self.scope[str(r)] == scope]
