"""What offers are drawn from: the scenario, its tables and what the stages made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.evidence.book import Book, open_book
from sim.evidence.dictionary import Entry, rules
from sim.evidence.figures import Figures
from sim.evidence.fitting import census_years
from sim.evidence.tables import Row
from sim.exchange.offers import Limit, Name, Offer
from sim.exchange.words import Names
from sim.indicators import WORKS
from sim.rules import useful_projects
from sim.scenario.reading import LoadedScenario
from sim.scenario.schema import Scenario
from sim.stages import Stages, run_stages


@dataclass(frozen=True)
class Desk:
    """One scenario with its evidence."""

    loaded: LoadedScenario
    book: Book
    stages: Stages
    names: Names

    @classmethod
    def open(cls, loaded: LoadedScenario) -> Desk:
        """Read the tables of a scenario and run its stages.

        Raises:
            InputError: every fault of the tables.
        """
        book = open_book(loaded)
        stages = run_stages(Figures(book, loaded.scenario))
        return cls(loaded, book, stages, Names(book, loaded.scenario.city))

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.loaded.scenario

    @property
    def counties(self) -> list[str]:
        """Codes of the counties of the city."""
        return self.book["counties"].where(city=self.scenario.city).column("county")

    @property
    def census_year(self) -> int:
        """Year in which the residents were counted."""
        return census_years(self.book.tables, self.scenario.city)[0]

    @cached_property
    def used(self) -> set[str]:
        """Places of the figures that entered the stages."""
        return {figure.where for figure in self.stages.figures.used.values()}

    @cached_property
    def resources(self) -> list[str]:
        """Resources whose stock counts: wanted by the plan, staff, or standing; not increments."""
        rows = [*self.stages.indicators, *self.stages.planning_rules]
        built = [i for i in rows if i.chosen and i.response == "construct" and i.answered]
        wanted = {i.resource for i in built} | {t.resource for t in self.stages.targets}
        wanted |= set(self.stages.rules.cadres) | set(self.book["plans/county_baselines"].column("resource"))
        stock = self.stages.supply["remaining"].isel(year=0).sum("county")
        standing = set(map(str, stock["resource"].values[stock.values > 0]))
        works = {i.resource for i in built if i.measure in WORKS}
        return [r for r in self.stages.rules.resources if r in (wanted | standing) - works]

    @cached_property
    def projects(self) -> list[str]:
        """Project types that serve any of the resources, also those of a stock not known yet."""
        wanted = {t.resource for t in self.stages.targets} | set(self.resources)
        return useful_projects(self.book, wanted)

    def stock(self, resource: str, county: str) -> float:
        """Our figure of a base-year stock, in units of the resource."""
        remaining = self.stages.supply["remaining"].isel(year=0)
        return float(remaining.sel(resource=resource, county=county))

    def offer(
        self,
        sheet: str,
        table: str,
        key: Sequence[str],
        names: tuple[Name, Name, Name],
        *,
        year: int,
        column: str = "value",
        row: Row | None = None,
        ours: Mapping[str, str] | None = None,
        entry: Entry | None = None,
        unit: str = "",
        fixed_year: bool = False,
    ) -> Offer:
        """Return an offer with the provenance of `row`, or of `ours` where the table has no row.

        Args:
            sheet: sheet of the template.
            table: its table.
            key: cells of the key columns.
            names: place, item and detail in words.
            year: year asked for.
            column: column of the figure.
            row: the row that holds our figure.
            ours: cells that stand in for a row: value, quality, source, reason, reason_zh.
            entry: bounds and unit, by default those of the column.
            unit: unit, by default that of the row or of the entry.
            fixed_year: whether a figure of another year is refused.
        """
        known = rules()[table]
        entry = entry or known.columns[column]
        cells = {"quality": "", "source": "", "reason": "", "reason_zh": "", column: ""}
        cells |= dict(row.cells) if row is not None else dict(ours or {})
        place, item, detail = names
        return Offer(
            sheet=sheet,
            table=table,
            key=tuple(zip(known.keys, key, strict=True)),
            column=column,
            place=place,
            item=item,
            detail=detail,
            unit=unit or cells.get("unit", "") or entry.units[0],
            limit=Limit.of(entry),
            value=float(cells[column]) if cells[column] else float(np.nan),
            quality=cells["quality"],
            source=self.names("source", cells["source"]).zh,
            reason=cells["reason"],
            reason_zh=cells["reason_zh"],
            year=year,
            fixed_year=fixed_year,
        )
