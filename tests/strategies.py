"""Hypothesis strategies that several tests share.

Long arrays are filled from a drawn seed: hypothesis chooses the case, numpy the 101 ages.
"""

from __future__ import annotations

import math

import numpy as np
import xarray as xr
from hypothesis import strategies as st

from sim.demography.life_table import infant_separation, person_years, survival_ratios, survivors
from sim.indicators import Indicator
from sim.names import AGES, SEXES
from sim.scenario.schema import Time

seeds = st.integers(0, 2**32 - 1)


@st.composite
def death_rates(draw: st.DrawFn) -> np.ndarray:
    """(age) central death rates: high in infancy, rising by age, rough in between."""
    rng = np.random.default_rng(draw(seeds))
    level = draw(st.floats(2e-5, 5e-4))
    slope = draw(st.floats(0.06, 0.1))
    infant = draw(st.floats(1e-3, 0.15))
    rates = level * np.exp(slope * AGES) * rng.uniform(0.8, 1.25, AGES.size)
    rates[0] = infant
    return np.clip(rates, 1e-6, 1.5)


def ratios_of(mx: np.ndarray, sex: str) -> np.ndarray:
    """(age) survival ratios of death rates."""
    a0 = infant_separation(mx[0], sex)
    return survival_ratios(*person_years(survivors(mx, a0), a0, mx[-1]))


@st.composite
def population_inputs(
    draw: st.DrawFn, max_counties: int = 3, max_years: int = 3, emigration: float = 0.02
) -> xr.Dataset:
    """Inputs of `project_population`; at most `emigration` of an age leaves (above 1: more than stand)."""
    counties, years = draw(st.integers(1, max_counties)), draw(st.integers(1, max_years))
    rng = np.random.default_rng(draw(seeds))
    shape = (counties, len(SEXES), AGES.size)
    base = rng.uniform(0, draw(st.floats(1.0, 1e5)), shape)
    rates = [draw(death_rates()) for _ in SEXES]
    survival = np.stack([ratios_of(mx, sex) for mx, sex in zip(rates, SEXES, strict=True)])
    fertile = (AGES >= 15) & (AGES < 50)
    highest = draw(st.just(0.0) | st.floats(1e-3, 0.3))
    asfr = fertile * rng.uniform(0, highest, (counties, years, AGES.size))
    moved = rng.uniform(-emigration, 0.02, (*shape, years)) * base[..., None]
    data = xr.Dataset(
        coords={
            "county": [f"{360100 + n}" for n in range(counties)],
            "sex": list(SEXES),
            "age": AGES,
            "year": 2021 + np.arange(years),
        }
    )
    data["population_base"] = ("county", "sex", "age"), base
    data["survival_ratio"] = (
        ("county", "sex", "age", "year"),
        np.broadcast_to(survival[None, ..., None], (*shape, years)).copy(),
    )
    data["asfr"] = ("county", "age", "year"), np.moveaxis(asfr, 1, 2)
    data["sex_ratio_at_birth"] = ("county", "year"), rng.uniform(1.0, 1.2, (counties, years))
    data["net_migration"] = ("county", "sex", "age", "year"), moved
    return data


@st.composite
def age_groups(draw: st.DrawFn) -> list[str]:
    """Labels of age groups that cover 0..100 once, the last one open."""
    cuts = sorted(draw(st.sets(st.integers(1, 100), min_size=1, max_size=20)))
    starts = [0, *cuts]
    labels = [
        str(first) if first == last else f"{first}-{last}"
        for first, last in zip(starts, [cut - 1 for cut in cuts], strict=False)
    ]
    return [*labels, f"{cuts[-1]}+"]


def indicator(**changes: object) -> Indicator:
    """Return one row of a plan, city-wide beds per 1,000 unless changed."""
    row: dict[str, object] = {
        "number": "1",
        "reading": "",
        "chosen": True,
        "origin": "table",
        "population": "resident",
        "parent": "",
        "baseline_as": "number",
        "target_high": math.nan,
        "target_as": "number",
        "reference": "",
        "target_year": 2025,
        "plan_year": 2025,
        "assumed": False,
        "by_county": False,
        "answered": True,
        "threshold": math.nan,
        "of": "",
        "whole_in_program": True,
        "source": "nanchang_plan",
        "quote": "",
        "note": "",
        "name": "床位",
        "name_en": "Beds",
        "unit": "张",
        "measure": "ratio_to_population",
        "sense": "more",
        "bound": "at_least",
        "force": "expected",
        "scope": "city",
        "resource": "beds",
        "level": 1,
        "weight": 1.0,
        "baseline": 7.0,
        "baseline_text": "7",
        "target": 8.0,
        "target_text": "8",
        "base_year": 2020,
        "response": "construct",
        "per": "1000",
        "facilities": math.nan,
        "seed_file": "",
        "seed_line": "",
        "where": "",
    }
    return Indicator(**(row | changes))  # type: ignore[arg-type]


def plan_time(target_year: int = 2025, end_year: int = 2040) -> Time:
    """Return the years of a plan from base year 2020."""
    return Time(
        base_year=2020,
        information_until=2020,
        first_decision_year=2021,
        target_year=target_year,
        end_year=end_year,
    )
