"""The texts: both languages say the same, with the same places to fill in."""

from __future__ import annotations

import string

import pytest

from sim.names import CAUSES, QUALITIES, STATES
from sim.outputs.report.sections import check_name
from sim.outputs.texts import LANGUAGES, _texts, percent, plain, texts


def _places(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_both_languages_have_every_text_with_the_same_places():
    zh, en = (_texts()[lang] for lang in LANGUAGES)
    assert zh.keys() == en.keys()
    for key in zh:
        assert zh[key], key
        assert en[key], key
        assert _places(zh[key]) == _places(en[key]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_of_the_vocabulary_has_a_name(lang):
    words = _texts()[lang]
    for kind, codes in (("state", STATES), ("quality", QUALITIES), ("cause", CAUSES)):
        assert all(f"{kind}.{code}" in words for code in codes)


def test_every_check_of_the_certificate_has_a_chinese_name(nanchang):
    words = texts(nanchang, "zh")
    for check in nanchang.certificate.checks:
        assert not any(c.isascii() and c.isalpha() for c in check_name(check.name, words)), check.name


def test_every_unit_and_parameter_that_entered_has_a_chinese_name(nanchang):
    words = texts(nanchang, "zh")
    for figure in nanchang.stages.figures.used.values():
        printed = not figure.unit.isascii() or figure.unit in {"%", "/10万"}
        assert printed or f"unit.{figure.unit}" in words.words, figure.unit
        assert f"token.{figure.parameter}" in words.words, figure.parameter


def test_a_miss_is_never_rounded_up_to_all():
    assert percent(0.99999) == "99.9%"
    assert percent(1.0) == "100.0%"
    assert percent(0.996, 0) == "99%"


def test_numbers_of_a_page():
    assert plain(float("nan")) == ""
    assert plain(1234.5) == "1,234"
    assert plain(0.39543) == "0.3954"


def test_money_is_said_in_the_unit_of_the_language(nanchang):
    zh, en = texts(nanchang, "zh"), texts(nanchang, "en")
    assert zh.money(8_976_475_707.25) == "89.76亿元"
    assert zh.money(34_707_000) == "3470.7万元"
    assert en.money(8_976_475_707.25) == "8,976.5 million yuan"
    assert en.money(560_000) == "0.560 million yuan"
