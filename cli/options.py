"""Options that several commands share."""

from __future__ import annotations

import click

scenario_argument = click.argument("scenario", metavar="SCENARIO")
set_option = click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Override one value of the scenario, e.g. --set time.target_year=2026. Repeatable.",
)
