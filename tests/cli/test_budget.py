"""`sim budget`: the first screen, tables that tie, the same bytes twice, and what is refused."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from cli.main import main
from sim.shipped import folder as shipped
from tests.calling import Call

QUICK = ("--steps", "2", "--out", "runs")


@pytest.fixture(scope="module")
def answers(home: Path) -> tuple[str, Path]:
    """What `sim budget shangyou` says and writes, run once."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told):
        patch.chdir(home)
        patch.setattr(sys, "argv", ["sim", "budget", "shangyou", "--steps", "4", "--out", "runs"])
        with pytest.raises(SystemExit) as stop:
            main()
    assert not stop.value.code
    return told.getvalue(), page_folder(told.getvalue(), home)


def page_folder(out: str, home: Path) -> Path:
    return home / Path(out.splitlines()[-1].removeprefix("page: ")).parent


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "tables" / f"{name}.csv", dtype={"county": str})


def test_the_four_answers_and_tables_that_tie(answers: tuple[str, Path]) -> None:
    out, folder = answers
    said = [line for line in out.splitlines() if not line.startswith(" ")]
    assert [line[0] for line in said[1:5]] == ["一", "二", "三", "四"]
    assert "{" not in out
    curve, ledger = table(folder, "curve"), table(folder, "ledger")
    need = table(folder, "need").iloc[0]
    assert float(need["least_yuan"]) in curve["envelope_yuan"].tolist()
    assert list(curve.columns)[:8] == [
        "envelope_yuan",
        "shortfall_level1",
        "present_cost_yuan",
        "capital_outlay_yuan",
        "local_burden_yuan",
        "bound_level1",
        "bound_present_cost_yuan",
        "rules_slack",
    ]
    zero = curve.iloc[0]
    assert zero[["envelope_yuan", "present_cost_yuan", "capital_outlay_yuan"]].tolist() == [0, 0, 0]
    assert (curve["capital_outlay_yuan"] <= curve["envelope_yuan"] + 0.005).all()
    assert need["missed"] == "gps"
    assert need["causes"] == "gps=recruitment_pool:gps"
    for plan, part in ledger.groupby("plan"):
        nominal = part[part["price_basis"] == "nominal"]
        capital = nominal[(nominal["kind"] == "capital") & (nominal["year"] <= 2025)]["amount_fen"].sum()
        view = table(folder, "county_view").set_index("plan")
        assert view.loc[plan, "received_fen"] == capital
        tail = table(folder, "recurrent_tail")
        running = nominal[nominal["kind"] == "recurrent"]["amount_fen"].sum()
        assert tail[tail["plan"] == plan]["amount_fen"].sum() == running
        prices = table(folder, "prices")
        use = part[part["flow"] == "use"].groupby("price_basis")["amount_fen"].sum()
        own = prices[prices["plan"] == plan]
        assert own["nominal_fen"].sum() == use["nominal"]
        assert own["real_fen"].sum() == use["real"]
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert record["reproducible"]
    assert record["least_yuan"]["1"] == need["least_yuan"]


def test_the_workbook_holds_every_table_and_its_totals_are_live(sim: Call, home: Path) -> None:
    _, out, _ = sim("budget", "shangyou", "--lang", "en", *QUICK)
    folder = page_folder(out, home)
    names = sorted(p.stem for p in (folder / "tables").glob("*.csv"))
    book = openpyxl.load_workbook(folder / "budget.xlsx")
    assert len(book.sheetnames) == len(names)  # the answers, and every table but the evidence
    assert book.sheetnames[0] == "Answers"
    tail = book["Running cost"]
    assert [cell.value for cell in tail[1]] == ["Plan", "County", "Fund", "Year", "Amount (yuan)"]
    assert str(tail.cell(tail.max_row, 5).value).startswith("=SUMIFS(")
    cached = openpyxl.load_workbook(folder / "budget.xlsx", data_only=True)["Running cost"]
    own = table(folder, "recurrent_tail")
    for back, plan in ((0, "envelope"), (1, "need")):
        sum_of_plan = cached.cell(cached.max_row - back, 5).value
        assert round(sum_of_plan * 100) == own[own["plan"] == plan]["amount_fen"].sum()


def test_the_named_works_of_shangyou_stand_at_their_printed_money(answers: tuple[str, Path]) -> None:
    works = table(answers[1], "works")
    assert sorted(works["investment_fen"]) == [m * 10**8 for m in (40, 40, 70, 200, 300)]
    assert (works["committed"] == "no").all()


