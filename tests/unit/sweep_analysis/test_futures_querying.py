"""Questions in SQL: right answers, nothing but reading, nothing outside the dataset."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest

from sim.errors import InputError
from sim.sweep.analysis.querying import query
from tests.futures import plan_futures


def _rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_draws_are_a_table_in_their_order(plan_folder):
    rows = _rows(query(plan_folder, "SELECT draw, status, plan_short_beds FROM draws"))
    assert [int(row["draw"]) for row in rows] == list(range(600))
    assert rows[5] == {"draw": "5", "status": "failed", "plan_short_beds": ""}


def test_what_is_missing_is_left_out_of_an_average(plan_folder):
    said = query(
        plan_folder, "SELECT count(*) n, count(plan_short_beds) c, avg(plan_short_beds) a FROM draws"
    )
    row = _rows(said)[0]
    assert (row["n"], row["c"]) == ("600", "598")
    assert float(row["a"]) > 0


def test_factors_and_outcomes_say_what_the_columns_are(plan_folder):
    said = _rows(query(plan_folder, "SELECT name, title_zh, distribution->>'kind' AS kind FROM factors"))
    assert said[0] == {"name": "migration", "title_zh": "净迁移", "kind": "uniform"}
    said = query(
        plan_folder, "SELECT count(*) AS n FROM outcomes WHERE county = 'city' AND kind = 'coverage'"
    )
    assert said == "n\n6"


REFUSED = (
    "COPY draws TO '/tmp/stolen.csv'",
    "COPY draws TO '{part}'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_parquet('{part}')",
    "SELECT * FROM glob('/etc/*')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "ATTACH '/tmp/other.db'",
    "EXPORT DATABASE '/tmp/all'",
    "SET enable_external_access = true",
    "SELECT * FROM read_csv('http://localhost:1/x.csv')",
    "CREATE TABLE mine AS SELECT 1",
    "DROP VIEW draws",
    "PRAGMA database_list",
    "SELECT getenv('HOME')",
    "SELECT * FROM data",
    "SELECT 1; SELECT 2",
    "",
)


@pytest.mark.parametrize("sql", REFUSED)
def test_nothing_but_reading_and_nothing_outside(plan_folder, sql):
    part = plan_folder / "draws" / "part-00000.parquet"
    before = hashlib.sha256(part.read_bytes()).hexdigest()
    with pytest.raises(InputError):
        query(plan_folder, sql.replace("{part}", str(part)))
    assert hashlib.sha256(part.read_bytes()).hexdigest() == before


@pytest.mark.parametrize(
    ("sql", "place", "said"),
    [
        ("selec 1", "sql:1:1", "syntax error"),
        ("SELECT nonsense FROM draws", "sql:1:8", "nonsense"),
        ("SELECT d.draw,\n  d.draw + bogus\nFROM draws d", "sql:2:12", "bogus"),
        ("SELECT 'a'::INT", "sql:1:", "Could not convert"),
    ],
)
def test_a_fault_is_told_with_its_place(plan_folder, sql, place, said):
    with pytest.raises(InputError) as caught:
        query(plan_folder, sql)
    assert str(caught.value).startswith(place)
    assert said in str(caught.value)


def test_an_incomplete_dataset_can_be_asked(tmp_path):
    folder = plan_futures(tmp_path / "set", n=60, chunk=20)
    (folder / "draws" / "part-00001.parquet").unlink()
    assert query(folder, "SELECT count(*) AS n, max(draw) AS m FROM draws") == "n,m\n40,59"
