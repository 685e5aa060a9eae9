"""The report of a dataset: it says in both languages what the answers are, and every column is explained."""

from __future__ import annotations

import csv
import re
import string

import pandas as pd
import pytest

from sim.outputs.sweep.labels import wrapped
from sim.outputs.sweep.naming import dictionary, sweep_words
from sim.outputs.sweep.page import render
from sim.outputs.sweep.saying import first_screen, lines, parts
from sim.outputs.sweep.writing import write_report
from sim.outputs.texts import LANGUAGES
from sim.sweep.analysis.answering import answered
from sim.sweep.analysis.thresholds import threshold_rows, thresholds
from tests.futures import plan_futures


@pytest.fixture(scope="module")
def sparse(tmp_path_factory):
    folder = plan_futures(tmp_path_factory.mktemp("sparse") / "set", mode="fixed", failed=range(30))
    (folder / "draws" / "part-00001.parquet").unlink()
    return answered(folder)


def _text(page):
    return re.sub(r"<(style|script)[^>]*>.*?</(style|script)>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_what_the_first_lines_say(planned, lang):
    text = _text(render(planned, lang)).replace("&#39;", "'")
    for part in parts(planned, sweep_words(lang)):
        assert part.title in text
        assert all(line.replace("&", "&amp;").replace('"', "&#34;") in text for line in part.lines)
    assert "{" not in text
    assert not re.search(r"https?://|<link|@import|url\(", text)


def test_the_first_lines_name_what_was_planted(plan_folder, planned):
    said = first_screen(plan_folder, "zh")
    assert said == lines(parts(planned, sweep_words("zh")))
    text = "\n".join(said)
    assert "600个未来" in text
    assert "2个计算失败" in text
    assert re.search(
        r"计划在9\d\.\d%的此类未来中未达到.*净迁移 ≥ 3\d,\d{3} 人/年，且总和生育率 ≥ 0\.[89]", text
    )
    assert "县级医院新建" in text
    assert "最不确定的指标是医疗机构床位：计划在73.1%的未来中达到" in text
    english = "\n".join(first_screen(plan_folder, "en"))
    assert not re.search(r"[一-鿿]", english)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_incomplete_fixed_sweep_says_so_on_top(sparse, lang):
    words = sweep_words(lang)
    text = _text(render(sparse, lang))
    banners = re.findall(r'class="banner"[^>]*>([^<]*)<', text)
    assert "250" in banners[0]
    assert "30" in banners[1]
    assert words["sweep.banner.fixed"] in banners
    assert words["sweep.robust_unknown"] in text
    assert 'id="regret"' not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_of_failures_alone_is_written(tmp_path, lang):
    found = answered(plan_futures(tmp_path / "set", n=30, failed=range(30)))
    assert sweep_words(lang)["sweep.all_failed"] in render(found, lang)


def test_the_report_holds_every_table_and_what_its_columns_are(tmp_path):
    folder = plan_futures(tmp_path / "set", n=120)
    before = sorted(path for path in folder.rglob("*"))
    page = write_report(folder, "zh")
    known = {(row["table"], row["column"]) for row in dictionary()}
    tables = sorted((page.parent / "tables").glob("*.csv"))
    assert {path.stem for path in tables} >= {"met", "regret", "discovery", "dictionary", "indices"}
    for path in tables:
        if path.stem != "dictionary":
            columns = pd.read_csv(path, nrows=0).columns
            assert {(path.stem, column) for column in columns} <= known
    assert [path for path in before if not path.exists()] == []
    assert not list(folder.glob(".*.part"))
    first = page.read_bytes()
    assert write_report(folder, "zh").read_bytes() == first


def test_texts_are_there_in_both_languages_with_the_same_places():
    for name in ("texts.csv", "columns.csv"):
        path = __import__("sim.outputs.sweep", fromlist=["x"]).__path__[0] + f"/{name}"
        with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123
            rows = list(csv.DictReader(file))
        assert len({tuple(row.values())[:2] for row in rows}) == len(rows)
        for row in rows:
            assert None not in row, row
            assert None not in row.values(), row
            if "key" in row:
                places = [{p[1] for p in string.Formatter().parse(row[lang]) if p[1]} for lang in LANGUAGES]
                assert places[0] == places[1], row["key"]


def test_every_threshold_has_a_reason():
    assert thresholds().wanted_units == 0.5
    assert all(row["reason_zh"] and row["reason_en"] for row in threshold_rows())


def test_long_labels_are_broken_evenly_and_carry_no_marks():
    zh, en = sweep_words("zh"), sweep_words("en")
    label = "建设成本年涨幅（不含征地拆迁与前期工作费）"
    broken = wrapped(label, zh).split("<br>")
    assert "".join(broken) == label
    assert all(not line.endswith("（") and line[0] not in "，。）" for line in broken)
    english = wrapped("Growth of the cost of building, without land and design", en).split("<br>")
    assert " ".join(english) == "Growth of the cost of building, without land and design"
    assert max(map(len, english)) - min(map(len, english)) <= 8
    assert wrapped("a<b>&", en) == "a&lt;b>&amp;"
    assert wrapped("", zh) == ""
