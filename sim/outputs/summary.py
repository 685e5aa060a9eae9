"""The few lines a run prints: the answer, not the whole report."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from sim.outputs.folder import INPUTS, MANIFEST, read_table

_WORDS = {
    "zh": {
        "illustrative": "示意，非预算: 额度只作示意，不是任何部门的预算",
        "supposed": "假设的未来: 情景自设了与现有依据不同的数值,见报告首页",
        "targets": "可建设指标{n}项,达标{met}项;另有{out}项未进入方案",
        "missed": "  未达标: {name},可达{reached},目标{target}",
        "capital_outlay_yuan": "基建投入(至目标年,名义): {value:.2f}亿元",
        "present_cost_yuan": "现值成本(实际价): {value:.2f}亿元",
        "local_burden_yuan": "市县负担(至目标年,名义): {value:.2f}亿元",
        "proof": "证书{checks}项全部通过",
        "gap": "  {name}: 距已证明的界{gap:.3f}% ({status})",
        "no_bound": "  {name}: 未证明任何界 ({status})",
        "assumed_none": "含假定基期({list});不采用时: 没有指标进入方案",
        "rule": "  未达到的规划标准: {name},目标年需要{need:g}",
        "assumed": "含假定基期({list});不采用时: 进入{n}项,达标{met}项,现值成本{present:.2f}亿元",
    },
    "en": {
        "illustrative": "for illustration, no budget: the envelopes are nobody's budget",
        "supposed": "a supposed future: the scenario sets figures of its own, see the top of the report",
        "targets": "targets in the program: {n}, met: {met}; {out} rows are outside the program",
        "missed": "  missed: {name}, reaches {reached}, target {target}",
        "capital_outlay_yuan": "capital outlay (to the target year, nominal): {value:.2f} x 100 million yuan",
        "present_cost_yuan": "present cost (real): {value:.2f} x 100 million yuan",
        "local_burden_yuan": "local burden (to the target year, nominal): {value:.2f} x 100 million yuan",
        "proof": "all {checks} checks of the certificate hold",
        "gap": "  {name}: {gap:.3f} % from its proven bound ({status})",
        "no_bound": "  {name}: no bound proven ({status})",
        "assumed_none": "with assumed baselines ({list}); without them no target enters",
        "rule": "  planning rule missed: {name}, needs {need:g} in the target year",
        "assumed": "with assumed baselines ({list}); without them {n} targets enter, {met} are met,"
        " present cost {present:.2f} x 100 million yuan",
    },
}


def summary(folder: Path, lang: str) -> tuple[dict[str, Any], list[str]]:
    """Return the manifest of a run folder and the lines to print."""
    record: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    words = _WORDS[lang]
    names = _english_names(folder, record) if lang == "en" else {}
    targets, money = record["targets"], record["cost_figures"]
    lines = [
        *([words["illustrative"]] if record.get("illustrative") else []),
        *([words["supposed"]] if record.get("supposed") else []),
        words["targets"].format(met=targets["met"], n=targets["in_program"], out=targets["out_of_program"]),
        *(_missed(row, words, names) for row in _short_rows(folder)),
        *_rules_missed(folder, words, lang),
        *_assumed(record, words),
        *(words[name].format(value=money[name] / 1e8) for name in money),
        words["proof"].format(checks=len(record["certificate"]["checks"])),
        *(_above(row, words) for row in record["levels"] if row["mip_gap"] is None or row["mip_gap"] > 0),
    ]
    return record, lines


def _rules_missed(folder: Path, words: dict[str, str], lang: str) -> list[str]:
    table = read_table(folder, "rules")
    short = table[table["state"] == "gap"].to_dict("records")
    name = "name_en" if lang == "en" else "name"
    return [words["rule"].format(name=row[name], need=row["need"]) for row in short]


def _assumed(record: dict[str, Any], words: dict[str, str]) -> list[str]:
    bare = record["without_assumed"]
    if bare is None:
        return []
    if not bare["targets"]["in_program"]:
        return [words["assumed_none"].format(list=", ".join(record["assumed_baselines"]))]
    return [
        words["assumed"].format(
            list=", ".join(record["assumed_baselines"]),
            n=bare["targets"]["in_program"],
            met=bare["targets"]["met"],
            present=bare["cost_figures"]["present_cost_yuan"] / 1e8,
        )
    ]


def _above(row: dict[str, Any], words: dict[str, str]) -> str:
    if row["mip_gap"] is None:
        return words["no_bound"].format(**row)
    return words["gap"].format(name=row["name"], gap=row["mip_gap"] * 100, status=row["status"])


def _english_names(folder: Path, record: dict[str, Any]) -> dict[str, str]:
    path = folder / INPUTS / "plans" / record["plan"] / "indicators.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["name_en"] for row in csv.DictReader(file)}


def _short_rows(folder: Path) -> list[dict[str, Any]]:
    table = read_table(folder, "indicators")
    short = table[(table["in_program"] == "yes") & (table["state"] == "gap")]
    return [{str(k): v for k, v in row.items()} for row in short.to_dict("records")]


def _missed(row: dict[str, Any], words: dict[str, str], names: dict[str, str]) -> str:
    return words["missed"].format(
        name=names.get(row["name"], row["name"]),
        reached=f"{row['projected_with']:.4g}",
        target=f"{row['target']:g}",
    )
