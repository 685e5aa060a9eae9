"""The compiled kernel says what the plain one says, and is taken only when asked for."""

from __future__ import annotations

import importlib
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demography import kernel, project_population
from sim.demography.kernel import Flows, Rates
from tests.strategies import population_inputs, seeds


@pytest.fixture(scope="module")
def compiled() -> ModuleType:
    return pytest.importorskip("sim.demography.compiled", exc_type=ImportError)


def _case(rows: int, years: int, emigration: float, seed: int = 1) -> tuple[np.ndarray, Rates]:
    """At most `emigration` of the highest age stock leaves; above 1 more than stand."""
    random = np.random.default_rng(seed)
    shape = (years, rows, 2, 101)
    asfr = random.uniform(0.0, 0.1, (years, rows, 50))
    rates = Rates(
        survival=random.uniform(0.5, 1.0, shape),
        asfr=asfr[..., 5:40],
        first_fertile_age=15,
        girls=random.uniform(0.4, 0.5, (years, rows)),
        migration=random.uniform(-1000.0 * emigration, 10.0, shape),
    )
    return random.uniform(0.0, 1000.0, (rows, 2, 101)), rates


def _same(found: Flows, expected: Flows) -> None:
    scale = float(expected.population.max())
    for name in ("population", "births", "deaths", "migrants", "capped"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert (ours is None) == (theirs is None), name
        if ours is not None:
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * scale, err_msg=name)


@pytest.mark.parametrize("detail", [True, False])
@pytest.mark.parametrize("emigration", [0.02, 2.0])
@settings(deadline=None, max_examples=20)
@given(rows=st.integers(1, 9), years=st.integers(1, 4), block=st.integers(1, 10), seed=seeds)
def test_it_agrees_with_the_plain_kernel(compiled, detail, emigration, rows, years, block, seed):
    base, rates = _case(rows, years, emigration, seed)
    found = compiled.project_rows(base, rates, detail, block)
    expected = kernel.project_rows(base, rates, detail)
    _same(found, expected)
    if detail and emigration > 1:
        assert np.nanmax(found.capped) > 0


def test_the_array_given_is_the_one_filled(compiled):
    base, rates = _case(3, 2, 0.02)
    out = np.zeros((3, *base.shape))
    assert compiled.project_rows(base, rates, detail=False, out=out).population is out
    np.testing.assert_allclose(out, kernel.project_rows(base, rates).population, rtol=1e-12)


@pytest.mark.parametrize("detail", [True, False])
def test_its_formulas_hold_without_the_compiler(compiled, monkeypatch, detail):
    for name, function in list(vars(compiled).items()):
        if hasattr(function, "py_func"):
            monkeypatch.setattr(compiled, name, function.py_func)
    base, rates = _case(2, 2, 2.0)
    _same(compiled.project_rows(base, rates, detail), kernel.project_rows(base, rates, detail))


@settings(deadline=None, max_examples=20)
@given(population_inputs(emigration=1.5))
def test_the_projection_takes_it_when_asked(compiled, inputs):
    found, expected = project_population(inputs, compiled=True), project_population(inputs)
    assert list(found) == list(expected)
    scale = float(expected["population"].max())
    for name in expected:
        xr.testing.assert_allclose(found[name], expected[name], rtol=1e-12, atol=1e-12 * scale)


def test_without_numba_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "sim.demography.compiled", raising=False)
    with pytest.raises(ImportError, match=r"pip install gapwise\[compiled\]"):
        importlib.import_module("sim.demography.compiled")


def test_nothing_compiled_is_loaded_unasked():
    program = "import sim, sys, sim.pipeline; assert 'numba' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
