"""The program a sweep solves in every future: the relaxation, its levels down to the local burden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sim.case import Case
from sim.program.allocation import FAMILIES, levels
from sim.program.blocks import Level, Program, assemble

LEFT_OUT = ("uncovered", "worst_county")
"Families that only break ties between counties; no other level depends on them."


def relaxed_levels(case: Case) -> list[Level]:
    """Return the levels a sweep solves: rules, targets, present cost and local burden, ties left open."""
    return [replace(level, given=()) for level in levels(case) if not level.tie_break]


def relaxed_program(case: Case, wanted: Sequence[Level] | None = None) -> Program:
    """State the program of one future, or of many whose case has draws."""
    families = (family for name, family in FAMILIES.items() if name not in LEFT_OUT)
    kept = relaxed_levels(case)
    names = {level.name for level in wanted} if wanted is not None else {level.name for level in kept}
    return assemble((family(case) for family in families), [lv for lv in kept if lv.name in names])
