"""Another solver, fed by the other compiler, finds what HiGHS finds; so does whoever reads the files."""

from __future__ import annotations

from pathlib import Path

import highspy
import pyscipopt
import pytest

from sim.certify import certify
from sim.errors import InputError, NoCertifiedPlanError
from sim.outputs.export import Export, write_export
from sim.program.allocation import state_program
from sim.program.freezing import at_level
from sim.program.pyomo_levels import solver_version
from sim.program.pyomo_model import compile_pyomo
from sim.program.solution import Options, allocate
from sim.program.watching import Stop
from sim.settle import settle
from tests.small import Small, build_case

SCIP = "scip_direct"
CASES = {
    "envelopes": Small(central_share=0.0, envelope=(6e6, 2e6)),
    "floor": Small(floor=(9.0, 3.0), match=0.3, nurses_per_bed=1.0),
}


@pytest.mark.parametrize("name", CASES)
def test_every_level_is_that_of_highs_and_the_plan_is_certified(name: str) -> None:
    case = build_case(CASES[name])
    ours, theirs = (allocate(case, Options(gap=0.0, solver=solver)) for solver in ("highs", SCIP))
    values = [level.value for level in ours.levels]
    assert [level.value for level in theirs.levels] == pytest.approx(values, rel=1e-5, abs=1e-5)
    assert all(level.closed for level in theirs.levels)
    assert [level.best_bound for level in theirs.levels] == pytest.approx(values, rel=1e-5, abs=1e-5)
    assert certify(case, settle(case, theirs, 2024).claims).failed == []


def test_a_shipped_city_has_the_same_levels(shangyou_case) -> None:
    case, options = shangyou_case
    ours, theirs = (allocate(case, options(solver)) for solver in ("highs", SCIP))
    values = {level.name: level.value for level in ours.levels}
    assert {level.name: level.value for level in theirs.levels} == pytest.approx(values, rel=1e-5)
    assert certify(case, settle(case, theirs, case.decision_years[-1]).claims).failed == []


@pytest.fixture
def shangyou_case():
    from sim.evidence.book import open_book
    from sim.evidence.figures import Figures
    from sim.scenario.reading import load_scenario
    from sim.stages import allocation_case, run_stages

    loaded = load_scenario("shangyou")
    case = allocation_case(run_stages(Figures(open_book(loaded), loaded.scenario)))
    return case, lambda solver: Options(gap=0.0, solver=solver)


@pytest.mark.parametrize("name", ["nonsense", "rm", "scip_drect", "mosek_direct"])
def test_a_solver_that_is_not_there_is_told_with_those_that_are(name: str) -> None:
    with pytest.raises(InputError, match=rf"solver.name: .*{name}.*allowed: highs, .*{SCIP}"):
        solver_version(name)


def test_a_clock_that_has_run_out_leaves_no_plan() -> None:
    with pytest.raises(NoCertifiedPlanError, match="time_limit_reached"):
        allocate(build_case(Small()), Options(gap=0.0, solver=SCIP), Stop(time_limit=-1.0))


def exported(small: Small, name: str) -> Export:
    """The program of one level and the value the run has."""
    case = build_case(small)
    program = state_program(case)
    solution = allocate(case, Options(gap=0.0))
    values = {level.name: level.value for level in solution.levels}
    n = list(values).index(name)
    model = compile_pyomo(at_level(program, name, values, solution.decisions))
    return Export(model, solution.levels[n], solution.levels[:n])


def read_by_scip(path: Path) -> float:
    model = pyscipopt.Model()
    model.hideOutput()
    model.readProblem(str(path))
    model.optimize()
    return float(model.getObjVal())


def read_by_highs(path: Path) -> float:
    model = highspy.Highs()
    model.setOptionValue("output_flag", False)
    assert model.readModel(str(path)) == highspy.HighsStatus.kOk
    model.run()
    return float(model.getInfo().objective_function_value)


@pytest.mark.parametrize("name", ["rules", "present_cost", "uncovered"])
def test_a_file_solved_elsewhere_gives_the_value_of_the_run(name: str, tmp_path: Path) -> None:
    found = exported(CASES["envelopes"], name)
    for kind in ("lp", "mps", "nl"):
        path = write_export(found, tmp_path / f"model.{kind}", kind)[0]
        assert read_by_scip(path) == pytest.approx(found.level.value, rel=1e-5, abs=1e-5)
        if kind != "nl":
            assert read_by_highs(path) == pytest.approx(found.level.value, rel=1e-5, abs=1e-5)


def test_names_are_read_as_they_are_written(tmp_path: Path) -> None:
    found = exported(Small(), "uncovered")
    text = write_export(found, tmp_path / "m.lp", "lp")[0].read_text(encoding="ascii")
    for row in ("frozen_rules:", "frozen_targets_2:", "frozen_local_burden:", "sites(ward,110001):"):
        assert f"\n{row}\n" in text
    assert "r_l_held_projects_started(ward,2021)_:" in text
    _, columns, rows = write_export(found, tmp_path / "m.nl", "nl")
    assert "projects_started(ward,110002,2021)" in columns.read_text(encoding="ascii").splitlines()
    assert rows.read_text(encoding="ascii").splitlines()[-1] == "objective"
    assert "frozen_present_cost" in rows.read_text(encoding="ascii").splitlines()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_the_same_program_has_the_same_bytes(tmp_path: Path) -> None:
    for folder in "ab":
        found = exported(Small(), "present_cost")
        for kind in ("lp", "mps", "nl"):
            write_export(found, tmp_path / folder / f"m.{kind}", kind)
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == ["m.col", "m.lp", "m.mps", "m.nl", "m.row"]
    assert [(tmp_path / "a" / n).read_bytes() for n in names] == [
        (tmp_path / "b" / n).read_bytes() for n in names
    ]
