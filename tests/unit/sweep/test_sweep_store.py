"""Parts and folders: whole rows or failed ones, trusted only if nothing was changed, refused if foreign."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.errors import ContractError, InputError, Problem, SweepStoppedError
from sim.program.watching import Stop
from sim.sweep.engine.job import Job
from sim.sweep.engine.parts import encode
from sim.sweep.engine.running import Tally, run_sweep, serially
from sim.sweep.engine.store import open_store, timings
from sim.sweep.model import Evaluated
from tests.sweep_recipes import Ishigami
from tests.sweeping import job_of, parts_of, sweep_data

RANDOM = {"method": "random", "draws": 45}


def job_with(recipe: Ishigami | None = None, **more: Any) -> Job:
    return job_of(sweep_data(RANDOM, **more), recipe)


def computed(job: Job, out: Path, resume: bool = False) -> tuple[Path, Tally]:
    store = open_store(job, out, resume)
    return store.folder, run_sweep(job, store, serially, Stop(), lambda tally: None)


def test_a_dataset_holds_every_future_once(tmp_path: Path) -> None:
    job = job_with()
    folder, tally = computed(job, tmp_path)
    table = pq.read_table(folder / "draws").to_pandas().set_index("draw")
    assert table.index.tolist() == list(range(45))
    assert list(table.columns) == ["status", "reason", "x1", "x2", "x3", "model_value_y"]
    y = np.sin(table.x1) + 7 * np.sin(table.x2) ** 2 + 0.1 * table.x3**4 * np.sin(table.x1)
    assert np.allclose(table.model_value_y, y)
    assert (tally.rows, tally.parts, tally.solves, tally.failed) == (45, 6, 45, 0)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["draws"] == 45
    assert not (folder / "errors.log").exists()


def test_a_future_that_raises_or_fails_is_a_row_with_its_reason(tmp_path: Path) -> None:
    folder, tally = computed(job_with(Ishigami(raises_above=2.0, fails_below=-2.0)), tmp_path)
    table = pq.read_table(folder / "draws").to_pandas()
    raised, failed = table[table.x3 > 2], table[table.x3 < -2]
    assert len(raised) > 1
    assert len(failed) > 1
    assert (raised.reason == [f"ValueError: {x:g} is too much" for x in raised.x3]).all()
    assert set(failed.reason) == {"too low"}
    bad = table[table.status == "failed"]
    assert len(bad) == tally.failed == len(raised) + len(failed)
    assert bad.model_value_y.isna().all()
    assert table[table.status == "ok"].model_value_y.notna().all()
    assert "Traceback" in (folder / "errors.log").read_text(encoding="utf-8")


def test_a_model_that_breaks_its_promise_is_our_bug(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="are not"):
        encode(0, np.ones((1, 1)), Evaluated({"a": np.ones(1)}, [""]), ["x"], ["b"], "i", 0)


def test_faults_found_by_a_worker_come_back_whole() -> None:
    error = InputError([Problem("a:1:1", "b", "c"), Problem("d:1:1", "e")])
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "a:1:1: b; allowed: c\nd:1:1: e"


def test_a_finished_folder_is_reused_and_an_unfinished_one_asks_for_resume(tmp_path: Path) -> None:
    job = job_with()
    folder, _ = computed(job, tmp_path)
    assert open_store(job, tmp_path, resume=False).todo == ()
    assert open_store(job, folder, resume=False).rows == 45
    (folder / "draws" / "part-00002.parquet").unlink()
    with pytest.raises(InputError, match=r"5 of 6 parts; allowed: --resume"):
        open_store(job, tmp_path, resume=False)
    assert open_store(job, tmp_path, resume=True).todo == (2,)
    assert len(timings(folder)) == 1


@pytest.mark.parametrize("how", ["flipped", "cut", "no digest", "swapped", "other sweep"])
def test_a_damaged_or_foreign_part_is_computed_again(tmp_path: Path, how: str) -> None:
    job = job_with()
    folder, _ = computed(job, tmp_path)
    before = parts_of(folder)
    path = folder / "draws" / "part-00003.parquet"
    noted = folder / "digests" / "part-00003.sha256"
    data = before[path.name]
    if how == "flipped":
        path.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])
    elif how == "cut":
        path.write_bytes(data[:-9])
    elif how == "no digest":
        noted.unlink()
    else:
        source = folder if how == "swapped" else computed(job_with(Ishigami(marked="b")), tmp_path)[0]
        part = "part-00001" if how == "swapped" else "part-00003"
        path.write_bytes((source / "draws" / f"{part}.parquet").read_bytes())
        noted.write_bytes((source / "digests" / f"{part}.sha256").read_bytes())
    store = open_store(job, tmp_path, resume=True)
    assert store.todo == (3,)
    assert list(store.distrusted) == [3]
    computed(job, tmp_path, resume=True)
    assert parts_of(folder) == before


def test_other_inputs_are_another_folder_and_never_mixed(tmp_path: Path) -> None:
    folder, _ = computed(job_with(), tmp_path)
    other = job_with(Ishigami(marked="b"))
    with pytest.raises(InputError, match=r"belongs to other inputs; these differ: recipe.formula"):
        open_store(other, folder, resume=True)
    with pytest.raises(InputError, match=r"nothing to resume: .* these differ: recipe.formula, sweep"):
        open_store(job_with(Ishigami(marked="b"), by_county=False), tmp_path, resume=True)
    assert computed(other, tmp_path)[0] != folder
    with pytest.raises(InputError, match=r"these differ: sweep \(chunk, title\)"):
        open_store(job_with(chunk=9, title={"zh": "别", "en": "Other"}), folder, resume=True)


def test_a_changed_manifest_is_refused_by_name(tmp_path: Path) -> None:
    job = job_with()
    folder, _ = computed(job, tmp_path)
    path = folder / "manifest.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"seed": 0', '"seed": 1'), encoding="utf-8")
    with pytest.raises(InputError, match="was changed: design"):
        open_store(job, tmp_path, resume=True)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        open_store(job, tmp_path, resume=True)


def test_asked_to_stop_it_keeps_what_is_finished(tmp_path: Path) -> None:
    job, stop = job_with(), Stop()
    store = open_store(job, tmp_path, resume=False)

    def ask(tally: Tally) -> None:
        stop.asked = tally.parts == 2

    with pytest.raises(SweepStoppedError, match=r"2 of 6 parts are finished .*--resume"):
        run_sweep(job, store, serially, stop, ask)
    folder, tally = computed(job, tmp_path, resume=True)
    assert (tally.before, tally.rows) == (16, 29)
    assert parts_of(folder) == parts_of(computed(job, tmp_path / "whole")[0])
    assert [run["rows"] for run in timings(folder)] == [16, 29]
