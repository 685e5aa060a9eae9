"""Planning rules of the plan as needs: so many units in a county, by its residents or by another need."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import xarray as xr

from sim.evidence.figures import Figures
from sim.evidence.tables import Row
from sim.indicators import RULES, Indicator, resources_by_county
from sim.labelled import ceil


def read_planning_rules(figures: Figures, indicators: list[Indicator]) -> list[Indicator]:
    """Return the rules that ask for units in every county, as targets of the grammar.

    A rule whose resource already has a target in the program, or which no project puts out, is kept
    for its need and left out of the program.
    """
    taken = {item.resource for item in indicators if item.in_program}
    wholes = {item.resource for item in indicators if item.in_program and not item.of} | {""}
    found: list[Indicator] = []
    for rule in _read(figures):
        planned = rule.resource not in taken and rule.of in wholes
        found.append(rule if planned else replace(rule, response="monitor"))
        if found[-1].in_program:
            taken.add(rule.resource)
    return found


def _read(figures: Figures) -> Iterator[Indicator]:
    scenario = figures.scenario
    rank = next(
        row
        for row in figures.book["priorities"].where(preset=scenario.priority)
        if row["force"] == "unstated"
    )
    for row in figures.book["plans/rules"]:
        if row["kind"] in RULES and row["resource"]:
            yield _indicator(figures, row, rank)


def _indicator(figures: Figures, row: Row, rank: Row) -> Indicator:
    built = figures.book["projects/outputs"].column("resource")
    time = figures.scenario.time
    return Indicator(
        number=row["rule"],
        reading="",
        chosen=True,
        origin="rule",
        name=row["name"],
        name_en=row["name_en"],
        unit=row["unit"],
        measure=row["kind"],
        per="",
        population="resident",
        sense="more",
        bound="at_least",
        force="unstated",
        scope="every_county",
        parent="",
        resource=row["resource"],
        level=int(rank["level"]),
        weight=rank.number("weight"),
        baseline=math.nan,
        baseline_as="unstated",
        baseline_text="",
        target=row.number("value"),
        target_high=row.number("high"),
        target_as="number",
        target_text=f"{row['value']} {row['unit']}",
        reference="",
        base_year=time.base_year,
        target_year=time.target_year,
        plan_year=time.target_year,
        response="construct",
        facilities=math.nan,
        assumed=False,
        by_county=row["resource"] in resources_by_county(figures),
        answered=row["resource"] in built,
        threshold=row.number("threshold"),
        of=row["of"],
        whole_in_program=True,
        source=row["source"],
        seed_file=row["seed_file"],
        seed_line=row["seed_line"],
        quote=row["quote"],
        note=row["note"],
        where=row.where("value"),
    )


def units_asked(rule: Indicator, people: xr.DataArray) -> xr.DataArray:
    """Return the units a rule asks for: (county, year); those of a share of a resource are set apart.

    Args:
        rule: a planning rule.
        people: (county, year) residents at year-end, persons; may also have draw.

    Returns:
        units; for `one_per_residents` rounded up to whole units.
    """
    residents = people.transpose(..., "county", "year")
    if rule.measure == "one_per_residents":
        asked = ceil(residents / rule.target)
    elif rule.measure == "above_residents":
        asked = (residents > rule.threshold) * rule.target
    elif rule.measure == "up_to_residents":
        asked = (residents <= rule.threshold) * rule.target
    else:
        asked = xr.ones_like(residents) * rule.target
    return asked.astype(float)


def rule_needs(
    rules: list[Indicator], people: xr.DataArray, need: xr.DataArray, capacity: xr.DataArray
) -> xr.DataArray:
    """Return what each planning rule asks for: (rule, county, year) units, NaN where it cannot be known.

    Args:
        rules: the planning rules.
        people: (county, year) residents at year-end, persons.
        need: (resource, county, year) needs of the targets, units; a share is taken of them.
        capacity: (resource, county, year) what is in service, of known resources: a share of a
            resource without a target is taken of it.
    """
    people = people.sel(year=need["year"])
    wanted, standing = (set(map(str, array["resource"].values)) for array in (need, capacity))
    coords = {
        "rule": [rule.number for rule in rules],
        "county": people["county"].values,
        "year": need["year"].values,
    }
    values = np.full((len(rules), people.sizes["county"], need.sizes["year"]), np.nan)
    for n, rule in enumerate(rules):
        if rule.measure != "share_of_resource":
            values[n] = units_asked(rule, people)
        elif rule.of in wanted | standing:
            whole = (need if rule.of in wanted else capacity).sel(resource=rule.of, year=need["year"])
            values[n] = rule.target / 100 * whole.transpose("county", "year").values
    return xr.DataArray(values, dims=("rule", "county", "year"), coords=coords, attrs={"units": "units"})
