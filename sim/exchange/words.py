"""The words of the exchange: its own texts, and the names of codes the outputs use too."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sim.evidence.book import Book
from sim.exchange.offers import NOBODY, Name
from sim.names import QUALITIES
from sim.outputs.texts import LANGUAGES, Texts

_HERE = Path(__file__).resolve().parent
_SHARED = ("token.", "unit.", "quality.", "sex.", "group.")
_ENDINGS = ("区", "县", "市")


@cache
def words(lang: str) -> Texts:
    """Return the words of one language, `zh` or `en`."""
    return Texts(lang, {key: pair[lang] for key, pair in _pairs().items()})


@cache
def _pairs() -> dict[str, dict[str, str]]:
    own = {row["key"]: row for row in _rows(_HERE / "texts.csv")}
    outputs = _rows(_HERE.parent / "outputs" / "texts.csv")
    return {row["key"]: row for row in outputs if row["key"].startswith(_SHARED)} | own


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def coded(kind: str, code: str) -> Name:
    """Return the name of a code of a kind, e.g. `token` or `unit`; the code itself where it has none."""
    zh, en = (words(lang).code(kind, code) for lang in LANGUAGES)
    return Name(code, zh, en)


def told(key: str, *args: object) -> Name:
    """Return a text in both languages, its places filled in; the first argument is its code."""
    code = " ".join(map(str, args)) or key
    zh, en = (words(lang).say(key, *args) for lang in LANGUAGES)
    return Name(code, zh, en)


def quality_of(text: str) -> str:
    """Return the quality a word means, in any language, or ''."""
    wanted = text.strip().lower()
    return next((q for q in QUALITIES if wanted in {w.lower() for w in coded("quality", q).all}), "")


class Names:
    """Names of the codes of one city's book, `kind.code` to name."""

    def __init__(self, book: Book, city: str) -> None:
        self.city = city
        self._known = dict(_named(book, city))

    def __call__(self, kind: str, code: str) -> Name:
        """The name of a code of a kind, looked up in the tables, then in the texts."""
        if not code:
            return NOBODY
        return self._known.get((kind, code)) or coded(kind, code)

    @property
    def of_city(self) -> Name:
        """The city itself."""
        return self("city", self.city)


def _named(book: Book, city: str) -> Iterator[tuple[tuple[str, str], Name]]:
    for row in book["counties"].where(city=city):
        name = row["county_name"]
        short = name[:-1] if name.endswith(_ENDINGS) and len(name) > len("东区") else name
        yield ("county", row["county"]), Name(row["county"], name, row["county_name_en"], (short,))
        yield ("city", city), Name(city, row["city_name"], row["city_name_en"])
    for row in book["resources"]:
        yield ("resource", row["resource"]), Name(row["resource"], row["name_zh"], row["name_en"])
    for row in book["projects/types"]:
        yield ("project", row["project"]), Name(row["project"], row["name_zh"], row["name_en"])
    for row in book["funds/funds"]:
        yield ("fund", row["fund"]), Name(row["fund"], row["name_zh"], row["name_en"])
    for row in book["sources"]:
        yield ("source", row["source"]), Name(row["source"], row["title"], row["title"])
