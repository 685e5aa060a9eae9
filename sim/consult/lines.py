"""Lines of text in columns that stay in line when Chinese and Latin stand side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_WIDE = "WF"
GAP = "  "


def width(text: str) -> int:
    """Return the columns a text takes on a terminal: 2 for wide characters, 0 for combining marks."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in _WIDE)
        for char in text
    )


def pad(text: str, columns: int) -> str:
    """Return the text filled with spaces to so many columns; a longer one is not cut."""
    return text + " " * (columns - width(text))


def in_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a header and rows of cells, each column as wide as its widest cell; nothing is cut."""
    table = [[*map(_one_line, cells)] for cells in (header, *rows)]
    widths = [max(width(cells[n]) for cells in table) for n in range(len(header))]
    for cells in table:
        yield GAP.join(pad(cell, columns) for cell, columns in zip(cells, widths, strict=True)).rstrip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
