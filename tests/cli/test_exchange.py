"""`sim template` and `sim import`: with every estimate replaced, Nanchang rests on none."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.scenario.reading import load_scenario
from sim.stages import run_stages
from tests.calling import Call, calling
from tests.filled import fill, heads, rows_of


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    return calling(monkeypatch, capsys, tmp_path)


def test_replacing_every_estimate_removes_every_flag(sim, tmp_path: Path) -> None:
    code, out, err = sim("template", "nanchang", "--out", "t.xlsx", "--lang", "en")
    assert code == 0, err
    assert "estimates or assumptions" in out
    ours = {}
    for code_, (sheet, row) in rows_of(openpyxl.load_workbook("t.xlsx")).items():
        at = heads(sheet)
        if sheet.cell(row, at["our_quality"]).value in ("estimate", "assumption"):
            ours[code_] = sheet.cell(row, at["ours"]).value
    fill(Path("t.xlsx"), Path("f.xlsx"), ours, "Statistical return of Nanchang, 2020")
    code, out, err = sim("import", "f.xlsx", "--into", "nanchang")
    assert code == 0, err
    assert f"{len(ours)} change" in out
    assert "now: sim run nanchang.yaml" in out
    loaded = load_scenario("nanchang.yaml")
    used = run_stages(Figures(open_book(loaded), loaded.scenario)).figures.used.values()
    assert len(used) > 300
    assert not [figure for figure in used if figure.quality in ("estimate", "assumption")]
    assert not [figure for figure in used if figure.table == "apportioned"]


def test_faults_end_with_2_and_write_nothing(sim, tmp_path: Path) -> None:
    assert sim("template", "shangyou", "--out", "t.xlsx")[0] == 0
    fill(Path("t.xlsx"), Path("f.xlsx"), {"scalars|deflator": "约3%"})
    code, _, err = sim("import", "f.xlsx", "--into", "shangyou")
    assert code == 2
    assert "f.xlsx:其他参数!K" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.xlsx", "t.xlsx"]
    fill(Path("t.xlsx"), Path("g.xlsx"), {"scalars|deflator": "3%"})
    code, out, err = sim("import", "g.xlsx", "--into", "shangyou", "--dry-run")
    assert code == 0, err
    assert "0.02 (assumption) -> 0.03 per year (official, 2020: " in out
    assert "nothing is written" in out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.xlsx", "g.xlsx", "t.xlsx"]
    assert sim("template", "nanchnag")[0] == 2
    assert sim("import", "f.xlsx", "--into", "nanchnag")[0] == 2
