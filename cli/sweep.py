"""`sim sweep SWEEP.yaml`, `sim sweep report DIR`, `sim sweep query DIR SQL`: thousands of futures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.sweep.engine.job import Job

_lang = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_settings = click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Override one value of the sweep, e.g. --set design.draws=1000. Repeatable.",
)
RUN = "run"


def _job(file: str, settings: tuple[str, ...]) -> Job:
    """The sweep of a file, ready to be computed."""
    from sim.sweep.question.reading import load_sweep

    loaded = load_sweep(file, settings)
    from sim.sweep.engine.job import Job
    from sim.sweep.futures.opening import open_recipe

    from .progress import telling

    with telling() as teller:
        recipe = open_recipe(loaded, teller.stage)
    for one in recipe.touched:
        parts = ", ".join(one.parts) or "nothing of the program"
        why = f"; every future is stated anew: {one.rebuild}" if one.rebuild else ""
        click.echo(f"{one.path} touches {parts}{why}", err=True)
    return Job.of(loaded.sweep, loaded.text, recipe)


class _RunByDefault(click.Group):
    """A group whose first word may also be a sweep: then it is run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before a sweep."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


@click.group(cls=_RunByDefault)
def sweep() -> None:
    """Compute thousands of futures of a scenario: `sim sweep SWEEP.yaml` is `sim sweep run SWEEP.yaml`."""


@sweep.command(RUN)
@click.argument("file", metavar="SWEEP")
@click.option("--workers", type=click.IntRange(1, 1024), help="Worker processes here; all cores by default.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler that is there: tcp://host:8786.")
@click.option("--resume", is_flag=True, help="Go on with the folder of a sweep that did not finish.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("outputs"), show_default=True)
@click.option("--estimate", is_flag=True, help="Only say how much memory, disk and time it would take.")
@_settings
@_lang
def run(
    file: str,
    workers: int | None,
    scheduler: str | None,
    resume: bool,
    out: Path,
    estimate: bool,
    settings: tuple[str, ...],
    lang: str,
) -> None:
    """Compute the futures of SWEEP, a file or the name of a shipped one, and keep them as Parquet.

    The bytes do not depend on the number of workers. A part that is finished stays, whatever ends the run:
    --resume computes only the others.
    """
    if workers and scheduler:
        raise click.UsageError("--workers starts workers here; those of a --scheduler are already there")
    job = _job(file, settings)
    from .sweeping import compute, say_estimate

    title = job.sweep.title
    click.echo(f"{title.en if lang == 'en' else title.zh}: {job.design.n}")
    if estimate:
        say_estimate(job, workers)
    else:
        compute(job, out, resume, workers, scheduler)


@sweep.command("screen")
@click.argument("file", metavar="SWEEP")
@click.option("--pool", type=click.IntRange(1, 10_000), default=500, show_default=True,
              help="Futures solved for the prices that bound the others.")  # fmt: skip
@click.option("--check", type=click.IntRange(1, 10_000), default=500, show_default=True,
              help="Further futures solved to tell how far bounds are off.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("outputs"), show_default=True)
@_settings
def screen(file: str, pool: int, check: int, out: Path, settings: tuple[str, ...]) -> None:
    """Bound the shortfall of the first targets in every future of SWEEP without solving it.

    Only for factors that change limits and costs; the command says which do not.
    """
    from .screening import screen as screened

    screened(_job(file, settings), out, pool, check)


@sweep.command("report")
@_folder
@_lang
def report(folder: Path, lang: str) -> None:
    """Write the report of the finished sweep in DIR and say what decides the plan."""
    from sim.outputs.sweep.saying import first_screen
    from sim.outputs.sweep.writing import write_report

    page = write_report(folder, lang)
    for line in first_screen(folder, lang):
        click.echo(line)
    click.echo(f"page: {page}")


@sweep.command("query")
@_folder
@click.argument("sql", metavar="SQL")
def query(folder: Path, sql: str) -> None:
    """Ask the dataset in DIR a question in SQL; the futures are the table `draws`."""
    from sim.sweep.analysis.querying import query as asked

    click.echo(asked(folder, sql))
