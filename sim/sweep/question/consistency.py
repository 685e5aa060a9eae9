"""What the schema of a sweep cannot say of one field alone: names, whole numbers, keys of each design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sim.errors import Problem
from sim.scenario.consistency import Fault
from sim.scenario.schema import Scenario
from sim.sweep.dataset.layout import DRAW, REASON, STATUS
from sim.sweep.question.counting import MOST, count
from sim.sweep.question.distributions import bounds
from sim.sweep.question.schema import Choice, Factor, Sweep

RESERVED = (DRAW, STATUS, REASON)
NEEDS = {
    "grid": ("levels",),
    "latin_hypercube": ("draws",),
    "random": ("draws",),
    "sobol": ("base_samples",),
    "morris": ("trajectories", "levels"),
}
"Keys each method needs; it takes no other, but `second_order` and `seed`."
SEEDLESS = "grid"
VARIED = ("future", "assumptions", "figures", "prices", "envelopes", "workforce", "allocation", "population")
"Parts of a scenario whose values may vary; years, the plan and the solver are those of the scenario."
AMOUNTS = ("amount", "amount_yuan")


def consistency_faults(sweep: Sweep) -> Iterator[Fault]:
    """Yield the faults between the fields of a sweep."""
    yield from _twice(sweep, "name", lambda factor: factor.name)
    yield from _twice(sweep, "path", lambda factor: factor.path)
    for n, factor in enumerate(sweep.factors):
        if factor.name in RESERVED:
            found = f"{factor.name!r} is a column of every dataset"
            yield Fault(("factors", n, "name"), found, f"another name than {', '.join(RESERVED)}")
        yield from _whole(n, factor)
    keys = list(_design_keys(sweep))
    yield from keys or _design_numbers(sweep)


def unfit(path: str, scenario: Scenario) -> Problem | None:
    """Return why a value of a scenario cannot vary from future to future, None where it can."""
    group, _, rest = path.partition(".")
    if group not in VARIED:
        return Problem(
            "", f"{path} is the same in every future of a sweep", f"a value of {', '.join(VARIED)}"
        )
    if group != "envelopes":
        return None
    place, _, key = rest.partition(".")
    given = scenario.envelopes
    if not place.isdigit() or int(place) >= len(given) or key not in AMOUNTS:
        there = ", ".join(f"envelopes.{n}.{AMOUNTS[0]}" for n in range(len(given)))
        return Problem(
            "", f"there is no amount {path}", there or "the scenario has no envelopes; give it one"
        )
    own = AMOUNTS[0] if given[int(place)].amount is not None else AMOUNTS[1]
    if key != own:
        return Problem("", f"the scenario writes {own}", f"envelopes.{place}.{own}")
    return None


def _twice(sweep: Sweep, key: str, of: Callable[[Factor], str]) -> Iterator[Fault]:
    seen = Counter[str]()
    for n, factor in enumerate(sweep.factors):
        if seen[of(factor)]:
            yield Fault(("factors", n, key), f"{key} {of(factor)!r} stands twice", f"each {key} once")
        seen[of(factor)] += 1


def _whole(n: int, factor: Factor) -> Iterator[Fault]:
    if not factor.whole:
        return
    drawn = factor.distribution
    ends = (
        [(("values", k), value) for k, value in enumerate(drawn.values)]
        if isinstance(drawn, Choice)
        else list(zip((("low",), ("high",)), bounds(factor), strict=True))
    )
    for path, value in ends:
        if value != round(value):
            where = ("factors", n, "distribution", *path)
            yield Fault(where, f"{value:g} of a whole factor", "a whole number")


def _design_keys(sweep: Sweep) -> Iterator[Fault]:
    design, method = sweep.design, sweep.design.method
    needs = NEEDS[method]
    for key in dict.fromkeys(key for keys in NEEDS.values() for key in keys):
        given = getattr(design, key) is not None
        if key in needs and not given and not _grid_of_choices(sweep):
            yield Fault(("design",), f"key 'design.{key}' is missing", f"{method} needs {', '.join(needs)}")
        if key not in needs and given:
            yield Fault(("design", key), f"{key} says nothing to {method}", f"{', '.join(needs)}")
    if design.second_order and method != "sobol":
        yield Fault(("design", "second_order"), f"second_order says nothing to {method}", "sobol")


def _grid_of_choices(sweep: Sweep) -> bool:
    chosen = all(isinstance(factor.distribution, Choice) for factor in sweep.factors)
    return sweep.design.method == "grid" and chosen


def _design_numbers(sweep: Sweep) -> Iterator[Fault]:
    design = sweep.design
    base = design.base_samples
    if base is not None and base & (base - 1):
        below = 1 << (base.bit_length() - 1)
        found = f"base_samples is {base}"
        yield Fault(("design", "base_samples"), found, f"a power of two, nearest {below} or {2 * below}")
    if design.method == "morris" and design.levels is not None and design.levels % 2:
        near = f"an even number, e.g. {design.levels - 1 or 2} or {design.levels + 1}"
        yield Fault(("design", "levels"), f"levels is {design.levels}", near)
    futures = count(design, sweep.factors)
    if futures > MOST:
        yield Fault(("design",), f"{futures} futures", f"at most {MOST}")
