"""Datasets of futures shared by the tests of their analysis; nobody changes them."""

from __future__ import annotations

import pytest

from sim.sweep.analysis.answering import answered
from tests.futures import ishigami_futures, plan_futures


@pytest.fixture(scope="session")
def ishigami_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ishigami") / "set"
    return ishigami_futures(folder, 1024, second=True, failed=(40, 41, 80))


@pytest.fixture(scope="session")
def ishigami(ishigami_folder):
    return answered(ishigami_folder, lambda data: None)


@pytest.fixture(scope="session")
def plan_folder(tmp_path_factory):
    return plan_futures(tmp_path_factory.mktemp("plan") / "set")


@pytest.fixture(scope="session")
def planned(plan_folder):
    return answered(plan_folder)
