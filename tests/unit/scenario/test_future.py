"""What a scenario may change of the future and of single figures, and how that is told and refused."""

from __future__ import annotations

import pytest

from sim.errors import InputError
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.outputs.envelopes import supposed_text
from sim.outputs.sweep.naming import sweep_words
from sim.scenario.reading import load_scenario
from sim.stages import Stages, allocation_case, run_stages
from sim.sweep.futures.moving import with_values


def stages(*settings: str) -> Stages:
    loaded = load_scenario("shangyou", settings)
    return run_stages(Figures(open_book(loaded), loaded.scenario))


@pytest.fixture(scope="module")
def base() -> Stages:
    return stages()


def test_a_future_is_an_assumption_of_the_evidence(base: Stages) -> None:
    moved = stages("future.fertility=0.8", "future.targets.beds=1.1", "future.lead_time=6")
    own = {f.locator: f for f in moved.figures.used.values() if f.table == "scenario"}
    assert {path: f.value for path, f in own.items()} == {
        "future.fertility": 0.8, "future.targets.beds": 1.1, "future.lead_time": 6.0,
    }  # fmt: skip
    assert all(f.quality == "assumption" and f.reason and f.reason_zh for f in own.values())
    assert not [f for f in base.figures.used.values() if f.table == "scenario"]


def test_longer_building_opens_no_earlier_and_costs_are_as_many_times(base: Stages) -> None:
    late, dear = stages("future.lead_time=7"), stages("future.capital_cost=1.5")
    assert (late.delivery["open_year"] >= base.delivery["open_year"]).all()
    assert (late.delivery["can_open"] <= base.delivery["can_open"]).all()
    heads = base.rules.projects["kind"] == "heads"
    assert (late.delivery["open_month"] == base.delivery["open_month"]).where(heads, True).all()
    ratio = dear.costs["capital_cost"] / base.costs["capital_cost"].where(base.costs["capital_cost"] > 0)
    assert ratio.dropna("project").values == pytest.approx(1.5)


def test_a_figure_of_a_table_is_replaced_and_said_to_be(base: Stages) -> None:
    path = "workforce/rates/physicians/attrition_rate"
    moved = stages(f"figures.{path}=0.05")
    key = next(k for k in moved.figures.used if k[1:] == ("physicians", "attrition_rate"))
    assert moved.figures.used[key].value == 0.05
    assert moved.figures.used[key].quality == "assumption"
    assert moved.figures.used[key].reason == "set in the scenario"
    heads = (moved.workforce["headcount"] - base.workforce["headcount"]).sel(cadre="physicians", year=2025)
    assert (heads < 0).all()
    others = moved.workforce["headcount"].sel(cadre="nurses") == base.workforce["headcount"].sel(
        cadre="nurses"
    )
    assert bool(others.all())


def test_the_ceiling_that_is_set_holds_whichever_of_its_range_is_read() -> None:
    path = "figures.workforce/rates/physicians/growth_ceiling=0.01"
    pools = [
        stages(path, f"workforce.growth_ceiling={end}").pool.sel(cadre="physicians")
        for end in ("low", "high")
    ]
    assert (pools[0] == pools[1]).all()


def test_a_cost_sample_has_a_point_of_its_own(base: Stages) -> None:
    types = {row["project"]: row["cost_sample"] for row in base.figures.book["projects/types"]}
    built = {p: types[p] for p in map(str, base.rules.projects["project"].values) if types[p]}
    sample = next(iter(built.values()))
    moved = stages(f"prices.cost_quantiles.{sample}=0.95")
    dearer = moved.costs["capital_cost"] > base.costs["capital_cost"]
    same = moved.costs["capital_cost"] == base.costs["capital_cost"]
    changed = [str(p) for p in dearer["project"].values[dearer]]
    assert changed
    assert {built[p] for p in changed} == {sample}
    assert bool((same | dearer).all())


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("figures.workforce/rates/physician/attrition_rate=0.1", "did you mean 'workforce/rates/physicians"),
        ("figures.workforce/rates/physicians/attrition_rate=3", "0 to 1 per year"),
        ("figures.workforce/rates/physicians/training_years=1.5", "a whole number"),
        ("future.targets.bed=1.1", "did you mean 'beds'"),
        ("prices.cost_quantiles.ambulence=0.5", "did you mean 'ambulance'"),
        ("future.fertility=0", "greater than 0"),
        ("future.lead_time=1.5", "integer"),
        ("future.fertilty=1", "did you mean 'fertility'"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(setting: str, said: str) -> None:
    with pytest.raises(InputError) as told:
        stages(setting)
    assert said in str(told.value)
    assert f"--set {setting}" in str(told.value)


def test_targets_as_many_times_ask_for_as_many_times(base: Stages) -> None:
    need = allocation_case(stages("future.targets.beds=1.2")).need
    before = allocation_case(base).need
    beds = float((need / before).sel(resource="beds").max())
    assert beds == pytest.approx(1.2)
    assert need.drop_sel(resource="beds").equals(before.drop_sel(resource="beds"))


def test_values_set_by_path_are_those_of_the_command_line() -> None:
    settings = ("future.targets.beds=1.2", "future.lead_time=6", "assumptions.deflator=0.03",
                "envelopes=[{fund: all, amount: 3亿}]")  # fmt: skip
    loaded = load_scenario("shangyou", settings)
    plain = load_scenario("shangyou", settings[-1:]).scenario
    values = {"future.targets.beds": 1.2, "future.lead_time": 6.0, "assumptions.deflator": 0.03}
    assert with_values(plain, values) == loaded.scenario
    assert with_values(plain, {"envelopes.0.amount": 2.5e8}).envelopes[0].yuan == 2.5e8


def test_a_supposed_future_is_said_first_in_both_languages() -> None:
    settings = ("future.fertility=0.8", "future.targets.beds=1.1",
                "figures.workforce/rates/nurses/attrition_rate=0.03")  # fmt: skip
    moved, plain = load_scenario("shangyou", settings).scenario, load_scenario("shangyou").scenario
    for lang, said in (("zh", "目标（医疗机构床位） 1.1 倍"), ("en", "target (Hospital beds) 1.1 times")):
        words = sweep_words(lang)
        text = supposed_text(moved, words)
        assert said in text
        assert "workforce/rates/nurses/attrition_rate 0.03" in text
        assert supposed_text(plain, words) == ""
