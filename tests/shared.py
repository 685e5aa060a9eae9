"""Where the source files stand that the shipped figures were taken from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """Return a file or folder of `shared`, which stands beside the repository.

    A user's checkout has no such folder: the test is skipped. In CI its absence is a failure.
    """
    found = _FOLDER / path
    if found.exists():
        return found
    reason = f"the source data {found} are not here"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason)
    pytest.skip(reason)
