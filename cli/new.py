"""`sim new NAME`: begin a scenario of your own from a shipped plan."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--plan", required=True, metavar="PLAN", help="Shipped plan whose targets are taken.")
@click.option("--counties", required=True, metavar="CODES", help="County codes, separated by commas.")
@click.option("--city", metavar="CODE", help="Code of the planning unit, if it is not a shipped city.")
@click.option("--out", type=click.Path(path_type=Path), default=Path(), show_default=True)
def new(name: str, plan: str, counties: str, city: str | None, out: Path) -> None:
    """Write NAME.yaml for a shipped plan, with every key explained in Chinese and English.

    All counties of the plan's city are planned as that city. Some of them become a unit of their own:
    NAME-data holds its tables, without what the plan asks of the whole city.
    """
    from sim.consult.starter import new_scenario
    from sim.consult.verdict import targets_line
    from sim.consult.words import words

    codes = [code.strip() for code in counties.split(",") if code.strip()]
    written = new_scenario(name, plan, codes, city, out)
    for path in written:
        click.echo(f"written: {path}")
    click.echo(targets_line(str(written[0]), words("en")))
    click.echo(f"next: sim validate {written[0]}")
