"""A page in a real browser, without network."""

from __future__ import annotations

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
