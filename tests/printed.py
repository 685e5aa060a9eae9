"""A small reader of numbers as Chinese plans print them: digits, 万 and 亿, 三十, ranges, 全覆盖."""

from __future__ import annotations

import re

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_ALL = re.compile("全覆盖|全面覆盖|全部|所有|均|全达标|百分百|百分之百")
_ARABIC = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:\s*[-~～—至]+\s*(\d[\d,]*(?:\.\d+)?))?\s*(千|万|亿)?")
_CHINESE = re.compile("[零〇一二两三四五六七八九十百千万亿]+")


def squeeze(text: str) -> str:
    """Return the text without white space."""
    return "".join(text.split())


def chinese(word: str) -> int:
    """Return the number of a Chinese numeral; `百` alone is 100."""
    total = section = digit = 0
    for char in word:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif _SCALES[char] >= 10_000:
            total, section, digit = (total + max(section + digit, 1)) * _SCALES[char], 0, 0
        else:
            section, digit = section + max(digit, 1) * _SCALES[char], 0
    return total + section + digit


def numbers(text: str) -> set[float]:
    """Return every number the words can be read as; full coverage is 100."""
    words = re.sub(r"(?<=\d)。(?=\d)", ".", squeeze(text))
    found = {100.0} if _ALL.search(words) else set()
    for first, second, scale in _ARABIC.findall(words):
        for digits in filter(None, (first, second)):
            plain = float(digits.replace(",", ""))
            found |= {plain, plain * _SCALES.get(scale, 1)}
    return found | {float(chinese(word)) for word in _CHINESE.findall(words)}


def reads_as(text: str, value: float) -> bool:
    """Return whether the words print `value`, or a fall by it."""
    return any(abs(abs(value) - number) <= 1e-9 * max(1.0, number) for number in numbers(text))
