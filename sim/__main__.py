"""Starts the command line: beside `sim/` in a checkout, inside it in the wheel."""

from __future__ import annotations

from importlib.util import find_spec


def main() -> None:
    """Run the `sim` command."""
    if find_spec("sim.cli") is not None:
        from sim.cli.main import main as start  # type: ignore[import-not-found,unused-ignore]
    else:
        from cli.main import main as start
    start()


if __name__ == "__main__":
    main()
