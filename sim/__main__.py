"""Starts the command line: beside `sim/` in a checkout, inside it in the wheel."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec


def main() -> None:
    """Run the `sim` command."""
    inside = find_spec("sim.cli") is not None
    import_module("sim.cli.main" if inside else "cli.main").main()


if __name__ == "__main__":
    main()
