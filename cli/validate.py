"""`sim validate SCENARIO`: check a scenario and its tables; nothing is decided or written."""

from __future__ import annotations

import click

from .options import scenario_argument, set_option


@click.command()
@scenario_argument
@set_option
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)
def validate(scenario: str, settings: tuple[str, ...], lang: str) -> None:
    """Check SCENARIO and every table it uses; say which targets enter, and explain and count warnings."""
    from sim.scenario.reading import load_scenario

    loaded = load_scenario(scenario, settings)
    from sim.consult.verdict import verdict_lines
    from sim.consult.words import words
    from sim.evidence.book import open_book

    for line in verdict_lines(loaded, open_book(loaded), words(lang)):
        click.echo(line)
