"""The projection kernel beside a plain copy of the same bytes, in one run; `-s` shows the figures."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from sim.demography.kernel import Rates, project_rows
from sim.demography.projection import project_population
from sim.names import AGES, SEXES

pytestmark = pytest.mark.benchmark

YEARS = {1_000: 15, 2_850: 15, 40_000: 6}
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


def _best(work: Callable[[], object], times: int = 5) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


@pytest.mark.parametrize("rows", YEARS)
def test_the_kernel_runs_at_half_the_rate_of_a_copy_or_better(rows: int) -> None:
    base, rates = _case(rows, YEARS[rows])
    out = np.zeros((YEARS[rows] + 1, *base.shape))
    bytes_moved = (base, rates.survival, rates.migration, out)
    copies = [np.zeros_like(array) for array in bytes_moved]

    def copy() -> None:
        for target, source in zip(copies, bytes_moved, strict=True):
            np.copyto(target, source)

    ratio = _best(copy) / _best(lambda: project_rows(base, rates, detail=False, out=out))
    print(f"{rows} rows: {ratio:.2f} of the copy rate")
    assert ratio >= 0.5


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


def _naive(inputs: xr.Dataset) -> xr.DataArray:
    """The same projection said in labelled arrays, one year after the other."""
    people = inputs["population_base"]
    found = [people]
    for year in inputs["year"].values:
        at = inputs.sel(year=year)
        aged = people.shift(age=1) * at["survival_ratio"]
        last = people.sel(age=100) * at["survival_ratio"].sel(age=100)
        aged = xr.where(aged["age"] == 100, aged + last, aged)
        mothers = (people.sel(sex="female") + aged.sel(sex="female")) / 2
        births = (mothers * at["asfr"]).sum("age")
        girls = births / (1 + at["sex_ratio_at_birth"])
        born = xr.concat([girls, births - girls], "sex").assign_coords(sex=list(SEXES))
        aged = xr.where(aged["age"] == 0, born * at["survival_ratio"].sel(age=0), aged)
        people = (aged + at["net_migration"]).clip(min=0.0).transpose("county", "sex", "age")
        found.append(people.drop_vars("year", errors="ignore"))
    return xr.concat(found, "year")


def test_the_kernel_beats_labelled_arithmetic_seven_times_and_agrees_with_it() -> None:
    rows, years = 2_850, 5
    inputs = _labelled(rows, years)
    base, rates = _case(rows, years)
    labelled = project_population(inputs)["population"].transpose("year", "county", "sex", "age")
    np.testing.assert_allclose(labelled.values, _naive(inputs).values, rtol=1e-12)
    slow = _best(lambda: _naive(inputs), 2)
    fast = _best(lambda: project_rows(base, rates, detail=False), 3)
    entry = _best(lambda: project_population(inputs), 2)
    print(f"kernel {slow / fast:.1f} x, labelled entry {slow / entry:.1f} x faster than labelled arithmetic")
    assert slow / fast >= 7


def test_ten_thousand_draws_stream_through_in_blocks_of_constant_memory() -> None:
    """9 counties, 15 years: projection apart from making the rates; the block is all that is held."""
    counties, years, draws, block = 9, 15, 10_000, 250
    base, rates = _case(counties * block, years)
    out = np.zeros((years + 1, *base.shape))
    random = np.random.default_rng(2)
    projecting = making = 0.0
    for _ in range(0, draws, block):
        before = time.process_time()
        drift = np.exp(random.normal(0.0, 0.05, (years, counties * block, 1)))
        np.multiply(rates.asfr, drift, out=rates.asfr)
        made = time.process_time()
        project_rows(base, rates, detail=False, out=out)
        making, projecting = making + made - before, projecting + time.process_time() - made
    print(f"10,000 draws: projection {projecting:.2f} s of CPU, rates {making:.2f} s")
    copy = _best(lambda: np.copyto(np.empty_like(out), out)) * draws / block
    assert projecting <= 10 * copy
