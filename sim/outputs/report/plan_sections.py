"""The plan's own words in the report: targets of its text, projects, rules, tasks, conflicts, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.outputs.texts import Texts, plain
from sim.pipeline import RunResult

Rows = list[list[str]]


@dataclass(frozen=True)
class Task:
    """One task with the bureaus it can be filtered by."""

    cells: list[str]
    bureaus: str


@dataclass(frozen=True)
class PlanSections:
    """What the plan says beside its targets; an empty list leaves its section out."""

    assumed: Rows
    with_without: Rows
    works: Rows
    works_note: str
    rules: Rows
    tasks: list[Task]
    bureaus: list[str]
    conflicts: Rows
    zones: Rows


def plan_sections(
    result: RunResult, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], words: Texts
) -> PlanSections:
    """Return the sections of the plan's own words."""
    works = tables["works"]
    return PlanSections(
        assumed=[_assumed(row, words) for row in _records(tables["assumed"])],
        with_without=_with_without(manifest, words),
        works=[_work(row, words) for row in _records(works)],
        works_note=works_note(works, words),
        rules=[_rule(row, words) for row in _records(tables["rules"])],
        tasks=[_task(row) for row in _records(tables["tasks"])],
        bureaus=_bureaus(tables["tasks"]),
        conflicts=[_conflict(row, words) for row in _records(tables["conflicts"])],
        zones=_zones(result, words),
    )


def _records(table: pd.DataFrame) -> list[dict[Any, Any]]:
    return table.to_dict("records")


def works_note(works: pd.DataFrame, words: Texts) -> str:
    """Say how many named projects there are, how many are commitments, how many add capacity."""
    firm = works["status"].isin(["started", "firm"]).sum()
    counted = (works["committed"] == "yes").sum()
    return words.say("works.note", n=len(works), firm=int(firm), counted=int(counted))


def _assumed(row: Mapping[Any, Any], words: Texts) -> list[str]:
    ends = [plain(row["low"]), plain(row["high"])]
    return [
        words.code("resource", row["resource"]),
        words.figure(row["value"], row["unit"]),
        " – ".join(ends) if all(ends) else "",
        words.code("quality", row["quality"]),
        str(row[words["column.reason"]]) or words.code("source", row["source"]),
    ]


def _with_without(manifest: Mapping[str, Any], words: Texts) -> Rows:
    bare = manifest["without_assumed"]
    if bare is None:
        return []
    rows = []
    for key, part in (("with", manifest), ("without", bare)):
        counts, money = part["targets"], part["cost_figures"]
        rows.append(
            [
                words[f"assumed.{key}"],
                str(counts["in_program"]),
                str(counts["met"]),
                *(words.money(money[name]) for name in money),
            ]
        )
    return rows


def _work(row: Mapping[Any, Any], words: Texts) -> list[str]:
    return [
        str(row["work"]),
        str(row[words["column.indicator"]]),
        words.code("county", row["county"]),
        words.code("action", row["action"]),
        _size(row, words),
        words.money(row["investment"]) if row["investment"] == row["investment"] else "",
        words.code("work_status", row["status"]),
        words.code("work_why", row["why_not"] or "counted"),
        str(row["seed_line"]),
    ]


def _size(row: Mapping[Any, Any], words: Texts) -> str:
    parts = []
    if row["units"] == row["units"]:
        unit = words.code("resource_unit", row["resource"])
        parts.append(f"{words.code('resource', row['resource'])} {plain(row['units'])} {unit}")
    for name in ("floor_area", "land"):
        if row[name] == row[name]:
            parts.append(words.say(f"works.{name}", plain(row[name])))
    return words["join"].join(parts)


def _rule(row: Mapping[Any, Any], words: Texts) -> list[str]:
    ends = [plain(row["low"]), plain(row["high"])]
    return [
        str(row["rule"]),
        str(row[words["column.indicator"]]),
        words.code("rule_kind", row["kind"]),
        f"{plain(row['value'])} {row['unit']}",
        " – ".join(ends) if all(ends) else "",
        plain(row["need"]),
        words.code("state", row["state"]) if row["state"] else words.code("rule_why", row["why_not"]),
        str(row["seed_line"]),
    ]


def _task(row: Mapping[Any, Any]) -> Task:
    cells = [str(row[name]) for name in ("task", "section", "text", "lead", "participating", "indicators")]
    return Task([*cells, str(row["seed_line"])], f"{row['lead']} {row['participating']}")


def _bureaus(tasks: pd.DataFrame) -> list[str]:
    """Lead bureaus as printed, the most frequent first."""
    counts = tasks["lead"].value_counts()
    return [str(name) for name in sorted(counts.index, key=lambda name: (-counts[name], str(name)))]


def _conflict(row: Mapping[Any, Any], words: Texts) -> list[str]:
    return [
        str(row["quantity"]),
        f"{row['value']} · {words.code('source', row['source'])} {row['place']}",
        f"{row['other_value']} · {words.code('source', row['other_source'])} {row['other_place']}",
        str(row["followed"]),
        str(row["note"]),
    ]


def _zones(result: RunResult, words: Texts) -> Rows:
    counties = result.book["counties"].where(city=result.loaded.scenario.city)
    column = words["column.note"]
    return [[words.code("county", row["county"]), row[column]] for row in counties if row[column]]
