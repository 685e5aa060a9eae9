"""No corrupted plan passes: random certified plans, each spoilt in every way somewhere by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.case import Case
from sim.certify import Claims, certify
from sim.program import Options, allocate
from sim.settle import settle
from tests.formulation.drawn import cases
from tests.small import build_case, few

Corruption = Callable[[Claims, np.random.Generator], Claims | None]


def _row(claims: Claims, rng: np.random.Generator, **wanted: str) -> int | None:
    """A row of the ledger by chance, of the kind wanted; None if there is none."""
    rows = claims.ledger
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return int(rng.choice(rows.index)) if len(rows) else None


def _sign(rng: np.random.Generator) -> int:
    return int(rng.choice([-1, 1]))


def _place(array: np.ndarray, rng: np.random.Generator) -> tuple[int, ...]:
    return tuple(int(rng.integers(n)) for n in array.shape)


def unit_shown(claims: Claims, rng: np.random.Generator) -> Claims:
    """One project more or less is shown than was solved."""
    started = claims.started.copy()
    started[_place(started, rng)] += _sign(rng)
    return replace(claims, started=started)


def unit_solved(claims: Claims, rng: np.random.Generator) -> Claims:
    """One project more or less, in the plan shown and as solved."""
    started, place, by = claims.started.copy(), _place(claims.started, rng), _sign(rng)
    solved = claims.solved.copy()
    started[place] += by
    solved[place] += by
    return replace(claims, started=started, solved=solved)


def start_moved(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """A project starts in another year."""
    if claims.started.shape[2] == 1 or not claims.started.any():
        return None
    p, c, s = rng.choice(np.argwhere(claims.started > 0))
    other = int(rng.choice([t for t in range(claims.started.shape[2]) if t != s]))
    started, solved = claims.started.copy(), claims.solved.copy()
    for units in (started, solved):
        units[p, c, s] -= 1
        units[p, c, other] += 1
    return replace(claims, started=started, solved=solved)


def fen_moved(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """Three yuan stand in another entry of the ledger."""
    if len(claims.ledger) < 2:
        return None
    table, (row, other) = claims.ledger.copy(), rng.choice(len(claims.ledger), 2, replace=False)
    table.loc[row, "amount_fen"] += 300
    table.loc[other, "amount_fen"] -= 300
    return replace(claims, ledger=table)


def fen_added(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """One fen more or less is paid for a project."""
    row = _row(claims, rng, flow="use")
    if row is None:
        return None
    table = claims.ledger.copy()
    table.loc[row, "amount_fen"] += _sign(rng)
    return replace(claims, ledger=table)


def year_shifted(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """An entry of the ledger stands a year earlier or later."""
    row = _row(claims, rng)
    if row is None:
        return None
    table = claims.ledger.copy()
    table.loc[row, "year"] += _sign(rng)
    return replace(claims, ledger=table)


def entry_lost(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """An entry of the ledger is gone."""
    row = _row(claims, rng)
    return None if row is None else replace(claims, ledger=claims.ledger.drop(row).reset_index(drop=True))


def payer_changed(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """Running cost is paid by a fund that may not."""
    row = _row(claims, rng, kind="recurrent")
    if row is None:
        return None
    table = claims.ledger.copy()
    table.loc[row, "fund"] = "central"
    return replace(claims, ledger=table)


def opened_early(claims: Claims, rng: np.random.Generator) -> Claims | None:
    """A project is said to open a year earlier or later."""
    used = np.argwhere(claims.started.sum(axis=1) > 0)
    if not len(used):
        return None
    years, place = claims.open_year.copy(), tuple(rng.choice(used))
    years[place] += _sign(rng)
    return replace(claims, open_year=years)


def opened_in_another_month(claims: Claims, rng: np.random.Generator) -> Claims:
    months = claims.open_month.copy()
    months[_place(months, rng)] += _sign(rng)
    return replace(claims, open_month=months)


def capacity_shown(claims: Claims, rng: np.random.Generator) -> Claims:
    """One unit more or less is said to count."""
    capacity = claims.capacity.copy()
    capacity[_place(capacity, rng)] += _sign(rng)
    return replace(claims, capacity=capacity)


def head_moved(claims: Claims, rng: np.random.Generator) -> Claims:
    """One more comes to a county and leaves none."""
    moved = claims.moved.copy()
    moved[_place(moved, rng)] += _sign(rng)
    return replace(claims, moved=moved)


def _level(claims: Claims, rng: np.random.Generator, value: float, bound: float) -> Claims:
    name = str(rng.choice(sorted(claims.levels)))
    old = claims.levels[name]
    return replace(claims, levels={**claims.levels, name: (old[0] + value, old[1] + bound)})


def bound_lifted(claims: Claims, rng: np.random.Generator) -> Claims:
    """A bound is claimed that the plan itself beats."""
    return _level(claims, rng, 0.0, 0.5)


def value_lowered(claims: Claims, rng: np.random.Generator) -> Claims:
    """A level is said to be better than the plan has it."""
    return _level(claims, rng, -0.5, -0.5)


def level_left_out(claims: Claims, rng: np.random.Generator) -> Claims:
    gone = str(rng.choice(sorted(claims.levels)))
    return replace(claims, levels={k: v for k, v in claims.levels.items() if k != gone})


def figure_changed(claims: Claims, rng: np.random.Generator) -> Claims:
    """A figure of cost is a yuan off."""
    name = str(rng.choice(sorted(claims.figures)))
    return replace(claims, figures={**claims.figures, name: claims.figures[name] + _sign(rng)})


CORRUPTIONS: list[Corruption] = [
    unit_shown,
    unit_solved,
    start_moved,
    fen_moved,
    fen_added,
    year_shifted,
    entry_lost,
    payer_changed,
    opened_early,
    opened_in_another_month,
    capacity_shown,
    head_moved,
    bound_lifted,
    value_lowered,
    level_left_out,
    figure_changed,
]


def certified(case: Case) -> Claims:
    claims = settle(case, allocate(case, Options(gap=0.0)), case.decision_years[-1] + 2).claims
    assert certify(case, claims).failed == []
    return claims


@pytest.mark.parametrize("counties", [1, 2, 3])
@given(st.data(), st.integers(0, 2**32 - 1))
@few(7)
def test_no_corrupted_plan_is_certified(counties: int, data: st.DataObject, seed: int) -> None:
    case = build_case(data.draw(cases(counties)))
    claims, rng = certified(case), np.random.default_rng(seed)
    assume(claims.started.any())
    for corrupt in CORRUPTIONS:
        spoilt = corrupt(claims, rng)
        assert spoilt is None or certify(case, spoilt).failed, corrupt.__name__
