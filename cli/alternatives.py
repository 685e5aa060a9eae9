"""`sim alternatives RUN`: other plans of nearly the same cost, and what all of them share."""

from __future__ import annotations

from pathlib import Path

import click


def part(_context: click.Context, _option: click.Parameter, value: str) -> float:
    """Return `2%` or `0.02` as a number above 0 and up to 1."""
    text = value.strip().replace("％", "%")
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a part such as 2% or 0.02") from None
    if not 0 < share <= 1:
        raise click.BadParameter(f"{value!r} is not above 0 % and up to 100 %")
    return share


@click.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--within", callback=part, default="2%", show_default=True, help="How much more they may cost.")
@click.option("--count", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--nodes", type=click.IntRange(1), default=100, show_default=True,
              help="Most branch-and-bound nodes of one search.")  # fmt: skip
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def alternatives(run_folder: Path, within: float, count: int, nodes: int, lang: str) -> None:
    """Find plans that meet the targets as RUN does, cost little more and put projects elsewhere."""
    from sim.outputs.alternatives.finding import find
    from sim.outputs.alternatives.page import told, write
    from sim.program.alternatives import Wanted
    from sim.program.watching import Stop

    from .progress import stop_on_interrupt, telling

    stop = Stop()
    with telling() as teller, stop_on_interrupt(stop):
        teller.stage("alternatives")
        found = find(run_folder, Wanted(within, count, nodes), stop, teller.level)
    for line in told(found, within, lang):
        click.echo(line)
    click.echo(f"written: {write(found, run_folder, within, lang)}")
