"""From checked tables to labelled figures; each figure used is remembered for the evidence page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from sim.contracts import labelled
from sim.evidence.book import Book
from sim.evidence.completeness import RANGE_COLUMN
from sim.evidence.replacing import SET_HERE
from sim.evidence.tables import Row
from sim.names import QUALITIES
from sim.scenario.schema import Scenario

SHRUNK = {
    "fertility_drawn_to_province": (
        "as far as the births behind a rate let chance explain its distance from the province",
        "按各县区出生数，仅偶然性可解释的部分向全省收缩；所列为各县区最大值",
    ),
    "mortality_drawn_to_city": (
        "as far as the two sexes and the two cohorts of a county disagree on its distance from the city",
        "按县区两性及两个出生队列结果的差异，将其死亡水平向全市收缩；所列为各县区最大值",
    ),
}
"Why a county's rates are drawn to a larger place, in English and Chinese."


@dataclass(frozen=True)
class Figure:
    """One figure that entered a run, with its provenance."""

    table: str
    key: str
    parameter: str
    value: float
    low: float
    high: float
    unit: str
    geography: str
    year: str
    source: str
    locator: str
    quote: str
    quality: str
    reason: str
    reason_zh: str
    where: str


@dataclass
class Figures:
    """Reads labelled arrays out of a book and keeps what was read."""

    book: Book
    scenario: Scenario
    used: dict[tuple[str, str, str], Figure] = field(default_factory=dict)

    @property
    def city_name(self) -> str:
        """Name of the scenario's city."""
        return next(iter(self.book["counties"].where(city=self.scenario.city)))["city_name"]

    def scalar(self, name: str) -> float:
        """Return a named figure of the nation or of the plan, or the scenario's replacement of it.

        NaN where a plan names a set of facilities and nobody counted it.
        """
        rows = (*self.book["scalars"], *self.book["plans/scalars"])
        row = next(r for r in rows if r["name"] == name)
        value = float(self.scenario.assumptions.get(name, row.number("value")))
        if not np.isnan(value):
            self._remember(row, name, name, value, replaced=name in self.scenario.assumptions)
        return value

    def array(
        self, table: str, parameter: str, dims: Sequence[str], coords: dict[str, list[str]], units: str = ""
    ) -> xr.DataArray:
        """Return `parameter` of `table` over `dims`; NaN where the table has no row.

        The column read is `value`, except for the recruitment ceilings, which follow the scenario.
        """
        column = "value"
        if parameter == "growth_ceiling":
            column = RANGE_COLUMN[self.scenario.workforce.growth_ceiling]
        shape = [len(coords[dim]) for dim in dims]
        values = np.full(shape, np.nan)
        index = {dim: {label: n for n, label in enumerate(coords[dim])} for dim in dims}
        for row in self.book[table].where(parameter=parameter):
            if all(row[dim] in index[dim] for dim in dims):
                place = tuple(index[dim][row[dim]] for dim in dims)
                values[place] = row.number(column)
                self._remember(row, " ".join(row[d] for d in dims), parameter, row.number(column))
                units = units or row["unit"]
        return labelled(values, tuple(dims), coords, units)

    def printed(self, row: Row, key: str) -> None:
        """Remember baseline and target of a row of the plan, with the words they stand in."""
        for parameter, year in (("baseline", row["base_year"]), ("target", "")):
            if row[parameter]:
                self.used[(row.file, f"{key}{row['reading']}", parameter)] = Figure(
                    table=row.file,
                    key=key,
                    parameter=parameter,
                    value=row.number(parameter),
                    low=float("nan"),
                    high=float("nan"),
                    unit=row["unit"],
                    geography=self.city_name,
                    year=year or row["target_year"],
                    source=row["source"],
                    locator=f"line {row['seed_line']}" if row["seed_line"] else "",
                    quote=row["quote"],
                    quality="plan",
                    reason=row["note"],
                    reason_zh=row["note"],
                    where=row.where(parameter),
                )

    def assumed_baseline(self, resource: str) -> tuple[float, float]:
        """Return (residents it is per, NaN for the whole city; value) of a named assumption."""
        row = next(iter(self.book["plans/assumed_baselines"].where(resource=resource)))
        self._remember(row, resource, "assumed_baseline", row.number("value"))
        return row.number("per"), row.number("value")

    def admitted(self, row: Row) -> None:
        """Remember an admission rate."""
        self._remember(row, f"age_from_{row['age_from']}", "admission_rate", row.number("value"))

    def observed(self, row: Row) -> None:
        """Remember a later value of an indicator of the plan."""
        blank = dict.fromkeys(("low", "high", "unit", "reason", "reason_zh"), "")
        cells = {**blank, "geography": self.city_name, **row.cells}
        whole = Row(cells, row.file, row.line, row.columns)
        self._remember(whole, f"{row['indicator']} {row['year']}", "observed", row.number("value"))

    def sampled(self, name: str, value: float) -> None:
        """Remember a unit cost taken from a sample, with the rows it was taken from."""
        rows = self.book["projects/cost_samples"].where(cost_sample=name).rows
        quantile = self.scenario.prices.quantile_of(name)
        years = sorted(row["year"] for row in rows)
        each = sorted(row.number("investment") / row.number("quantity") for row in rows)
        self.used[(rows[0].file, name, "unit_cost")] = Figure(
            table=rows[0].file,
            key=name,
            parameter="unit_cost",
            value=value,
            low=each[0],
            high=each[-1],
            unit=f"yuan/{rows[0]['base']}",
            geography="; ".join(dict.fromkeys(row["place"] for row in rows)),
            year=str(self.scenario.prices.price_year),
            source=rows[0]["source"],
            locator=f"{len(rows)} projects of {years[0]}-{years[-1]}, quantile {quantile:g}",
            quote="; ".join(row["name"] for row in rows),
            quality=rows[0]["quality"],
            reason="each project is brought from its year to the price year; low and high are nominal",
            reason_zh="各项目按价格涨幅换算到基准价格年；上下限为名义价",
            where=f"{rows[0].file}:{rows[0].line}-{rows[-1].line}",
        )

    def tabled(
        self, table: str, parameter: str, unit: str, quality: str = "quality", years: Sequence[int] = ()
    ) -> None:
        """Remember that a whole table entered, as one line of evidence of its weakest quality.

        Of a table of places only the rows of the city and its counties count. `quality` names the
        column that grades the parameter; `years` are those read, all where none is given.
        """
        read = set(map(str, years))
        rows = tuple(row for row in self._of_city(table) if not read or row["year"] in read)
        self.used[(rows[0].file, "", parameter)] = Figure(
            table=rows[0].file,
            key="",
            parameter=parameter,
            value=float("nan"),
            low=float("nan"),
            high=float("nan"),
            unit=unit,
            geography="",
            year=rows[0].cells.get("year", ""),
            source=rows[0]["source"],
            locator=f"{len(rows)} rows",
            quote="",
            quality=max((row[quality] for row in rows), key=QUALITIES.index),
            reason="; ".join(dict.fromkeys(filter(None, (row.cells.get("reason", "") for row in rows)))),
            reason_zh="；".join(
                dict.fromkeys(filter(None, (row.cells.get("reason_zh", "") for row in rows)))
            ),
            where=f"{rows[0].file}:{rows[0].line}-{rows[-1].line}",
        )

    def _of_city(self, table: str) -> tuple[Row, ...]:
        """The rows of a table that speak of the scenario's city, all where none speaks of a place."""
        rows, city = self.book[table].rows, self.scenario.city
        if rows and "city" in rows[0].cells:
            return tuple(row for row in rows if row["city"] == city)
        if rows and "county" in rows[0].cells:
            own = set(self.book["counties"].where(city=city).column("county"))
            return tuple(row for row in rows if row["county"] in own)
        return rows

    def shrunk(self, parameter: str, most: float) -> None:
        """Remember how far rates of the counties were drawn toward those of a larger place."""
        first = next(iter(self._of_city("counties")))
        reason, reason_zh = SHRUNK[parameter]
        self.used[("shrunk", "counties", parameter)] = Figure(
            table="shrunk",
            key="counties",
            parameter=parameter,
            value=most,
            low=float("nan"),
            high=float("nan"),
            unit="share",
            geography=self.city_name,
            year=first["year"],
            source=first["source"],
            locator="empirical Bayes; the largest of the counties",
            quote="",
            quality=first["quality"],
            reason=reason,
            reason_zh=reason_zh,
            where=f"{first.file}:{first.line}",
        )

    def derived(self, resource: str, value: float, unit: str, index: str) -> None:
        """Remember that a stock of the city was spread over its counties by an index."""
        reasons = {
            "health_employment": ("the census index of health employment", "普查卫生从业人员指数"),
            "population": ("resident population", "常住人口"),
        }
        if index not in reasons:
            return
        printed = self.book["plans/indicators"].where(resource=resource)
        self.used[("apportioned", resource, "stock")] = Figure(
            table="apportioned",
            key=resource,
            parameter="stock",
            value=value,
            low=float("nan"),
            high=float("nan"),
            unit=unit,
            geography=self.city_name,
            year=str(self.scenario.time.base_year),
            source=next((row["source"] for row in printed), ""),
            locator="",
            quote="",
            quality="estimate",
            reason=f"no county figure exists: the stock of the city is apportioned by {reasons[index][0]}",
            reason_zh=f"无分县数据:全市存量按{reasons[index][1]}分摊到各县区",
            where="params/resources.csv",
        )

    def _remember(self, row: Row, key: str, parameter: str, value: float, replaced: bool = False) -> None:
        text = dict(row.cells)
        if replaced:
            text |= SET_HERE
        self.used[(row.file, key, parameter)] = Figure(
            table=row.file,
            key=key,
            parameter=parameter,
            value=value,
            low=row.number("low"),
            high=row.number("high"),
            where=row.where("value"),
            **{
                name: text[name]
                for name in (
                    "unit",
                    "geography",
                    "year",
                    "source",
                    "locator",
                    "quote",
                    "quality",
                    "reason",
                    "reason_zh",
                )
            },
        )


def column_array(
    rows: Iterable[Row], value: str, dims: Sequence[str], coords: dict[str, list[str]], units: str
) -> xr.DataArray:
    """Return column `value` of `rows` over key columns `dims` (NaN where no row stands)."""
    index = [{label: n for n, label in enumerate(coords[dim])} for dim in dims]
    values = np.full([len(coords[dim]) for dim in dims], np.nan)
    for row in rows:
        place = tuple(index[n].get(row[dim], -1) for n, dim in enumerate(dims))
        if min(place) >= 0:
            values[place] = row.number(value)
    return labelled(values, tuple(dims), coords, units)
