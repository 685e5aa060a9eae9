"""`sim export SCENARIO`: the program of one level as a file for another solver."""

from __future__ import annotations

from pathlib import Path

import click

from .options import scenario_argument, set_option


@click.command()
@scenario_argument
@click.option("--format", "kind", type=click.Choice(["lp", "mps", "nl"]), default="lp", show_default=True)
@click.option("--level", default="present_cost", show_default=True, help="The level whose objective it has.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@set_option
def export(scenario: str, kind: str, level: str, out: Path | None, settings: tuple[str, ...]) -> None:
    """Write the program of one level of SCENARIO; the levels before it stand as rows `frozen_<level>`.

    Another solver then finds the value that `sim run` reports for the level, within the run's gap.
    """
    from sim.scenario.reading import load_scenario

    loaded = load_scenario(scenario, settings)
    from sim.outputs.export import export_level, write_export
    from sim.program.watching import Stop

    from .progress import stop_on_interrupt, telling

    stop = Stop(loaded.scenario.solver.time_limit)
    with telling() as teller, stop_on_interrupt(stop):
        teller.stage("levels")
        found = export_level(loaded, level, stop)
    path = out or Path(f"{loaded.scenario.name}-{level}.{kind}")
    for file in write_export(found, path, kind):
        click.echo(f"written: {file}")
    for before in found.before:
        click.echo(f"frozen: {before.name} = {before.value:.9g} {before.units}")
    proven = f"value {found.level.value:.9g}, bound {found.level.best_bound:.9g} {found.level.units}"
    click.echo(f"minimise: {level}; the run has {proven} ({found.level.status})")
