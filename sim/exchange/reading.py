"""From lines of cells to new figures: every fault with its cell, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.errors import Problem, nearest
from sim.evidence.dictionary import rules
from sim.exchange.book import OFFICIAL
from sim.exchange.cells import CellError, kept_text, number, plain_text, word, year
from sim.exchange.offers import Filled, Limit, Offer
from sim.exchange.sheets import Cell, Filing, Line
from sim.exchange.words import coded, quality_of
from sim.names import QUALITIES

LONGEST_SOURCE = 500
PARTS = ("place", "item", "detail")


@dataclass(frozen=True)
class RefusedError(Exception):
    """A cell that is refused, with the problem to tell."""

    problem: Problem


class Reader:
    """Knows the offers by code and by name, and reads lines against them."""

    def __init__(self, offers: Iterable[Offer], default_source: str) -> None:
        self.by_code = {offer.code: offer for offer in offers}
        self.default_source = default_source
        self.words = {code: _words_of(offer) for code, offer in self.by_code.items()}

    def filled(self, line: Line, problems: list[Problem]) -> Filled | None:
        """Return the new figure of a line, None where there is none; faults go to `problems`."""
        if line["new"].empty:
            return None
        try:
            offer = self._offer(line)
        except RefusedError as refused:
            problems.append(refused.problem)
            return None
        readings = (
            lambda: self._unit(line["unit"], offer),
            lambda: self._value(line["new"], offer),
            lambda: self._quality(line["quality"]),
            lambda: self._year(line["date"], offer),
            lambda: self._source(line["source"]),
        )
        found: list[object] = []
        for read in readings:
            try:
                found.append(read())
            except RefusedError as refused:
                problems.append(refused.problem)
        if len(found) < len(readings):
            return None
        _, value, quality, when, source = found
        assert isinstance(value, float)
        assert isinstance(when, int)
        return Filled(offer, value, str(quality), when, str(source), line["new"].place)

    def _offer(self, line: Line) -> Offer:
        """The offer a line speaks of: by its code, else by its names; both must agree."""
        code = plain_text(line["code"].value)
        if code:
            known = self.by_code.get(code)
            if known is None:
                found, near = f"no figure has the code {code!r}", nearest(code, self.by_code)
                raise RefusedError(Problem(line["code"].place, found, "a code of the template", near))
            for n, part in enumerate(PARTS):
                said = word(line[part].value)
                if said and said not in self.words[code][n]:
                    shown = getattr(known, part).zh
                    found = f"{plain_text(line[part].value)!r} contradicts the code {code!r}"
                    raise RefusedError(Problem(line[part].place, found, shown))
            return known
        return self._named(line)

    def _named(self, line: Line) -> Offer:
        said = [word(line[part].value) for part in PARTS]
        fitting = [
            code
            for code, known in self.words.items()
            if all(not text or text in known[n] for n, text in enumerate(said))
        ]
        if len(fitting) == 1 and any(said):
            return self.by_code[fitting[0]]
        shown = " ".join(filter(None, (plain_text(line[part].value) for part in PARTS))) or "nothing"
        if fitting and any(said):
            found, allowed = f"{shown!r} may mean {len(fitting)} figures", "a code of the template"
        else:
            found, allowed = f"no figure is named {shown!r}", "the names or codes of the template"
        raise RefusedError(Problem(line["code"].place, found, allowed, self._near(said)))

    def _near(self, said: Sequence[str]) -> str:
        """The nearest name to the first part nobody knows."""
        for n, text in enumerate(said):
            known = {name for names in self.words.values() for name in names[n]}
            if text and text not in known:
                return nearest(text, known)
        return ""

    def _unit(self, cell: Cell, offer: Offer) -> str:
        text = word(cell.value)
        names = coded("unit", offer.unit)
        if text and text not in {word(name) for name in names.all}:
            found = f"the unit was changed to {plain_text(cell.value)!r}"
            raise RefusedError(Problem(cell.place, found, f"{names.zh} ({offer.unit})"))
        return offer.unit

    def _value(self, cell: Cell, offer: Offer) -> float:
        if cell.fault:
            raise RefusedError(Problem(cell.place, cell.fault, offer.limit.words))
        if cell.percent and not offer.is_share:
            found = f"the cell is formatted as a percentage, the figure is in {offer.unit}"
            raise RefusedError(Problem(cell.place, found, "a plain number"))
        names = coded("unit", offer.unit).all
        units = {part for name in names for part in (name, name.split("/")[0])}
        try:
            value = number(cell.value, units, offer.is_share)
        except CellError as fault:
            raise RefusedError(Problem(cell.place, fault.found, fault.allowed)) from None
        if not offer.limit.holds(value):
            found = f"{offer.item.zh} {offer.detail.zh} is {value:g} {offer.unit}"
            raise RefusedError(Problem(cell.place, found, offer.limit.words))
        return value

    def _quality(self, cell: Cell) -> str:
        quality = quality_of(plain_text(cell.value)) if not cell.empty else OFFICIAL
        if not quality or cell.fault:
            found = cell.fault or f"the quality is {plain_text(cell.value)!r}"
            words = [name for q in QUALITIES for name in coded("quality", q).all]
            near = nearest(plain_text(cell.value), words)
            allowed = ", ".join(f"{coded('quality', q).zh} ({q})" for q in QUALITIES)
            raise RefusedError(Problem(cell.place, found, allowed, near))
        return quality

    def _year(self, cell: Cell, offer: Offer) -> int:
        if cell.empty:
            return offer.year
        try:
            if cell.fault:
                raise CellError(cell.fault, "a year such as 2020")
            when = year(cell.value)
        except CellError as fault:
            raise RefusedError(Problem(cell.place, fault.found, fault.allowed)) from None
        limit = Limit.of(rules()["scalars"].columns["year"])
        if offer.fixed_year and when != offer.year:
            found = f"{offer.item.zh} is of {when}"
            raise RefusedError(Problem(cell.place, found, f"{offer.year}, the year the figure stands for"))
        if not limit.holds(when):
            raise RefusedError(Problem(cell.place, f"the year is {when}", limit.words))
        return when

    def _source(self, cell: Cell) -> str:
        text = kept_text(cell.value) or self.default_source
        if cell.fault or not text:
            found = cell.fault or "the new figure has no source"
            raise RefusedError(Problem(cell.place, found, "the document or bureau it comes from"))
        if len(text) > LONGEST_SOURCE:
            found = f"the source has {len(text)} characters"
            raise RefusedError(Problem(cell.place, found, f"at most {LONGEST_SOURCE}"))
        return text


def read_lines(filing: Filing, offers: Sequence[Offer]) -> tuple[dict[str, Filled], list[Problem]]:
    """Return the new figures by code, and every fault of the file.

    Args:
        filing: what was read.
        offers: what may be replaced.
    """
    reader, problems = Reader(offers, filing.default_source), list(filing.problems)
    figures: dict[str, Filled] = {}
    for line in filing.lines:
        found = reader.filled(line, problems)
        if found is None:
            continue
        first = figures.setdefault(found.offer.code, found)
        if first is not found:
            same = (first.value, first.quality) == (found.value, found.quality)
            how = "stands again" if same else f"contradicts {first.value:g}"
            told = f"{found.offer.code} {how} (first in {first.place})"
            problems.append(Problem(found.place, told, "each figure once"))
    return figures, problems


def _words_of(offer: Offer) -> tuple[set[str], set[str], set[str]]:
    place, item, detail = (
        {word(name) for name in part.all} for part in (offer.place, offer.item, offer.detail)
    )
    return place, item, detail
