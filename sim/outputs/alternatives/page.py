"""The tables and the page of the alternatives of a run, and what the command says."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from sim.outputs.alternatives.finding import RUN, Found, moves, names_of
from sim.outputs.folder import beside
from sim.outputs.pages import environment

_HERE = Path(__file__).resolve().parent
Pairs = list[tuple[str, int]]


@cache
def words(lang: str) -> dict[str, str]:
    """Return the texts of the page in one language."""
    with (_HERE / "texts.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: row[lang] for row in csv.DictReader(file)}


def write(found: Found, run_folder: Path, within: float, lang: str) -> Path:
    """Write `<run>-alternatives` beside the run folder and return it.

    Args:
        found: the alternatives.
        run_folder: the folder of the run.
        within: part of the present cost they may cost more.
        lang: `zh` or `en`.

    Raises:
        OSError: the disk is full or the folder may not be written; nothing is left behind.
    """
    run_folder = run_folder.resolve()
    folder = run_folder.with_name(f"{run_folder.name}-alternatives")
    names = _names(found, lang)
    table = found.units.copy()
    table.insert(1, "project_name", [names[f"project.{code}"] for code in table["project"]])
    table.insert(3, "county_name", [names[f"county.{code}"] for code in table["county"]])
    with beside(folder) as part:
        table.to_csv(part / "alternatives.csv", index=False, lineterminator="\n")
        found.plans.to_csv(part / "plans.csv", index=False, lineterminator="\n")
        (part / "alternatives.html").write_text(render(found, within, lang), encoding="utf-8")
    return folder


def render(found: Found, within: float, lang: str) -> str:
    """Return the page, self-contained; the same inputs give the same bytes."""
    t, names = words(lang), _names(found, lang)
    alternatives = names_of(found.plans)
    return (
        environment("sim.outputs.alternatives")
        .get_template("page.html.jinja")
        .render(
            t=t,
            title=getattr(found.run.loaded.scenario.title, lang),
            run=found.run.record["run_id"],
            intro=intro(found, within, lang),
            heads=[t["plan"], t["cost"], t["difference"], t["burden"], t["elsewhere"], t["worst"]],
            plans=[_plan(row, t) for row in _records(found.plans)],
            move_heads=[t["project"], t["from"], t["to"], t["net"]],
            moves=[(_title(name, t), _moves(found.units, name, names, t)) for name in alternatives],
            core_heads=[t["project"], t["core_units"], t["run_units"], t["where"]],
            core=_core(found.units, names, t),
        )
    )


def told(found: Found, within: float, lang: str) -> list[str]:
    """Return what the command says: each plan with what is moved, then what all plans share."""
    t, names = words(lang), _names(found, lang)
    lines = [intro(found, within, lang)]
    for row in _records(found.plans):
        lines.append("\t".join(_plan(row, t)))
        for cells in _moves(found.units, row["plan"], names, t):
            lines.append("  " + t["move"].format(*cells))
    if names_of(found.plans):
        lines.append(t["core"])
        lines += ["  " + t["core_line"].format(*cells) for cells in _core(found.units, names, t)]
    return lines


def intro(found: Found, within: float, lang: str) -> str:
    """Return the sentence that says what was asked and what was found."""
    t, n = words(lang), len(names_of(found.plans))
    key = "intro" if n else "nothing"
    return t[key].format(n=n, within=f"{within * 100:g}", checks=found.checks)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _plan(row: Mapping[str, Any], t: Mapping[str, str]) -> list[str]:
    number = {key: float(value) for key, value in row.items() if key != "plan"}
    unit = float(t["unit"])
    is_run = row["plan"] == RUN
    return [
        _title(str(row["plan"]), t),
        t["money"].format(number["present_cost_yuan"] / unit),
        "" if is_run else f"{number['difference_share'] * 100:+.2f}%",
        t["money"].format(number["local_burden_yuan"] / unit),
        "" if is_run else f"{number['elsewhere_share'] * 100:.1f}%",
        f"{number['worst_county']:.3f}",
    ]


def _moves(units: pd.DataFrame, name: str, names: Mapping[str, str], t: Mapping[str, str]) -> list[list[str]]:
    rows = []
    for project, less, more in moves(units, name):
        net = sum(d for _, d in less + more)
        parts = [_pairs(pairs, names, t) for pairs in (less, more)]
        rows.append([names[f"project.{project}"], *parts, f"{net:+d}" if net else "0"])
    return rows


def _pairs(pairs: Pairs, names: Mapping[str, str], t: Mapping[str, str]) -> str:
    return t["join"].join(f"{names[f'county.{county}']} {d:+d}" for county, d in pairs) or t["none"]


def _core(units: pd.DataFrame, names: Mapping[str, str], t: Mapping[str, str]) -> list[list[str]]:
    """Units that stand in the same county in every plan, by project compared."""
    compared = units[(units["compared"] == "yes") & (units[RUN] > 0)]
    rows = []
    for project, part in compared.groupby("project", sort=False):
        kept = part[part["core"] > 0]
        pairs = zip(kept["county"], kept["core"], strict=True)
        where = t["join"].join(f"{names[f'county.{county}']} {n}" for county, n in pairs)
        title = names[f"project.{project}"]
        rows.append([title, str(int(part["core"].sum())), str(int(part[RUN].sum())), where or t["none"]])
    return rows


def _title(plan: str, t: Mapping[str, str]) -> str:
    if plan == RUN:
        return t["run"]
    return t["alternative"].format(plan.removeprefix("alternative_"))


def _names(found: Found, lang: str) -> dict[str, str]:
    end, own = ("", "_zh") if lang == "zh" else ("_en", "_en")
    book, scenario = found.run.book, found.run.loaded.scenario
    counties = book["counties"].where(city=scenario.city)
    names = {f"county.{row['county']}": row[f"county_name{end}"] for row in counties}
    return names | {f"project.{row['project']}": row[f"name{own}"] for row in book["projects/types"]}
