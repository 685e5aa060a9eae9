"""Words of the consulting commands by language; codes are said as in the reports."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
_SIM = Path(__file__).resolve().parents[1]
_FILES = (_SIM / "outputs" / "texts.csv", _SIM / "consult" / "texts.csv")


@dataclass(frozen=True)
class Words:
    """The words of one language, texts by key and codes by `kind.code`."""

    lang: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return the text of a key with its places filled in; a missing text raises KeyError."""
        return self.texts[key].format(**values)

    def code(self, kind: str, code: str) -> str:
        """Return the name of a code, the code itself where it has none."""
        return self.texts.get(f"{kind}.{code}", code)

    def name(self, row: Mapping[str, str], chinese: str, english: str) -> str:
        """Return the cell of a row in this language."""
        return row[chinese if self.lang == "zh" else english]


@cache
def words(lang: str) -> Words:
    """Return the words of a language.

    Raises:
        KeyError: the language is neither zh nor en.
    """
    texts: dict[str, str] = {}
    for path in _FILES:
        with path.open(encoding="utf-8", newline="") as file:
            texts |= {row["key"]: row[lang] for row in csv.DictReader(file)}
    return Words(lang, texts)
