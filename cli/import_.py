"""`sim import FILE --into SCENARIO`: the city's own figures into a local layer of tables."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--into", "into", metavar="SCENARIO", required=True, help="A YAML file or a shipped name.")
@click.option("--yes", is_flag=True, help="Replace a scenario file of that name which differs.")
@click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
def import_(file: Path, into: str, yes: bool, dry_run: bool) -> None:
    """Read FILE, a filled template (.xlsx) or one sheet of it (.csv), into tables beside SCENARIO."""
    from sim.exchange.importing import prepare
    from sim.exchange.layer import write_layer
    from sim.exchange.telling import told

    found = prepare(file, into, Path.cwd(), overwrite=yes)
    for line in told(found):
        click.echo(line)
    if dry_run:
        click.echo("dry run: nothing is written")
        return
    write_layer(found.target, found.layer)
    click.echo(f"tables: {found.target.folder}")
    click.echo(f"scenario: {found.target.path}")
    click.echo(f"now: sim run {os.path.relpath(found.target.path)}")
