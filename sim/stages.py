"""The stages before the program, joined: people, staff, needs, capacity, gaps, dates and costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import xarray as xr

from sim.capacity import capacity, supply_paths
from sim.case import Case, MoneyTerms
from sim.committed import Work, committed_works, read_works
from sim.costs import costs
from sim.delivery import delivery
from sim.demography.inputs import population_inputs
from sim.demography.projection import check_projection, project_population
from sim.errors import InputError, Problem
from sim.evidence.figures import Figures
from sim.evidence.moved import remember_future
from sim.fiscal import fiscal_capacity
from sim.gaps import causes, gaps
from sim.indicators import Indicator, at_levels, read_indicators, targets
from sim.monitoring import Track, monitor
from sim.needs import needs
from sim.planning_rules import read_planning_rules, rule_needs
from sim.rules import Rules, read_rules, without_unknown
from sim.service_demand import read_service_demand
from sim.staff_inputs import staff_inputs
from sim.stocks import base_stocks
from sim.uncertainty.futures import emptied, people_in_future, shift_of, staff_in_future
from sim.workforce import no_action_stock, recruitment_pool

KEEPS_RESIDENTS = (
    "migration that leaves residents in every county: future.net_migration, population.migration_path,"
    " assumptions.net_migration_per_year"
)


@dataclass(frozen=True)
class Stages:
    """What is known before anything is decided.

    Attributes:
        figures: the evidence, and which figures entered.
        rules: the rules of allocation.
        indicators: every row of the plan.
        tracks: where each of them stands, by label.
        planning_rules: the rules that ask for units in every county.
        rule_needs: (rule, county, year) units they ask for.
        service_demand: admissions, bed-days and the beds they fill (county, year); None if not asked.
        works: the named projects of the plan.
        stocks: stock, share and whether it is known, at the end of the base year.
        unknown: resources whose stock nothing tells: no rule is checked against it.
        targets: what enters the program, of indicators and planning rules.
        population: the projection.
        people: (county, year) residents.
        workforce: the no-action stock.
        pool: (cadre, start_year) recruitment pool.
        needs: standard, denominator and need.
        supply: remaining and autonomous supply (resource, county, year).
        capacity: in place, staffing limit and what counts, without projects.
        gaps: gaps without projects.
        causes: (cause, resource, county) split of the change of each gap.
        delivery: dates and profiles of projects.
        costs: costs of projects.
    """

    figures: Figures
    rules: Rules
    indicators: list[Indicator]
    tracks: dict[str, Track]
    planning_rules: list[Indicator]
    rule_needs: xr.DataArray
    service_demand: xr.Dataset | None
    works: list[Work]
    stocks: xr.Dataset
    unknown: list[str]
    targets: list[Indicator]
    population: xr.Dataset
    people: xr.DataArray
    workforce: xr.Dataset
    pool: xr.DataArray
    needs: xr.Dataset
    supply: xr.Dataset
    capacity: xr.Dataset
    gaps: xr.Dataset
    causes: xr.DataArray
    delivery: xr.Dataset
    costs: xr.Dataset


def run_stages(figures: Figures, population: xr.Dataset | None = None) -> Stages:
    """Run every stage before the program on the evidence of a scenario.

    Args:
        figures: the evidence.
        population: the projection, where it is known already.
    """
    scenario, time = figures.scenario, figures.scenario.time
    counties = figures.book["counties"].where(city=scenario.city).column("county")
    shift = shift_of(scenario.future)
    remember_future(figures)
    if population is None:
        inputs = people_in_future(population_inputs(figures, counties), shift, time.information_until)
        population = check_projection(project_population(inputs))
    people = population["population"].sum(("sex", "age")).sel(year=time.years)
    _check_inhabited(figures, people.sel(year=time.plan_years))
    indicators = read_indicators(figures)
    planning_rules = read_planning_rules(figures, indicators)
    wanted = at_levels(targets([*indicators, *planning_rules]), scenario.future.targets)
    served = {t.resource for t in wanted} | set(figures.scenario.allocation.equity_floor)
    every = read_rules(figures, counties, served)
    stocks = base_stocks(
        figures, indicators, people.sel(year=time.base_year, drop=True), every.heads_per_unit
    )
    unknown = [str(r) for r in stocks["resource"].values[~stocks["known"].values]]
    rules = without_unknown(every, unknown)
    base = stocks["stock"].sel(resource=rules.cadres).rename(resource="cadre")
    staff_in = staff_in_future(staff_inputs(figures, base, time.plan_years), shift)
    staff = no_action_stock(base, staff_in, rules.parents)
    need = needs(wanted, people, stocks["share"], time)
    works = read_works(figures)
    committed = committed_works(works, stocks["share"], time.plan_years)
    supply = _supply(figures, stocks["stock"], staff["headcount"], committed)
    in_place = supply["remaining"] + supply["autonomous"] + supply["committed"]
    have = capacity(in_place, rules.heads_per_unit, rules.staffed)
    exits = (
        staff["exits"].sum("year").rename(cadre="resource").reindex(resource=rules.resources, fill_value=0.0)
    )
    dates = delivery(rules.months, time, figures.scalar("recurrent_years"))
    return Stages(
        figures=figures,
        rules=rules,
        indicators=indicators,
        tracks=monitor(figures, indicators),
        planning_rules=planning_rules,
        rule_needs=rule_needs(planning_rules, people, need["need"], _counted(have, stocks)),
        service_demand=_service_demand(figures, population),
        works=works,
        stocks=stocks,
        unknown=unknown,
        targets=wanted,
        population=population,
        people=people,
        workforce=staff,
        pool=_pool(figures, base),
        needs=need,
        supply=supply,
        capacity=have,
        gaps=gaps(need["need"], have["capacity"], wanted),
        causes=causes(need, supply, have["staffing_limit"], exits),
        delivery=dates,
        costs=costs(figures, dates),
    )


def _check_inhabited(figures: Figures, people: xr.DataArray) -> None:
    """Refuse a scenario that empties a county, at the county's row: no key of its own can be told alone."""
    (said,) = emptied(people.expand_dims(draw=[0]))
    if said:
        gone = [str(c) for c in people["county"].values if str(c) in said]
        place = next(iter(figures.book["counties"].where(county=gone[0]))).where("population")
        raise InputError([Problem(place, said, KEEPS_RESIDENTS)])


