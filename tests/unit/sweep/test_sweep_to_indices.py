"""From a sweep through the engine and the dataset to indices: the Ishigami function, known in closed form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.errors import InputError
from sim.program.watching import Stop
from sim.sweep.analysis.answering import answered
from sim.sweep.engine.running import run_sweep, serially
from sim.sweep.engine.store import open_store
from sim.sweep.question.design import check_own
from tests.sweeping import job_of, sweep_data

V1 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
V2, V13 = 7.0**2 / 8, 8 * 0.1**2 * np.pi**8 / 225
V = V1 + V2 + V13
EXACT = {
    "sobol_first": {"x1": V1 / V, "x2": V2 / V, "x3": 0.0},
    "sobol_total": {"x1": (V1 + V13) / V, "x2": V2 / V, "x3": V13 / V},
}


def swept(out: Path, design: dict[str, object]) -> Path:
    job = job_of(sweep_data(design, chunk=500))
    store = open_store(job, out, resume=False)
    run_sweep(job, store, serially, Stop(), lambda tally: None)
    return store.folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("indices")
    return swept(out, {"method": "sobol", "base_samples": 1024, "seed": 1})


def test_indices_lie_in_their_intervals_and_these_are_narrow(folder: Path) -> None:
    table = answered(folder).tables["indices"]
    for measure, exact in EXACT.items():
        for name, value in exact.items():
            (row,) = table[(table["measure"] == measure) & (table["factor"] == name)].itertuples()
            assert row.low <= value <= row.high, (measure, name)
            assert row.high - row.low < 0.25


def test_morris_ranks_the_factors(tmp_path: Path) -> None:
    found = swept(tmp_path, {"method": "morris", "trajectories": 100, "levels": 4, "seed": 1})
    table = answered(found).tables["indices"]
    stars = table[table["measure"] == "morris_mu_star"].set_index("factor")["value"]
    sigma = table[table["measure"] == "morris_sigma"].set_index("factor")["value"]
    assert (stars > 1).all()
    assert sigma["x3"] > stars["x3"] * 0.5  # x3 acts through x1 alone


def test_a_design_that_is_not_its_own_is_refused(folder: Path) -> None:
    check_own(folder)
    path = folder / "draws" / "part-00002.parquet"
    kept = path.read_bytes()
    try:
        table = pq.read_table(path)
        other = table["x2"].to_numpy().copy()
        other[7] = np.nextafter(other[7], 9.0)
        place = table.column_names.index("x2")
        pq.write_table(table.set_column(place, "x2", pa.array(other)), path)
        for check in (check_own, answered):
            with pytest.raises(InputError, match="x2 has values that the design of this sweep does not make"):
                check(folder)
    finally:
        path.write_bytes(kept)
