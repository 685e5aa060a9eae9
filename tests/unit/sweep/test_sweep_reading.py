"""Faults of a sweep file: each with its place, what is allowed and what comes near."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.errors import InputError
from sim.shipped import sweep_names
from sim.sweep.question.reading import as_set, load_sweep
from tests.sweeping import PATHS, SETTINGS, sweep_data, sweep_file

RANDOM = {"method": "random", "draws": 10}


def faults(folder: Path, data: dict[str, Any], *settings: str) -> str:
    with pytest.raises(InputError) as told:
        load_sweep(str(sweep_file(folder, data)), settings)
    return str(told.value).replace(f"{folder}/", "")


def data_with(n: int = 0, design: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    data = sweep_data(design or RANDOM)
    data["factors"][n] |= changes
    return data


def test_a_valid_sweep_comes_with_its_scenario(tmp_path: Path) -> None:
    data = sweep_data(RANDOM) | {"settings": [*SETTINGS, "time.end_year=2036"]}
    loaded = load_sweep(str(sweep_file(tmp_path, data)), ["design.draws=12"])
    assert loaded.sweep.design.draws == 12
    assert loaded.scenario.scenario.time.end_year == 2036
    assert loaded.folder == tmp_path
    assert yaml.safe_load(loaded.text)["chunk"] == 8


def test_a_scenario_beside_the_sweep_comes_before_a_shipped_one(tmp_path: Path) -> None:
    from sim.shipped import folder

    text = (folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8")
    beside = text.replace("name: nanchang\n", "name: beside\n", 1)
    (tmp_path / "own.yaml").write_text(beside, encoding="utf-8")
    loaded = load_sweep(str(sweep_file(tmp_path, sweep_data(RANDOM) | {"scenario": "own.yaml"})))
    assert loaded.scenario.scenario.name == "beside"


def test_every_shipped_sweep_is_valid() -> None:
    for name in sweep_names():
        assert load_sweep(name).sweep.factors


def test_an_unknown_sweep_is_named() -> None:
    with pytest.raises(InputError, match=r"SWEEP: no sweep 'nosuch'; allowed: a file"):
        load_sweep("nosuch")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pth": "x"}, "ishigami.yaml:26:3: unknown key 'factors.0.pth'; allowed: name, path, title"),
        ({"distribution": {"kind": "unifrom", "low": 0, "high": 1}},
         "distribution.kind is 'unifrom'; allowed: 'uniform', 'triangular', 'normal', 'choice'; "
         "did you mean 'uniform'?"),
        ({"distribution": {"low": 0, "high": 1}}, "key 'factors.0.distribution.kind' is missing"),
        ({"distribution": {"kind": "uniform", "low": 0, "hihg": 1, "high": 1}},
         "unknown key 'factors.0.distribution.hihg'; allowed: kind, low, high; did you mean 'high'?"),
        ({"distribution": {"kind": "uniform", "low": 2, "high": 1}}, "low 2 is not below high 1"),
        ({"name": "x2"}, "name 'x2' stands twice"),
        ({"path": PATHS[2]}, f"path {PATHS[2]!r} stands twice"),
        ({"name": "draw"}, "'draw' is a column of every dataset"),
        ({"path": "assumptions.deflater"}, "did you mean 'deflator'"),
        ({"path": "future.fertilty"}, "unknown key 'future.fertilty'"),
        ({"path": "time.end_year"}, "time.end_year is the same in every future of a sweep"),
        ({"path": "figures.workforce/rates/nurse/attrition_rate"}, "did you mean 'workforce/rates/nurses"),
        ({"path": "future.lead_time", "distribution": {"kind": "uniform", "low": 0.5, "high": 6}},
         "allowed: a whole number: say `whole: true` of the factor"),
        ({"path": "envelopes.0.amount"}, "the scenario has no envelopes; give it one"),
        ({"path": "prices.cost_quantile"}, "prices.cost_quantile=3.14"),
        ({"path": "title"}, "title is the same in every future"),
        ({"whole": True}, "-3.14159 of a whole factor; allowed: a whole number"),
    ],
)  # fmt: skip
def test_a_fault_of_a_factor(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    told = faults(tmp_path, data_with(**changes))
    assert said in told
    assert all(line.startswith("ishigami.yaml:") for line in told.splitlines())


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ({"method": "sobol"}, "key 'design.base_samples' is missing; allowed: sobol needs base_samples"),
        ({"method": "sobol", "base_samples": 100}, "a power of two, nearest 64 or 128"),
        ({"method": "sobol", "base_samples": 64, "draws": 3}, "draws says nothing to sobol"),
        ({"method": "morris", "trajectories": 5, "levels": 5}, "an even number, e.g. 4 or 6"),
        ({"method": "morris", "trajectories": 5}, "'design.levels' is missing"),
        ({"method": "grid", "levels": 500}, "125000000 futures; allowed: at most 10000000"),
        ({"method": "random", "draws": 5, "second_order": True}, "second_order says nothing to random"),
        ({"method": "randm", "draws": 5}, "did you mean 'random'?"),
        ({"method": "random", "draws": 0}, "design.draws is 0"),
    ],
)
def test_a_fault_of_the_design(tmp_path: Path, design: dict[str, Any], said: str) -> None:
    told = faults(tmp_path, data_with(design=design))
    assert said in told
    assert told.startswith("ishigami.yaml:")


def test_faults_of_the_scenario_stand_where_the_sweep_names_it(tmp_path: Path) -> None:
    assert "ishigami.yaml:5:11: no scenario 'nanchnag'" in faults(
        tmp_path, sweep_data(RANDOM) | {"scenario": "nanchnag"}
    )
    told = faults(tmp_path, sweep_data(RANDOM) | {"settings": [*SETTINGS, "time.end_year=1980"]})
    assert told.startswith("ishigami.yaml:9:3: time.end_year is 1980")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    data = data_with(name="status", path="nowhere.x", design={"method": "sobol", "base_samples": 3})
    assert len(faults(tmp_path, data).splitlines()) == 3


@pytest.mark.parametrize("value", [1e-7, 1e16, 0.1, -3.0, 2.5e-300])
def test_a_value_is_read_as_it_was_set(value: float) -> None:
    from sim.sweep.question.schema import Sweep

    factor = Sweep.model_validate_json(json.dumps(sweep_data(RANDOM))).factors[0]
    assert yaml.safe_load(as_set(value, factor)) == value


def test_every_value_of_a_choice_is_tried(tmp_path: Path) -> None:
    chosen = {"kind": "choice", "values": [0.2, 7.0, 0.4]}
    told = faults(tmp_path, data_with(path="prices.cost_quantile", distribution=chosen))
    assert "prices.cost_quantile=7.0" in told


def test_a_grid_of_choices_needs_no_levels(tmp_path: Path) -> None:
    data = sweep_data({"method": "grid"})
    for factor in data["factors"]:
        factor["distribution"] = {"kind": "choice", "values": [1, 2]}
    assert load_sweep(str(sweep_file(tmp_path, data))).sweep.design.levels is None


def test_an_amount_is_written_as_the_scenario_writes_it(tmp_path: Path) -> None:
    money = "envelopes=[{fund: all, amount_yuan: 500000000}]"
    data = data_with(path="envelopes.0.amount") | {"settings": [*SETTINGS, money]}
    assert "the scenario writes amount_yuan; allowed: envelopes.0.amount_yuan" in faults(tmp_path, data)
