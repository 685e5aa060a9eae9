"""The tidy tables of a run: codes of the glossary, persons and heads unrounded, money in yuan or fen."""

from __future__ import annotations

import math

import pandas as pd
import xarray as xr

from sim.gaps import TOLERANCE
from sim.indicators import PER_FACILITY, PER_POPULATION, Indicator
from sim.names import CASES, CITY
from sim.outputs.plan_tables import plan_tables
from sim.outputs.texts import Named
from sim.pipeline import RunResult

GAP_COLUMNS = ("need", "capacity", "gap", "shortfall", "coverage", "state")


def tables(result: RunResult) -> dict[str, pd.DataFrame]:
    """Return every table of a run by its file name without `.csv`, rows in a fixed order."""
    return {
        "population": population(result),
        "workforce": workforce(result),
        "gaps": gap_table(result),
        "causes": causes(result),
        "indicators": indicators(result),
        "projects": projects(result),
        "transfers": transfers(result),
        "shadow_prices": result.solution.prices,
        "ranges": result.solution.ranges,
        "ledger": result.ledger,
        "evidence": evidence(result),
        **plan_tables(result),
        "service_demand": service_demand(result),
    }


def county_names(result: RunResult, english: bool = False) -> dict[str, str]:
    """Return the name of each county code, and of the city as a whole."""
    column = "county_name_en" if english else "county_name"
    rows = result.book["counties"].where(city=result.loaded.scenario.city)
    names = {row["county"]: row[column] for row in rows}
    city = next(iter(rows))["city_name_en" if english else "city_name"]
    return names | {CITY: city}


def population(result: RunResult) -> pd.DataFrame:
    """county, county_name, sex, age, year, persons (at year-end)."""
    people = result.stages.population["population"].transpose("county", "sex", "age", "year")
    frame = _long(people, "persons")
    return _named(frame, result)[["county", "county_name", "sex", "age", "year", "persons"]]


def workforce(result: RunResult) -> pd.DataFrame:
    """No-action stock by county, cadre, year: headcount, entries, exits (persons), fte; empty if unknown."""
    staff = result.stages.workforce[["headcount", "entries", "exits", "fte"]]
    frame = staff.transpose("county", "cadre", "year").to_dataframe(dim_order=["county", "cadre", "year"])
    unknown = frame.reset_index()["cadre"].isin(result.stages.unknown)
    frame = frame.reset_index()
    frame.loc[unknown, ["headcount", "entries", "exits", "fte"]] = math.nan
    columns = ["county", "county_name", "cadre", "year", "headcount", "entries", "exits", "fte"]
    return _named(frame, result)[columns]


def service_demand(result: RunResult) -> pd.DataFrame:
    """Admissions, bed-days and the beds they fill, by county and year; empty where not asked for."""
    columns = ["county", "county_name", "year", "admissions", "bed_days", "beds"]
    found = result.stages.service_demand
    if found is None:
        return pd.DataFrame(columns=columns)
    total = found.sum("county").expand_dims(county=[CITY])
    frame = xr.concat([found, total], "county").to_dataframe(dim_order=["county", "year"]).reset_index()
    return _named(frame, result)[columns]


def gap_table(result: RunResult) -> pd.DataFrame:
    """Need, capacity, gap, shortfall, coverage, state by county or city, resource, year and case."""
    parts = []
    for case, data in zip(CASES, (result.stages.gaps, result.gaps), strict=True):
        kept = data[list(GAP_COLUMNS)].drop_vars([])
        frame = kept.to_dataframe(dim_order=["county", "resource", "year"]).reset_index()
        parts.append(frame.assign(case=case))
    table = _named(pd.concat(parts, ignore_index=True), result)
    return table[["county", "county_name", "resource", "year", "case", *GAP_COLUMNS]]


def causes(result: RunResult) -> pd.DataFrame:
    """Change of each gap from base to target year without the plan: county, resource, cause, units."""
    frame = _long(result.stages.causes.transpose("county", "resource", "cause"), "units")
    return _named(frame, result)[["county", "county_name", "resource", "cause", "units"]]


def indicators(result: RunResult) -> pd.DataFrame:
    """Every row of the plan, as printed, with its projected value in the printed unit and its state."""
    rows = []
    for item in result.stages.indicators:
        track = result.stages.tracks[item.label]
        without, with_plan = (_projected(item, data, result) for data in (result.stages.gaps, result.gaps))
        rows.append(
            {
                "plan": result.loaded.scenario.plan,
                "no": item.label,
                "name": item.name,
                "unit": item.unit,
                "measure": item.measure,
                "sense": item.sense,
                "bound": item.bound,
                "origin": item.origin,
                "scope": item.scope,
                "force": item.force,
                "priority": item.level if item.in_program else "",
                "baseline": item.baseline,
                "base_year": item.base_year,
                "baseline_as": item.baseline_as,
                "baseline_text": item.baseline_text,
                "assumed": "yes" if item.assumed else "no",
                "target": item.target,
                "target_high": item.target_high,
                "target_as": item.target_as,
                "target_text": item.target_text,
                "target_year": item.target_year,
                "last_value": track.last_value,
                "last_year": track.last_year or "",
                "required_per_year": track.required_per_year,
                "path_value": track.path_value,
                "projected_without": without,
                "projected_with": with_plan,
                "state": indicator_state(item, result),
                "in_program": "yes" if item.in_program else "no",
                "why_not": item.why_not(),
                "seed_file": item.seed_file,
                "seed_line": item.seed_line,
            }
        )
    return pd.DataFrame(rows)


