from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import commands
from sim.errors import InputError

ACTUAL = """region,level,adcode,name,year,indicator,value,unit,quality
攀枝花市,city,510400,攀枝花市,2020,resident_population,121.2203,万人,official
攀枝花市,city,510400,攀枝花市,2022,resident_population,121.6,万人,secondary
攀枝花市,county,510402,东区,2022,resident_population,41.28,万人,secondary
"""


@pytest.fixture
def actual(tmp_path: Path) -> Path:
    path = tmp_path / "actual.csv"
    path.write_text(ACTUAL, encoding="utf-8")
    return path


def call(*words: object) -> str:
    done = CliRunner().invoke(commands, ["backtest", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_the_scores_are_told_and_a_page_is_written_the_same_each_time(actual, tmp_path):
    words = ("panzhihua", "--actual", actual, "--draws", 20, "--out", tmp_path / "o")
    told = call(*words)
    assert "常住人口" in told
    (folder,) = (tmp_path / "o").glob("backtest-panzhihua-2020-????????")
    first = {p.name: p.read_bytes() for p in folder.iterdir()}
    assert set(first) == {"rows.csv", "scores.csv", "left_out.csv", "backtest.html"}
    assert "东区" in first["backtest.html"].decode()
    call(*words)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == first
    assert [path.name for path in (tmp_path / "o").iterdir()] == [folder.name]


def test_other_settings_files_or_draws_go_to_a_folder_of_their_own_and_are_named(actual, tmp_path):
    words = ["panzhihua", "--actual", actual, "--draws", 2, "--out", tmp_path / "o"]
    projected = "population.rates_after_information=projected"
    assert "2024" not in call(*words)
    call(*words, "--draws", 3)
    told = call(*words, "--set", projected)
    assert "2024年才发布" in told
    actual.write_text(ACTUAL.replace("41.28", "41.29"), encoding="utf-8")
    call(*words)
    pages = {
        path: (path / "backtest.html").read_text(encoding="utf-8") for path in (tmp_path / "o").iterdir()
    }
    assert len(pages) == 4
    (changed,) = (page for page in pages.values() if projected in page)
    assert "2024年才发布" in changed
    assert hashlib.sha256(ACTUAL.encode()).hexdigest() in changed
    assert "actual.csv" in changed


def test_english_on_demand_and_nothing_after_the_cut_off_is_said(actual, tmp_path):
    told = call(
        "panzhihua", "--actual", actual, "--draws", 2, "--cut-off", 2022, "--lang", "en", "--out", tmp_path
    )
    assert "Nothing is compared" in told
    (folder,) = tmp_path.glob("backtest-panzhihua-2022-*")
    for name in ("rows.csv", "scores.csv"):
        assert (folder / name).read_text(encoding="utf-8").startswith("level,")


def test_a_cut_off_before_the_census_is_refused(actual, tmp_path):
    words = [
        "backtest",
        "panzhihua",
        "--actual",
        str(actual),
        "--cut-off",
        "2010",
        "--out",
        str(tmp_path / "o"),
    ]
    with pytest.raises(InputError, match="cut-off is 2010"):
        CliRunner().invoke(commands, words, catch_exceptions=False, standalone_mode=False)
    assert not (tmp_path / "o").exists()
