"""Reading messy cells: what is unambiguous is read, the rest is refused with what is allowed.

Everything here is a pure function of one cell. Full-width characters, thousands separators, percent
signs, 万 and 亿, spaces and a trailing unit are understood; approximate words, dates and ranges are not.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

MULTIPLES = {
    "": Decimal(1),
    "千": Decimal(10) ** 3,
    "万": Decimal(10) ** 4,
    "百万": Decimal(10) ** 6,
    "千万": Decimal(10) ** 7,
    "亿": Decimal(10) ** 8,
}
PARTS = {"": Decimal(1), "%": Decimal(1) / 100, "‰": Decimal(1) / 1000}
_PLAIN = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_NUMBER = re.compile(rf"([+-]?)({_GROUPED}|{_PLAIN})\s*(千万|百万|千|万|亿|)\s*(%|‰|)")
_YEAR = re.compile(r"([0-9]{4})(?:\.0+)?(?:\s*年.*|[-/.][0-9]{1,2}(?:[-/.][0-9]{1,2})?(?:[ T][0-9:.]+)?)?")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"), None)
_MINUS = {ord(sign): "-" for sign in "\u2212\u2013\ufe63\uff0d"}
_DIGITS = 15
NUMBER_WORDS = "a number such as 1234.5, 1,234.5, 12% or 1.2万"


class CellError(ValueError):
    """A cell that cannot be read: what was found and what is allowed."""

    def __init__(self, found: str, allowed: str) -> None:
        self.found, self.allowed = found, allowed
        super().__init__(f"{found}; allowed: {allowed}")


def kept_text(value: object) -> str:
    """Return the text of a cell as it is written, with single spaces and nothing invisible."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "".join(ch if ch.isprintable() else " " for ch in str(value).translate(_INVISIBLE))
    return " ".join(text.split())


def plain_text(value: object) -> str:
    """Return the text of a cell: half-width, without invisible characters, spaces and line breaks cut."""
    return kept_text(unicodedata.normalize("NFKC", kept_text(value)))


def word(value: object) -> str:
    """Return a cell as a word to compare: as `plain_text`, in small letters and without spaces."""
    return plain_text(value).lower().replace(" ", "")


def number(value: object, units: Iterable[str] = (), is_share: bool = False) -> float:
    """Return the number in a cell.

    Args:
        value: what the cell holds.
        units: words that may follow the number and mean the unit asked for.
        is_share: whether percent and per mille are meaningful.

    Raises:
        CellError: the cell is a date, a truth value, or text that is not plainly one number.
    """
    if isinstance(value, bool):
        raise CellError(f"the cell is {value}", NUMBER_WORDS)
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        raise CellError(f"the cell is a date ({value})", NUMBER_WORDS)
    if isinstance(value, int | float):
        return _rounded(float(value))
    text = plain_text(value).translate(_MINUS).removeprefix("'").strip()
    for unit in sorted(map(word, units), key=len, reverse=True):
        if unit and word(text).endswith(unit) and word(text) != unit:
            text = word(text).removesuffix(unit)
            break
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise CellError(f"the cell is {str(value)!r}", NUMBER_WORDS)
    sign, digits, multiple, part = match.groups()
    if part and not is_share:
        raise CellError(f"the cell is {str(value)!r}", "a number without a percent sign")
    size = Decimal(digits.replace(",", "")) * MULTIPLES[multiple] * PARTS[part]
    return _rounded(float(-size if sign == "-" else size))


def year(value: object) -> int:
    """Return the year in a cell: 2020, 2020年, 2020-12-31 or a date.

    Raises:
        CellError: there is no year in it.
    """
    if isinstance(value, datetime.date):
        return value.year
    text = plain_text(value).translate(_MINUS).removeprefix("'").strip()
    match = None if isinstance(value, bool) else _YEAR.fullmatch(text)
    if match is None:
        raise CellError(f"the date is {str(value)!r}", "a year such as 2020")
    return int(match.group(1))


def _rounded(value: float) -> float:
    """The fifteen digits a spreadsheet keeps."""
    if not math.isfinite(value):
        raise CellError(f"the cell is {value}", NUMBER_WORDS)
    return float(f"{value:.{_DIGITS}g}")