def indicator_state(item: Indicator, result: RunResult) -> str:
    """Return the state of an indicator with the plan.

    An indicator no project answers is monitored against the straight path from baseline to target.
    """
    if item.in_program:
        year = result.loaded.scenario.time.target_year
        return str(result.gaps["state"].sel(resource=item.resource, county=CITY, year=year).item())
    if item.response == "construct" and not item.known:
        return "unknown_baseline"
    return result.stages.tracks[item.label].state


def _projected(item: Indicator, data: xr.Dataset, result: RunResult) -> float:
    if not item.in_program:
        return math.nan
    year = result.loaded.scenario.time.target_year
    reached = data["capacity"].sel(resource=item.resource, year=year)
    if item.scope == "every_county":
        return float(reached.drop_sel(county=CITY).min())
    have = float(reached.sel(county=CITY))
    base = float(result.stages.needs["denominator"].sel(resource=item.resource, year=year).sum())
    if item.measure == PER_POPULATION:
        return have / base * float(item.per)
    return have / base * 100 if item.measure == PER_FACILITY else have


def projects(result: RunResult) -> pd.DataFrame:
    """Every project started: where, when, how many, what it puts out, what it costs (real yuan)."""
    stages, started = result.stages, result.solution.plan.started
    frame = _long(started.transpose("county", "project", "start_year"), "units")
    frame = frame[frame["units"] > TOLERANCE].reset_index(drop=True)
    where = {d: xr.DataArray(frame[d], dims="row") for d in ("project", "start_year", "county")}
    at_start = {"project": where["project"], "start_year": where["start_year"]}
    costs = stages.costs.sel(project=where["project"])
    frame["units"] = frame["units"].astype(int)
    frame["open_year"] = stages.delivery["open_year"].sel(at_start).values
    frame["open_month"] = stages.delivery["open_month"].sel(project=where["project"]).values
    frame["outputs"] = [
        _outputs(p, n, stages.rules.outputs) for p, n in zip(frame["project"], frame["units"], strict=True)
    ]
    frame["capital_yuan"] = (costs["capital_cost"].values * frame["units"]).round(2)
    frame["fiscal_recurrent_yuan_per_year"] = (costs["fiscal_recurrent"].values * frame["units"]).round(2)
    frame["placed_by"] = result.placed_by.sel(project=where["project"], county=where["county"]).values
    frame["price_basis"] = "real"
    columns = ["county", "county_name", "project", "start_year", "open_year", "open_month", "units"]
    columns += ["outputs", "capital_yuan", "fiscal_recurrent_yuan_per_year", "placed_by", "price_basis"]
    return _named(frame, result)[columns]


def transfers(result: RunResult) -> pd.DataFrame:
    """Net heads that come to a county from others of the city by the target year; empty if nobody moves."""
    frame = _long(result.solution.plan.moved.transpose("cadre", "county"), "heads")
    frame = frame[frame["heads"] != 0].reset_index(drop=True)
    frame["heads"] = frame["heads"].astype(int)
    return _named(frame, result)[["cadre", "county", "county_name", "heads"]]


def _outputs(project: str, units: int, outputs: xr.DataArray) -> str:
    each = outputs.sel(project=project)
    made = [
        (str(r), float(v) * units) for r, v in zip(each["resource"].values, each.values, strict=True) if v
    ]
    return " ".join(f"{resource}={amount:g}" for resource, amount in made)


def evidence(result: Named) -> pd.DataFrame:
    """Every figure that entered, with unit, place, year, source, quality and reason.

    `after_cut_off` marks evidence of a year after the data cut-off (prices, paces, ratios, durations);
    no outcome of the plan's own years is among it.
    """
    frame = pd.DataFrame([vars(figure) for figure in result.stages.figures.used.values()])
    known = result.loaded.scenario.time.information_until
    later = pd.to_numeric(frame["year"], errors="coerce") > known
    frame["after_cut_off"] = (later & (frame["quality"] != "plan")).map({True: "yes", False: "no"})
    return frame.sort_values(["table", "parameter", "key"], ignore_index=True)


def _long(array: xr.DataArray, name: str) -> pd.DataFrame:
    return array.rename(name).to_dataframe(dim_order=[str(d) for d in array.dims]).reset_index()


def _named(frame: pd.DataFrame, result: RunResult) -> pd.DataFrame:
    return frame.assign(county_name=frame["county"].astype(str).map(county_names(result)))
