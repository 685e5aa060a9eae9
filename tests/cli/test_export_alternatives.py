"""`sim export`, `sim run --solver` and `sim alternatives` in this process, on the smallest shipped city."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.calling import Call


def test_a_run_by_another_solver_says_so_and_has_alternatives(sim: Call, home: Path) -> None:
    words = ("run", "shangyou", "--set", "assumed_baselines=[]", "--solver", "scip_direct", "--lang", "en")
    code, out, err = sim(*words)
    assert code == 0, err
    folder = next((home / "outputs").iterdir())
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert record["solver"]["name"] == "scip_direct"
    assert record["solver"]["version"][0].isdigit()
    assert "reused" in sim(*words)[1]
    code, out, _ = sim("verify", str(folder))
    assert code == 0, out
    beside = folder.with_name(f"{folder.name}-alternatives")
    books = []
    for lang in ("en", "zh"):
        code, out, err = sim("alternatives", str(folder), "--within", "10%", "--count", "1", "--lang", lang)
        assert code == 0, err
        assert ("In all of the plans" if lang == "en" else "所有方案共有的项目") in out
        books.append({p.name: p.read_bytes() for p in beside.iterdir()})
    assert set(books[0]) == {"alternatives.csv", "plans.csv", "alternatives.html"}
    assert books[0]["plans.csv"] == books[1]["plans.csv"]  # found anew, the same to the last byte
    plans = pd.read_csv(beside / "plans.csv")
    assert (plans["difference_share"] <= 0.1).all()
    assert plans["targets_1"].max() - plans["targets_1"].min() < 1e-5
    units = pd.read_csv(beside / "alternatives.csv")
    assert (units["core"] == units[[*plans["plan"]]].min(axis=1)).all()
    (folder / "tables" / "gaps.csv").write_text("", encoding="utf-8")
    assert sim("alternatives", str(folder))[0] == 6
    shutil.rmtree(folder)


@pytest.mark.parametrize("part", ["x", "0", "-1%", "150%", "nan"])
def test_a_part_that_is_none_is_a_usage_error(sim: Call, part: str) -> None:
    code, _, err = sim("alternatives", "outputs", "--within", part)
    assert code == 2
    assert "--within" in err


def test_an_export_names_what_is_frozen(sim: Call, home: Path) -> None:
    code, out, err = sim("export", "shangyou", "--format", "mps", "--out", "m/city.mps")
    assert code == 0, err
    assert "frozen: targets_1 = 1.1141" in out
    assert "minimise: present_cost" in out
    assert [p.name for p in (home / "m").iterdir()] == ["city.mps"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("export", "shangyou", "--level", "present_csot"), "did you mean 'present_cost'"),
        (("export", "shangyou", "--format", "xls"), "--format"),
        (("run", "shangyou", "--solver", "scip_drect"), "did you mean 'scip_direct'"),
        (("run", "shangyou", "--solver", "cplex"), "solver 'cplex' is not installed; allowed: highs"),
        (("run", "shangyou", "--solver", "/bin/sh"), "solver.name"),
        (("alternatives", "nowhere"), "there is no manifest.json"),
    ],
)
def test_faults_of_the_user(sim: Call, words: tuple[str, ...], told: str) -> None:
    code, out, err = sim(*words)
    assert code == 2
    assert told in out + err


def test_an_export_that_cannot_be_written_is_told(sim: Call, home: Path) -> None:
    (home / "file").write_text("", encoding="utf-8")
    assert sim("export", "shangyou", "--out", "file/city.lp")[0] == 7
