"""The projection kernels beside a plain copy of the same bytes, in one run; `-s` shows the figures."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import xarray as xr

from sim.demography import kernel
from sim.demography.kernel import Rates
from sim.demography.projection import project_population
from sim.names import AGES, SEXES

pytestmark = pytest.mark.benchmark

YEARS = {1_000: 15, 2_850: 15, 40_000: 6}
ROUNDS = {1_000: 20, 2_850: 15, 40_000: 6}
"Times each work is run, of which the best counts."
AGES_FERTILE = 35


def _case(rows: int, years: int) -> tuple[np.ndarray, Rates]:
    random = np.random.default_rng(1)
    shape = (years, rows, 2, 101)
    rates = Rates(
        survival=random.uniform(0.9, 1.0, shape),
        asfr=random.uniform(0.0, 0.1, (years, rows, AGES_FERTILE)),
        first_fertile_age=15,
        girls=np.full((years, rows), 0.47),
        migration=random.uniform(-5.0, 5.0, shape),
    )
    return random.uniform(100.0, 1000.0, (rows, 2, 101)), rates


def _race(works: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Least seconds of each; they take turns, so that a slow moment of the machine falls on all."""
    found = dict.fromkeys(works, np.inf)
    for _ in range(times):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            found[name] = min(found[name], time.perf_counter() - start)
    return found


def _kernels() -> dict[str, Callable[..., object]]:
    """The plain kernel and, where numba is installed, the compiled one, warmed up."""
    found: dict[str, Callable[..., object]] = {"numpy": kernel.project_rows}
    if importlib.util.find_spec("numba"):
        compiled = importlib.import_module("sim.demography.compiled")
        compiled.project_rows(*_case(2, 1))
        found["compiled"] = compiled.project_rows
    return found


LEAST = {"numpy": 0.5, "compiled": 0.85}
"Of the rate at which numpy copies the same bytes."


@pytest.mark.parametrize("rows", YEARS)
def test_the_kernels_run_at_about_the_rate_of_a_copy_or_better(rows: int) -> None:
    base, rates = _case(rows, YEARS[rows])
    out = np.zeros((YEARS[rows] + 1, *base.shape))
    bytes_moved = (base, rates.survival, rates.migration, out)
    copies = [np.zeros_like(array) for array in bytes_moved]

    def copy() -> None:
        for target, source in zip(copies, bytes_moved, strict=True):
            np.copyto(target, source)

    works = {name: partial(run, base, rates, detail=False, out=out) for name, run in _kernels().items()}
    seconds = _race({"copy": copy, **works}, ROUNDS[rows])
    ratios = {name: seconds["copy"] / seconds[name] for name in works}
    print(f"{rows} rows, of the copy rate:", ", ".join(f"{name} {n:.2f}" for name, n in ratios.items()))
    assert all(ratio >= LEAST[name] for name, ratio in ratios.items()), ratios


def _labelled(rows: int, years: int) -> xr.Dataset:
    base, rates = _case(rows, years)
    asfr = np.zeros((years, rows, 101))
    asfr[..., 15 : 15 + AGES_FERTILE] = rates.asfr
    counties = [str(n) for n in range(rows)]
    coords = {"county": counties, "sex": list(SEXES), "age": AGES, "year": np.arange(2021, 2021 + years)}
    inputs = xr.Dataset(coords=coords)
    inputs["population_base"] = ("county", "sex", "age"), base
    inputs["survival_ratio"] = ("year", "county", "sex", "age"), rates.survival
    inputs["asfr"] = ("year", "county", "age"), asfr
    inputs["sex_ratio_at_birth"] = ("year", "county"), 1 / rates.girls - 1
    inputs["net_migration"] = ("year", "county", "sex", "age"), rates.migration
    return inputs


def _naive(inputs: xr.Dataset) -> xr.Dataset:
    """The same projection and its flows said in labelled arrays, one year after the other."""
    people = inputs["population_base"]
    found = [xr.Dataset({"population": people})]
    for year in inputs["year"].values:
        at = inputs.sel(year=year, drop=True)
        survival, age = at["survival_ratio"], at["age"]
        reach = people.shift(age=1)
        reach = reach.where(age < 100, reach + people)
        aged = reach * survival
        mothers = (people.sel(sex="female") + aged.sel(sex="female")) / 2
        total = (mothers * at["asfr"]).sum("age")
        girls = total / (1 + at["sex_ratio_at_birth"])
        births = xr.concat([girls, total - girls], "sex").assign_coords(sex=list(SEXES))
        reach = reach.where(age > 0, births)
        aged = reach * survival
        stay = aged + at["net_migration"]
        people = stay.clip(min=0.0)
        capped = people - stay
        flows = {"births": births, "deaths": reach * (1 - survival), "migration_capped": capped}
        flows["net_migration"] = at["net_migration"] + capped
        found.append(xr.Dataset({"population": people, **flows}))
    return xr.concat(found, "year", join="exact", data_vars="all")


def test_the_entry_beats_labelled_arithmetic_four_times_and_the_kernel_seven_and_they_agree() -> None:
    rows, years = 2_850, 5
    inputs = _labelled(rows, years)
    base, rates = _case(rows, years)
    found, expected = project_population(inputs), _naive(inputs)
    assert set(found) == set(expected)
    for name in found:
        said = expected[name].transpose(*found[name].dims).values
        np.testing.assert_allclose(found[name].values, said, rtol=1e-12, err_msg=name)
    kernels = _kernels()
    works: dict[str, Callable[[], object]] = {"naive": lambda: _naive(inputs)}
    for name, run in kernels.items():
        works[f"{name} entry"] = partial(project_population, inputs, compiled=name == "compiled")
        works[f"{name} kernel"] = partial(run, base, rates, detail=False)
    seconds = _race(works, 6)
    times = {name: seconds["naive"] / seconds[name] for name in works if name != "naive"}
    print("faster than labelled arithmetic:", ", ".join(f"{name} {n:.1f} x" for name, n in times.items()))
    assert times["numpy kernel"] >= 7
    assert times["numpy entry"] >= 4


def test_ten_thousand_draws_stream_through_in_blocks_of_constant_memory() -> None:
    """9 counties, 15 years: projection apart from making the rates; the block is all that is held."""
    counties, years, draws, block = 9, 15, 10_000, 250
    base, rates = _case(counties * block, years)
    out = np.zeros((years + 1, *base.shape))
    random = np.random.default_rng(2)
    kernels = _kernels()
    spent = dict.fromkeys(["rates", *kernels], 0.0)
    for _ in range(0, draws, block):
        before = time.process_time()
        drift = np.exp(random.normal(0.0, 0.05, (years, counties * block, 1)))
        np.multiply(rates.asfr, drift, out=rates.asfr)
        spent["rates"] += time.process_time() - before
        for name, run in kernels.items():
            before = time.process_time()
            run(base, rates, detail=False, out=out)
            spent[name] += time.process_time() - before
    print("10,000 draws, seconds of CPU:", ", ".join(f"{name} {n:.2f}" for name, n in spent.items()))
    copy = _race({"copy": lambda: np.copyto(np.empty_like(out), out)}, 5)["copy"] * draws / block
    assert all(spent[name] <= 10 * copy for name in kernels)
