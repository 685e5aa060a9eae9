"""Amounts of money as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.amounts import UNITS, parse_yuan


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("3亿", 3e8),
        ("3亿元", 3e8),
        ("4500万", 4.5e7),
        ("0.5 亿元", 5e7),
        ("120,000,000", 1.2e8),
        ("120000000元", 1.2e8),
        ("0", 0.0),
        (" 1.25万 ", 12500.0),
        ("1，000", 1000.0),
        ("0.07亿", 7e6),
    ],
)
def test_one_number_and_at_most_one_unit(text: str, yuan: float) -> None:
    assert parse_yuan(text) == yuan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3亿5000万", "mixes units"),
        ("1万亿", "mixes units"),
        ("-1亿", "below 0"),
        ("亿", "not an amount"),
        ("", "not an amount"),
        ("1e9", "not an amount"),
        ("three", "not an amount"),
        ("3 million", "not an amount"),
        ("nan", "not an amount"),
        ("99999999亿", "more than"),
    ],
)
def test_anything_else_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_yuan(text)


@given(st.integers(0, 10**10), st.sampled_from(sorted(UNITS)))
def test_a_unit_is_a_factor(number: int, unit: str) -> None:
    yuan = number * UNITS[unit]
    if yuan <= 1e15:
        assert parse_yuan(f"{number}{unit}") == float(yuan)
        assert parse_yuan(f"{number:,}{unit}元") == float(yuan)
