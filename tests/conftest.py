"""Shared fixtures: one run of Nanchang for the whole session, and the settings of hypothesis."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("usual", deadline=None, max_examples=30, derandomize=True)
settings.register_profile("long", deadline=None, max_examples=1000)
settings.load_profile("long" if os.environ.get("GAPWISE_LONG") else "usual")


@pytest.fixture(scope="session")
def nanchang():
    import sim

    return sim.run("nanchang")


@pytest.fixture(scope="session")
def nanchang_tables(nanchang):
    from sim.outputs.tables import tables

    return tables(nanchang)


@pytest.fixture(scope="session")
def nanchang_manifest(nanchang, nanchang_tables):
    from sim.outputs.manifest import manifest

    return manifest(nanchang, nanchang_tables)
