"""Runs a scenario with progress on the terminal, or finds the same run already done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.errors import CertificateError
from sim.evidence.book import open_book
from sim.outputs.folder import finished, holds_better, write_run
from sim.outputs.manifest import run_id, solver_of
from sim.pipeline import run
from sim.program.watching import Stop
from sim.scenario.reading import load_scenario

from .progress import stop_on_interrupt, telling


def find_or_run(scenario: str, settings: Sequence[str], out: Path, lang: str) -> tuple[Path, bool]:
    """Return the run folder and whether it was there already.

    Raises:
        CertificateError: the plan does not pass its certificate; nothing is written.
    """
    loaded = load_scenario(scenario, settings)
    known = finished(out, run_id(loaded, open_book(loaded).digests, lang))
    if known is not None:
        return known, True
    solver_of(loaded.scenario.solver.name)  # told before anything heavy is done
    stop = Stop(loaded.scenario.solver.time_limit)
    with telling() as teller, stop_on_interrupt(stop):
        result = run(scenario, settings, stop, teller.level, teller.stage)
        if not result.certificate.ok:
            failed = "; ".join(result.certificate.failed)
            raise CertificateError(f"the plan fails its certificate and is not written: {failed}")
        if holds_better(out, result, lang):
            return out / run_id(loaded, result.book.digests, lang), True
        teller.stage("writing")
        folder = write_run(result, out, lang, teller.seconds)
        teller.close()
    return folder, False
