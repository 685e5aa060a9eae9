"""`sim schema`: the JSON Schema of scenarios, for editors."""

from __future__ import annotations

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files.

    Point your editor at it to complete and check keys, e.g. with a first line
    `# yaml-language-server: $schema=scenario.schema.json` after `sim schema > scenario.schema.json`.
    """
    from sim.consult.scenario_schema import scenario_schema

    click.echo(scenario_schema())
