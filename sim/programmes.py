"""Programmes paid for each person: what a plan or a scenario promises, by county and year.

Money of a year = persons x standard. The centre pays its share of the part of the standard up to the national
base; the rest, what is above the base with it, is local (province, city and county).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.evidence.figures import Figures

TABLE = "plans/per_capita"
RESIDENTS, INSURED = "residents", "insured"
FEN = 100
_CELLS = ("programme", "county", "year")
OUTPUT: Contract = {
    "persons": Variable(_CELLS, "persons", minimum=0),
    "standard": Variable(("programme", "year"), "yuan/person/year", minimum=0),
    "central_fen": Variable(_CELLS, "fen", minimum=0),
    "local_fen": Variable(_CELLS, "fen", minimum=0),
}


@dataclass(frozen=True)
class Programme:
    """One programme.

    Attributes:
        name: short key.
        zh: name in Chinese.
        en: name in English.
        standard: yuan for each person, money of `year`.
        base: national base standard in the same money; the centre shares in no more than this.
        central_share: part of the base the centre pays.
        persons_share: part of the residents it is paid for.
        year: year of the standard; nothing is stated before it.
        stated_by: `plan` or `scenario`.
    """

    name: str
    zh: str
    en: str
    standard: float
    base: float
    central_share: float
    persons_share: float
    year: int
    stated_by: str

    @property
    def central(self) -> float:
        """Yuan the centre pays for each person, money of `year`."""
        return min(self.standard, self.base) * self.central_share


def read_programmes(figures: Figures) -> list[Programme]:
    """Return the programmes of the plan and of the scenario; a line of the scenario replaces one of its name.

    Args:
        figures: the evidence, table `plans/per_capita`; a plan need not have one.
    """
    said = {line.name for line in figures.scenario.programmes}
    table = figures.book[TABLE]
    names = [n for n in dict.fromkeys(table.column("programme")) if n not in said]
    return [*(_of_plan(figures, name) for name in names), *_of_scenario(figures)]


def _of_plan(figures: Figures, name: str) -> Programme:
    rows = figures.book[TABLE].where(programme=name)
    first = next(iter(rows.where(parameter="standard")))

    def figure(parameter: str) -> float:
        return float(figures.array(TABLE, parameter, ("programme",), {"programme": [name]}).item())

    insured = first["counted_by"] == INSURED
    persons = figure("participation") * (1 - figure("employee_share")) if insured else 1.0
    return Programme(
        name=name,
        zh=first["name_zh"],
        en=first["name_en"],
        standard=figure("standard"),
        base=figure("national_base"),
        central_share=figure("central_share"),
        persons_share=persons,
        year=int(first["year"]),
        stated_by="plan",
    )


def _of_scenario(figures: Figures) -> list[Programme]:
    return [
        Programme(
            name=line.name,
            zh=line.title.zh if line.title else line.name,
            en=line.title.en if line.title else line.name,
            standard=line.yuan_per_person,
            base=line.central_base_yuan,
            central_share=line.central_share,
            persons_share=1.0 if line.insured_share is None else line.insured_share,
            year=figures.scenario.prices.price_year,
            stated_by="scenario",
        )
        for line in figures.scenario.programmes
    ]


def per_capita(programmes: list[Programme], people: xr.DataArray, deflator: float) -> xr.Dataset:
    """Return persons and money of each programme by county and year.

    Standards are held in real terms from their own year on. Each of the two payers is rounded over the
    counties so that they sum to the city's amount, rounded to the fen; no county is off by a whole fen.

    Args:
        programmes: what is promised.
        people: (county, year) residents at year-end.
        deflator: yearly growth of prices.

    Returns:
        `persons (programme, county, year)`, `standard (programme, year)` nominal yuan for each person, 0
        before the year of the standard, `central_fen` and `local_fen` (programme, county, year), whole fen.
    """
    years = people["year"].values
    names = [p.name for p in programmes]
    coords = {"programme": names, "county": people["county"].values, "year": years}
    index = np.array([np.where(years < p.year, 0.0, (1 + deflator) ** (years - p.year)) for p in programmes])
    index = index.reshape(len(names), len(years))
    shares = np.array([p.persons_share for p in programmes])
    persons = shares[:, None, None] * people.transpose("county", "year").values
    persons = np.where(index[:, None] > 0, persons, 0.0)
    standard = np.array([p.standard for p in programmes])[:, None] * index
    central = np.array([p.central for p in programmes])[:, None] * index
    data = xr.Dataset(coords=coords)
    data["persons"] = _CELLS, persons, {"units": "persons"}
    data["standard"] = ("programme", "year"), standard, {"units": "yuan/person/year"}
    for payer, each in (("central", central), ("local", standard - central)):
        data[f"{payer}_fen"] = _CELLS, _shared_out(persons * each[:, None] * FEN), {"units": "fen"}
    return check(data, OUTPUT, "per-capita programmes")


def _shared_out(fen: np.ndarray) -> np.ndarray:
    """Whole fen over the counties: differences of the rounded sum up to each, so that the total is exact."""
    upto = np.rint(np.cumsum(fen, axis=1)).astype(np.int64)
    return np.diff(upto, axis=1, prepend=np.zeros_like(upto[:, :1]))
