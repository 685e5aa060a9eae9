"""From a sweep over a scenario to a recipe: the scenario's own plan, what futures are moved away from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Literal

import numpy as np

import sim
from sim.errors import CertificateError
from sim.evidence.book import Book
from sim.names import CITY
from sim.pipeline import Tell, run_loaded
from sim.scenario.reading import LoadedScenario
from sim.sweep.futures.cases import base_of, together
from sim.sweep.futures.classes import COEFFICIENTS, STRUCTURE, touched
from sim.sweep.futures.evaluating import ScenarioModel
from sim.sweep.futures.naming import names_of, outcomes_of
from sim.sweep.futures.prepared import Prepared
from sim.sweep.futures.relaxing import relaxed_levels
from sim.sweep.question.distributions import bounds
from sim.sweep.question.reading import LoadedSweep

SOLVED_BY = ("highspy", "numpy", "scipy", "xarray", "pandas")
"Libraries whose version may change a byte of a result."


class ScenarioRecipe(Prepared):
    """The recipe of a sweep over a scenario."""

    def open(self) -> ScenarioModel:
        """Return a model, ready on this worker."""
        return ScenarioModel(self)


def open_recipe(loaded: LoadedSweep, tell: Tell = lambda _stage: None) -> ScenarioRecipe:
    """Return the recipe of a sweep: its scenario's own plan, and what each factor touches of the program.

    Args:
        loaded: the sweep.
        tell: called with the name of each stage as it begins.

    Raises:
        InputError: faults of the scenario or of its tables.
        CertificateError: the plan fails its certificate.
        NoCertifiedPlanError: the solver found no plan.
    """
    sweep = loaded.sweep
    paths = [factor.path for factor in sweep.factors]
    recipe = recipe_of(loaded.scenario, paths, sweep.mode, sweep.by_county, tell)
    tell("what each factor touches")
    model = recipe.open()
    ends = [bounds(factor) for factor in sweep.factors]
    found = [touched(p, (float(low), float(high)), model.case_at, model.matrix) for p, (low, high) in
             zip(paths, ends, strict=True)]  # fmt: skip
    one = recipe.as_one and not any({COEFFICIENTS, STRUCTURE} & set(t.parts) for t in found)
    return replace(recipe, touched=tuple(found), as_one=one, usual=model.usual())


def recipe_of(
    loaded: LoadedScenario,
    paths: Sequence[str],
    mode: Literal["fixed", "reoptimise"],
    by_county: bool = True,
    tell: Tell = lambda _stage: None,
) -> ScenarioRecipe:
    """Run a scenario to its certified plan, and return the recipe of its futures.

    Args:
        loaded: the scenario.
        paths: values that vary, in the order of the factors.
        mode: `fixed` or `reoptimise`.
        by_county: whether counties are kept.
        tell: called with the name of each stage as it begins.

    Raises:
        InputError: faults of the scenario or of its tables.
        CertificateError: the plan fails its certificate.
        NoCertifiedPlanError: the solver found no plan.
    """
    result = run_loaded(loaded, tell=tell)
    if not result.certificate.ok:
        raise CertificateError("; ".join(result.certificate.failed))
    stages, case = result.stages, result.case
    book = result.book
    best = mode == "reoptimise"
    levels = relaxed_levels(case)
    plan = result.solution.plan
    dims = ("project", "county", "start_year")
    started, solved = (array.transpose(*dims).values for array in (plan.started, plan.solved))
    moved = plan.moved.transpose("cadre", "county").values
    return ScenarioRecipe(
        mode=mode,
        paths=tuple(paths),
        as_one=all(together(path) for path in paths),
        base=base_of(stages),
        book=book,
        started=started,
        solved=solved,
        moved=moved,
        counties=[CITY, *(case.rules.counties if by_county else ())],
        outcomes=outcomes_of(stages, levels, names_of(book), best, by_county),
        identity=_identity(loaded, book, {"plan": started, "solved": solved, "transfers": moved}),
    )


def _identity(loaded: LoadedScenario, book: Book, arrays: Mapping[str, np.ndarray]) -> Mapping[str, str]:
    found = {f"params/{name}": digest for name, digest in sorted(book.digests.items())}
    found["scenario"] = hashlib.sha256(loaded.text.encode()).hexdigest()
    for name, array in arrays.items():
        found[name] = hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
    found["gapwise"] = sim.__version__
    return found | {name: version(name) for name in SOLVED_BY}
