"""The program of one level in a file that another solver reads."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyomo.environ as pyo
from pyomo.repn.plugins.nl_writer import NLWriter

from sim.errors import InputError, Problem, nearest
from sim.evidence.book import open_book
from sim.evidence.figures import Figures
from sim.pipeline import options_of
from sim.program.allocation import state_program
from sim.program.freezing import at_level
from sim.program.model_names import Names, lp_text, plain_rows
from sim.program.pyomo_model import compile_pyomo
from sim.program.results import LevelResult
from sim.program.solution import allocate
from sim.program.watching import Stop
from sim.scenario.reading import LoadedScenario
from sim.stages import allocation_case, run_stages

FORMATS = ("lp", "mps", "nl")
DEFAULT_LEVEL = "present_cost"


@dataclass(frozen=True)
class Export:
    """The program of one level.

    Attributes:
        model: the program in Pyomo.
        level: what the run reports of that level.
        before: what it reports of the levels before, which are rows here.
    """

    model: pyo.ConcreteModel
    level: LevelResult
    before: tuple[LevelResult, ...]


def export_level(loaded: LoadedScenario, name: str = DEFAULT_LEVEL, stop: Stop | None = None) -> Export:
    """Return the program whose optimum is the value the run reports for a level, within the run's gap.

    All levels are solved as `sim run` solves them; those before `name` become rows.

    Args:
        loaded: the scenario.
        name: the level.
        stop: asks the solver for an early end.

    Raises:
        InputError: faults of the tables, or there is no such level.
        NoCertifiedPlanError: the solver found no plan.
    """
    case = allocation_case(run_stages(Figures(open_book(loaded), loaded.scenario)))
    options = options_of(loaded.scenario.solver)
    program = state_program(case, tie_break=options.tie_break)
    names = [level.name for level in program.levels]
    if name not in names:
        wrong = Problem("--level", f"there is no level {name!r}", ", ".join(names), nearest(name, names))
        raise InputError([wrong])
    solution = allocate(case, options, stop)
    values = {level.name: level.value for level in solution.levels}
    n = names.index(name)
    model = compile_pyomo(at_level(program, name, values, solution.decisions))
    return Export(model, solution.levels[n], solution.levels[:n])


def write_export(found: Export, path: Path, kind: str) -> list[Path]:
    """Write a program and return the files: one, or for `nl` also the names of columns and rows.

    Args:
        found: the program.
        path: the file.
        kind: `lp`, `mps` or `nl`.

    Raises:
        OSError: the disk is full or the folder may not be written; nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent))
    try:
        written = _WRITERS[kind](found.model, temporary / path.name)
        for file in written:
            file.replace(path.parent / file.name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return [path.parent / file.name for file in written]


def _write_lp(model: pyo.ConcreteModel, path: Path) -> list[Path]:
    path.write_text(lp_text(model), encoding="ascii", newline="\n")
    return [path]


def _write_mps(model: pyo.ConcreteModel, path: Path) -> list[Path]:
    raw = path.with_name("raw.mps")
    model.write(str(raw), format="mps", io_options={"labeler": Names()})
    path.write_text(plain_rows(raw.read_text(encoding="ascii")), encoding="ascii", newline="\n")
    return [path]


def _write_nl(model: pyo.ConcreteModel, path: Path) -> list[Path]:
    with path.open("w", encoding="ascii", newline="\n") as file:
        order = NLWriter().write(model, file)
    names, parts = Names(), {".col": order.variables, ".row": [*order.constraints, *order.objectives]}
    for suffix, components in parts.items():
        lines = "".join(f"{names(component)}\n" for component in components)
        path.with_suffix(suffix).write_text(lines, encoding="ascii", newline="\n")
    return [path, *(path.with_suffix(suffix) for suffix in parts)]


_WRITERS = {"lp": _write_lp, "mps": _write_mps, "nl": _write_nl}
