"""The rules of allocation as the tables state them: outputs, staffing, sites, pools, funds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sim.errors import raise_problems
from sim.evidence.book import Book
from sim.evidence.figures import Figures, column_array
from sim.evidence.funding import share_problems
from sim.evidence.tables import Table
from sim.labelled import floor, maximum
from sim.names import ALL


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
        phases: (project, requires) units of another project in service before each unit starts.
        choices: (choice, project) True for project types that take the same building sites.
        sites: (project, county) most projects a county has room for.
        starts_per_year: (project) most starts a year in the whole city.
        funds: flags `pays_capital, pays_recurrent, public, local, carry_over` (fund).
        bonds: `interest_rate, term_years` (fund), 0 for money that is not repaid; `repaid_by (fund, payer)`.
        fund_rules: `max_share, grant_cap, max_recurrent_share` (fund, project); `matching_share` (project).
        envelopes: (fund, year) yuan, infinite where none.
        envelope_totals: (fund) yuan, infinite where none.
        outlay: (year) most capital of all funds together, yuan, infinite where none.
        outlay_total: the same to the target year; an array (draw) where futures differ in it.
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
    phases: xr.DataArray
    choices: xr.DataArray
    sites: xr.DataArray
    starts_per_year: xr.DataArray
    funds: xr.Dataset
    bonds: xr.Dataset
    fund_rules: xr.Dataset
    envelopes: xr.DataArray
    envelope_totals: xr.DataArray
    outlay: xr.DataArray
    outlay_total: float


def heads_per_unit(figures: Figures) -> xr.DataArray:
    """Return (resource, cadre) staffing ratios, NaN where no staff is needed."""
    coords = {
        "resource": figures.book["resources"].column("resource"),
        "cadre": figures.book["workforce/cadres"].column("cadre"),
    }
    return figures.array("workforce/staffing", "heads_per_unit", ("resource", "cadre"), coords)


def useful_projects(book: Book, wanted: set[str]) -> list[str]:
    """Return the project types that can serve `wanted`, in the order of the table.

    A type is of use if it puts out a wanted resource, or staff for one, or a parent of such staff, or if
    another useful type requires it; what a useful type puts out is wanted in its turn only as far as it
    needs staff.
    """
    outputs = [(row["project"], row["resource"]) for row in book["projects/outputs"]]
    staffing = [(row["resource"], row["cadre"]) for row in book["workforce/staffing"]]
    parents = {row["cadre"]: row["parent"] for row in book["workforce/cadres"]}
    required = [(row["project"], row["requires"]) for row in book["projects/prerequisites"]]
    kept: set[str] = set()
    relevant = set(wanted)
    while True:
        found = kept | {project for project, resource in outputs if resource in relevant}
        found |= {other for project, other in required if project in found}
        made = {resource for project, resource in outputs if project in found}
        relevant |= {cadre for resource, cadre in staffing if resource in relevant | made}
        relevant |= {parents[cadre] for cadre in relevant if parents.get(cadre)}
        if found == kept:
            return [name for name in book["projects/types"].column("project") if name in kept]
        kept = found


def read_rules(figures: Figures, counties: list[str], wanted: set[str]) -> Rules:
    """Read the rules of the scenario from its tables, for the project types that can serve `wanted`.

    Raises:
        InputError: no funds together may pay for one of these types.
    """
    book = figures.book
    projects = useful_projects(book, wanted)
    raise_problems(share_problems(book.tables, projects))
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
        projects=_types(book["projects/types"]).sel(project=projects),
        months=_months(figures, projects),
        outputs=outputs,
        heads_per_unit=heads_per_unit(figures),
        prerequisites=_prerequisites(figures, projects, "units_required"),
        phases=_prerequisites(figures, projects, "units_before_start"),
        choices=_choices(figures, projects),
        sites=_sites(figures, projects, counties),
        starts_per_year=_value(figures, "starts_per_year", projects).fillna(np.inf),
        funds=_flags(book["funds/funds"]),
        bonds=read_bonds(figures),
        fund_rules=read_fund_rules(figures, projects),
        envelopes=_envelopes(figures),
        envelope_totals=_envelope_totals(figures),
        outlay=_outlay(figures),
        outlay_total=_limits(figures).get((ALL, 0), np.inf),
    )


def without_unknown(rules: Rules, unknown: list[str]) -> Rules:
    """Return the rules without those that would be checked against a stock nobody knows.

    Args:
        rules: the rules of the scenario.
        unknown: resources of unknown stock; their staffing ratios and subsets are not checked.
    """
    cadres = rules.heads_per_unit["cadre"]
    kept = {k: parent for k, parent in rules.parents.items() if not {k, parent} & set(unknown)}
    ratios = rules.heads_per_unit.where(~cadres.isin(unknown))
    return replace(rules, heads_per_unit=ratios, parents=kept)


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
    months = xr.Dataset({name: _value(figures, name, projects) for name in names})
    built = _types(figures.book["projects/types"])["kind"].sel(project=projects) != "heads"
    more = built * figures.scenario.future.lead_time
    return months.assign(construction_months=months["construction_months"] + more)


def _prerequisites(figures: Figures, projects: list[str], parameter: str) -> xr.DataArray:
    dims, coords = ("project", "requires"), {"project": projects, "requires": projects}
    return figures.array("projects/prerequisites", parameter, dims, coords).fillna(0.0)


def _choices(figures: Figures, projects: list[str]) -> xr.DataArray:
    """Members of each choice among the projects; a choice of one is none."""
    rows = figures.book["projects/choices"]
    names = list(dict.fromkeys(rows.column("choice")))
    members = {(row["choice"], row["project"]) for row in rows}
    values = np.array([[(name, p) in members for p in projects] for name in names], dtype=bool)
    array = xr.DataArray(
        values.reshape(len(names), len(projects)),
        dims=("choice", "project"),
        coords={"choice": names, "project": projects},
    )
    if rows.rows:
        figures.tabled("projects/choices", "choice", "projects")
    return array.sel(choice=array["choice"][array.sum("project") > 1])


def read_bonds(figures: Figures) -> xr.Dataset:
    """Return `interest_rate, term_years` (fund), 0 where nothing is repaid; `repaid_by (fund, payer)`."""
    rows = figures.book["funds/funds"]
    funds = rows.column("fund")
    data = xr.Dataset(coords={"fund": funds, "payer": funds})
    for name in ("interest_rate", "term_years"):
        data[name] = figures.array("funds/bonds", name, ("fund",), {"fund": funds}).fillna(0.0)
    payers = rows.column("repaid_by")
    data["repaid_by"] = ("fund", "payer"), np.array([[float(p == f) for f in funds] for p in payers])
    return data


def _sites(figures: Figures, projects: list[str], counties: list[str]) -> xr.DataArray:
    """Sites the city gives, else one for so many residents of the census, at least one; else no limit."""
    per_site = _value(figures, "residents_per_site", projects)
    coords = {"county": counties}
    people = column_array(figures.book["counties"], "population", ("county",), coords, "persons")
    by_people = maximum(floor(people / per_site), 1.0).transpose("project", "county")
    by_people = by_people.where(per_site.notnull(), np.inf)
    dims, labels = ("project", "county"), {"project": projects, "county": counties}
    given = figures.array("plans/sites", "sites", dims, labels)
    return given.fillna(by_people)


def _flags(table: Table) -> xr.Dataset:
    data = xr.Dataset(coords={"fund": table.column("fund")})
    for name in ("pays_capital", "pays_recurrent", "public", "local", "carry_over"):
        data[name] = "fund", [text == "yes" for text in table.column(name)]
    return data


def read_fund_rules(figures: Figures, projects: list[str]) -> xr.Dataset:
    """Return the rules by project: those of its group, shares 0 where a fund has no rule for the group."""
    book = figures.book
    funds = book["funds/funds"].column("fund")
    group = _types(book["projects/types"])["group"].sel(project=projects)
    groups = list(dict.fromkeys(map(str, group.values)))
    coords = {"fund": funds, "group": groups}
    own = xr.DataArray(group.values, dims="project", coords={"project": projects})
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


def usable_funds(fund_rules: xr.Dataset, bonds: xr.Dataset, can_open: xr.DataArray) -> list[str]:
    """Return the funds that some project in time may take money from, and those that repay such a fund.

    Args:
        fund_rules: `max_share, max_recurrent_share` (fund, project).
        bonds: `repaid_by (fund, payer)`.
        can_open: (project, start_year) whether a project then started opens in time.
    """
    pays = (fund_rules["max_share"] > 0) | (fund_rules["max_recurrent_share"] > 0)
    used = (pays & can_open.any("start_year")).any("project")
    repays = (bonds["repaid_by"].where(used, 0.0).sum("fund") > 0).values
    return [str(fund) for fund in used["fund"].values[used.values | repays]]


def _envelopes(figures: Figures) -> xr.DataArray:
    years = figures.scenario.time.decision_years
    funds = figures.book["funds/funds"].column("fund")
    values = np.full((len(funds), len(years)), np.inf)
    for (fund, year), amount in _limits(figures).items():
        if year in years and fund != ALL:
            values[funds.index(fund), years.index(year)] = amount
    return xr.DataArray(values, dims=("fund", "year"), coords={"fund": funds, "year": years})


def _outlay(figures: Figures) -> xr.DataArray:
    years, limits = figures.scenario.time.decision_years, _limits(figures)
    values = [limits.get((ALL, year), np.inf) for year in years]
    return xr.DataArray(values, dims="year", coords={"year": years})


def _envelope_totals(figures: Figures) -> xr.DataArray:
    funds = figures.book["funds/funds"].column("fund")
    totals = {fund: amount for (fund, year), amount in _limits(figures).items() if not year}
    values = [totals.get(fund, np.inf) for fund in funds]
    return xr.DataArray(values, dims="fund", coords={"fund": funds})


def _limits(figures: Figures) -> dict[tuple[str, int], float]:
    """Money by (fund, year), year 0 for the whole plan; the scenario's figure before the table's."""
    rows = figures.book["plans/envelopes"]
    limits = {(row["fund"], int(row["year"] or 0)): row.number("amount") for row in rows}
    return limits | {(e.fund, e.year or 0): e.yuan for e in figures.scenario.envelopes}
