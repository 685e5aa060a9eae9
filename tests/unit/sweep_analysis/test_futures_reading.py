"""A dataset read by columns: what is missing, what failed, what is damaged."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.errors import InputError
from sim.sweep.analysis import reading
from sim.sweep.analysis.reading import complete_groups, open_dataset
from tests.futures import ishigami_futures, plan_futures


def test_columns_come_in_the_order_of_the_futures(plan_folder):
    data = open_dataset(plan_folder)
    assert data.draw.tolist() == list(range(600))
    whole = np.concatenate(
        [pq.read_table(p)["migration"].to_numpy() for p in sorted((plan_folder / "draws").iterdir())]
    )
    assert np.array_equal(data.values("migration"), np.delete(whole, [5, 6]))
    assert np.array_equal(data.read(["migration"])["migration"], whole)


def test_failed_futures_are_counted_by_reason_without_their_decimals(plan_folder):
    data = open_dataset(plan_folder)
    assert data.failed == 2
    assert data.reasons == (("no plan within … s", 2),)


def test_a_missing_part_is_told_and_the_rest_is_read(tmp_path):
    folder = plan_futures(tmp_path / "set", failed=())
    (folder / "draws" / "part-00001.parquet").unlink()
    data = open_dataset(folder)
    assert data.missing == ("part-00001.parquet",)
    assert data.draw.tolist() == [*range(250), *range(500, 600)]
    assert len(data.values("migration")) == 350


def test_few_columns_are_held_at_a_time(plan_folder, monkeypatch):
    monkeypatch.setattr(reading, "HELD", 3 * 600)
    data, seen = open_dataset(plan_folder), []
    once = reading._read
    monkeypatch.setattr(reading, "_read", lambda path, columns: seen.append(columns) or once(path, columns))
    names = [outcome.column for outcome in data.outcomes]
    assert [name for name, _ in data.each(names)] == names
    assert max(len(columns) for columns in seen) == 3


def test_a_group_with_a_failed_future_is_dropped_whole(tmp_path):
    data = open_dataset(ishigami_futures(tmp_path / "set", 16, failed=(7, 8, 30)))
    rows, dropped = complete_groups(data)
    assert data.group == 5
    assert dropped == 2
    assert rows.shape == (14, 5)
    assert not set(rows.ravel()) & {5, 6, 7, 8, 9, 30, 31, 32, 33, 34}
    assert data.independent == pytest.approx((80 - 3) / 5)


def _damaged(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_what_is_no_dataset_is_refused_with_its_place(tmp_path):
    folder = plan_futures(tmp_path / "set", n=60)
    with pytest.raises(InputError, match=re.escape("manifest.json: cannot be read")):
        open_dataset(tmp_path)
    part = folder / "draws" / "part-00000.parquet"
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=re.escape("part-00000.parquet: cannot be read")):
        open_dataset(folder)
    part.unlink()
    with pytest.raises(InputError, match="no part of the dataset"):
        open_dataset(folder)
    _damaged(folder, chunk=0)
    with pytest.raises(InputError, match=re.escape("draws and chunk are [60, 0]")):
        open_dataset(folder)
    _damaged(folder, format=99)
    with pytest.raises(InputError, match="format 99; allowed: a dataset of format 1"):
        open_dataset(folder)
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is no JSON"):
        open_dataset(folder)


def test_a_future_that_stands_twice_is_refused(tmp_path):
    folder = plan_futures(tmp_path / "set", n=60, chunk=30)
    parts = folder / "draws"
    (parts / "part-00001.parquet").write_bytes((parts / "part-00000.parquet").read_bytes())
    with pytest.raises(InputError, match="future 0 stands twice"):
        open_dataset(folder)


def test_a_column_that_is_not_there_is_told(plan_folder):
    with pytest.raises(InputError, match="nonsense"):
        open_dataset(plan_folder).values("nonsense")
