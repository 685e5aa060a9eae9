"""Labels of charts: long ones broken into lines, equal ones kept apart, the most important few shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.outputs.drawing import axis
from sim.outputs.texts import Texts

ROW = 30
"Height of a row of one line, px."
LINE = 15
"Height of each further line, px."
CLOSING, OPENING = "，。；：、）)", "（("
"Signs that begin no line, and signs that end none."


def wrapped(label: str, words: Texts) -> str:
    """Return a label broken at the width of the language, without meaning to plotly.

    Latin text breaks between words, other text anywhere; lines are about as long as each other.
    """
    widest = int(words.number("sweep.wrap"))
    lines = _lines(label, widest)
    balanced = next(
        found
        for width in range(len(label) // len(lines), widest + 1)
        if len(found := _lines(label, width)) <= len(lines)
    )
    plain = (line.strip().replace("&", "&amp;").replace("<", "&lt;") for line in balanced)
    return "<br>".join(plain)


def _lines(label: str, width: int) -> list[str]:
    lines = [""]
    for part in _pieces(label):
        if lines[-1] and len(lines[-1]) + len(part.rstrip()) > width:
            lines.append("")
        lines[-1] += part
    return lines


def down(labels: Sequence[str], words: Texts) -> dict[str, Any]:
    """Return the axis of rows, the first on top; rows stand at 0, 1, ... so that equal labels stay apart."""
    n = len(labels)
    return axis(
        tickvals=list(range(n)),
        ticktext=[wrapped(label, words) for label in labels],
        range=[n - 0.5, -0.5],
        showgrid=False,
        ticks="",
    )


def across(labels: Sequence[str], words: Texts) -> dict[str, Any]:
    """Return the axis of columns, on top."""
    return axis(
        tickvals=list(range(len(labels))),
        ticktext=[wrapped(label, words) for label in labels],
        range=[-0.5, len(labels) - 0.5],
        side="top",
        showgrid=False,
        ticks="",
        tickangle=0 if len(labels) <= 8 else -45,
    )


def height(labels: Sequence[str], words: Texts, around: int = 110) -> int:
    """Return the height of a chart with these rows, px."""
    return around + sum(ROW + LINE * wrapped(label, words).count("<br>") for label in labels)


def _pieces(label: str) -> list[str]:
    """Words with the blank after them; characters beyond Latin each by itself."""
    pieces: list[str] = []
    for sign in label:
        joins = bool(pieces) and ord(sign) < 0x2E80 and ord(pieces[-1][-1]) < 0x2E80
        if (joins and not pieces[-1].endswith(" ")) or (sign in "，。；：、）)" and pieces):
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces
