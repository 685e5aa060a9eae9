"""Money nobody may use and shares that cannot all hold are refused where they stand; idle money is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sim.consult.verdict import verdict_lines
from sim.consult.words import words
from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.rules import read_rules
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.shipped import folder

Edit = tuple[str, str]
Own = Callable[..., LoadedScenario]
FUNDS, RULES = "funds/funds.csv", "funds/rules.csv"


@pytest.fixture
def own(tmp_path: Path) -> Own:
    def load(name: str, edits: dict[str, list[Edit]], *settings: str) -> LoadedScenario:
        (tmp_path / "own").mkdir(exist_ok=True)
        for table, changes in edits.items():
            text = (folder("params") / table).read_text(encoding="utf-8")
            for old, new in changes:
                assert old in text
                text = text.replace(old, new)
            path = tmp_path / "own" / table
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        scenario = yaml.safe_load((folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8"))
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(scenario | {"tables": "own"}, allow_unicode=True), encoding="utf-8")
        return load_scenario(str(path), settings)

    return load


def said(loaded: LoadedScenario, lang: str = "en") -> list[str]:
    return list(verdict_lines(loaded, open_book(loaded), words(lang)))


CLOSED = ("central,中央财政,Central,yes,no,", "central,中央财政,Central,no,no,")
UNUSED = ("provincial,hospital,max_share,0.086", "provincial,hospital,max_share,0")
NOBODY = [
    (FUNDS, CLOSED, "own/funds/funds.csv:2:1", "nobody may use the fund 'central'"),
    (FUNDS, CLOSED, "params/funds/rules.csv:2:4", "but pays_capital is no"),
    (RULES, UNUSED, "params/funds/funds.csv:3:1", "'provincial': no share above 0 is open to it"),
]


@pytest.mark.parametrize(("table", "edit", "where", "found"), NOBODY)
def test_a_fund_nobody_may_use_is_named(own, table: str, edit: Edit, where: str, found: str) -> None:
    with pytest.raises(InputError) as caught:
        open_book(own("shangyou", {table: [edit]}))
    assert any(p.where == where and found in p.found for p in caught.value.problems)


def test_a_fund_that_only_repays_bonds_is_of_use(own) -> None:
    edits = {
        FUNDS: [
            ("Special bond,yes,no,yes,no,no,county", "Special bond,yes,no,yes,no,no,institution"),
            ("Institution,yes,no,", "Institution,yes,yes,"),
        ],
        RULES: [("institution,hospital,max_share,0.401", "institution,hospital,max_share,0")],
    }
    assert said(own("shangyou", edits))[-1].startswith("0 errors")


CANNOT_HOLD = {
    "capital": (
        [("county,public_health,max_share,1", "county,public_health,max_share,0.1"),
         ("municipal,public_health,max_share,0.5", "municipal,public_health,max_share,0")],
        "max_share of public_health sums to 0.89",
    ),
    "running": (
        [("county,workforce,max_recurrent_share,1", "county,workforce,max_recurrent_share,0.6")],
        "max_recurrent_share of workforce sums to 0.6",
    ),
    "matching": (
        [("county,hospital,matching_share,0.1", "county,hospital,matching_share,0.9"),
         ("county,hospital,max_share,1", "county,hospital,max_share,0.3"),
         ("municipal,hospital,max_share,0.5", "municipal,hospital,max_share,0.5")],
        "matching_share of hospital is 0.9",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CANNOT_HOLD)
def test_shares_that_cannot_all_hold_are_named(own, case: str) -> None:
    edits, found = CANNOT_HOLD[case]
    loaded = own("shangyou", {RULES: edits})
    book = open_book(loaded)
    counties = ["360724"]
    with pytest.raises(InputError) as caught:
        read_rules(Figures(book, loaded.scenario), counties, {"beds", "physicians", "cdc_standard"})
    (problem,) = (p for p in caught.value.problems if found in p.found)
    assert problem.where.startswith("own/funds/rules.csv:")
    assert "at " in problem.allowed
    with pytest.raises(InputError, match=found.replace(".", r"\.")):
        said(loaded)


def test_shares_of_a_group_the_scenario_cannot_start_are_nobodys_fault(own) -> None:
    edits = [("municipal,emergency,max_share,1", "municipal,emergency,max_share,0.2"),
             ("county,emergency,max_share,1", "county,emergency,max_share,0.2")]  # fmt: skip
    assert said(own("shangyou", {RULES: edits}))[-1].startswith("0 errors")
    with pytest.raises(InputError, match=r"max_share of emergency sums to 0\.4"):
        said(own("yancheng", {RULES: edits}))


def test_every_fault_is_told_at_once(own) -> None:
    edits = [edit for changes, _ in CANNOT_HOLD.values() for edit in changes]
    with pytest.raises(InputError) as caught:
        said(own("shangyou", {RULES: edits}))
    assert len(caught.value.problems) == 3


def test_money_no_project_can_use_is_said(own) -> None:
    envelopes = "envelopes=[{fund: special_bond, amount: 3亿}, {fund: county, amount: 3亿}]"
    for lang, start in (
        ("en", "Special bond, over the plan: 300,000,000 yuan"),
        ("zh", "专项债券，规划期合计"),
    ):
        lines = said(own("kunming", {}, envelopes), lang)
        (line,) = (line.strip() for line in lines if line.strip().startswith(start))
        assert "--set" in line
    assert "idle money 1" in said(own("kunming", {}, envelopes))[-1]
    assert "idle money" not in said(own("nanchang", {}, envelopes))[-1]


@pytest.mark.parametrize(("yuan", "small"), [("30000", True), ("3亿", False), ("0", False), ("100万", False)])
def test_an_amount_that_looks_written_in_wan_is_a_caution(own, yuan: str, small: bool) -> None:
    last = said(own("shangyou", {}, f"envelopes=[{{fund: county, amount: {yuan}}}]"))[-1]
    assert ("envelopes too small 1" in last) == small
    assert last.startswith("0 errors")
