from __future__ import annotations

import pytest

from sim.sweep.futures.opening import ScenarioRecipe, open_recipe
from sim.sweep.question.reading import load_sweep


@pytest.fixture(scope="session")
def people() -> ScenarioRecipe:
    """The shipped sweep of what people and staff decide in Nanchang, whatever its design."""
    return open_recipe(load_sweep("nanchang-people"))
