"""A back-test from a scenario and files of published figures to a folder of tables and a page."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from sim.backtest.actuals import read_actuals
from sim.backtest.comparing import Comparison, compare
from sim.backtest.page import render
from sim.errors import InputError, Problem
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.evidence.fitting import census_years
from sim.names import CITY
from sim.scenario.reading import LoadedScenario
from sim.staff_inputs import staff_inputs
from sim.stages import Stages, run_stages
from sim.uncertainty.ensemble import Spread
from sim.uncertainty.staff import StaffSpread, drawn_staff


def backtest(
    loaded: LoadedScenario, files: Sequence[Path], cut_off: int, draws: int
) -> tuple[Figures, Comparison]:
    """Compare a scenario's projection with published figures.

    Args:
        loaded: the scenario.
        files: CSV files of published figures.
        cut_off: last year whose published figures are known; the census year or later.
        draws: number of draws of the band.

    Raises:
        InputError: faults of the scenario, its tables, the files or the cut-off.
    """
    figures = Figures(open_book(loaded), loaded.scenario)
    census = census_years(figures.book.tables, loaded.scenario.city)[0]
    if not census <= cut_off <= loaded.scenario.time.end_year:
        allowed = f"{census}, the year of the census, to {loaded.scenario.time.end_year}"
        raise InputError([Problem("--cut-off", f"cut-off is {cut_off}", allowed)])
    counties = figures.book["counties"]
    parts, problems = [], list[Problem]()
    for path in files:
        try:
            parts.append(read_actuals(path, counties, loaded.scenario.city))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    spread = Spread(
        fertility=figures.scalar("fertility_spread"),
        life_expectancy=figures.scalar("life_expectancy_spread"),
        migration=figures.scalar("migration_spread"),
        correlation=figures.scalar("county_correlation"),
        seed=int(figures.scalar("draw_seed")),
    )
    actuals = pd.concat(parts, ignore_index=True)
    if loaded.scenario.time.base_year > cut_off:
        return figures, compare(figures, actuals, cut_off, spread, draws)
    stages = run_stages(figures)
    stands = (stages.capacity["in_place"] > 0).any(("county", "year"))
    standing = stages.capacity["in_place"].sel(resource=stands["resource"][stands])
    return figures, compare(figures, actuals, cut_off, spread, draws, standing, _staff(stages, spread, draws))


def _staff(stages: Stages, spread: Spread, draws: int) -> xr.DataArray:
    """Heads without decisions in every draw."""
    figures, time = stages.figures, stages.figures.scenario.time
    base = stages.workforce["headcount"].sel(year=time.base_year, drop=True)
    of_staff = StaffSpread(
        attrition=figures.scalar("attrition_spread"),
        retention=figures.scalar("retention_spread"),
        correlation=spread.correlation,
        seed=spread.seed,
    )
    return drawn_staff(base, staff_inputs(figures, base, time.plan_years), of_staff, draws)


def census_of(loaded: LoadedScenario) -> int:
    """Return the year of the census the scenario's counties were counted in."""
    return census_years(open_book(loaded).tables, loaded.scenario.city)[0]


def write(folder: Path, figures: Figures, found: Comparison, cut_off: int, draws: int, lang: str) -> None:
    """Write `rows.csv`, `scores.csv` and `backtest.html`, beside first and then moved into place."""
    part = folder.parent / f".{folder.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        found.rows.to_csv(part / "rows.csv", index=False, lineterminator="\n")
        found.scores.to_csv(part / "scores.csv", index=False, lineterminator="\n")
        title = getattr(figures.scenario.title, lang)
        page = render(found, title, names(figures, lang), cut_off, draws, lang)
        (part / "backtest.html").write_text(page, encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def names(figures: Figures, lang: str) -> dict[str, str]:
    """Return the names of counties and resources in one language, the city under `city`."""
    rows = list(figures.book["counties"].where(city=figures.scenario.city))
    end, own = ("", "_zh") if lang == "zh" else ("_en", "_en")
    resources = {row["resource"]: row[f"name{own}"] for row in figures.book["resources"]}
    counties = {row["county"]: row[f"county_name{end}"] for row in rows}
    return resources | counties | {CITY: rows[0][f"city_name{end}"]}
