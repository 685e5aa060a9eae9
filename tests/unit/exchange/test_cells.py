"""The reader of cells: what is unambiguous is read whatever its dress, the rest is refused."""

from __future__ import annotations

import datetime
import math
import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.exchange.cells import CellError, kept_text, number, plain_text, word, year

FULL = str.maketrans(string.digits + ".,%-()", "０１２３４５６７８９．，％－（）")
figures = st.decimals(min_value=0, max_value=10**9, places=2, allow_nan=False).map(float)


def dressed(value: float, full: bool, grouped: bool, padding: str) -> str:
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    return padding + (text.translate(FULL) if full else text) + padding


@given(figures, st.booleans(), st.booleans(), st.sampled_from(["", " ", "\u3000", "\u00a0", "\u200b", "\n"]))
def test_a_number_is_read_in_any_dress(value, full, grouped, padding):
    assert number(dressed(value, full, grouped, padding)) == value
    assert number(value) == value


@given(st.integers(0, 10**7), st.sampled_from(["千", "万", "百万", "亿"]), st.booleans())
def test_multiples_are_exact(hundredths, multiple, full):
    text = f"{hundredths / 100:.2f}{multiple}"
    units = {"千": 10, "万": 100, "百万": 10**4, "亿": 10**6}[multiple]
    assert number(text.translate(FULL) if full else text) == hundredths * units


@given(st.integers(0, 10000))
def test_percent_is_a_share_and_nothing_else(hundredths):
    text = f"{hundredths / 100:.2f}%"
    assert number(text, is_share=True) == pytest.approx(hundredths / 10000, rel=1e-14, abs=0)
    with pytest.raises(CellError):
        number(text)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_with_what_is_allowed(text):
    for read in (number, year):
        if not any(ch.isdigit() for ch in plain_text(text)):
            with pytest.raises(CellError, match="allowed: "):
                read(text)
        else:
            with suppress(CellError):
                assert math.isfinite(read(text))
    assert plain_text(plain_text(text)) == plain_text(text)
    assert kept_text(kept_text(text)) == kept_text(text)


@pytest.mark.parametrize(
    ("text", "units", "value"),
    [
        ("1.2万元", ("元/项目", "元"), 12000),
        ("120 张", ("张",), 120),
        ("'120", (), 120),
        ("−3", (), -3),
        ("+5", (), 5),
        ("1E+05", (), 100000),
        ("0.1万", (), 1000),
        ("12‰", (), 0.012),
    ],
)
def test_unambiguous_words(text, units, value):
    assert number(text, units, is_share=True) == value


@pytest.mark.parametrize(
    "value",
    [
        "约120", "120左右", ">90", "1,23", "1，2345", "100-200", "100～200", "三百", "1.2.3", "nan", "inf",
        "-", "—", "无", "N/A", "1亿2000万", "12/5", "2020-12-31", "5人次", "", "(5)", "#DIV/0!", "=1+1",
        True, datetime.datetime(2020, 3, 5), datetime.time(1), float("nan"), float("inf"), "1" * 400,
    ],
)  # fmt: skip
def test_anything_else_is_refused(value):
    with pytest.raises(CellError):
        number(value, ("人",))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (2020, 2020), (2020.0, 2020), ("2020", 2020), ("２０２０年", 2020), ("2020年12月31日", 2020),
        ("2020-12-31", 2020), ("2020/1/1", 2020), ("2020.12", 2020), (datetime.datetime(2020, 12, 31), 2020),
        (datetime.date(2021, 1, 1), 2021), ("2020.0", 2020),
    ],
)  # fmt: skip
def test_years(value, found):
    assert year(value) == found


@pytest.mark.parametrize("value", ["20", "去年", "2020-2025", True, None, "20201231", 44196])
def test_what_is_no_year(value):
    with pytest.raises(CellError):
        year(value)


def test_words_are_compared_without_dress():
    assert word(" 东湖 区\u3000") == word("东湖区")
    assert word(360102.0) == word("３６０１０２") == "360102"
    assert kept_text("年报（第1号）\n ") == "年报（第1号）"