def test_committed_works_no_envelope_reaches_are_reported(sim: Call, home: Path) -> None:
    """Two works committed for 370 million yuan, an envelope of 320 million, and one above all need."""
    name = "plans/shangyou/projects.csv"
    text = (shipped("params") / name).read_text(encoding="utf-8")
    lines = [
        line.replace(",planned,", {"P21": ",started,", "P33": ",firm,"}.get(line.split(",")[0], ",planned,"))
        for line in text.splitlines()
    ]
    (home / "own" / name).parent.mkdir(parents=True)
    (home / "own" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    scenario = yaml.safe_load((shipped("scenarios") / "shangyou.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_dump(scenario | {"name": "mine", "tables": "own"}, allow_unicode=True)
    (home / "mine.yaml").write_text(own, encoding="utf-8")
    said = {}
    for envelope in ("3.2亿", "20亿"):
        code, out, err = sim("budget", "mine.yaml", "--envelope", envelope, "--lang", "en", *QUICK)
        assert code == 0, err
        said[envelope], folder = out, page_folder(out, home)
        works = table(folder, "works").set_index("work")
        paid = works.loc[["P21", "P33"], "funded_fen"].tolist()
        unpaid = works.loc[["P21", "P33"], "unfunded_fen"].tolist()
        assert (paid, unpaid) == {
            "3.2亿": ([300 * 10**8, 20 * 10**8], [0, 50 * 10**8]),
            "20亿": ([300 * 10**8, 70 * 10**8], [0, 0]),
        }[envelope]
        ledger = table(folder, "ledger")
        capital = ledger[(ledger["plan"] == "envelope") & (ledger["kind"] == "capital")]
        assert capital.empty == (envelope == "3.2亿")
    committed = "committed 370.0 million yuan, of which 320.0 million yuan fits the chosen envelope"
    assert f"{committed} and 50.0 million yuan does not." in said["3.2亿"]
    assert "The envelope is larger than any plan needs" in said["20亿"]
    assert "stay unused" not in said["3.2亿"]


def test_a_budget_of_an_illustration_says_that_it_is_none(sim: Call, home: Path) -> None:
    code, out, _ = sim("budget", "yancheng-60", *QUICK)
    assert code == 0
    assert out.startswith("示意，非预算 ")
    assert "情景给定的额度" in out
    folder = page_folder(out, home)
    assert "示意，非预算" in (folder / "budget.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(folder / "budget.xlsx", read_only=True).worksheets[0]
    first = [row[0] for row in sheet.iter_rows(values_only=True, max_row=2)]
    assert first[0] == "示意，非预算"
    assert "900.0万元" in first[1]


def test_a_fund_nobody_may_use_here_is_refused_and_nothing_is_written(sim: Call, home: Path) -> None:
    code, _, err = sim("budget", "kunming", "--fund", "special_bond", "--out", "idle")
    assert code == 2
    assert "--fund special_bond: no project of the scenario may be paid from 'special_bond'" in err
    assert "allowed: all, central, municipal, county" in err
    assert not (home / "idle").exists()


def test_the_same_question_gives_the_same_bytes(sim: Call, home: Path) -> None:
    for out in ("one", "two"):
        assert sim("budget", "yancheng", "--steps", "2", "--lang", "en", "--out", out)[0] == 0
    (one,), (two,) = ((home / name).iterdir() for name in ("one", "two"))
    assert one.name == two.name
    files = sorted(p.relative_to(one) for p in one.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(two) for p in two.rglob("*") if p.is_file())
    for name in files:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


@pytest.mark.parametrize("fund", ["county", "special_bond"])
def test_one_fund_is_kept_to_its_envelope(sim: Call, home: Path, fund: str) -> None:
    code, out, _ = sim("budget", "shangyou", "--fund", fund, "--envelope", "1000万", "--lang", "en", *QUICK)
    assert code == 0
    assert "At the envelope asked about, 10.0 million yuan (10000000 yuan)" in out
    folder = page_folder(out, home)
    ledger = table(folder, "ledger")
    chosen = ledger[(ledger["plan"] == "envelope") & (ledger["price_basis"] == "nominal")]
    spent = chosen[(chosen["fund"] == fund) & (chosen["year"] <= 2025)]["amount_fen"].sum()
    assert spent <= 10**9


def test_an_envelope_of_each_year(sim: Call, home: Path) -> None:
    words = ("--per-year", "--to", "1亿", "--envelope", "5000万", "--lang", "en")
    code, out, _ = sim("budget", "shangyou", *words, *QUICK)
    assert code == 0
    assert "All funds in 2023" in out
    folder = page_folder(out, home)
    ledger = table(folder, "ledger")
    chosen = ledger[(ledger["plan"] == "envelope") & (ledger["price_basis"] == "nominal")]
    capital = chosen[chosen["kind"] == "capital"].groupby("year")["amount_fen"].sum()
    assert (capital <= 5 * 10**9).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "3亿5000万"), "mixes units"),
        (("--to", "-3亿"), "below 0"),
        (("--envelope", "much"), "not an amount of money"),
        (("--from", "3亿", "--to", "2亿"), "is not above --from"),
        (("--gap", "200%"), "is not from 0 up to 100 %"),
        (("--fund", "lottery"), "'lottery' is not one of"),
        (("--steps", "1"), "not in the range"),
    ],
)
def test_bad_words_are_refused_and_nothing_is_written(sim: Call, home: Path, words, said: str) -> None:
    code, _, err = sim("budget", "shangyou", "--out", "nothing", *words)
    assert code == 2
    assert said in err
    assert not (home / "nothing").exists()


