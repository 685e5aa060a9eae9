"""The tables of the report as rows of text, in the words of a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.names import CAUSES, QUALITIES
from sim.outputs.texts import Texts, percent, plain
from sim.pipeline import RunResult

Rows = list[list[str]]


@dataclass(frozen=True)
class IndicatorRow:
    """One row of the indicator table; `state` is a code, `said` its name."""

    cells: list[str]
    state: str
    said: str
    seed: str


@dataclass(frozen=True)
class Sections:
    """Everything below the answer that is not a chart."""

    priorities: Rows
    leaning: Rows
    quality: str
    indicators: list[IndicatorRow]
    text_indicators: list[IndicatorRow]
    indicators_note: str
    cause_heads: list[str]
    causes: Rows
    causes_note: str
    projects: Rows
    projects_note: str
    levels: Rows
    levels_note: str
    certificate_ok: bool
    certificate: str
    checks: Rows


def sections(
    result: RunResult, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], words: Texts
) -> Sections:
    """Return the tables of the report."""
    year = result.loaded.scenario.time.target_year
    rounding = words.money(manifest["rounding_cost_yuan"])
    return Sections(
        priorities=priorities(result, words),
        leaning=[leaning_row(row, words) for row in manifest["leaning"]],
        quality=quality(manifest["quality_counts"]["all"], words),
        indicators=_indicator_rows(tables["indicators"], "table", words),
        text_indicators=_indicator_rows(tables["indicators"], "text", words),
        indicators_note=words.say("indicators.note", year=year),
        cause_heads=[words.code("cause", cause) for cause in CAUSES],
        causes=causes(tables["causes"], words),
        causes_note=words.say("causes.note", year=year),
        projects=projects(
            tables["projects"], [str(p) for p in result.stages.rules.projects["project"].values], words
        ),
        projects_note=words.say("projects.note", year=result.case.terms.price_year),
        levels=[level_row(level, words) for level in manifest["levels"]],
        levels_note=words.say("levels.worst", gap=percent(manifest["mip_gap"], 3), rounding=rounding),
        certificate_ok=manifest["certificate"]["ok"],
        certificate=certificate(manifest["certificate"]["checks"], words),
        checks=[check_row(check, words) for check in manifest["certificate"]["checks"]],
    )


def priorities(result: RunResult, words: Texts) -> Rows:
    """Level, number of targets, their names; a level without targets says so."""
    wanted = result.stages.targets
    levels = sorted({int(row["level"]) for row in result.book["priorities"]} | {t.level for t in wanted})
    rows = []
    for level in levels:
        names = [words.code("indicator", t.label) for t in wanted if t.level == level]
        count = str(len(names)) if names else words["none"]
        rows.append([words.say("priority.level", n=level), count, words.listed(names)])
    return rows


def leaning_row(row: Mapping[str, Any], words: Texts) -> list[str]:
    """Name, value, range, share of the present cost touched, reason, place."""
    ends = [words.figure(row[end], row["unit"]) for end in ("low", "high")]
    return [
        words.tokens(row["name"]),
        words.figure(row["value"], row["unit"]),
        " – ".join(ends) if all(ends) else "",
        percent(row["share"], 0),
        str(row[words["column.reason"]]),
        str(row["where"]),
    ]


def quality(counts: Mapping[str, int], words: Texts) -> str:
    """Say how many figures of each quality entered."""
    parts = [
        words.say("leaning.count_one", quality=words.code("quality", q), n=counts.get(q, 0))
        for q in QUALITIES
    ]
    return words.say("leaning.counts", n=sum(counts.values()), list=words.listed(parts))


def _indicator_rows(table: pd.DataFrame, origin: str, words: Texts) -> list[IndicatorRow]:
    return [indicator_row(row, words) for row in table[table["origin"] == origin].to_dict("records")]


def indicator_row(row: Mapping[Any, Any], words: Texts) -> IndicatorRow:
    """Say one row of the plan, as printed, projected and judged."""
    cells = [
        str(row["no"]),
        words.code("indicator", row["no"]),
        words.code("printed_unit", row["unit"]),
        words.code("force", row["force"]),
        str(row["priority"]),
        _baseline(row, words),
        str(row["target_text"]) or words.code("target_as", row["target_as"]),
        _projected(row["projected_without"]),
        _projected(row["projected_with"]),
        _last(row, words),
        _required(row),
    ]
    state = str(row["state"])
    if state == "monitor_on" and row["last_year"] in ("", row["base_year"]):
        return IndicatorRow(cells, state, words["state.no_later_value"], str(row["seed_line"]))
    return IndicatorRow(cells, state, words.code("state", state), str(row["seed_line"]))


def _baseline(row: Mapping[Any, Any], words: Texts) -> str:
    """As printed; how the cell looks where nothing stands in it; the assumption that stands in."""
    if row["assumed"] == "yes":
        return words.say("indicators.assumed", plain(row["baseline"]))
    return str(row["baseline_text"]) or words.say(
        "indicators.blank", words.code("baseline_as", row["baseline_as"])
    )


def _last(row: Mapping[Any, Any], words: Texts) -> str:
    """The last known value where one later than the baseline is known."""
    if row["last_year"] in ("", row["base_year"]):
        return ""
    return words.say("indicators.years", value=plain(row["last_value"]), year=row["last_year"])


def _required(row: Mapping[Any, Any]) -> str:
    """Change still needed each year; nothing where the target is reached already."""
    required = row["required_per_year"]
    away = required == required and (required > 0) == (row["sense"] == "more") and required != 0
    return f"{required:+.3g}".replace("-", "−") if away and row["in_program"] == "no" else ""


def causes(table: pd.DataFrame, words: Texts) -> Rows:
    """Resource, unit, one signed number a cause, their sum."""
    grid = table.pivot_table(index="resource", columns="cause", values="units", aggfunc="sum", sort=False)
    return [
        [
            words.code("resource", resource),
            words.code("resource_unit", resource),
            *(_signed(float(line[cause])) for cause in CAUSES),
            _signed(float(sum(line[cause] for cause in CAUSES))),
        ]
        for resource, line in grid.iterrows()
    ]


def projects(table: pd.DataFrame, order: list[str], words: Texts) -> Rows:
    """County, type, units, years of start and opening, capital, running cost, why it stands there."""
    rows = []
    groups = table.groupby(["county", "project"])
    for (county, project), part in sorted(
        groups, key=lambda item: (str(item[0][0]), order.index(str(item[0][1])))
    ):
        rows.append(
            [
                words.code("county", county),
                words.code("project", project),
                f"{part['units'].sum():,}",
                _span(part["start_year"]),
                _span(part["open_year"]),
                _money(part["capital_yuan"], words),
                _money(part["fiscal_recurrent_yuan_per_year"], words),
                words.listed(words.code("placed", p) for p in sorted(set(part["placed_by"]))),
            ]
        )
    return rows


def level_row(level: Mapping[str, Any], words: Texts) -> list[str]:
    """Name, unit, value, best bound, solver gap and status of a level."""
    bound, gap = level["best_bound"], level["mip_gap"]
    return [
        level_name(str(level["name"]), words),
        words.code("level_unit", level["units"]),
        f"{level['value']:,.4f}",
        words["none"] if bound is None else f"{bound:,.4f}",
        words["none"] if gap is None else percent(gap, 3),
        words.code("status", level["status"]),
    ]


def level_name(name: str, words: Texts) -> str:
    """Return the name of a level of the program."""
    kind, _, rank = name.rpartition("_")
    return words.say("level.targets", n=rank) if kind == "targets" else words.code("level", name)


def check_name(name: str, words: Texts) -> str:
    """Return the name of a check, with the level, fund, kind or figure it speaks of in words."""
    if f"check.{name}" in words.words:
        return words[f"check.{name}"]
    for code in name.replace(",", "").split(" "):
        pattern = "check." + name.replace(code, "{0}", 1)
        if pattern in words.words:
            kinds = (k for k in ("fund", "kind", "tile") if f"{k}.{code}" in words.words)
            said = next((words[f"{k}.{code}"] for k in kinds), level_name(code, words))
            return words.say(pattern, said)
    return name


def certificate(checks: list[Mapping[str, Any]], words: Texts) -> str:
    """Say that all checks hold, or which do not."""
    failed = [check_name(str(check["name"]), words) for check in checks if not check["ok"]]
    if failed:
        return words.say("certificate.failed", n=len(checks), failed=len(failed), list=words.listed(failed))
    rows = f"{sum(check['rows'] for check in checks):,}"
    return words.say("certificate.ok", n=len(checks), rows=rows)


def check_row(check: Mapping[str, Any], words: Texts) -> list[str]:
    """Name, rows, worst excess, tolerance and verdict of a check."""
    worst = words["none"] if check["worst"] is None else f"{check['worst'] + 0.0:.3g}"
    verdict = words["certificate.holds" if check["ok"] else "certificate.breaks"]
    return [
        check_name(str(check["name"]), words),
        f"{check['rows']:,}",
        worst,
        f"{check['tolerance']:.3g}",
        verdict,
    ]


def _projected(value: float) -> str:
    """Whole numbers whole, others to three decimals, so that a near miss is seen."""
    return plain(value) if value != value or value == round(value) else f"{value:,.3f}"


def _signed(value: float) -> str:
    if abs(value) < 0.05:
        return "0"
    text = f"{value:+,.0f}" if abs(value) >= 10 else f"{value:+,.1f}"
    return text.replace("-", "−")


def _money(amounts: pd.Series, words: Texts) -> str:
    total = float(amounts.sum())
    return words.money(total) if total else "0"


def _span(years: pd.Series) -> str:
    first, last = int(years.min()), int(years.max())
    return str(first) if first == last else f"{first}–{last}"
