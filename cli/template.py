"""`sim template SCENARIO`: a workbook in which a bureau replaces our estimates by its own figures."""

from __future__ import annotations

from pathlib import Path

import click

from .options import scenario_argument


@click.command()
@scenario_argument
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The .xlsx file to write.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def template(scenario: str, out: Path | None, lang: str) -> None:
    """Write a workbook to fill in: every figure of SCENARIO that may be replaced, ours beside it."""
    from sim.scenario.reading import load_scenario

    loaded = load_scenario(scenario)
    from sim.exchange.drafting import draft

    path = out or Path(f"{loaded.scenario.name}-data.xlsx")
    counts = draft(loaded, path, lang)
    click.echo(f"written: {path}")
    click.echo(f"{counts.rows} figures on {counts.sheets} sheets")
    click.echo(f"{counts.doubtful} of them are our estimates or assumptions")
    click.echo(f"fill in the yellow cells, then: sim import {path} --into {scenario} --dry-run")