def test_running_cost_stands_beside_what_counties_can_spend(sim: Call, home: Path) -> None:
    code, out, _ = sim("budget", "yancheng", "--lang", "en", *QUICK)
    assert code == 0
    assert "Least money: the county that bears most for its means is " in out
    assert "is what other counties spend for each resident (assumption)" in out
    folder = home / Path(out.splitlines()[-1].removeprefix("page: ")).parent
    shares, tail = table(folder, "recurrent_share"), table(folder, "recurrent_tail")
    assert shares["recurrent_fen"].sum() == tail["amount_fen"].sum()
    assert shares["county_fen"].sum() == tail[tail["fund"] == "county"]["amount_fen"].sum()
    exact = shares["county_fen"] / 100 / shares["capacity_yuan"]
    assert (abs(shares["share"] - exact) < 1e-9).all()
    assert set(shares["quality"]) == {"assumption"}
    evidence = pd.read_csv(folder / "tables" / "evidence.csv", dtype=str)
    means = evidence[evidence["table"] == "params/funds/fiscal_capacity.csv"]
    assert (means["year"].astype(int) <= 2021).all()
    assert {"expenditure_per_revenue", "fiscal_capacity_of_others"} <= set(evidence["parameter"])
    page = (folder / "budget.html").read_text(encoding="utf-8")
    assert '<section id="burden">' in page
    assert '<section id="programmes">' in page


def test_programmes_of_yancheng_are_persons_times_standard(sim: Call, home: Path) -> None:
    _, out, _ = sim("budget", "yancheng", "--lang", "en", *QUICK)
    assert "Basic public health services: in 2022" in out
    folder = home / Path(out.splitlines()[-1].removeprefix("page: ")).parent
    paid = table(folder, "per_capita")
    first = paid[paid["year"] == 2022].set_index("programme")
    health, insurance = first.loc["basic_public_health"], first.loc["resident_insurance"]
    assert insurance["persons"].sum() == pytest.approx(health["persons"].sum() * 0.985 * 0.775)
    assert health["total_fen"].sum() == pytest.approx(health["persons"].sum() * 9300, abs=400)
    assert health["central_fen"].sum() == pytest.approx(health["persons"].sum() * 8400 * 0.3, abs=400)
    assert insurance["total_fen"].sum() == pytest.approx(insurance["persons"].sum() * 74000, abs=400)
    assert (paid["total_fen"] == paid["central_fen"] + paid["local_fen"]).all()


def test_a_scenario_adds_a_programme_of_its_own(sim: Call, home: Path) -> None:
    named = "name: care, title: {zh: 护理补贴, en: Care}"
    line = f"{{{named}, yuan_per_person: 5, central_base_yuan: 3, central_share: 1}}"
    code, out, _ = sim("budget", "shangyou", "--set", f"programmes=[{line}]", *QUICK)
    assert code == 0
    assert "护理补贴：2021年" in out
    folder = home / Path(out.splitlines()[-1].removeprefix("page: ")).parent
    paid = table(folder, "per_capita")
    assert paid["standard_yuan"].iloc[0] == pytest.approx(5.1)
    assert (paid["central_fen"] * 5 - paid["total_fen"] * 3).abs().max() <= 15
