"""`sim explain RUN`: why targets are missed, and what would mend it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def explain(run_folder: Path, lang: str) -> None:
    """Say of each target RUN misses by how much and where, which rules forbid it, and what mends it."""
    from sim.explain import explain_run
    from sim.outputs.explaining import explained
    from sim.outputs.verify import open_run

    run = open_run(run_folder)
    ranks = (row["name"] for row in run.record["levels"] if row["status"] == "optimal")
    proven = [int(name.removeprefix("targets_")) for name in ranks if name.startswith("targets_")]
    missed = explain_run(run.case, run.claims, run.book, run.loaded, run.record["targets"]["missed"], proven)
    for block in explained(run_folder, run, missed, lang):
        click.echo(block[0])
        for line in block[1:]:
            click.echo(f"  {line}")
