"""Small cases that can be worked by hand: two counties, two starts, five kinds of project, unless told.

There are as many counties as needs are given for and as many start years as yearly envelopes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import xarray as xr
from hypothesis import settings

from sim.case import Case, MoneyTerms
from sim.delivery import delivery
from sim.rules import Rules
from sim.scenario.schema import Time

COUNTIES = ["110001", "110002", "110003"]
RESOURCES = ["beds", "points", "vans", "nurses", "seniors"]
CADRES = ["nurses", "seniors"]
PROJECTS = ["ward", "point", "van", "recruit", "promote"]
FUNDS = ["central", "county"]
FIRST_YEAR = 2021
LIFE = [10, 8, 4, np.nan, np.nan]
TERMS = MoneyTerms(price_year=2020, deflator=0.02, discount_rate=0.05, recurrent_years=2)


@dataclass
class Small:
    """The numbers of a small case; every default makes the rule it belongs to bind or nearly so."""

    bed_output: float = 3.0
    lead: tuple[int, ...] = (9, 3, 3, 0, 0)
    build: tuple[int, ...] = (3, 6, 1, 0, 6)
    sites: tuple[int, ...] = (1, 1, 1, 1, 1)
    starts: tuple[float, ...] = (np.inf,) * 5
    need: tuple[tuple[float, ...], ...] = ((8.0, 6.0), (1.0, 0.0), (6.0, 5.0), (1.0, 1.0))
    standing: tuple[tuple[float, ...], ...] = ((4.0, 3.0), (0.0, 0.0), (0.0, 0.0), (4.0, 3.0), (1.0, 1.0))
    nurses_per_bed: float = 0.5
    nurses_per_point: float = 1.0
    pool: float = 12.0
    capital: tuple[float, ...] = (5e6, 1e6, 4e5, 2e4, 1e4)
    recurrent: tuple[float, ...] = (3e5, 2e5, 5e4, 8e4, 0.0)
    central_share: float = 0.4
    central_cap: float = 1.5e6
    match: float = 0.0
    weight: tuple[float, ...] = (1.0, 1.0, 3.0, 1.0)
    level: tuple[int, ...] = (1, 1, 2, 2)
    floor: tuple[float, ...] = (4.0, 3.0)
    envelope: tuple[float, ...] = (np.inf, np.inf)
    envelope_total: float = np.inf
    outlay: tuple[float, ...] = ()
    outlay_total: float = np.inf
    carry_over: bool = True
    every_county: bool = False
    recruits: float = 2.0
    phase: float = 0.0
    choice: tuple[int, ...] = ()
    spread: float = np.inf
    burden: float = np.inf
    means: tuple[float, ...] = ()
    interest: float = 0.0
    term: int = 1
    transfer: float = 0.0
    pay_heads: tuple[float, float] = (0.0, 1.0)
    whole_heads: bool = True

    @property
    def counties(self) -> list[str]:
        return COUNTIES[: len(self.need[0])]

    @property
    def starts_in(self) -> list[int]:
        """Years in which a project may start; the last is the target year."""
        return list(range(FIRST_YEAR, FIRST_YEAR + len(self.envelope)))

    @property
    def time(self) -> Time:
        return Time(
            base_year=2020,
            information_until=2020,
            first_decision_year=FIRST_YEAR,
            target_year=self.starts_in[-1],
            end_year=self.starts_in[-1] + 2,
        )


def few(n: int, long: int = 1000) -> settings:
    """Settings of a slow property: `n` examples, `long` in the long profile."""
    return settings(max_examples=long if os.environ.get("GAPWISE_LONG") else n)


TARGETED = ["beds", "points", "nurses", "seniors"]


def array(values: object, **coords: list) -> xr.DataArray:
    return xr.DataArray(np.array(values, dtype=float), dims=list(coords), coords=coords)


def build_case(small: Small) -> Case:
    counties, starts = small.counties, small.starts_in
    outputs = np.zeros((5, 5))
    outputs[0, 0], outputs[1, 1], outputs[2, 2] = small.bed_output, 1, 1
    outputs[3, 3], outputs[4, 4] = small.recruits, 1
    heads = np.full((5, 2), np.nan)
    heads[0, 0], heads[1, 0] = small.nurses_per_bed, small.nurses_per_point
    months, dates = _dates(tuple(small.lead), tuple(small.build), len(starts))
    rules = Rules(
        counties=counties,
        resources=RESOURCES,
        staffed=["beds"],
        cadres=CADRES,
        parents={"seniors": "nurses"},
        projects=xr.Dataset(
            {
                "whole": ("project", [True] * 3 + [small.whole_heads] * 2),
                "kind": ("project", ["building", "building", "equipment", "heads", "heads"]),
                "group": ("project", ["a"] * 5),
            },
            coords={"project": PROJECTS},
        ),
        months=months,
        outputs=array(outputs, project=PROJECTS, resource=RESOURCES),
        heads_per_unit=array(heads, resource=RESOURCES, cadre=CADRES),
        prerequisites=_prerequisites(),
        phases=array(
            np.eye(5, k=1) * np.array([0, small.phase, 0, 0, 0])[:, None], project=PROJECTS, requires=PROJECTS
        ),
        choices=_choices(small),
        sites=array(
            np.tile(np.array(small.sites)[:, None], len(counties)), project=PROJECTS, county=counties
        ),
        starts_per_year=array(small.starts, project=PROJECTS),
        funds=_funds(small),
        bonds=_bonds(small),
        fund_rules=_fund_rules(small),
        envelopes=array([[np.inf] * len(starts), small.envelope], fund=FUNDS, year=starts),
        envelope_totals=array([np.inf, small.envelope_total], fund=FUNDS),
        outlay=array(small.outlay or [np.inf] * len(starts), year=starts),
        outlay_total=small.outlay_total,
    )
    scope = "every_county" if small.every_county else "city"
    return Case(
        rules=rules,
        need=array(small.need, resource=TARGETED, county=counties),
        scope={"beds": "city", "points": scope, "nurses": "city", "seniors": "city"},
        level=dict(zip(TARGETED, small.level, strict=True)),
        weight=dict(zip(TARGETED, small.weight, strict=True)),
        in_place=array(small.standing, resource=RESOURCES, county=counties),
        floor=array([small.floor], resource=["beds"], county=counties),
        pool=array(np.full((2, len(starts)), small.pool), cadre=CADRES, start_year=starts),
        delivery=dates,
        costs=_costs(small, dates),
        decision_years=starts,
        terms=TERMS,
        service_life=array(LIFE, project=PROJECTS),
        transfer_share=small.transfer,
        burden_cap=small.burden,
        means=_means(small),
        spread_cap={"beds": small.spread} if np.isfinite(small.spread) else {},
    )


def _means(small: Small) -> xr.DataArray | None:
    """What each county can spend, a tenth more every year, to the year after the target year."""
    if not np.isfinite(small.burden):
        return None
    years = list(range(FIRST_YEAR, small.starts_in[-1] + 2))
    values = [[means * 1.1**n for n in range(len(years))] for means in small.means]
    return array(values, county=small.counties, year=years)


def _prerequisites() -> xr.DataArray:
    need = np.zeros((5, 5))
    need[1, 2] = 1
    return array(need, project=PROJECTS, requires=PROJECTS)


def _choices(small: Small) -> xr.DataArray:
    """One choice of the types named, none where none is."""
    names = ["a"] if small.choice else []
    member = np.array([[p in small.choice for p in range(5)] for _ in names], dtype=bool)
    coords = {"choice": names, "project": PROJECTS}
    return xr.DataArray(member.reshape(len(names), 5), dims=("choice", "project"), coords=coords)


def _bonds(small: Small) -> xr.Dataset:
    """The central money is a bond the county repays, where there is interest."""
    lent = small.interest > 0
    return xr.Dataset(
        {
            "interest_rate": array([small.interest, 0.0], fund=FUNDS),
            "term_years": array([small.term * lent, 0.0], fund=FUNDS),
            "repaid_by": array([[0.0, float(lent)], [0.0, 0.0]], fund=FUNDS, payer=FUNDS),
        }
    )


def _funds(small: Small) -> xr.Dataset:
    flags = {
        "pays_capital": [True, True],
        "pays_recurrent": [False, True],
        "public": [True, True],
        "local": [False, True],
        "carry_over": [False, small.carry_over],
    }
    return xr.Dataset({k: ("fund", v) for k, v in flags.items()}, coords={"fund": FUNDS})


def _fund_rules(small: Small) -> xr.Dataset:
    central, county = small.pay_heads
    shares = np.array([[small.central_share] * 3 + [central] * 2, [1.0] * 3 + [county] * 2])
    caps = np.array([[small.central_cap] * 5, [np.inf] * 5])
    return xr.Dataset(
        {
            "max_share": array(shares, fund=FUNDS, project=PROJECTS),
            "grant_cap": array(caps, fund=FUNDS, project=PROJECTS),
            "max_recurrent_share": array([[0.0] * 5, [1.0] * 5], fund=FUNDS, project=PROJECTS),
            "matching_share": array([small.match] * 3 + [0.0, 0.0], project=PROJECTS),
        }
    )


@lru_cache(maxsize=8)
def _dates(lead: tuple[int, ...], build: tuple[int, ...], years: int) -> tuple[xr.Dataset, xr.Dataset]:
    """Months of each project, and when it then opens, spends and runs."""
    months = xr.Dataset(
        {
            "preparation_months": array(lead, project=PROJECTS),
            "construction_months": array(build, project=PROJECTS),
        }
    )
    time = Small(envelope=(np.inf,) * years).time
    return months, delivery(months, time, TERMS.recurrent_years)


def _costs(small: Small, dates: xr.Dataset) -> xr.Dataset:
    years = dates["year"].values
    elapsed, capital = years - TERMS.price_year, np.array(small.capital)
    factor = (1 + TERMS.discount_rate) ** -elapsed.astype(float)
    left = np.maximum(1 - TERMS.recurrent_years / np.array(LIFE), 0.0) * capital
    closing = dates["open_year"].values + TERMS.recurrent_years - TERMS.price_year
    present = (
        dates["spending"].values @ factor * capital[:, None]
        + dates["running"].values @ factor * np.array(small.recurrent)[:, None]
        - np.nan_to_num(left)[:, None] * (1 + TERMS.discount_rate) ** -closing.astype(float)
    )
    return xr.Dataset(
        {
            "capital_cost": ("project", capital),
            "fiscal_recurrent": ("project", np.array(small.recurrent)),
            "price_index": ("year", (1 + TERMS.deflator) ** elapsed),
            "discount_factor": ("year", factor),
            "present_cost": (("project", "start_year"), present),
        },
        coords={"project": PROJECTS, "start_year": small.starts_in, "year": years},
    )
