"""Tables of what the plan says beside its targets: named projects, planning rules, tasks, conflicts."""

from __future__ import annotations

import math

import pandas as pd

from sim.committed import Work
from sim.evidence.tables import Row, Table
from sim.indicators import Indicator
from sim.names import CITY
from sim.pipeline import RunResult

WORK_TEXTS = ("work", "name", "name_en", "county", "project", "action", "resource", "status")
WORK_NUMBERS = ("units", "floor_area", "land", "investment", "start_year", "open_year")
TASK_TEXTS = ("task", "section", "text", "lead", "participating")


def plan_tables(result: RunResult) -> dict[str, pd.DataFrame]:
    """Return the tables of the plan's own words, empty where the plan has none."""
    book = result.book
    return {
        "works": works(result.stages.works),
        "rules": rules(result),
        "tasks": tasks(book["plans/tasks"], book["plans/indicators"]),
        "conflicts": conflicts(book["plans/conflicts"], result),
        "assumed": assumed(result),
    }


def works(found: list[Work]) -> pd.DataFrame:
    """Every named project, as printed, and whether it adds capacity as committed works."""
    rows = [
        {name: work.row[name] for name in WORK_TEXTS}
        | {name: work.row.number(name) for name in WORK_NUMBERS}
        | {"committed": "no" if work.why_not else "yes", "why_not": work.why_not}
        | {name: work.row[name] for name in ("seed_file", "seed_line", "quote", "note")}
        for work in found
    ]
    columns = [*WORK_TEXTS, *WORK_NUMBERS, "committed", "why_not", "seed_file", "seed_line", "quote", "note"]
    return pd.DataFrame(rows, columns=columns)


def rules(result: RunResult) -> pd.DataFrame:
    """Every planning rule with a number: what it asks for at the target year, and whether it is planned."""
    asked = {rule.number: rule for rule in result.stages.planning_rules}
    year = result.loaded.scenario.time.target_year
    needs = result.stages.rule_needs.sel(year=year)
    rows = []
    for row in result.book["plans/rules"]:
        rule = asked.get(row["rule"])
        rows.append(
            {name: row[name] for name in ("rule", "name", "name_en", "kind", "resource", "unit", "scope")}
            | {name: row.number(name) for name in ("value", "low", "high", "threshold")}
            | {"need": float(needs.sel(rule=row["rule"]).sum(skipna=False)) if rule else math.nan}
            | {"in_program": "yes" if rule and rule.in_program else "no", "why_not": _why(rule)}
            | {"state": _state(rule, result)}
            | {name: row[name] for name in ("seed_file", "seed_line", "quote", "note")}
        )
    names = ["rule", "name", "name_en", "kind", "resource", "unit", "scope", "value", "low", "high"]
    names += [
        "threshold",
        "need",
        "in_program",
        "why_not",
        "state",
        "seed_file",
        "seed_line",
        "quote",
        "note",
    ]
    return pd.DataFrame(rows, columns=names)


def _state(rule: Indicator | None, result: RunResult) -> str:
    if rule is None or not rule.in_program:
        return ""
    year = result.loaded.scenario.time.target_year
    return str(result.gaps["state"].sel(resource=rule.resource, county=CITY, year=year).item())


def _why(rule: Indicator | None) -> str:
    if rule is None:
        return "not_a_need"
    if rule.response == "monitor":
        return "not_planned"
    return rule.why_not()


def tasks(found: Table, indicators: Table) -> pd.DataFrame:
    """Every task with its bureaus and the targets that stand in its lines."""
    rows = [
        {name: row[name] for name in TASK_TEXTS}
        | {"indicators": " ".join(_inside(row, indicators))}
        | {name: row[name] for name in ("seed_file", "seed_line", "note")}
        for row in found
    ]
    return pd.DataFrame(rows, columns=[*TASK_TEXTS, "indicators", "seed_file", "seed_line", "note"])


def _inside(task: Row, indicators: Table) -> list[str]:
    first, last = _lines(task)
    inside = []
    for row in indicators:
        if row["seed_file"] == task["seed_file"] and row["seed_line"]:
            start, end = _lines(row)
            if first <= start and end <= last:
                inside.append(row["indicator"])
    return list(dict.fromkeys(inside))


def _lines(row: Row) -> tuple[int, int]:
    first, _, last = row["seed_line"].partition("-")
    return int(first), int(last or first)


def conflicts(found: Table, result: RunResult) -> pd.DataFrame:
    """Every quantity stated twice, both places, and the reading the scenario follows."""
    readings = result.loaded.scenario.readings
    names = ["conflict", "quantity", "geography", "year", "value", "source", "place", "quote"]
    names += ["other_value", "other_source", "other_place", "other_quote", "indicator"]
    rows = [
        {name: row[name] for name in names}
        | {"followed": readings.get(row["indicator"], ""), "note": row["note"]}
        for row in found
    ]
    return pd.DataFrame(rows, columns=[*names, "followed", "note"])


def assumed(result: RunResult) -> pd.DataFrame:
    """Every assumed baseline that entered, with its range, source and reason."""
    names = ["resource", "per", "value", "low", "high", "unit", "source", "locator", "quality"]
    names += ["reason", "reason_zh"]
    wanted = result.loaded.scenario.assumed_baselines
    rows = []
    for row in result.book["plans/assumed_baselines"]:
        if row["resource"] in wanted:
            numbers = {name: row.number(name) for name in ("per", "value", "low", "high")}
            rows.append({name: row[name] for name in names} | numbers)
    return pd.DataFrame(rows, columns=names)
