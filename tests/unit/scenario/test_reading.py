from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.scenario.reading import MAX_BYTES, LoadedScenario, load_scenario
from sim.shipped import scenario_names

TEXT = """\
name: small
title:
  zh: 小
  en: Small
plan: nanchang
city: "360100"
report_date: 2026-11-21
time:
  base_year: 2020
  information_until: 2020
  first_decision_year: 2021
  target_year: 2025
  end_year: 2035
prices:
  price_year: 2020
priority: constructible
envelopes:
  - fund: county
    amount_yuan: 5.0
"""


@pytest.fixture
def read(tmp_path):
    def _read(text: str | bytes = TEXT, settings: tuple[str, ...] = ()) -> LoadedScenario:
        file = tmp_path / "small.yaml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_scenario(str(file), settings)

    return _read


@pytest.fixture
def faults(read, tmp_path):
    """(place after the file's name, found, allowed, nearest) of every problem."""

    def _faults(text: str | bytes = TEXT, settings: tuple[str, ...] = ()) -> list[tuple[str, str, str, str]]:
        with pytest.raises(InputError) as caught:
            read(text, settings)
        file = f"{tmp_path / 'small.yaml'}:"
        return [(p.where.removeprefix(file), p.found, p.allowed, p.nearest) for p in caught.value.problems]

    return _faults


def test_a_valid_file_is_read_and_its_resolved_text_reads_the_same(read):
    loaded = read()
    assert loaded.scenario.time.decision_years == [2021, 2022, 2023, 2024, 2025]
    assert read(loaded.text).scenario == loaded.scenario


@given(st.integers(2021, 2035))
def test_a_setting_equals_the_same_words_in_the_file(tmp_path_factory, year):
    file = tmp_path_factory.mktemp("set") / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    set_there = load_scenario(str(file), [f"time.target_year={year}"]).scenario
    file.write_text(TEXT.replace("target_year: 2025", f"target_year: {year}"), encoding="utf-8")
    assert load_scenario(str(file)).scenario == set_there


@pytest.mark.parametrize(
    ("old", "new", "place", "found", "allowed", "near"),
    [
        (
            "  price_year: 2020",
            "  price_year: 2020\n  cost_quantil: 0.5",
            "16:",
            "unknown key",
            "cost_quantile",
            "cost_quantile",
        ),
        (
            "prices:\n",
            "workforse: {}\nprices:\n",
            "14:1",
            "unknown key 'workforse'",
            "workforce",
            "workforce",
        ),
        ("base_year: 2020", 'base_year: "2020"', "9:14", "time.base_year is '2020'", "integer", ""),
        ("base_year: 2020", "base_year: 1066", "9:14", "time.base_year is 1066", "1990", ""),
        ("base_year: 2020", "base_year: [2020]", "9:3", "time.base_year is [2020]", "integer", ""),
        ("report_date: 2026-11-21", "report_date: soon", "7:14", "report_date is 'soon'", "date", ""),
        ('city: "360100"', "city: 360100", "6:7", "city is 360100", "string", ""),
        ("name: small", "name: Not/allowed", "1:7", "name is 'Not/allowed'", "pattern", ""),
        (
            "amount_yuan: 5.0",
            "amount_yuan: -5.0",
            "19:18",
            "amount_yuan is -5.0",
            "greater than or equal to 0",
            "",
        ),
        ("amount_yuan: 5.0", "amount_yuan: .nan", "19:18", "amount_yuan is nan", "finite", ""),
        ("amount_yuan: 5.0", "amount_yuan: .inf", "19:18", "amount_yuan is inf", "finite", ""),
        ("amount_yuan: 5.0", "amount_yuan:", "18:5", "no amount is given", "one of amount and", ""),
        (
            "amount_yuan: 5.0",
            "amount: 3亿5000万",
            "19:13",
            "'3亿5000万' mixes units",
            "one number in yuan",
            "",
        ),
        ("amount_yuan: 5.0", "amount: -3亿", "19:13", "'-3亿' is below 0", "3亿, 4500万", ""),
        ("amount_yuan: 5.0", "amount: 3美元", "19:13", "'3美元' is not an amount of money", "in yuan", ""),
        ("amount_yuan: 5.0", "amount: -5", "19:13", "'-5' is below 0", "in yuan", ""),
        ("amount_yuan: 5.0", "amount: true", "19:13", "'True' is not an amount", "in yuan", ""),
        (
            "amount_yuan: 5.0",
            "amount_yuan: 5.0\n    amount: 5",
            "18:5",
            "are both given",
            "one of amount",
            "",
        ),
        ("fund: county", "fund: conty", "18:11", "fund is 'conty'", "'county'", "county"),
        ("_year: 2021", "_year: 2020", "11:24", "first_decision_year is 2020", "after base_year (2020)", ""),
        ("until: 2020", "until: 2019", "10:22", "information_until is 2019", "not before base_year", ""),
        (
            "end_year: 2035",
            "end_year: 2024",
            "13:13",
            "end_year is 2024",
            "not before target_year (2025)",
            "",
        ),
        ("    amount_yuan", "    year: 2030\n    amount_yuan", "19:11", "year is 2030", "2021 to 2025", ""),
        (
            "priority: con",
            "tables: ../elsewhere\npriority: con",
            "16:9",
            "'../elsewhere'",
            "inside the scenario's own",
            "",
        ),
        ("priority: con", "tables: /etc\npriority: con", "16:9", "'/etc'", "inside the scenario's own", ""),
        (
            "priority: con",
            "tables: nowhere\npriority: con",
            "16:9",
            "no folder 'nowhere'",
            "beside the scenario",
            "",
        ),
        ("plan: nanchang", "plan: ../../etc", "5:7", "plan is '../../etc'", "pattern", ""),
        ("name: small", "name: &n small\nname_too: *n", "2:11", "alias *n", "plain values", ""),
        ("name: small", "name: !!python/name:os.system x", "1:7", "tag", "plain values", ""),
        ("city:", "plan: again\ncity:", "6:1", "key 'plan' stands twice", "each key once", ""),
        (
            "  end_year: 2035",
            "  base_year: 2021",
            "13:3",
            "key 'base_year' stands twice",
            "each key once",
            "",
        ),
        ("prices:", "prices", "15:", "", "YAML", ""),
        ("  zh: 小", "\tzh: 小", "3:1", "cannot start any token", "YAML", ""),
    ],
)
def test_a_fault_is_told_with_its_line_and_column(faults, old, new, place, found, allowed, near):
    assert old in TEXT
    (where, was, may, nearest), *more = faults(TEXT.replace(old, new))
    assert not more
    assert where.startswith(place)
    assert where.count(":") == 1
    assert found in was
    assert allowed in may
    assert nearest == near


