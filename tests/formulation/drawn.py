"""Small cases drawn at random.

Each has one to three counties, up to five types with sites, and one to three years in which to start. Drawn
besides are lead times, sites, starts a year, needs, what stands, outputs, staffing, the pool, costs, the
share, cap and match of central money, given or lent, weights, priorities and scopes, the floor, the spread
and the running cost left to a county, a phase, a choice, envelopes by year and in all, limits of all capital,
carry-over, and the share of staff that may move.

Not drawn, since enumeration cannot settle them: heads in parts (heads are whole here), bonds under yearly
envelopes of several years, envelopes of the central fund, heads on bonds. Other tests here are of these.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.formulation.oracle import count
from tests.small import Small

MOST_PLANS = 12_000
Fields = dict[str, Any]
whole = st.integers
pick = st.sampled_from
money = whole(1, 60).map(lambda n: n * 1e5)
never = st.just(np.inf)


def _each(values: st.SearchStrategy[Any], n: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(*[values] * n)


def _heads(low: int, high: int, n: int) -> st.SearchStrategy[tuple[float, ...]]:
    return _each(whole(low, high).map(float), n)


def _places(counties: int) -> st.SearchStrategy[Fields]:
    """Needs, what stands, and what must not be lost."""
    points = st.just((0.0,) * counties) | _heads(0, 1, counties)
    seniors = st.just((1.0,) * counties) | _heads(0, 4, counties)
    standing = st.tuples(
        _heads(0, 5, counties), points, _heads(0, 2, counties), _heads(1, 5, counties), seniors
    )
    return st.fixed_dictionaries(
        {
            "need": _each(_heads(0, 9, counties), 4),
            "standing": standing,
            "floor": _heads(0, 5, counties),
            "means": _each(money.map(lambda m: 3 * m), counties),
        }
    )


FORMS = st.fixed_dictionaries(
    {
        "bed_output": whole(1, 4).map(float),
        "recruits": whole(1, 3).map(float),
        "lead": _each(whole(0, 4) | whole(0, 14), 5),
        "build": _each(whole(0, 6) | whole(0, 10), 5),
        "sites": st.permutations([1, 1, 1, 1, 2]).map(tuple) | _each(whole(0, 2), 5),
        "starts": _each(pick([1.0, 2.0, np.inf]), 5),
        "nurses_per_bed": pick([0.25, 0.5, 1.0, 0.0]),
        "nurses_per_point": whole(0, 2).map(float),
        "pool": whole(3, 12).map(float),
        "phase": pick([0.0, 0.0, 1.0, 2.0]),
        "choice": pick([(), (), (0, 1), (1, 2)]),
    }
)
WISHES = st.fixed_dictionaries(
    {
        "weight": _heads(1, 3, 4),
        "level": pick([(1, 1, 1, 1), (1, 1, 2, 2), (1, 2, 3, 1)]),
        "every_county": st.booleans(),
        "spread": pick([np.inf, np.inf, 0.0, 0.3]),
        "burden": pick([np.inf, np.inf, 0.0, 0.05, 0.2]),
    }
)
COSTS = st.fixed_dictionaries(
    {
        "capital": _each(money, 5),
        "recurrent": _each(whole(0, 9).map(lambda n: n * 1e5), 5),
        "central_share": pick([0.0, 0.3, 0.8]),
        "central_cap": money | whole(1, 12).map(lambda n: n * 1e5),
        "match": pick([0.0, 0.3]),
        "interest": pick([0.0, 0.05]),
        "term": whole(1, 3),
    }
)


def _envelopes(years: int) -> st.SearchStrategy[Fields]:
    return st.fixed_dictionaries(
        {
            "envelope": _each(never | money.map(lambda m: 2 * m), years),
            "envelope_total": never | money.map(lambda m: 3 * m),
            "outlay": st.just(()) | _each(never | money.map(lambda m: 2 * m), years),
            "outlay_total": never | never | money.map(lambda m: 3 * m),
            "carry_over": st.booleans(),
        }
    )


@st.composite
def cases(draw: st.DrawFn, counties: int) -> Small:
    """Any case of so many counties."""
    years = draw(pick([2, 3, 1]))
    limits: Fields = draw(st.just({"envelope": (np.inf,) * years}) | _envelopes(years))
    share = draw(pick([0.0, 0.0, 0.3, 0.5, 1.0]))
    fields = draw(_places(counties)) | draw(FORMS) | draw(WISHES) | draw(COSTS) | limits
    return within_reach(Small(**fields, transfer=share))


@st.composite
def small_cases(draw: st.DrawFn, envelope: bool = False) -> Small:
    """A case of two counties and two years in which nobody moves."""
    fields: Fields = draw(_places(2)) | draw(FORMS) | draw(WISHES) | draw(COSTS)
    return within_reach(Small(**fields | (draw(_envelopes(2)) if envelope else {})))


def within_reach(small: Small) -> Small:
    """Return the nearest case that enumeration settles."""
    if np.isfinite(small.envelope).any() and small.central_share and len(small.envelope) > 1:
        small = replace(small, interest=0.0)
    while count(small) > MOST_PLANS:
        most = int(np.argmax(small.sites))
        if small.sites[most] == 1 and small.transfer > 0.3:
            small = replace(small, transfer=0.3)
        else:
            small = replace(small, sites=tuple(n - (p == most) for p, n in enumerate(small.sites)))
    return small
