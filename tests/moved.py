"""What tests move a scenario from, and the ranges in which they do."""

from __future__ import annotations

import xarray as xr

from sim.demography.inputs import population_inputs
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario

ENDS = {
    "future.fertility": (0.7, 1.3),
    "future.life_expectancy": (-1.0, 1.0),
    "future.net_migration": (-3000.0, 3000.0),
    "future.attrition": (0.5, 2.0),
    "future.graduates": (0.6, 1.4),
    "future.targets.beds": (0.9, 1.2),
    "envelopes.0.amount": (1e8, 9e8),
}
PATHS = tuple(ENDS)
MONEY = ("envelopes=[{fund: all, amount: 5亿}]",)


def people_inputs(scenario: str, until: int) -> xr.Dataset:
    """The inputs of the projection of a shipped scenario, to a year."""
    loaded = load_scenario(scenario)
    figures = Figures(open_book(loaded), loaded.scenario)
    counties = figures.book["counties"].where(city=loaded.scenario.city).column("county")
    found = population_inputs(figures, counties)
    return found.sel(year=found["year"] <= until)
