"""`sim backtest SCENARIO --actual FILE`: what the projection would have said, beside what happened."""

from __future__ import annotations

from pathlib import Path

import click

from .options import scenario_argument, set_option


@click.command()
@scenario_argument
@click.option("--actual", "files", type=click.Path(path_type=Path), multiple=True, required=True,
              help="CSV file of published figures. Repeatable.")  # fmt: skip
@click.option("--cut-off", type=int, help="Last year whose figures are known; the census year by default.")
@click.option("--draws", type=click.IntRange(2, 100_000), default=500, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("outputs"), show_default=True)
@set_option
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def backtest(
    scenario: str,
    files: tuple[Path, ...],
    cut_off: int | None,
    draws: int,
    out: Path,
    settings: tuple[str, ...],
    lang: str,
) -> None:
    """Project SCENARIO with data up to a cut-off and compare with published figures."""
    from sim.scenario.reading import load_scenario

    loaded = load_scenario(scenario, settings)
    from sim.backtest.basis import basis_of, folder_name
    from sim.backtest.page import told
    from sim.backtest.running import backtest as compared
    from sim.backtest.running import census_of, names, write

    known = cut_off if cut_off is not None else census_of(loaded)
    figures, found = compared(loaded, files, known, draws)
    basis = basis_of(figures, files, known, settings)
    folder = out / folder_name(loaded, figures, basis, known, draws, lang)
    write(folder, figures, found, known, draws, lang, basis)
    for line in told(found, names(figures, lang), known, lang, basis):
        click.echo(line)
    click.echo(f"written: {folder / 'backtest.html'}")