def test_an_unknown_key_is_shown_at_the_key(faults):
    ((where, found, _, near),) = faults(TEXT.replace("priority:", "prioritee:"))
    assert (where, found, near) == ("16:1", "unknown key 'prioritee'", "priority")


@pytest.mark.parametrize(
    ("text", "place", "near"),
    [
        (TEXT.replace("fund: county", "fund: countty"), "18:11", "county"),
        (TEXT + "workforce:\n  growth_ceiling: centrall\n", "21:19", "central"),
    ],
)
def test_the_nearest_of_the_allowed_words_is_offered(faults, text, place, near):
    ((where, _, allowed, nearest),) = faults(text)
    assert where == place
    assert near in allowed
    assert nearest == near


def test_a_missing_key_is_named_at_the_group_it_belongs_to(faults):
    ((where, found, _, _),) = faults(TEXT.replace("  target_year: 2025\n", ""))
    assert (where, found) == ("8:1", "key 'time.target_year' is missing")


def test_several_faults_are_told_at_once_in_the_order_of_their_places(faults):
    text = TEXT.replace("  zh: 小", "  zh: ''").replace("2025", "later").replace("5.0", "-1.0")
    assert [where for where, *_ in faults(text)] == ["12:16", "19:18", "3:7"]


def test_a_target_year_before_the_base_year_is_refused_with_every_year_it_breaks(faults):
    told = faults(TEXT.replace("target_year: 2025", "target_year: 2019").replace("2035", "2018"))
    assert [(where, allowed) for where, _, allowed, _ in told] == [
        ("12:16", "after base_year (2020)"),
        ("12:16", "not before first_decision_year (2021)"),
        ("13:13", "not before target_year (2019)"),
    ]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "- a\n- b\n", "plain words"])
def test_what_is_not_a_mapping_is_refused(faults, text):
    ((where, _, allowed, _),) = faults(text)
    assert where == "1:1"
    assert allowed


def test_bombs_and_floods_are_refused_before_they_are_expanded(faults):
    pairs = zip("abcdefg", "bcdefgh", strict=True)
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in pairs)
    assert faults(bomb)[0][:2] == ("2:8", "alias *a")
    assert faults("name: " + "x" * MAX_BYTES)[0][:2] == ("1:1", "the file is too large")
    assert faults("a: " + "[" * 600 + "]" * 600)[0][2] == "32 levels"
    assert faults(b"name: \xff\xfe")[0][1] == "byte 6 is not UTF-8"


@pytest.mark.parametrize(
    ("setting", "found", "allowed"),
    [
        ("time.target_year", "not of the form path=value", "time.target_year=2026"),
        ("=3", "not of the form path=value", "time.target_year=2026"),
        ("time..x=3", "not of the form path=value", "time.target_year=2026"),
        ("name.x=1", "'name' is not a group of keys", "a path to a value"),
        ("name=[", "expected the node content", "YAML"),
        ("time.target_year=soon", "time.target_year is 'soon'", "integer"),
        ("time.target_year=2019", "target_year is 2019", "after base_year (2020)"),
        ("time.targetyear=2025", "unknown key 'time.targetyear'", "target_year"),
        ("prices={price_year: soon}", "prices.price_year is 'soon'", "integer"),
        ("tim.target_year=2026", "unknown key 'tim'", "time"),
        ("report_date=2026-13-45", "2026-13-45", ""),
        ("title=&a [*a]", "", ""),
        ("title=" + "[" * 600, "", ""),
    ],
    ids=lambda text: text[:30],
)
def test_a_bad_setting_is_shown_as_it_was_typed(faults, setting, found, allowed):
    told = faults(settings=(setting,))
    assert told[0][0] == f"--set {setting}"
    assert found in told[0][1]
    assert allowed in told[0][2]


def test_a_text_no_file_can_hold_is_a_fault_at_its_place(faults):
    assert faults(TEXT + 'tables: "\\0"\n')[0][0] == "20:9"
    assert faults(TEXT.replace("zh: 小", 'zh: "\\ud800"'))[0][0] == "3:7"


@pytest.mark.parametrize(
    ("name", "near"), [("nanchan", "nanchang"), ("nanchang.yml", "nanchang"), ("?", ""), ("x" * 300, "")]
)
def test_an_unknown_scenario_is_told_with_the_names_there_are(name, near):
    with pytest.raises(InputError) as caught:
        load_scenario(name)
    (problem,) = caught.value.problems
    assert name in problem.found
    assert all(known in problem.allowed for known in scenario_names())
    assert problem.nearest == near


@pytest.mark.parametrize("name", scenario_names())
def test_every_shipped_scenario_is_valid(name):
    assert load_scenario(name).scenario.name == name
