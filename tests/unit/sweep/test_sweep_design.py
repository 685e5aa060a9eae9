"""Futures: the same whatever slice is asked, stable as a design grows, refused where they are not its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from SALib.sample import morris, sobol

from sim.errors import InputError
from sim.program.watching import Stop
from sim.sweep.engine.running import run_sweep, serially
from sim.sweep.engine.store import open_store
from sim.sweep.question.design import Design, check_own
from tests.sweeping import job_of, sweep_data

DESIGNS: list[dict[str, Any]] = [
    {"method": "grid", "levels": 4},
    {"method": "latin_hypercube", "draws": 50, "seed": 3},
    {"method": "random", "draws": 50, "seed": 3},
    {"method": "sobol", "base_samples": 16, "seed": 3},
    {"method": "sobol", "base_samples": 8, "second_order": True},
    {"method": "morris", "trajectories": 6, "levels": 4, "seed": 3},
]
MADE = [job_of(sweep_data(design)).design for design in DESIGNS]
PROBLEM = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}


@given(st.sampled_from(MADE), st.data())
def test_any_slice_is_that_of_the_whole(design: Design, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, design.n - 1))
    last = data.draw(st.integers(first + 1, design.n))
    units = design.rows(0, design.n)
    assert units.shape == (design.n, 3)
    assert np.array_equal(design.rows(first, last), units[first:last])
    assert ((units >= 0) & (units <= 1)).all()


@pytest.mark.parametrize("design", DESIGNS)
def test_the_manifest_makes_the_same_futures(design: dict) -> None:
    job = job_of(sweep_data(design))
    again = Design.of_manifest(json.loads(json.dumps(job.manifest())))
    assert np.array_equal(again.values(0, again.n), job.design.values(0, again.n))


@pytest.mark.parametrize(("method", "key", "size"), [("random", "draws", 20), ("sobol", "base_samples", 16)])
def test_a_larger_design_begins_with_the_smaller(method: str, key: str, size: int) -> None:
    small, large = (job_of(sweep_data({"method": method, key: n})).design for n in (size, 4 * size))
    assert np.array_equal(large.rows(0, small.n), small.rows(0, small.n))


def test_another_seed_is_another_design() -> None:
    one, two = (job_of(sweep_data({"method": "random", "draws": 9, "seed": n})).design for n in (1, 2))
    assert not np.array_equal(one.rows(0, 9), two.rows(0, 9))


def test_a_latin_hypercube_has_one_future_in_each_layer() -> None:
    units = MADE[1].rows(0, 50)
    assert all(sorted(np.floor(column * 50)) == list(range(50)) for column in units.T)


def test_sobol_and_morris_are_those_of_salib() -> None:
    theirs = sobol.sample(PROBLEM, 16, calc_second_order=False, seed=3)
    assert np.array_equal(MADE[3].rows(0, MADE[3].n), theirs)
    theirs = morris.sample(PROBLEM, 6, num_levels=4, seed=3)
    assert np.array_equal(MADE[5].rows(0, MADE[5].n), theirs)


def test_a_grid_is_the_product_of_its_points() -> None:
    assert len({tuple(row) for row in MADE[0].rows(0, 64)}) == MADE[0].n == 64


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    job = job_of(sweep_data(DESIGNS[3], chunk=32))
    store = open_store(job, tmp_path_factory.mktemp("own"), resume=False)
    run_sweep(job, store, serially, Stop(), lambda tally: None)
    return store.folder


def test_a_dataset_of_the_design_is_its_own(own: Path) -> None:
    check_own(own)


def test_a_foreign_value_is_found(own: Path) -> None:
    path = own / "draws" / "part-00001.parquet"
    before = path.read_bytes()
    table = pq.read_table(path)
    moved = table["x2"].to_numpy() + np.eye(len(table))[5] * 1e-15 * 8
    pq.write_table(table.set_column(table.column_names.index("x2"), "x2", pa.array(moved)), path)
    with pytest.raises(InputError, match=r"part-00001.*x2 has values that the design"):
        check_own(own)
    path.unlink()
    with pytest.raises(InputError, match="part-00001"):
        check_own(own)
    path.write_bytes(before)
    check_own(own)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("manifest.json", '"sim": "', '"sim": "9', "its id is not that of its inputs"),
        ("manifest.json", '"seed": 3', '"seed": "x"', "design or a factor cannot be read"),
        ("manifest.json", '"seed": 3', '"seed": 4', "values that the design of this sweep does not make"),
        ("sweep.yaml", "ishigami", "ishigamo", "was changed"),
    ],
)
def test_a_changed_manifest_or_sweep_is_found(own: Path, name: str, old: str, new: str, said: str) -> None:
    path = own / name
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        check_own(own)
    path.write_text(before, encoding="utf-8")
