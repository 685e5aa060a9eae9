"""`sim params list|show|check`: the figures of the tables, where each comes from, and what is open."""

from __future__ import annotations

import click

_plan_option = click.option(
    "--plan", metavar="PLAN|SCENARIO", help="Only the tables of this plan or scenario and the shared ones."
)


@click.group()
def params() -> None:
    """Look at the figures: list them, show one, check what is missing or assumed."""


@params.command("list")
@click.argument("text", default="")
@_plan_option
@click.option("--all", "every", is_flag=True, help="Also each figure of the large grids by age and year.")
def list_figures(text: str, plan: str | None, every: bool) -> None:
    """List every figure; with TEXT those whose key, name, unit, source or quality holds it."""
    from sim.consult.listing import list_lines
    from sim.consult.stated import tables_of

    for line in list_lines(tables_of(plan), text, every):
        click.echo(line)


@params.command("show")
@click.argument("key", metavar="KEY")
@_plan_option
def show(key: str, plan: str | None) -> None:
    """Show a figure: range, source, words, reason, place and use. KEY may be the end of its key."""
    from sim.consult.listing import show_lines
    from sim.consult.stated import find, sources, stated, tables_of

    tables = tables_of(plan)
    for line in show_lines(find(stated(tables), key), tables, sources()):
        click.echo(line)


@params.command("check")
@click.argument("scenario", required=False)
def check(scenario: str | None) -> None:
    """Say what is missing, conflicting, assumed, estimated or stale for SCENARIO, or for every shipped one.

    A figure is stale if its year lies more than 3 years before the scenario's base year. A figure is missing
    if the scenario needs it or the plan leaves it empty.
    """
    from sim.consult.checks import check_lines, check_sections
    from sim.evidence.book import open_book
    from sim.scenario.reading import load_scenario
    from sim.shipped import scenario_names

    for name in [scenario] if scenario else scenario_names():
        loaded = load_scenario(name)
        for line in check_lines(loaded.scenario.name, check_sections(loaded, open_book(loaded))):
            click.echo(line)
