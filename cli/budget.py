"""`sim budget SCENARIO`: what a plan needs, what money buys, what more would buy, what it costs after."""

from __future__ import annotations

from pathlib import Path

import click

from .options import scenario_argument, set_option

STOPPED_EARLY = 5
FUNDS = ("all", "central", "provincial", "special_bond", "municipal", "county", "institution")


class Yuan(click.ParamType[float]):
    """An amount such as 3亿, 4500万 or 120000000."""

    name = "money"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return yuan, or say what is allowed."""
        from sim.amounts import ALLOWED, parse_yuan

        try:
            return value if isinstance(value, float) else parse_yuan(str(value))
        except ValueError as error:
            return self.fail(f"{error}; allowed: {ALLOWED}", param, ctx)


class Share(click.ParamType[float]):
    """A part such as 1% or 0.01."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return a number from 0 up to 1, or say what is allowed."""
        text = str(value).strip().replace("％", "%")
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            return self.fail(f"{value!r} is not a part such as 1% or 0.01", param, ctx)
        return share if 0 <= share < 1 else self.fail(f"{value!r} is not from 0 up to 100 %", param, ctx)


@click.command()
@scenario_argument
@click.option("--fund", type=click.Choice(FUNDS), default="all", show_default=True,
              help="Whose money; all: the capital outlay of all funds.")  # fmt: skip
@click.option("--from", "start", type=Yuan(), default="0", show_default=True, help="Smallest envelope.")
@click.option("--to", "end", type=Yuan(), help="Largest envelope; 1.2 times the least money by default.")
@click.option("--steps", type=click.IntRange(2, 201), default=21, show_default=True)
@click.option("--per-year", is_flag=True, help="An envelope of each year instead of one of the plan.")
@click.option("--envelope", type=Yuan(), help="The envelope to look at closely; the bend by default.")
@click.option("--gap", type=Share(), default="1%", show_default=True, help="Relative gap of every level.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("outputs"), show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@set_option
@click.pass_context
def budget(
    context: click.Context,
    scenario: str,
    fund: str,
    start: float,
    end: float | None,
    steps: int,
    per_year: bool,
    envelope: float | None,
    gap: float,
    out: Path,
    lang: str,
    settings: tuple[str, ...],
) -> None:
    """Tell of SCENARIO how much it needs, what an envelope buys, what more buys, what it costs every year."""
    if end is not None and end <= start:
        raise click.BadParameter(f"{end:.0f} yuan is not above --from {start:.0f} yuan", param_hint="--to")
    from sim.scenario.reading import load_scenario

    loaded = load_scenario(scenario, settings)
    from sim.budget.answering import Question, answered
    from sim.budget.purse import Purse
    from sim.evidence.book import open_book
    from sim.outputs.budget.saying import budget_words, first_screen, purse
    from sim.outputs.budget.tables import budget_tables
    from sim.outputs.budget.writing import PAGE, reproducible, write_budget
    from sim.outputs.envelopes import illustrative_text, supposed_text
    from sim.program.watching import Stop

    from .progress import stop_on_interrupt, telling

    question = Question(Purse(fund, per_year), start, end, steps, envelope)
    stop = Stop(loaded.scenario.solver.time_limit)
    with telling() as teller, stop_on_interrupt(stop):
        found = answered(loaded, open_book(loaded), question, gap, stop, teller.level, teller.stage)
        teller.stage("writing")
        folder = write_budget(found, out, gap, lang)
    words = budget_words(found, lang)
    if said := illustrative_text(loaded.scenario, words):
        click.echo(f"{words['banner.illustrative_title']} {said}")
    if said := supposed_text(loaded.scenario, words):
        click.echo(f"{words['banner.supposed_title']} {said}")
    click.echo(purse(found, words))
    for part in first_screen(found, budget_tables(found), words):
        click.echo(part.title)
        for line in part.lines:
            click.echo(f"  {line}")
    click.echo(f"written: {folder}")
    click.echo(f"page: {folder / PAGE}")
    if not reproducible(found):
        context.exit(STOPPED_EARLY)
