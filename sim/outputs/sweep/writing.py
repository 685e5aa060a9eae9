"""The report of a dataset: page and tables, written beside and moved into place."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sim.outputs.folder import beside
from sim.outputs.sweep.naming import dictionary
from sim.outputs.sweep.page import render
from sim.outputs.texts import LANGUAGES
from sim.sweep.analysis.answering import Answered, answered

PAGE, TABLES, DICTIONARY = "report.html", "tables", "dictionary.csv"
FOLDER = "report-{}"


def write_report(folder: Path, lang: str) -> Path:
    """Write `report-<lang>` into the folder of a dataset and return its page.

    Args:
        folder: the dataset; what it holds is only read.
        lang: `zh` or `en`.

    Raises:
        InputError: the folder is no dataset, or its factors are not those its design makes.
        OSError: the disk is full or the folder may not be written; nothing is left behind.
    """
    return write_answers(answered(folder), folder, lang)


def write_answers(found: Answered, folder: Path, lang: str) -> Path:
    """Write the report of answers already found, as `write_report` does."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    report = folder / FOLDER.format(lang)
    with beside(report) as part:
        (part / TABLES).mkdir()
        for name, table in found.tables.items():
            table.to_csv(part / TABLES / f"{name}.csv", index=False, lineterminator="\n")
        rows = pd.DataFrame(list(dictionary()))
        rows.to_csv(part / TABLES / DICTIONARY, index=False, lineterminator="\n")
        (part / PAGE).write_text(render(found, lang), encoding="utf-8")
    return report / PAGE
