"""Costs in the money of one price year: sampled capital, recurrent by payer, and the three cost figures.

Present cost of one project = capital + fiscal recurrent for the tail after opening - straight-line
residual value at its end, each discounted to the price year (real terms).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.contracts import Contract, Variable, check
from sim.evidence.book import Book
from sim.evidence.figures import Figures

OUTPUT: Contract = {
    "capital_cost": Variable(("project",), "yuan/project", minimum=0),
    "fiscal_recurrent": Variable(("project",), "yuan/project/year", minimum=0),
    "service_income": Variable(("project",), "yuan/project/year", minimum=0),
    "present_cost": Variable(("project", "start_year"), "yuan/project"),
    "price_index": Variable(("year",), "nominal/real", minimum=0),
    "discount_factor": Variable(("year",), "share", minimum=0),
}


def sampled_costs(book: Book, price_year: int, deflator: float, quantiles: list[float]) -> xr.DataArray:
    """Return quantiles of the cost of one unit of each cost sample, at the price year.

    Every project of a sample is first brought from its own year to the price year.

    Args:
        book: the evidence, table `projects/cost_samples`.
        price_year: year whose money is used.
        deflator: yearly growth of prices.
        quantiles: points of the distribution, 0 to 1.

    Returns:
        (cost_sample, quantile) yuan per bed, m2, place or unit.
    """
    rows = book["projects/cost_samples"]
    names = list(dict.fromkeys(rows.column("cost_sample")))
    values = np.empty((len(names), len(quantiles)))
    for n, name in enumerate(names):
        sample = rows.where(cost_sample=name)
        years = np.array([row.number("year") for row in sample])
        each = np.array([row.number("investment") / row.number("quantity") for row in sample])
        values[n] = np.quantile(each * (1 + deflator) ** (price_year - years), quantiles)
    coords = {"cost_sample": names, "quantile": quantiles}
    return xr.DataArray(values, coords=coords, dims=("cost_sample", "quantile"), attrs={"units": "yuan/unit"})


def costs(figures: Figures, delivery: xr.Dataset) -> xr.Dataset:
    """Return the cost of one project of each type.

    Args:
        figures: the evidence; costs of other years are brought to the price year.
        delivery: `open_year`, `spending`, `running` of the delivery stage.

    Returns:
        `capital_cost`, `fiscal_recurrent`, `service_income` (project), real yuan; `present_cost
        (project, start_year)`; `price_index` and `discount_factor` (year).
    """
    prices = figures.scenario.prices
    deflator, rate = figures.scalar("deflator"), figures.scalar("discount_rate")
    projects = [str(p) for p in delivery["project"].values]
    data = xr.Dataset(coords={"project": projects, "start_year": delivery["start_year"]})
    capital = _capital(figures, projects, deflator)
    recurrent = _recurrent(figures, projects, deflator)
    share = figures.array("projects/values", "fiscal_share", ("project",), {"project": projects})
    data["capital_cost"] = ("project",), capital, {"units": "yuan/project"}
    data["fiscal_recurrent"] = ("project",), recurrent * share.values, {"units": "yuan/project/year"}
    data["service_income"] = ("project",), recurrent * (1 - share.values), {"units": "yuan/project/year"}
    elapsed = delivery["year"] - prices.price_year
    data["price_index"] = (1 + deflator) ** elapsed
    data["discount_factor"] = (1 + rate) ** -elapsed.astype(float)
    data["present_cost"] = _present_cost(figures, data, delivery, rate)
    data["present_cost"].attrs["units"] = "yuan/project"
    data["price_index"].attrs["units"] = "nominal/real"
    data["discount_factor"].attrs["units"] = "share"
    return check(data, OUTPUT, "costs")


def _capital(figures: Figures, projects: list[str], deflator: float) -> np.ndarray:
    """Cost of one project: size times the unit cost the city knows, else the sampled one; else as given."""
    sampled = _sampled(figures, deflator)
    types = {row["project"]: row for row in figures.book["projects/types"]}
    own = _at_price_year(figures, "unit_cost", projects, deflator)
    samples = [
        types[p]["cost_sample"] if np.isnan(cost) else "" for p, cost in zip(projects, own, strict=True)
    ]
    for name in dict.fromkeys(filter(None, samples)):
        figures.sampled(name, sampled[name])
    size = figures.array("projects/values", "size", ("project",), {"project": projects})
    fixed = _at_price_year(figures, "capital_cost", projects, deflator)
    of_sample = [sampled[name] if name else np.nan for name in samples]
    unit = np.where(np.isnan(own), of_sample, own)
    each = np.where(np.isnan(unit), fixed, unit * size.values)
    return np.asarray(each * figures.scenario.future.capital_cost)


def _sampled(figures: Figures, deflator: float) -> dict[str, float]:
    """Cost of one unit of each sample, at the quantile the scenario takes of it."""
    prices = figures.scenario.prices
    wanted = sorted({prices.cost_quantile, *prices.cost_quantiles.values()})
    found = sampled_costs(figures.book, prices.price_year, deflator, wanted)
    chosen = {str(name): prices.quantile_of(str(name)) for name in found["cost_sample"].values}
    return {name: float(found.sel(cost_sample=name, quantile=q).item()) for name, q in chosen.items()}


def _recurrent(figures: Figures, projects: list[str], deflator: float) -> np.ndarray:
    """Yearly running cost of one project: the figure times the units of its base."""
    each = _at_price_year(figures, "recurrent_cost", projects, deflator)
    outputs = {
        (row["project"], row["resource"]): row.number("value") for row in figures.book["projects/outputs"]
    }
    rows = figures.book["projects/values"].where(parameter="recurrent_cost")
    base = {row["project"]: outputs.get((row["project"], row["per"]), 1.0) for row in rows}
    return np.asarray(each * np.array([base.get(p, 1.0) for p in projects]))


def _at_price_year(figures: Figures, parameter: str, projects: list[str], deflator: float) -> np.ndarray:
    coords = {"project": projects}
    values = figures.array("projects/values", parameter, ("project",), coords).values
    rows = figures.book["projects/values"].where(parameter=parameter)
    years = {row["project"]: row.number("year") for row in rows}
    year = np.array([years.get(p, np.nan) for p in projects])
    return np.asarray(values * (1 + deflator) ** (figures.scenario.prices.price_year - year))


def _present_cost(figures: Figures, data: xr.Dataset, delivery: xr.Dataset, rate: float) -> xr.DataArray:
    factor = data["discount_factor"]
    capital = (delivery["spending"] * factor).sum("year") * data["capital_cost"]
    recurrent = (delivery["running"] * factor).sum("year") * data["fiscal_recurrent"]
    years = figures.scalar("recurrent_years")
    coords = {"project": [str(p) for p in data["project"].values]}
    life = figures.array("projects/values", "service_life", ("project",), coords)
    worth = (1 - years / life).clip(min=0.0) * data["capital_cost"]
    closing = delivery["open_year"] + years - figures.scenario.prices.price_year
    kind = {row["project"]: row["kind"] for row in figures.book["projects/types"]}
    lasting = xr.DataArray([kind[p] != "heads" for p in coords["project"]], dims="project", coords=coords)
    residual = (worth * (1 + rate) ** -closing.astype(float)).where(lasting, 0.0)
    return (capital + recurrent - residual).transpose("project", "start_year")
