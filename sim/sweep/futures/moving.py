"""One future of a scenario as a scenario of its own: the values of the factors set in it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sim.case import Case
from sim.costs import costs
from sim.delivery import delivery
from sim.evidence.book import Book
from sim.evidence.figures import Figures
from sim.evidence.replacing import with_figures
from sim.rules import read_rules, without_unknown
from sim.scenario.schema import Scenario
from sim.stages import Stages, allocation_case, run_stages

PROJECTS = ("prices.cost_quantile", "assumptions.deflator", "assumptions.discount_rate")
PROJECT_GROUPS = (
    "future.lead_time",
    "future.capital_cost",
    "prices.cost_quantiles.",
    "envelopes.",
    "figures.projects/",
    "figures.funds/",
)
"Values that touch dates, costs and money only: people, staff and needs stay as they are."
OF_RULES = ("future.lead_time", "envelopes.", "figures.")
"Those of them that touch more than costs."


def of_projects(path: str) -> bool:
    """Return whether a value of the scenario touches projects and money only."""
    return path in PROJECTS or path.startswith(PROJECT_GROUPS)


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return a scenario with other values at some paths, checked as any other.

    Args:
        scenario: the scenario.
        values: path, as after `--set`, to its number.

    Raises:
        ValidationError: a value is not one the scenario may have.
    """
    data = scenario.model_dump(mode="json", exclude_none=True)
    for path, value in values.items():
        *groups, last = path.split(".")
        here: Any = data
        for key in groups:
            here = here[int(key)] if isinstance(here, list) else here.setdefault(key, {})
        here[last] = int(value) if value == int(value) else value
    return Scenario.model_validate_json(json.dumps(data))


def figures_of(book: Book, scenario: Scenario) -> Figures:
    """Return the evidence of a scenario, with the figures it replaces itself."""
    return Figures(replace(book, tables=with_figures(book.tables, scenario.figures)), scenario)


def whole_case(book: Book, scenario: Scenario) -> Case:
    """Return the case of a future run through every stage."""
    return allocation_case(run_stages(figures_of(book, scenario)))


def projects_case(base: Stages, book: Book, scenario: Scenario, paths: Sequence[str]) -> Case:
    """Return the case of a future whose people, staff and needs are those of the base.

    Args:
        base: the stages of the scenario as it is.
        book: its tables.
        scenario: the future.
        paths: what differs in it.
    """
    figures = figures_of(book, scenario)
    rules, dates = base.rules, base.delivery
    if any(path.startswith(OF_RULES) for path in paths):
        served = {t.resource for t in base.targets} | set(scenario.allocation.equity_floor)
        rules = without_unknown(read_rules(figures, base.rules.counties, served), base.unknown)
        dates = delivery(rules.months, scenario.time, figures.scalar("recurrent_years"))
    stages = replace(base, figures=figures, rules=rules, delivery=dates, costs=costs(figures, dates))
    return allocation_case(stages)
