"""The folder of a budget: tables, page and manifest, written beside and moved into place."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sim.budget.answering import Answered
from sim.outputs.budget.page import render
from sim.outputs.budget.saying import budget_words, first_screen
from sim.outputs.budget.tables import budget_tables
from sim.outputs.budget.workbook import write_workbook
from sim.outputs.folder import beside, file_hashes
from sim.outputs.manifest import INTERRUPTED, input_hash

MANIFEST = "manifest.json"
PAGE, BOOK = "budget.html", "budget.xlsx"


def budget_id(found: Answered, gap: float, lang: str) -> str:
    """Return `<scenario>-budget-<first 8 of the hash>` of everything that decides the folder."""
    asked = {
        "inputs": input_hash(found.loaded, found.book.digests, lang),
        "purse": [found.question.purse.fund, found.question.purse.per_year],
        "from": found.question.start,
        "to": found.question.end,
        "steps": found.question.steps,
        "envelope": found.question.chosen,
        "gap": gap,
    }
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return f"{found.loaded.scenario.name}-budget-{digest[:8]}"


def write_budget(found: Answered, out: Path, gap: float, lang: str) -> Path:
    """Write the folder of a budget and return it.

    Args:
        found: the answers.
        out: folder that holds run folders.
        gap: relative gap at which a level counted as solved.
        lang: `zh` or `en`.

    Raises:
        CertificateError: a table does not tie with the ledger; nothing is written.
        OSError: the disk is full or the folder may not be written; nothing is left behind.
    """
    tables, name, words = budget_tables(found), budget_id(found, gap, lang), budget_words(found, lang)
    out.mkdir(parents=True, exist_ok=True)
    folder = out / name
    with beside(folder) as part:
        (part / "tables").mkdir()
        for table, frame in tables.items():
            frame.to_csv(part / "tables" / f"{table}.csv", index=False, lineterminator="\n")
        (part / PAGE).write_text(render(found, tables, name, words), encoding="utf-8")
        write_workbook(part / BOOK, found, first_screen(found, tables, words), tables, words)
        record = _manifest(found, name, gap, lang) | {"files": file_hashes(part)}
        text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
        (part / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return folder


def reproducible(found: Answered) -> bool:
    """Return whether no clock and nobody cut a search short."""
    if found.cut_short:
        return False
    plans = [*found.curve.points, found.plan, *(step.plan for step in found.trimmed)]
    return all(level.status not in INTERRUPTED for plan in plans for level in plan.levels)


def _manifest(found: Answered, name: str, gap: float, lang: str) -> dict[str, Any]:
    asked, points = found.question, found.curve.points
    return {
        "budget_id": name,
        "scenario": found.loaded.scenario.name,
        "input_hash": input_hash(found.loaded, found.book.digests, lang),
        "lang": lang,
        "fund": asked.purse.fund,
        "per_year": asked.purse.per_year,
        "from_yuan": asked.start,
        "to_yuan": asked.end,
        "steps": asked.steps,
        "envelope_yuan": asked.chosen,
        "envelope_by": found.chosen_by,
        "gap": gap,
        "reproducible": reproducible(found),
        "least_yuan": {str(need.level): need.yuan for need in found.needs},
        "knee_yuan": None if found.curve.knee is None else points[found.curve.knee].yuan,
        "checks": found.plan.checks,
    }
