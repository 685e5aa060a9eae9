"""Amounts of money as people write them: `3亿`, `4500万元`, `120000000`."""

from __future__ import annotations

import math
import re
from decimal import Decimal

UNITS = {"": 1, "万": 10_000, "亿": 100_000_000}
ALLOWED = "one number in yuan, 万 or 亿, such as 3亿, 4500万, 120000000 or 120,000,000"
_AMOUNT = re.compile(r"([+-]?[0-9][0-9,_]*(?:\.[0-9]+)?)\s*(万|亿)?\s*元?")


def parse_yuan(text: str) -> float:
    """Return an amount in yuan.

    Args:
        text: a number, at most one unit (`万`, `亿`), and `元` or nothing.

    Raises:
        ValueError: the text is something else, mixes units, is below 0 or beyond 1e15 yuan.
    """
    cleaned = text.strip().replace("，", ",")
    found = _AMOUNT.fullmatch(cleaned)
    if found is None:
        mixed = len(re.findall("[万亿]", cleaned)) > 1
        raise ValueError(f"{text!r} mixes units" if mixed else f"{text!r} is not an amount of money")
    number = Decimal(found[1].replace(",", "").replace("_", ""))
    yuan = float(number * UNITS[found[2] or ""])
    if yuan < 0:
        raise ValueError(f"{text!r} is below 0")
    if not math.isfinite(yuan) or yuan > 1e15:
        raise ValueError(f"{text!r} is more than 1e15 yuan")
    return yuan
