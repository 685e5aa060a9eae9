"""`sim run SCENARIO`: from a scenario to a run folder with tables, workbook and report."""

from __future__ import annotations

from pathlib import Path

import click

from .options import scenario_argument, set_option

MISSED, STOPPED_EARLY = 3, 5


@click.command()
@scenario_argument
@click.option("--out", type=click.Path(path_type=Path), default=Path("outputs"), show_default=True)
@set_option
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--solver", help="Another solver that Pyomo knows, e.g. scip_direct; highs by default.")
@click.option("--gap", type=float, help="Relative gap at which a level counts as solved.")
@click.option("--time-limit", type=float, help="Seconds for the solver; the run is then not reproducible.")
@click.option("--priority", help="Preset of priority levels: constructible or legal.")
@click.option("--strict", is_flag=True, help="Exit with 3 when a constructible target is missed.")
@click.pass_context
def run(
    context: click.Context,
    scenario: str,
    out: Path,
    settings: tuple[str, ...],
    lang: str,
    solver: str | None,
    gap: float | None,
    time_limit: float | None,
    priority: str | None,
    strict: bool,
) -> None:
    """Run SCENARIO, a YAML file or a shipped name, and write its run folder."""
    from sim.scenario.reading import load_scenario

    given = {"solver.name": solver, "solver.gap": gap, "solver.time_limit": time_limit, "priority": priority}
    extra = tuple(f"{path}={value}" for path, value in given.items() if value is not None)
    load_scenario(scenario, settings + extra)  # faults are told before anything heavy is loaded
    from sim.outputs.summary import summary

    from .work import find_or_run

    folder, reused = find_or_run(scenario, settings + extra, out, lang)
    record, lines = summary(folder, lang)
    for line in lines:
        click.echo(line)
    click.echo(f"{'reused' if reused else 'written'}: {folder}")
    click.echo(f"report: {folder / 'report.html'}")
    if not record["reproducible"] and record["stopped_above_gap"]:
        context.exit(STOPPED_EARLY)
    if strict and record["targets"]["missed"]:
        context.exit(MISSED)
