"""The rules of allocation as the tables state them: outputs, staffing, sites, pools, funds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.evidence.figures import Figures, column_array
from sim.evidence.tables import Table
from sim.labelled import floor, maximum


@dataclass(frozen=True)
class Rules:
    """Labelled rules of one scenario.

    Attributes:
        counties: county codes.
        resources: resource codes.
        staffed: resources that count only when staffed.
        cadres: cadre codes.
        parents: parent cadre of each subset.
        projects: project types; `whole (project)`, `kind (project)`, `group (project)`.
        months: `preparation_months`, `construction_months` (project).
        outputs: (project, resource) units put out by one project.
        heads_per_unit: (resource, cadre), NaN where none is needed.
        prerequisites: (project, requires) units of another project needed by each unit.
        sites: (project, county) most projects a county has room for.
        starts_per_year: (project) most starts a year in the whole city.
        funds: flags `pays_capital, pays_recurrent, public, local, carry_over` (fund).
        fund_rules: `max_share, grant_cap, max_recurrent_share` (fund, project); `matching_share` (project).
        envelopes: (fund, year) yuan, infinite where none.
        envelope_totals: (fund) yuan, infinite where none.
    """

    counties: list[str]
    resources: list[str]
    staffed: list[str]
    cadres: list[str]
    parents: dict[str, str]
    projects: xr.Dataset
    months: xr.Dataset
    outputs: xr.DataArray
    heads_per_unit: xr.DataArray
    prerequisites: xr.DataArray
    sites: xr.DataArray
    starts_per_year: xr.DataArray
    funds: xr.Dataset
    fund_rules: xr.Dataset
    envelopes: xr.DataArray
    envelope_totals: xr.DataArray


def heads_per_unit(figures: Figures) -> xr.DataArray:
    """Return (resource, cadre) staffing ratios, NaN where no staff is needed."""
    coords = {
        "resource": figures.book["resources"].column("resource"),
        "cadre": figures.book["workforce/cadres"].column("cadre"),
    }
    return figures.array("workforce/staffing", "heads_per_unit", ("resource", "cadre"), coords)


def read_rules(figures: Figures, counties: list[str]) -> Rules:
    """Read every rule of the scenario from its tables."""
    book = figures.book
    projects = book["projects/types"].column("project")
    resources = book["resources"].column("resource")
    cadres = book["workforce/cadres"]
    coords = {"project": projects, "resource": resources}
    outputs = figures.array("projects/outputs", "output", ("project", "resource"), coords).fillna(0.0)
    return Rules(
        counties=counties,
        resources=resources,
        staffed=[row["resource"] for row in book["resources"] if row["staffed"] == "yes"],
        cadres=cadres.column("cadre"),
        parents={row["cadre"]: row["parent"] for row in cadres if row["parent"]},
        projects=_types(book["projects/types"]),
        months=_months(figures, projects),
        outputs=outputs,
        heads_per_unit=heads_per_unit(figures),
        prerequisites=_prerequisites(figures, projects),
        sites=_sites(figures, projects, counties),
        starts_per_year=_value(figures, "starts_per_year", projects).fillna(np.inf),
        funds=_flags(book["funds/funds"]),
        fund_rules=_fund_rules(figures, projects),
        envelopes=_envelopes(figures),
        envelope_totals=_envelope_totals(figures),
    )


def _types(table: Table) -> xr.Dataset:
    data = xr.Dataset(coords={"project": table.column("project")})
    data["whole"] = "project", [text == "yes" for text in table.column("whole")]
    data["kind"] = "project", table.column("kind")
    data["group"] = "project", table.column("group")
    return data


def _value(figures: Figures, parameter: str, projects: list[str]) -> xr.DataArray:
    return figures.array("projects/values", parameter, ("project",), {"project": projects})


def _months(figures: Figures, projects: list[str]) -> xr.Dataset:
    names = ("preparation_months", "construction_months")
    return xr.Dataset({name: _value(figures, name, projects) for name in names})


def _prerequisites(figures: Figures, projects: list[str]) -> xr.DataArray:
    dims, coords = ("project", "requires"), {"project": projects, "requires": projects}
    return figures.array("projects/prerequisites", "units_required", dims, coords).fillna(0.0)


def _sites(figures: Figures, projects: list[str], counties: list[str]) -> xr.DataArray:
    """One site for so many residents of the base year, at least one; no limit where no figure stands."""
    per_site = _value(figures, "residents_per_site", projects)
    coords = {"county": counties}
    people = column_array(figures.book["counties"], "population", ("county",), coords, "persons")
    sites = maximum(floor(people / per_site), 1.0).transpose("project", "county")
    return sites.where(per_site.notnull(), np.inf)


def _flags(table: Table) -> xr.Dataset:
    data = xr.Dataset(coords={"fund": table.column("fund")})
    for name in ("pays_capital", "pays_recurrent", "public", "local", "carry_over"):
        data[name] = "fund", [text == "yes" for text in table.column(name)]
    return data


def _fund_rules(figures: Figures, projects: list[str]) -> xr.Dataset:
    """Rules by project: those of its group, shares 0 where a fund has no rule for the group."""
    book = figures.book
    funds = book["funds/funds"].column("fund")
    types = book["projects/types"]
    groups = list(dict.fromkeys(types.column("group")))
    coords = {"fund": funds, "group": groups}
    own = xr.DataArray(types.column("group"), dims="project", coords={"project": projects})
    data = xr.Dataset()
    for name, default in (
        ("max_share", 0.0),
        ("grant_cap", np.inf),
        ("matching_share", 0.0),
        ("max_recurrent_share", 0.0),
    ):
        by_group = figures.array("funds/rules", name, ("fund", "group"), coords).fillna(default)
        data[name] = by_group.sel(group=own).drop_vars("group")
    flags = _flags(book["funds/funds"])
    data["max_share"] = data["max_share"].where(flags["pays_capital"], 0.0)
    data["max_recurrent_share"] = data["max_recurrent_share"].where(flags["pays_recurrent"], 0.0)
    data["matching_share"] = data["matching_share"].max("fund")
    return data


def _envelopes(figures: Figures) -> xr.DataArray:
    years = figures.scenario.time.decision_years
    funds = figures.book["funds/funds"].column("fund")
    values = np.full((len(funds), len(years)), np.inf)
    for envelope in figures.scenario.envelopes:
        if envelope.year is not None:
            values[funds.index(envelope.fund), years.index(envelope.year)] = envelope.amount_yuan
    return xr.DataArray(values, dims=("fund", "year"), coords={"fund": funds, "year": years})


def _envelope_totals(figures: Figures) -> xr.DataArray:
    funds = figures.book["funds/funds"].column("fund")
    totals: dict[str, float] = {e.fund: e.amount_yuan for e in figures.scenario.envelopes if e.year is None}
    values = [totals.get(fund, np.inf) for fund in funds]
    return xr.DataArray(values, dims="fund", coords={"fund": funds})
