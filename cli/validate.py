"""`sim validate SCENARIO`: check a scenario and its tables; nothing is computed or written."""

from __future__ import annotations

import click

from .options import scenario_argument, set_option


@click.command()
@scenario_argument
@set_option
def validate(scenario: str, settings: tuple[str, ...]) -> None:
    """Check SCENARIO and every table it uses, and say which targets enter the program."""
    from sim.scenario.reading import load_scenario

    loaded = load_scenario(scenario, settings)
    from sim.evidence.book import open_book
    from sim.evidence.figures import Figures
    from sim.indicators import read_indicators

    book = open_book(loaded)
    indicators = read_indicators(Figures(book, loaded.scenario))
    inside = [i for i in indicators if i.in_program]
    click.echo(f"{loaded.source.file}: valid; {len(book.tables)} tables")
    click.echo(f"targets in the program: {len(inside)} of {len(indicators)}")
    for item in indicators:
        reason = f"level {item.level}" if item.in_program else f"not in the program: {item.why_not()}"
        click.echo(f"  {item.label:9} {item.name}: {reason}")
    for row in book["conflicts"]:
        click.echo(f"two sources disagree: {row['quantity']} {row['year']}")
        click.echo(f"  chosen {row['chosen']} ({row['chosen_source']})")
        click.echo(f"  other  {row['other']} ({row['other_source']})")
