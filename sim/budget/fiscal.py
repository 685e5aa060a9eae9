"""The running cost of a plan beside what its counties can spend, and the programmes paid for each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from sim.case import COUNTY_FUND
from sim.fiscal import fiscal_capacity
from sim.programmes import FEN, Programme, per_capita, read_programmes
from sim.stages import Stages

SHARE_COLUMNS = ["county", "year", "county_fen", "recurrent_fen", "capacity_yuan", "share", "share_all"]
SHARE_COLUMNS += ["basis", "figure_year", "quality"]
PROGRAMME_COLUMNS = ["programme", "stated_by", "county", "year", "persons", "standard_yuan"]
PROGRAMME_COLUMNS += ["total_fen", "central_fen", "local_fen"]


@dataclass(frozen=True)
class Fiscal:
    """What counties can spend and what is promised for each person.

    Attributes:
        capacity: `capacity (county, year)` nominal yuan with its basis, quality and year by county.
        programmes: what the plan and the scenario promise.
        people: (county, year) residents at year-end.
        money: persons and fen of each programme by county and year.
        deflator: yearly growth of prices.
    """

    capacity: xr.Dataset
    programmes: list[Programme]
    people: xr.DataArray
    money: xr.Dataset
    deflator: float


def fiscal(stages: Stages) -> Fiscal:
    """Return the fiscal side of a scenario, from the first decision year to its end year."""
    figures, time = stages.figures, stages.figures.scenario.time
    years = list(range(time.first_decision_year, time.end_year + 1))
    base = stages.people.sel(year=time.base_year, drop=True)
    capacity = fiscal_capacity(figures, base, years)
    programmes, people = read_programmes(figures), stages.people.sel(year=years)
    deflator = figures.scalar("deflator")
    return Fiscal(capacity, programmes, people, per_capita(programmes, people, deflator), deflator)


def recurrent_share(ledger: pd.DataFrame, capacity: xr.Dataset) -> pd.DataFrame:
    """Return the fiscal running cost of each county and year beside what the county can spend.

    Args:
        ledger: leaves of a plan.
        capacity: `capacity (county, year)` nominal yuan, `basis`, `figure_year` and `quality` (county).

    Returns:
        By county and year with any running cost, nominal: `county_fen` what the county fund pays,
        `recurrent_fen` what all funds pay, `capacity_yuan`, and both as a share of it (empty where it is
        unknown).
    """
    part = ledger[(ledger["kind"] == "recurrent") & (ledger["price_basis"] == "nominal")]
    every = part.groupby(["county", "year"])["amount_fen"].sum()
    own = part[part["fund"] == COUNTY_FUND].groupby(["county", "year"])["amount_fen"].sum()
    table = every.rename("recurrent_fen").reset_index()
    place = pd.MultiIndex.from_frame(table[["county", "year"]])
    table["county_fen"] = own.reindex(place, fill_value=0).to_numpy(dtype=np.int64)
    known = capacity.sel(county=table["county"].to_xarray(), year=table["year"].to_xarray())
    yuan = known["capacity"].values
    table["capacity_yuan"] = yuan.round(2)
    table["share"] = (table["county_fen"] / FEN / yuan).round(9)
    table["share_all"] = (table["recurrent_fen"] / FEN / yuan).round(9)
    for name in ("basis", "figure_year", "quality"):
        table[name] = known[name].values
    return pd.DataFrame(table[SHARE_COLUMNS])


def programme_table(side: Fiscal) -> pd.DataFrame:
    """Return each programme by county and year: persons, standard, fen of centre and local funds."""
    rows: list[tuple[object, ...]] = []
    counties = [str(c) for c in side.money["county"].values]
    for p in side.programmes:
        own = side.money.sel(programme=p.name)
        for year in own["year"].values[own["standard"].values > 0].tolist():
            at = own.sel(year=year)
            standard = round(float(at["standard"]), 6)
            fen = zip(
                counties, at["persons"].values, at["central_fen"].values, at["local_fen"].values, strict=True
            )
            rows += [
                (p.name, p.stated_by, c, year, round(float(n), 3), standard, int(a + b), int(a), int(b))
                for c, n, a, b in fen
            ]
    return pd.DataFrame(rows, columns=PROGRAMME_COLUMNS)


def programme_faults(table: pd.DataFrame, side: Fiscal) -> Iterator[str]:
    """Yield every amount of the table that is not persons times standard of the whole city, to the fen."""
    for p in side.programmes:
        own = table[table["programme"] == p.name]
        for year, part in own.groupby("year"):
            people = float(side.people.sel(year=year).sum()) * p.persons_share
            index = (1 + side.deflator) ** (int(str(year)) - p.year)
            central = people * p.central * index * FEN
            local = people * (p.standard - p.central) * index * FEN
            for name, fen in (("central", central), ("local", local)):
                if abs(int(part[f"{name}_fen"].sum()) - fen) > 0.5 + 1e-9 * fen:
                    yield f"{p.name} {year}: {name} {part[f'{name}_fen'].sum()} and {fen:.1f} fen"
            if int(part["total_fen"].sum()) != int((part["central_fen"] + part["local_fen"]).sum()):
                yield f"{p.name} {year}: centre and local are not the total"
