"""Shangyou's recipes, opened once: the smallest of the shipped plans."""

from __future__ import annotations

import numpy as np
import pytest

from sim.scenario.reading import load_scenario
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.opening import ScenarioRecipe, recipe_of
from tests.moved import ENDS, MONEY, PATHS


@pytest.fixture(scope="session")
def recipe() -> ScenarioRecipe:
    return recipe_of(load_scenario("shangyou", MONEY), PATHS, "reoptimise")


@pytest.fixture(scope="session")
def model(recipe: ScenarioRecipe) -> ScenarioModel:
    return recipe.open()


@pytest.fixture(scope="session")
def values() -> np.ndarray:
    """(draw, factor) points of the ranges, the first of them the scenario as it is."""
    low, high = np.array(list(ENDS.values())).T
    drawn = low + (high - low) * np.random.default_rng(7).random((12, len(ENDS)))
    drawn[0] = (1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 5e8)
    return drawn
