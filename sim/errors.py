"""What can go wrong, told so that the user can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHOWN = 100
LONGEST = 200


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in the user's input: where it stands, what was found, what is allowed."""

    where: str
    found: str
    allowed: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        """One line: `file:line:column: found; allowed: ...; did you mean ...?`."""
        text = f"{self.where}: {_short(self.found)}"
        if self.allowed:
            text += f"; allowed: {self.allowed}"
        if self.nearest:
            text += f"; did you mean {self.nearest!r}?"
        return text


class InputError(Exception):
    """Faults in the user's input, all of them at once (exit code 2); beyond a hundred they are counted."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more of {len(self.problems)}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Travel from a worker whole."""
        return type(self), (self.problems,)


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise every fault there is at once; nothing where there is none.

    Raises:
        InputError: there is a fault.
    """
    if found := tuple(problems):
        raise InputError(found)


class ContractError(AssertionError):
    """A stage was handed, or returned, data that breaks its contract: our bug."""


class NoCertifiedPlanError(Exception):
    """The solver returned no plan that passes the certificate (exit code 4)."""


class CertificateError(Exception):
    """A certificate or a ledger does not hold (exit code 6)."""


class SweepStoppedError(Exception):
    """A sweep ended before its last part; what it finished is kept (exit code 5)."""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the closest of `words` to `word`, or an empty string when none is close."""
    if len(word) > LONGEST:
        return ""
    close = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.6)
    return close[0] if close else ""
