"""Writing the template: a page of instructions and a sheet for each kind of figure.

Our figures stand beside empty cells for the city's; the same inputs give the same bytes.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any

import xlsxwriter

from sim.evidence.dictionary import rules
from sim.exchange.entries import SHEETS
from sim.exchange.offers import Limit, Offer
from sim.exchange.words import words
from sim.names import QUALITIES
from sim.outputs.texts import Texts
from sim.scenario.schema import Scenario

README = "read_me"
INPUT = ("new", "quality", "date", "source")
COLUMNS = (
    "code",
    "place",
    "item",
    "detail",
    "unit",
    "allowed",
    "ours",
    "our_quality",
    "our_source",
    "our_reason",
    *INPUT,
)
OFFICIAL = "official"
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
IDENTITY = ("scenario", "plan", "city", "base_year")
"What the page of instructions says the book was made for."


def template(scenario: Scenario, offers: Sequence[Offer], lang: str) -> bytes:
    """Return the template of a scenario, an `.xlsx` workbook.

    Args:
        scenario: the scenario it is for.
        offers: what may be replaced, in order.
        lang: `zh` or `en`.
    """
    text, data = words(lang), io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, **_AS_TEXT}) as book:
        title = text.say("book.title", getattr(scenario.title, lang))
        created = datetime.combine(scenario.report_date, time())
        book.set_properties({"title": title, "created": created})
        writer = _Writer(book, text)
        writer.instructions(title, scenario, offers)
        for sheet in SHEETS:
            rows = [offer for offer in offers if offer.sheet == sheet]
            if rows:
                writer.sheet(sheet, rows)
    return data.getvalue()


class _Writer:
    def __init__(self, book: Any, text: Texts) -> None:
        self.book, self.text = book, text
        wrapped = {"text_wrap": True, "valign": "top"}
        self.head = book.add_format({"bold": True, "bg_color": "#DCE6EC", "bottom": 1, **wrapped})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.plain = book.add_format(wrapped)
        self.ours = book.add_format({"valign": "top"})
        self.grey = book.add_format({"valign": "top", "font_color": "#7F7F7F", "bg_color": "#EDEDED"})
        open_cell = {"locked": False, "bg_color": "#FFF9DB", "border": 1, "border_color": "#D9D9D9"}
        self.new = book.add_format({**open_cell, "valign": "top"})
        self.new_text = book.add_format({**open_cell, **wrapped})

    def instructions(self, title: str, scenario: Scenario, offers: Sequence[Offer]) -> None:
        """Write the first page: how to fill in, what it is for, how much is asked."""
        text, sheet = self.text, self.book.add_worksheet(self.text[f"sheet.{README}"])
        sheet.set_column(0, 0, text.number("width.label"))
        sheet.set_column(1, 1, text.number("width.text"))
        sheet.write_string(0, 0, title, self.title)
        guide = [key for key in text.words if key.startswith("guide.")]
        for row, key in enumerate(guide, 1):
            sheet.write_string(row, 0, key.removeprefix("guide."), self.plain)
            sheet.write_string(row, 1, text.say(key, scenario.name), self.plain)
        row = len(guide) + 2
        sheet.write_string(row, 0, text["label.default_source"], self.head)
        sheet.write_blank(row, 1, None, self.new_text)
        identity = (scenario.name, scenario.plan, scenario.city, str(scenario.time.base_year))
        for label, value in zip(IDENTITY, identity, strict=True):
            row += 1
            sheet.write_string(row, 0, text[f"label.{label}"], self.head)
            sheet.write_string(row, 1, value, self.plain)
        row += 2
        for name in SHEETS:
            rows = [offer for offer in offers if offer.sheet == name]
            if rows:
                counts = text.say("label.counts", len(rows), sum(offer.doubtful for offer in rows))
                sheet.write_string(row, 0, text[f"sheet.{name}"], self.plain)
                sheet.write_string(row, 1, counts, self.plain)
                row += 1
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def sheet(self, name: str, offers: Sequence[Offer]) -> None:
        """Write one sheet of offers."""
        sheet = self.book.add_worksheet(self.text[f"sheet.{name}"])
        for c, column in enumerate(COLUMNS):
            sheet.set_column(c, c, self.text.number(f"width.{column}"))
            sheet.write_string(0, c, self.text[f"head.{column}"], self.head)
        for r, offer in enumerate(offers, 1):
            self._row(sheet, r, offer)
        sheet.freeze_panes(1, COLUMNS.index("detail") + 1)
        sheet.autofilter(0, 0, len(offers), len(COLUMNS) - 1)
        self._validations(sheet, offers)
        allowed = ("autofilter", "sort", "format_columns", "format_rows")
        sheet.protect("", dict.fromkeys(allowed, True))

    def _row(self, sheet: Any, r: int, offer: Offer) -> None:
        lang, text = self.text.lang, self.text
        reason = offer.reason_zh if lang == "zh" else offer.reason
        cells: dict[str, str] = {
            "code": offer.code,
            "place": offer.place.said(lang),
            "item": offer.item.said(lang),
            "detail": offer.detail.said(lang),
            "unit": text.code("unit", offer.unit),
            "allowed": said_limit(offer.limit, text),
            "our_quality": text.code("quality", offer.quality) if offer.quality else "",
            "our_source": offer.source,
            "our_reason": reason,
        }
        for column, said in cells.items():
            sheet.write_string(r, COLUMNS.index(column), said, self.plain)
        shade = self.grey if offer.doubtful else self.ours
        if math.isnan(offer.value):
            sheet.write_blank(r, COLUMNS.index("ours"), None, shade)
        else:
            sheet.write_number(r, COLUMNS.index("ours"), offer.value, shade)
        sheet.write_blank(r, COLUMNS.index("new"), None, self.new)
        sheet.write_string(r, COLUMNS.index("quality"), text.code("quality", OFFICIAL), self.new)
        sheet.write_number(r, COLUMNS.index("date"), offer.year, self.new)
        sheet.write_blank(r, COLUMNS.index("source"), None, self.new_text)

    def _validations(self, sheet: Any, offers: Sequence[Offer]) -> None:
        """Let the spreadsheet refuse what the import would: one rule for each run of equal limits."""
        first = 1
        for limit, run in groupby(offers, key=lambda offer: offer.limit):
            last = first + len(list(run)) - 1
            self._validate(sheet, "new", (first, last), _rule(limit), said_limit(limit, self.text))
            first = last + 1
        span = (1, len(offers))
        qualities = [self.text.code("quality", quality) for quality in QUALITIES]
        self._validate(sheet, "quality", span, {"validate": "list", "source": qualities}, "")
        year = Limit.of(rules()["scalars"].columns["year"])
        whole = Limit(year.minimum, year.maximum, whole=True)
        self._validate(sheet, "date", span, _rule(whole), said_limit(whole, self.text))

    def _validate(
        self, sheet: Any, column: str, span: tuple[int, int], rule: dict[str, Any], told: str
    ) -> None:
        c = COLUMNS.index(column)
        message = {"error_title": self.text["input.title"], "error_message": told} if told else {}
        sheet.data_validation(span[0], c, span[1], c, rule | message)


def said_limit(limit: Limit, text: Texts) -> str:
    """Return a limit in the words of a language."""
    parts = [text["limit.whole" if limit.whole else "limit.number"]]
    if limit.minimum > -math.inf:
        parts.append(text.say("limit.low", limit.minimum))
    if limit.maximum < math.inf:
        parts.append(text.say("limit.high", limit.maximum))
    return " ".join(parts)


def _rule(limit: Limit) -> dict[str, Any]:
    """The data validation of a limit."""
    kind = {"validate": "integer" if limit.whole else "decimal"}
    low, high = limit.minimum > -math.inf, limit.maximum < math.inf
    if low and high:
        return kind | {"criteria": "between", "minimum": limit.minimum, "maximum": limit.maximum}
    if low:
        return kind | {"criteria": ">=", "value": limit.minimum}
    if high:
        return kind | {"criteria": "<=", "value": limit.maximum}
    return {"validate": "any"}
