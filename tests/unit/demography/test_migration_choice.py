from __future__ import annotations

import numpy as np
import pytest

from sim.demography.inputs import population_inputs
from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario


def migrants(*settings: str) -> np.ndarray:
    loaded = load_scenario("shangyou", settings)
    inputs = population_inputs(Figures(open_book(loaded), loaded.scenario), ["360724"])
    return inputs["net_migration"].sum(("county", "sex", "age")).values


def test_migration_is_held_or_falls_to_zero_in_the_end_year_or_is_none():
    held, falling, none = (
        migrants(f"population.migration_after_information={choice}") for choice in ("hold", "decline", "zero")
    )
    assert (held == held[0]).all()
    np.testing.assert_allclose(np.diff(falling), -held[0] / 15)
    assert falling[-1] == pytest.approx(0, abs=1e-9)
    assert (none == 0).all()


def test_a_path_joins_its_years_by_straight_lines_and_is_held_outside_them():
    path = migrants(
        "population.migration_after_information=path",
        "population.migration_path=[{year: 2026, persons: 500}, {year: 2022, persons: 100}]",
    )
    np.testing.assert_allclose(path[:7], [100, 100, 200, 300, 400, 500, 500])


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["population.migration_after_information=path"], "migration_path is empty"),
        (["population.migration_path=[{year: 2022, persons: 1}]"], "migration_path is given"),
        (
            [
                "population.migration_after_information=path",
                "population.migration_path=[{year: 2022, persons: 1}, {year: 2022, persons: 2}]",
            ],
            "a second figure of 2022",
        ),
    ],
)
def test_a_path_that_says_nothing_or_twice_is_refused(settings, told):
    with pytest.raises(InputError, match=told):
        load_scenario("shangyou", settings)
