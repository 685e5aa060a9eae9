"""The commands that consult the tables: figures, plans, the schema, a new scenario, and the warnings."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.main import main
from sim.consult.lines import in_columns, width
from sim.consult.stated import plan_names, stated, tables_of
from sim.consult.uses import READ_BY, SCALARS, stage_of
from sim.evidence.book import OPTIONAL_PLAN_TABLES, PLAN_TABLES, SHARED_TABLES
from sim.pipeline import run
from sim.scenario.schema import Scenario
from sim.shipped import folder, scenario_names
from tests.shipped import PLAIN
from tests.sixth import sixth

Sim = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Sim:
    def call(*words: str) -> tuple[int, list[str], str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["sim", *words])
        with pytest.raises(SystemExit) as stop:
            main()
        told = capsys.readouterr()
        return int(stop.value.code or 0), told.out.splitlines(), told.err

    return call


def test_every_figure_is_listed_once(sim: Sim) -> None:
    code, lines, _ = sim("params", "list", "--all")
    assert code == 0
    assert lines[-1] == f"{len(lines) - 2} figures"
    keys = [figure.key for figure in stated(tables_of(None))]
    assert len(set(keys)) == len(keys) == len(lines) - 2
    assert {key.split(".")[0] for key in keys} >= set(SHARED_TABLES) - {"sources", "resources"} - {
        "workforce/cadres", "projects/types", "projects/choices", "funds/funds"
    }  # fmt: skip


def test_the_list_is_filtered_and_grids_are_one_line(sim: Sim) -> None:
    _, lines, _ = sim("params", "list", "ATTRITION_RATE", "--plan", "shangyou")
    assert [line.split()[0] for line in lines[1:-1]] == [
        f"workforce/rates.{cadre}.attrition_rate"
        for cadre in ("physicians", "tcm_physicians", "gps", "nurses", "pharmacists", "public_health_staff",
                      "childcare_carers")
    ]  # fmt: skip
    _, lines, _ = sim("params", "list", "national_mortality")
    assert len(lines) == 3
    assert "--all lists them" in lines[1]
    _, lines, _ = sim("params", "list", "--plan", "shangyou")
    assert not [
        line for line in lines if line.startswith("plans/") and not line.startswith("plans/shangyou/")
    ]


def test_a_figure_is_shown_with_all_that_is_known_of_it(sim: Sim) -> None:
    code, lines, _ = sim("params", "show", "emergency_point.preparation_months")
    text = "\n".join(lines)
    assert code == 0
    assert lines[0] == "projects/values.emergency_point.preparation_months"
    for words in (
        "3 months", "low", "high", "assumption", "No sourced duration", "delivery", "targets: nanchang T1",
        "project types: emergency_point", "resources: emergency_points",
    ):  # fmt: skip
        assert words in text, words
    place = re.search(r"place +(\S+):(\d+):(\d+)", text)
    assert place
    row = (folder("params").parent / place[1]).read_text(encoding="utf-8").split("\n")[int(place[2]) - 1]
    assert row.split(",")[int(place[3]) - 1] == "3"


def test_what_a_plan_prints_is_shown_with_its_words(sim: Sim) -> None:
    _, lines, _ = sim("params", "show", "nanchang/indicators.T1.works.target")
    text = "\n".join(lines)
    assert "建设急救待命点达到35个" in text
    assert "line 456" in text
    assert "scenario nanchang: this reading is followed" in text
    _, lines, _ = sim("params", "show", "nanchang/scalars.level2_general_hospitals")
    assert any("nanchang 18" in line for line in lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("params", "show", "discount_rat"), "did you mean 'discount_rate'?"),
        (("params", "list", "--plan", "nanchnag"), "did you mean 'nanchang'?"),
        (("params", "check", "kunmin"), "did you mean 'kunming'?"),
        (("plan", "yanchen"), "did you mean 'yancheng'?"),
        (("plan", "yancheng", "--bureau", "市卫生健康位"), "did you mean '市卫生健康委'?"),
        (("plan", "nanchang", "--bureau", "市财政局"), "no tasks"),
        (("new", "mine", "--plan", "nanchnag", "--counties", "360102"), "did you mean 'nanchang'?"),
        (("new", "mine", "--plan", "nanchang", "--counties", "360109"), "did you mean '360104'?"),
        (("new", "mine", "--plan", "nanchang", "--counties", "510402"), "the plan is of 360100"),
        (("new", "mine", "--plan", "nanchang", "--counties", ","), "no county is named"),
        (("new", "Mine", "--plan", "nanchang", "--counties", "360102"), "name is 'Mine'"),
        (("new", "kunming", "--plan", "nanchang", "--counties", "360102"), "kunming is a shipped plan"),
        (("new", "mine", "--plan", "nanchang", "--counties", "360102", "--city", "530100"), "other counties"),
        (("new", "mine", "--plan", "nanchang", "--counties", "360102", "--city", "36"), "six digits"),
    ],
)
def test_what_is_unknown_ends_with_2_and_the_nearest_match(
    sim: Sim, words: tuple[str, ...], told: str
) -> None:
    code, out, err = sim(*words)
    assert code == 2
    assert told in err
    assert not out
    assert "Traceback" not in err
    assert not list(Path().glob("*"))


def test_the_check_counts_what_is_open(sim: Sim) -> None:
    code, lines, _ = sim("params", "check", "nanchang-2030")
    assert code == 0
    counts = dict(part.split(" ") for part in lines[-1].split(", "))
    assert counts.keys() == {"missing", "conflicting", "assumed", "estimated", "stale"}
    for name, count in counts.items():
        at = lines.index(f"{name}: {count}")
        assert all(line.startswith("  ") for line in lines[at + 1 : at + 1 + int(count)])
    stale = lines[lines.index(f"stale: {counts['stale']}") :]
    assert any("census_age_sex" in line for line in stale), "2020 is more than 3 years before 2025"
    assert int(counts["conflicting"]) == 6


def test_the_check_of_a_plan_of_its_own(sim: Sim, tmp_path: Path) -> None:
    path = sixth(tmp_path)
    _, lines, _ = sim("params", "check", str(path))
    assert any("a commitment without open year" in line for line in lines)
    assert any("C1 health literacy: 24" in line for line in lines)
    assert any("childcare_places = 2 per 1000" in line for line in lines)


def test_the_check_of_every_shipped_scenario(sim: Sim) -> None:
    code, lines, _ = sim("params", "check")
    assert code == 0
    assert [
        line.removeprefix("scenario ") for line in lines if line.startswith("scenario ")
    ] == scenario_names()


def test_a_plan_stands_in_line_with_chinese_in_it(sim: Sim) -> None:
    for plan in plan_names():
        code, lines, _ = sim("plan", plan)
        assert code == 0
        if len(lines) == 1:
            assert plan in ("yancheng", "kunming", "nanchang-2030")
            continue
        header, *rows = lines[1:-1]
        start = width(header.split("进入测算")[0])
        for row in rows:
            before = next(n for n in range(len(row)) if width(row[:n]) == start)
            assert row[before:].startswith(("进入", "不进入")), row


def test_a_plan_is_shown_as_printed_with_how_it_is_read(sim: Sim) -> None:
    _, lines, _ = sim("plan", "panzhihua", "--lang", "en", "--text", "--works", "--rules")
    text = "\n".join(lines)
    line = next(line for line in lines if line.startswith("18 "))
    for words in (
        "43.14",
        "力争每年降低0.5个百分点",
        "binding",
        "change per year",
        "less is better",
        "at most",
    ):
        assert words in line, words
    assert "out: monitored only (monitored)" in line
    for title in ("Numeric targets of the text (10", "Named projects (59:", "Planning rules (13)"):
        assert title in text
    _, lines, _ = sim("plan", "nanchang")
    assert sum("进入测算（第1级）" in line for line in lines) == 9


def test_tasks_are_filtered_by_bureau(sim: Sim) -> None:
    _, every, _ = sim("plan", "yancheng", "--tasks")
    assert "任务（103项）" in every
    _, some, _ = sim("plan", "yancheng", "--bureau", "民政")
    assert "任务（3项）" in some
    assert all("民政" in line for line in some if line.lstrip().startswith("参加单位"))


def _checked(value: Any, rule: dict[str, Any], defs: dict[str, Any], place: str) -> None:
    """The few words of JSON Schema that ours uses."""
    if "$ref" in rule:
        _checked(value, defs[rule["$ref"].rsplit("/", 1)[1]], defs, place)
        return
    if "anyOf" in rule:
        kinds = [r for r in rule["anyOf"] if (r.get("type") == "null") == (value is None)]
        _checked(value, kinds[0], defs, place)
        return
    types = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    assert isinstance(value, types[rule["type"]]), place
    assert value in rule.get("enum", [value]), place
    if isinstance(value, str):
        assert re.search(rule.get("pattern", ""), value), place
    if rule["type"] in ("integer", "number"):
        assert rule.get("minimum", value) <= value <= rule.get("maximum", value), place
    for n, item in enumerate(value if isinstance(value, list) else []):
        _checked(item, rule["items"], defs, f"{place}.{n}")
    if isinstance(value, dict):
        known = rule.get("properties", {})
        assert set(rule.get("required", [])) <= set(value), place
        for key, item in value.items():
            inner = known.get(key, rule.get("additionalProperties"))
            assert inner, f"{place}.{key} is no key"
            _checked(item, inner, defs, f"{place}.{key}")


def test_every_shipped_scenario_fits_the_schema(sim: Sim) -> None:
    code, lines, _ = sim("schema")
    assert code == 0
    schema = json.loads("\n".join(lines))
    for name in scenario_names():
        data = yaml.safe_load((folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8"))
        data["report_date"] = data["report_date"].isoformat()
        _checked(data, schema, schema["$defs"], name)
        with pytest.raises(AssertionError):
            _checked(data | {"target_yaer": 2025}, schema, schema["$defs"], name)


def test_every_key_of_the_schema_says_what_it_means(sim: Sim) -> None:
    schema = json.loads("\n".join(sim("schema")[1]))
    for name, part in {"scenario": schema, **schema["$defs"]}.items():
        for key, rule in part["properties"].items():
            said = rule.get("description") or schema["$defs"].get(rule.get("$ref", "").rsplit("/", 1)[-1], {})
            assert said, f"{name}.{key}"


def test_a_new_scenario_of_a_whole_city_has_every_key_and_runs_as_the_shipped_one(
    sim: Sim, tmp_path: Path
) -> None:
    code, lines, _ = sim("new", "mine", "--plan", "shangyou", "--counties", "360724")
    assert code == 0
    assert lines[0] == "written: mine.yaml"
    text = (tmp_path / "mine.yaml").read_text(encoding="utf-8")
    for key in Scenario.model_fields:
        assert re.search(rf"(?m)^(# )?{key}:", text), key
    shipped = yaml.safe_load((folder("scenarios") / "shangyou.yaml").read_text(encoding="utf-8"))
    mine = Scenario.model_validate(_plain(yaml.safe_load(text)), strict=False)
    same = Scenario.model_validate(_plain(shipped), strict=False)
    assert mine.model_copy(update={"name": "shangyou"}) == same
    code, lines, _ = sim("validate", "mine.yaml")
    assert code == 0
    code, _, err = sim("new", "mine", "--plan", "shangyou", "--counties", "360724")
    assert code == 2
    assert "it is there already" in err


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    assert isinstance(data["report_date"], date)
    return data


def test_a_part_of_a_city_is_a_unit_of_its_own(sim: Sim, tmp_path: Path) -> None:
    chosen = ["360102", "360123"]
    code, lines, _ = sim("new", "part", "--plan", "nanchang", "--counties", ",".join(chosen), "--out", "here")
    assert code == 0, lines
    assert sim("validate", "here/part.yaml")[0] == 0
    result = run(str(tmp_path / "here" / "part.yaml"), ["solver.gap=0.05"])
    assert result.certificate.ok
    assert result.stages.people["county"].values.tolist() == chosen
    entered = {target.resource for target in result.stages.targets}
    assert {"beds", "nurses", "gps", "cdc_standard"} <= entered
    assert not entered & {"emergency_points", "childcare_institutions", "geriatric_wards"}, (
        "of the whole city"
    )
    base = float(result.stages.people.sel(year=2020).sum())
    assert base == pytest.approx(421_690 + 252_591)
    moved = next(r for r in result.book["plans/scalars"] if r["name"] == "net_migration_per_year")
    assert moved.number("value") == pytest.approx(90_674 * base / 6_255_007, abs=1)
    assert moved["quality"] == "assumption"


def test_a_county_alone_is_its_own_city(sim: Sim, tmp_path: Path) -> None:
    assert sim("new", "miyi", "--plan", "panzhihua", "--counties", "510421")[0] == 0
    assert 'city: "510421"' in (tmp_path / "miyi.yaml").read_text(encoding="utf-8")
    assert sim("new", "two", "--plan", "panzhihua", "--counties", "510421,510422", "--city", "510490")[0] == 0
    assert 'city: "510490"' in (tmp_path / "two.yaml").read_text(encoding="utf-8")
    _, lines, _ = sim("plan", "two.yaml")
    assert lines[0].startswith("two：")


def test_a_spread_cap_of_what_is_no_target_is_told(sim: Sim, tmp_path: Path) -> None:
    path = sixth(tmp_path)
    caps = "allocation.spread_cap={ambulances: 0.2, beds: 0.2}"
    code, lines, _ = sim("validate", str(path), "--set", caps)
    assert code == 0
    assert [line for line in lines if "allocation.spread_cap" in line] == [
        "  Ambulances (ambulances) is no target in the program: its allocation.spread_cap limits nothing"
    ]
    assert "spread caps without effect 1" in lines[-1]


def test_warnings_are_explained_and_counted(sim: Sim, tmp_path: Path) -> None:
    path = sixth(tmp_path)
    code, lines, _ = sim("validate", str(path))
    assert code == 0
    assert lines[-1] == (
        "0 errors, 10 warnings (conflicts 1, several readings 1, assumed baselines 1, "
        "targets and rules outside 1, project types too late 3, census notes 1, assumed life expectancy 2)"
    )
    text = "\n".join(lines)
    for words in (
        "C1 health literacy: 24 (test_data, table) against 26 (test_data, text)",
        "7/table: 24 (test_data), followed by the scenario; 7/text: 26 (test_data), not followed",
        "Childcare places: 2 per 1000 (1.5 to 2.4), invented: stands in for a cell left empty",
        "started in 2021 it opens in 2024",
        "Trial A: invented: counts a trial zone with it",
        "2020: 77.5 years, invented",
        "planning rules in the program: 2 of 3",
    ):
        assert words in text, words
    code, lines, _ = sim("validate", str(path), "--lang", "zh")
    assert lines[-1].startswith("0 个错误，10 个警告（冲突 1、")
    assert any("虚构：含试验区" in line for line in lines)


def test_an_unknown_stock_is_a_warning(sim: Sim, tmp_path: Path) -> None:
    path = sixth(tmp_path)
    table = path.parent / "data" / "plans" / "sixth" / "indicators.csv"
    text = table.read_text(encoding="utf-8")
    line = next(line for line in text.split("\n") if line.startswith("2,"))
    table.write_text(text.replace(line + "\n", ""), encoding="utf-8")
    _, lines, _ = sim("validate", str(path))
    assert any("Physicians (physicians <- beds, emergency_points)" in line for line in lines)
    assert "unknown stocks 1" in lines[-1]


@pytest.mark.parametrize("name", [*PLAIN, "nanchang-60"])
def test_every_shipped_scenario_ends_with_its_warnings(sim: Sim, name: str) -> None:
    for lang, end in (
        ("en", r"0 errors, (\d+) warnings \((.*)\)"),
        ("zh", r"0 个错误，(\d+) 个警告（(.*)）"),
    ):
        code, lines, err = sim("validate", name, "--lang", lang)
        assert code == 0, err
        found = re.fullmatch(end, lines[-1])
        assert found, lines[-1]
        assert sum(map(int, re.findall(r"(\d+)(?:[,、]|$)", found[2]))) == int(found[1])


def test_every_table_says_which_stage_reads_it() -> None:
    for name in (*SHARED_TABLES, *(f"plans/{name}" for name in (*PLAN_TABLES, *OPTIONAL_PLAN_TABLES))):
        texts = (
            "sources",
            "workforce/cadres",
            "projects/types",
            "funds/funds",
            "plans/tasks",
            "plans/conflicts",
        )
        assert name in texts or name in READ_BY or name.partition("/")[0] in READ_BY, name
    every = list(stated(tables_of(None)))
    assert all(stage_of(figure) for figure in every)
    named = {figure.name for figure in every if figure.table.name.endswith("scalars")}
    assert all(any(name.startswith(start) for name in named) for start in SCALARS)


def test_columns_stay_in_line() -> None:
    lines = list(in_columns(("编号", "name"), [("一", "a"), ("long", "数\n据"), ("e\u0301", "z")]))
    assert lines == ["编号  name", "一    a", "long  数 据", "e\u0301     z"]
