"""A page in a real browser, without network."""

from __future__ import annotations

import re
import subprocess

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def browse(chromium, page, *arguments):
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = [chromium, *FLAGS, profile, "--virtual-time-budget=15000", *arguments, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def drawn(dom: str, name: str) -> str:
    """The inside of a chart's element, to the table beside it."""
    start = dom.index(f'id="chart-{name}"')
    return dom[start : dom.index("<details", start)]


def looked_at(chromium, page):
    """The page as a wide window draws it: its document, and what the console said."""
    return browse(chromium, page, "--window-size=1280,2000", "--enable-logging=stderr", "--dump-dom")


def assert_faultless(seen):
    """Charts are drawn, no script fails, and nothing is refused."""
    root = re.search(r"<html[^>]*>", seen.stdout).group(0)
    assert 'data-charts="drawn"' in root
    assert "data-errors" not in root
    assert [line for line in seen.stderr.splitlines() if "CONSOLE" in line] == []
