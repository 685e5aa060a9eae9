"""Plans with 80, 60 and 40 % of the money they need, no money at all, or exactly enough."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from sim.budget.need import Need, needs
from sim.budget.purse import Purse
from sim.budget.solving import Budgeted, budgeted
from sim.consult.verdict import verdict_lines
from sim.consult.words import words
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.outputs.folder import write_run
from sim.outputs.summary import summary
from sim.pipeline import RunResult, options_of, run
from sim.program.solution import Options
from sim.scenario.reading import load_scenario
from sim.shipped import folder
from sim.stages import allocation_case, run_stages
from tests.calling import calling
from tests.shipped import CONSTRAINED

LONG = bool(os.environ.get("GAPWISE_LONG"))
GAP = 0.01
"The gap of `sim budget` where nothing else is asked."
PLANS = ("shangyou", "nanchang", "yancheng") if LONG else ("shangyou",)
RUNS = CONSTRAINED if LONG else ("nanchang-60", "shangyou-80")


@cache
def budget_of(plan: str) -> Budgeted:
    loaded = load_scenario(plan)
    case = allocation_case(run_stages(Figures(open_book(loaded), loaded.scenario)))
    solver = options_of(loaded.scenario.solver)
    options = Options(GAP, solver.node_limit, solver.tie_break_nodes, solver.tie_break)
    return budgeted(case, Purse(), options, loaded.scenario.time.end_year)


@cache
def need_of(plan: str) -> Need:
    return needs(budget_of(plan))[-1]


def parts(name: str) -> tuple[str, int]:
    plan, _, percent = name.rpartition("-")
    return plan, int(percent)


def money(name: str) -> float:
    (envelope,) = load_scenario(name).scenario.envelopes
    assert envelope.fund == "all"
    assert envelope.year is None
    assert envelope.illustrative
    return envelope.yuan


@pytest.mark.parametrize("name", CONSTRAINED)
def test_it_is_its_plan_with_less_money_and_says_it_is_an_illustration(name: str) -> None:
    plan, percent = parts(name)
    assert percent in (80, 60, 40)
    own, base = load_scenario(name).scenario, load_scenario(plan).scenario
    same = {"name": base.name, "title": base.title, "envelopes": ()}
    assert own.model_copy(update=same) == base
    assert money(name) % 1e6 == 0
    assert f"{percent}%，示意，非预算" in own.title.zh
    assert f"{percent} % of the money it needs, for illustration, no budget" in own.title.en
    text = Path(load_scenario(name).source.folder / f"{name}.yaml").read_text(encoding="utf-8")
    assert re.search(rf"{percent} % of the least money `sim budget {plan}` finds", text)


@pytest.mark.parametrize("plan", PLANS)
def test_the_money_is_that_part_of_the_least_money(plan: str) -> None:
    need = need_of(plan)
    for name in CONSTRAINED:
        base, percent = parts(name)
        if base == plan:
            assert abs(money(name) - need.yuan * percent / 100) <= 5e5 + GAP * need.yuan


def run_of(name: str) -> RunResult:
    result = run(name)
    assert result.certificate.ok
    outlay = result.figures["capital_outlay_yuan"]
    assert outlay <= money(name)
    assert outlay >= 0.99 * money(name) or not name.startswith("nanchang")
    return result


@pytest.mark.parametrize("name", RUNS)
def test_it_runs_within_its_money(name: str, tmp_path: Path) -> None:
    result = run_of(name)
    if not name.startswith("shangyou"):
        return
    written = write_run(result, tmp_path, "zh", {})
    record, lines = summary(written, "zh")
    assert record["illustrative"] is True
    assert lines[0].startswith("示意，非预算")
    assert summary(written, "en")[1][0].startswith("for illustration, no budget")
    page = (written / "report.html").read_text(encoding="utf-8")
    assert "<strong>示意，非预算</strong>" in page
    assert "不会用到" in page or name != "shangyou-80"  # which cannot use all of its money
    assert "只作示意，不是任何部门的预算" in page
    (path,) = written.glob("*.xlsx")
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    assert any("示意，非预算" in row for row in sheet.iter_rows(values_only=True))
    assert json.loads((written / "manifest.json").read_text(encoding="utf-8"))["illustrative"] is True


def test_the_warnings_say_it_too() -> None:
    loaded = load_scenario("yancheng-60")
    for lang, said in (("zh", "示意，非预算"), ("en", "For illustration, no budget")):
        lines = list(verdict_lines(loaded, open_book(loaded), words(lang)))
        (n,) = (n for n, line in enumerate(lines) if said in line)
        assert "yancheng-60.yaml:" in lines[n + 1]
        assert "9,000,000" in lines[n + 1]


@pytest.mark.parametrize("command", ["validate", "run", "budget"])
def test_shares_that_cannot_hold_stop_every_command_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    text = (folder("params") / "funds" / "rules.csv").read_text(encoding="utf-8")
    old = "county,workforce,max_recurrent_share,1"
    assert old in text
    (tmp_path / "own" / "funds").mkdir(parents=True)
    (tmp_path / "own" / "funds" / "rules.csv").write_text(
        text.replace(old, f"{old[:-1]}0.5"), encoding="utf-8"
    )
    scenario = (folder("scenarios") / "shangyou.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(f"{scenario}\ntables: own\n", encoding="utf-8")
    code, out, err = calling(monkeypatch, capsys, tmp_path)(command, "mine.yaml")
    assert code == 2
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if row.startswith(old))
    assert f"own/funds/rules.csv:{line}:4: max_recurrent_share of workforce sums to 0.5" in err
    assert "allowed: at least 1" in err
    assert out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.yaml", "own"]


@pytest.mark.parametrize("plan", PLANS)
def test_the_least_money_leaves_what_no_money_mends(plan: str) -> None:
    need, rich = need_of(plan), budget_of(plan).at(1e12)
    name = f"targets_{need.level}"
    assert need.plan.value(name) <= rich.value(name) * (1 + GAP) + 4e-6
    assert need.plan.figures["capital_outlay_yuan"] <= need.yuan
    assert need.bound <= need.yuan
    for resource in need.resources:
        assert float(rich.short.sel(resource=resource)) <= float(rich.need.sel(resource=resource))


@pytest.mark.parametrize("plan", ["nanchang", "shangyou", "yancheng"] if LONG else ["nanchang"])
def test_no_money_funds_no_new_project_and_breaks_nothing(plan: str) -> None:
    result = run(plan, ("envelopes=[{fund: all, amount: 0}]",))
    assert result.certificate.ok
    assert result.figures["capital_outlay_yuan"] == 0
    built = result.solution.plan.started.where(result.case.rules.projects["kind"] != "heads", 0.0)
    assert float((built * result.case.costs["capital_cost"]).sum()) == 0
    levels = {level.name: level.value for level in result.solution.levels}
    if plan == "nanchang":
        assert levels["rules"] > 0  # the floor of the counties gives way, and by how much is told
