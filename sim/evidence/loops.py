"""Bonds someone can repay, phases that can begin, choices with a limit: refused where they cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.errors import Problem
from sim.evidence.tables import Row, Table
from sim.scenario.schema import Scenario

TERMS = ("interest_rate", "term_years")
PHASE = "units_before_start"

Tables = Mapping[str, Table]


def bond_problems(tables: Tables) -> Iterator[Problem]:
    """Yield bonds nobody may repay, or whose terms are not known, and terms of money that is no bond."""
    funds = {row["fund"]: row for row in tables["funds/funds"]}
    payers = [f for f, row in funds.items() if row["pays_recurrent"] == "yes" and not row["repaid_by"]]
    given = {(row["fund"], row["parameter"]) for row in tables["funds/bonds"] if row["value"]}
    for fund, row in funds.items():
        if not row["repaid_by"]:
            continue
        fault = _bad_payer(row, funds[row["repaid_by"]])
        if fault:
            allowed = ", ".join(f for f in payers if f != fund) or "empty"
            yield Problem(row.where("repaid_by"), fault, allowed)
        for name in TERMS:
            if (fund, name) not in given:
                found = f"{fund} is repaid by {row['repaid_by']}, and its {name} is not known"
                allowed = f"a row of {tables['funds/bonds'].file}, or repaid_by empty"
                yield Problem(row.where("repaid_by"), found, allowed)
    for row in tables["funds/bonds"]:
        if not funds[row["fund"]]["repaid_by"]:
            bonds = ", ".join(f for f, other in funds.items() if other["repaid_by"])
            found = f"nobody repays {row['fund']} (repaid_by of {funds[row['fund']].where('repaid_by')})"
            yield Problem(row.where("fund"), found, bonds or "no row")


def _bad_payer(row: Row, payer: Row) -> str:
    if payer["fund"] == row["fund"]:
        return f"{row['fund']} is repaid by itself"
    if payer["repaid_by"]:
        return f"{row['fund']} is repaid by {payer['fund']}, which {payer['repaid_by']} repays in its turn"
    if payer["pays_recurrent"] != "yes":
        return f"{row['fund']} is repaid by {payer['fund']}, which pays nothing that recurs"
    return ""


def phase_problems(tables: Tables) -> Iterator[Problem]:
    """Yield each circle of phases, or of phases and prerequisites, in which nothing could start first."""
    links: dict[str, list[str]] = {}
    for row in tables["projects/prerequisites"]:
        links.setdefault(row["project"], []).append(row["requires"])
    told: set[frozenset[str]] = set()
    for row in tables["projects/prerequisites"].where(parameter=PHASE):
        circle = _way(links, row["requires"], row["project"])
        if len(circle) > 1 and frozenset(circle) not in told:
            told.add(frozenset(circle))
            found = " requires ".join([row["project"], *circle])
            yield Problem(row.where("requires"), found, "an earlier phase that does not wait for this one")


def _way(links: Mapping[str, list[str]], first: str, last: str) -> list[str]:
    """A shortest way along the links, empty where there is none."""
    ways, seen = [[first]], {first}
    for way in ways:
        if way[-1] == last:
            return way
        for other in links.get(way[-1], []):
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def choice_problems(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Yield choices of one project, and members whose sites nothing limits."""
    counties = tables["counties"].where(city=scenario.city).column("county")
    everywhere = tables["projects/values"].where(parameter="residents_per_site")
    limited = {row["project"] for row in everywhere if row["value"]}
    given = {(row["project"], row["county"]) for row in tables["plans/sites"]}
    rows = tables["projects/choices"]
    for row in rows:
        if len(rows.where(choice=row["choice"]).rows) == 1:
            found = f"{row['project']} is the only project of the choice {row['choice']}"
            yield Problem(row.where("project"), found, "two projects or more that take the same sites")
        free = [c for c in counties if (row["project"], c) not in given]
        if row["project"] not in limited and free:
            found = f"{row['project']} of the choice {row['choice']} has no limit of sites in {free[0]}"
            allowed = f"residents_per_site in {tables['projects/values'].file}, or sites of the plan"
            yield Problem(row.where("project"), found, allowed)
