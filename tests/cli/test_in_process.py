"""The commands in this process: the same entry point, one run for all of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.shipped import folder


def test_run_then_reuse_then_verify(sim, home: Path) -> None:
    code, out, _ = sim("run", "nanchang", "--out", "runs", "--strict", "--lang", "en")
    assert code == 3
    assert "missed: GPs per 10,000" in out
    assert "written" in out
    code, out, _ = sim("run", "nanchang", "--out", "runs", "--lang", "en")
    assert code == 0
    assert "reused" in out
    folder = next((home / "runs").iterdir())
    code, out, _ = sim("verify", str(folder))
    assert code == 0
    assert "checks hold" in out
    code, out, _ = sim("explain", str(folder), "--lang", "en")
    assert code == 0
    assert "Pharmacists per 1,000 lowered from 0.54" in out
    assert "{" not in out
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    counts = record["targets"]
    rows = counts["printed_in_program"] + counts["out_of_program"] + counts["other_readings"]
    assert rows == record["rows"]["indicators"]
    assert counts["printed_in_table"] == 24
    assert counts["printed"] > 24 + 50
    path = folder / "tables" / "gaps.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    code, out, _ = sim("verify", str(folder))
    assert code == 6
    assert "tables/gaps.csv" in out


def test_validate_says_what_enters(sim) -> None:
    code, out, _ = sim("validate", "nanchang", "--set", "readings.T1=stock")
    assert code == 0
    assert "targets in the program: 11 of 80" in out
    assert "unknown_baseline" in out
    assert "two sources disagree" in out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "nanchnag"), 2, "did you mean 'nanchang'"),
        (("run", "nanchang", "--set", "envelopes.0.amount_yuan=1"), 2, "--set envelopes.0.amount_yuan=1"),
        (("verify", "."), 2, "there is no manifest.json"),
        (("run", "nanchang", "--colour"), 2, "--colour"),
        (("--version",), 0, ""),
    ],
)
def test_faults_of_the_user(sim, words: tuple[str, ...], code: int, told: str) -> None:
    found, out, err = sim(*words)
    assert found == code
    assert told in out + err


def test_a_bad_figure_of_an_own_table_is_told_with_its_place(sim, home: Path) -> None:
    table = home / "own" / "population" / "national_fertility.csv"
    table.parent.mkdir(parents=True)
    text = (folder("params") / "population" / table.name).read_text(encoding="utf-8")
    table.write_text(re.sub("(?m)^2020,30,[0-9.]+", "2020,30,1200", text), encoding="utf-8")
    scenario = (folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8")
    (home / "mine.yaml").write_text(f"{scenario}\ntables: own\n", encoding="utf-8")
    code, _, err = sim("validate", "mine.yaml")
    assert code == 2
    place = "own/population/national_fertility.csv:22:3"
    assert f"{place}: asfr is '1200' (year 2020, age 30); allowed: 0 to 1 births per woman-year" in err


def test_a_stopped_run_never_replaces_a_better_one(sim, home: Path) -> None:
    code, out, _ = sim("run", "shangyou", "--out", "early", "--time-limit", "100")
    assert code == 0, out
    folder = next((home / "early").iterdir())
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps(record | {"reproducible": False}), encoding="utf-8")
    before = (folder / "results.nc").stat().st_mtime_ns
    record["levels"][1]["value"] -= 0.5
    (folder / "manifest.json").write_text(json.dumps(record | {"reproducible": False}), encoding="utf-8")
    code, out, _ = sim("run", "shangyou", "--out", "early", "--time-limit", "100")
    assert "reused" in out
    assert (folder / "results.nc").stat().st_mtime_ns == before
