"""A back-test from a scenario and files of published figures to a folder of tables and a page."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from sim.backtest.actuals import read_actuals
from sim.backtest.basis import Basis
from sim.backtest.comparing import Comparison, compare
from sim.backtest.page import NOTHING, render
from sim.errors import InputError, Problem
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.evidence.fitting import census_years
from sim.names import CITY
from sim.scenario.reading import LoadedScenario
from sim.scenario.schema import Scenario
from sim.staff_inputs import staff_inputs
from sim.stages import Stages, run_stages
from sim.uncertainty.ensemble import Spread
from sim.uncertainty.staff import StaffSpread, drawn_staff


def backtest(
    loaded: LoadedScenario, files: Sequence[Path], cut_off: int, draws: int
) -> tuple[Figures, Comparison]:
    """Compare a scenario's projection with published figures.

    Everything is computed from a copy of the scenario whose data cut-off is `cut_off` (`known_at`).
    Where the base year is later, its stocks were not known yet: beds, staff and places are left out.

    Args:
        loaded: the scenario.
        files: CSV files of published figures.
        cut_off: last year whose published figures are known; the census year or later.
        draws: number of draws of the band.

    Returns:
        the evidence as known at the cut-off, and what was found.

    Raises:
        InputError: faults of the scenario, its tables, the files or the cut-off.
    """
    book, time = open_book(loaded), loaded.scenario.time
    census = census_years(book.tables, loaded.scenario.city)[0]
    if not census <= cut_off <= time.end_year:
        allowed = f"{census}, the year of the census, to {time.end_year}"
        raise InputError([Problem("--cut-off", f"cut-off is {cut_off}", allowed)])
    figures = Figures(book, known_at(loaded.scenario, cut_off))
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
    if time.base_year > cut_off:
        return figures, compare(figures, actuals, cut_off, spread, draws)
    stages = run_stages(figures)
    standing = counted(stages.capacity["in_place"], _given(figures, stages), stages.unknown)
    return figures, compare(figures, actuals, cut_off, spread, draws, standing, _staff(stages, spread, draws))


def known_at(scenario: Scenario, cut_off: int) -> Scenario:
    """Return the scenario with the cut-off as the last year whose published figures may enter.

    `time.information_until` decides which published residents, births and deaths the projection meets,
    which rates are held, which assumption of migration holds and from when it declines, and which
    observations monitoring knows. Residents of the base year turn ratios of the plan into stocks, so
    capacity and staff rest on it too. The plan itself (baselines, named works, each of the base year
    or announced in it) and the undated rates of staff and supply stay as they are.

    Args:
        scenario: the scenario.
        cut_off: from the census to the end year. A scenario's own cut-off is never before its base
            year; where `cut_off` is, only the projection of people may be run on the copy.
    """
    return scenario.model_copy(
        update={"time": scenario.time.model_copy(update={"information_until": cut_off})}
    )


def counted(in_place: xr.DataArray, given: xr.DataArray, unknown: Collection[str]) -> xr.DataArray:
    """Return the capacity some of which was counted in the base year; missing where nobody counted.

    Args:
        in_place: (resource, county, year) units without projects, from the base year on; 0 also where
            nothing is known.
        given: (resource, county) units of the base year given for a county, NaN where none.
        unknown: resources whose stock nothing tells.

    Returns:
        (resource, county, year) units; NaN in counties that have none and are given none while other
        counties of the resource are given a figure. Resources of which nothing is counted are not in it.
    """
    base = in_place.isel(year=0, drop=True)
    stands = (base > 0).any("county") & ~base["resource"].isin(list(unknown))
    own = given.reindex_like(base)
    untold = own.notnull().any("county") & own.isnull() & (base == 0)
    return in_place.where(~untold).sel(resource=base["resource"][stands])


def _given(figures: Figures, stages: Stages) -> xr.DataArray:
    """(resource, county) stocks of the base year given for a county."""
    coords = {name: [str(v) for v in stages.capacity[name].values] for name in ("resource", "county")}
    return figures.array("plans/county_baselines", "baseline", ("resource", "county"), coords)


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
    inputs = staff_inputs(figures, base, time.plan_years)
    return drawn_staff(base, inputs, of_staff, draws, stages.rules.parents)


def census_of(loaded: LoadedScenario) -> int:
    """Return the year of the census the scenario's counties were counted in."""
    return census_years(open_book(loaded).tables, loaded.scenario.city)[0]


def write(
    folder: Path,
    figures: Figures,
    found: Comparison,
    cut_off: int,
    draws: int,
    lang: str,
    basis: Basis = NOTHING,
) -> None:
    """Write the tables `rows`, `scores`, `left_out` and the page, beside first and then moved into place."""
    part, old = (folder.parent / f".{folder.name}.{end}" for end in ("part", "old"))
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        for name in ("rows", "scores", "left_out"):
            getattr(found, name).to_csv(part / f"{name}.csv", index=False, lineterminator="\n")
        title = getattr(figures.scenario.title, lang)
        page = render(found, title, names(figures, lang), cut_off, draws, lang, basis)
        (part / "backtest.html").write_text(page, encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise


def names(figures: Figures, lang: str) -> dict[str, str]:
    """Return the names of counties and resources in one language, the city under `city`."""
    rows = list(figures.book["counties"].where(city=figures.scenario.city))
    end, own = ("", "_zh") if lang == "zh" else ("_en", "_en")
    resources = {row["resource"]: row[f"name{own}"] for row in figures.book["resources"]}
    counties = {row["county"]: row[f"county_name{end}"] for row in rows}
    return resources | counties | {CITY: rows[0][f"city_name{end}"]}
