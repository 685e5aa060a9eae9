from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.explain import Later, Missed
from sim.outputs.explaining import _eased, amount, sentences
from sim.outputs.texts import LANGUAGES, Texts, _texts


def words(lang: str) -> Texts:
    return Texts(lang, _texts()[lang])


def said(lang: str, **changes: object) -> str:
    usual = {
        "resource": "gps", "need": 80.0, "shortfall": 29.46, "by_county": {"360724": 29.46}, "cause": "rules",
        "conflicts": (), "alone": (), "together": (), "later": Later(2026, 25.1),
    }  # fmt: skip
    item = Missed(**(usual | changes))  # type: ignore[arg-type]
    return "\n".join(sentences([item], {"gps": ("GPs", "3", "1.885")}, 2025, words(lang))[0])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", ["lead_time", "whole_projects", "unproven", "other"])
def test_every_cause_has_its_words(lang, cause):
    text = said(lang, cause=cause)
    assert "{" not in text
    assert len(text.splitlines()) == 4


def test_an_envelope_that_was_carried_on_is_told():
    assert "carried on into 2026" in said("en", later=Later(2026, 0.0, carried=True))
    assert "carried" not in said("en")


@given(st.floats(1e-3, 1e6))
def test_a_target_lowered_to_what_is_printed_is_met(value):
    assert float(_eased(value)) <= value * (1 + 1e-12)
    assert float(_eased(value)) >= value * 0.998


@given(st.floats(0.02, 9e4))
def test_what_is_printed_is_enough_and_what_is_proven_is_not_said_to_be_more(value):
    heads = [
        int(amount(value, "persons", words("en"), up).split()[0].replace(",", "")) for up in (True, False)
    ]
    assert heads == [math.ceil(value - 1e-6), math.floor(value + 1e-6)]
    money = [
        float(amount(value, "million yuan", words("en"), up).split()[0].replace(",", ""))
        for up in (True, False)
    ]
    assert money[0] >= value - 1e-6 - 5e-4 * (value < 1)
    assert money[1] <= value + 1e-6 + 5e-4 * (value < 1)
