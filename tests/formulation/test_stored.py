"""Every family of the formulation has its rules stored as a readable `.lp`, and the texts do not differ.

A stored text shows what a family says of the two-county case: its own columns and rules, `projects_started`
and the columns and rules its terms speak of. After a wanted change write them anew and read the difference:

    GAPWISE_WRITE_LP=1 python -m pytest tests/formulation/test_stored.py
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from sim.arrays import ones
from sim.program.allocation import FAMILIES
from sim.program.blocks import Block, Level, Program, assemble
from sim.program.model_names import lp_text
from sim.program.pyomo_model import compile_pyomo
from tests.small import Small, build_case

FOLDER = Path(__file__).parent / "lp"
REWRITE = bool(os.environ.get("GAPWISE_WRITE_LP"))
CASE = Small(
    match=0.3,
    starts=(1.0,) * 5,
    envelope=(6e6, 2e6),
    envelope_total=7e6,
    outlay=(5e6, 4e6),
    outlay_total=8e6,
    every_county=True,
    phase=1.0,
    choice=(0, 1),
    spread=0.3,
    transfer=0.5,
    interest=0.05,
    burden=0.1,
    means=(4e6, 3e6),
)  # every rule of money and of sites is there


@cache
def blocks() -> dict[str, Block]:
    case = build_case(CASE)
    return {name: family(case) for name, family in FAMILIES.items()}


def alone(name: str) -> Program:
    """The program of one family, with the projects and what else its terms speak of."""
    own = blocks()[name]
    others = [block for other, block in blocks().items() if other != name]
    wanted = {"projects_started"} | {t.columns for t in own.terms} | {t.rows for t in own.terms}
    borrowed = Block(
        columns=tuple(c for block in others for c in block.columns if c.name in wanted),
        rows=tuple(r for block in others for r in block.rows if r.name in wanted),
    )
    columns = {c.name: ones(c.lower) for c in (*borrowed.columns, *own.columns)}
    return assemble([borrowed, own], [Level("every_column", columns, "")])


def text_of(name: str) -> str:
    return lp_text(compile_pyomo(alone(name)))


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_the_stored_text_is_that_of_the_family(name: str) -> None:
    path, text = FOLDER / f"{name}.lp", text_of(name)
    if REWRITE:
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="ascii", newline="\n")
    assert path.is_file(), f"{name} has no stored text; see the head of this file"
    assert path.read_text(encoding="ascii") == text


def test_every_stored_text_has_its_family() -> None:
    stored = {path.stem for path in FOLDER.glob("*.lp")}
    if REWRITE:
        for name in stored - set(FAMILIES):
            (FOLDER / f"{name}.lp").unlink()
        return
    assert stored == set(FAMILIES)


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"projects"}))
def test_every_family_says_something_of_the_case(name: str) -> None:
    """A family without a rule in its stored text would hide a wrong sign."""
    rows = {row.name for row in blocks()[name].rows}
    text = (FOLDER / f"{name}.lp").read_text(encoding="ascii")
    assert [row for row in rows if f"{row}(" not in text] == []


def test_a_changed_sign_changes_the_text() -> None:
    right = alone("sites")
    turned = tuple(replace(t, coefficient=-t.coefficient) for t in right.terms)
    wrong = replace(right, terms=turned)
    assert lp_text(compile_pyomo(wrong)) != lp_text(compile_pyomo(right))
