"""A folder that the tests of a module share, and the `sim` command called from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calling import Call, calling


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path) -> Call:
    return calling(monkeypatch, capsys, home)