def allocation_case(stages: Stages) -> Case:
    """Return the case the program decides, at the target year."""
    figures, wanted = stages.figures, stages.targets
    time = figures.scenario.time
    life = figures.array(
        "projects/values",
        "service_life",
        ("project",),
        {"project": [str(p) for p in stages.rules.projects["project"].values]},
    )
    return Case(
        rules=stages.rules,
        need=stages.needs["need"].sel(year=time.target_year, drop=True),
        scope={t.resource: t.scope for t in wanted},
        level={t.resource: t.level for t in wanted},
        weight={t.resource: t.weight for t in wanted},
        in_place=stages.capacity["in_place"].sel(year=time.target_year, drop=True),
        floor=floor_of(stages, stages.people),
        pool=stages.pool,
        delivery=stages.delivery,
        costs=stages.costs,
        decision_years=time.decision_years,
        terms=MoneyTerms(
            figures.scenario.prices.price_year,
            figures.scalar("deflator"),
            figures.scalar("discount_rate"),
            figures.scalar("recurrent_years"),
        ),
        service_life=life.where(stages.rules.projects["kind"] != "heads"),
        spread_cap=dict(figures.scenario.allocation.spread_cap),
        transfer_share=figures.scenario.workforce.transfer_share,
        **_burden_rule(stages),
    )


def _service_demand(figures: Figures, population: xr.Dataset) -> xr.Dataset | None:
    if not figures.scenario.needs.service_demand:
        return None
    return read_service_demand(figures, population["population"].sel(year=figures.scenario.time.plan_years))


def _counted(have: xr.Dataset, stocks: xr.Dataset) -> xr.DataArray:
    """Capacity of the resources some of which is known to stand."""
    stands = (stocks["stock"] > 0).any("county") & stocks["known"]
    return have["capacity"].sel(resource=stocks["resource"][stands])


def _pool(figures: Figures, base: xr.DataArray) -> xr.DataArray:
    figures.scalar("recruits_are_replaced")
    time = figures.scenario.time
    coords = {"cadre": [str(k) for k in base["cadre"].values]}
    ceiling = figures.array("workforce/rates", "growth_ceiling", ("cadre",), coords)
    return recruitment_pool(base, ceiling, time.base_year, time.decision_years).rename(year="start_year")


def _supply(
    figures: Figures, stock: xr.DataArray, headcount: xr.DataArray, committed: xr.DataArray
) -> xr.Dataset:
    coords = {"resource": [str(r) for r in stock["resource"].values]}
    growth = figures.array("autonomous_supply", "growth", ("resource",), coords)
    rate = figures.scalar("old_stock_retirement_rate")
    return supply_paths(stock, headcount, rate, growth, committed)


def floor_of(stages: Stages, people: xr.DataArray) -> xr.DataArray:
    """Return the equity floor: capacity per resident of the base year, times those of the target year.

    Args:
        stages: what is known of the base year.
        people: (county, year) residents at year-end, persons; may also have draw.

    Returns:
        (resource, county) units, for the resources with a floor; also has draw where people have.
    """
    time = stages.figures.scenario.time
    resources = list(stages.figures.scenario.allocation.equity_floor)
    have = stages.capacity["capacity"].sel(resource=resources, year=time.base_year, drop=True)
    growth = people.sel(year=time.target_year, drop=True) / people.sel(year=time.base_year, drop=True)
    return (have * growth).transpose(..., "resource", "county")


def _burden_rule(stages: Stages) -> dict[str, Any]:
    """The cap on running cost left to a county, and what counties can spend; nothing if none is set."""
    cap, time = stages.figures.scenario.allocation.max_recurrent_share, stages.figures.scenario.time
    if cap is None:
        return {}
    base = stages.people.sel(year=time.base_year, drop=True)
    years = list(range(time.first_decision_year, time.end_year + 1))
    return {"burden_cap": cap, "means": fiscal_capacity(stages.figures, base, years)["capacity"]}
