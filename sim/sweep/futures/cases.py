"""Many futures of one scenario as one case: needs, heads, floors and money with the dim `draw`.

Only what people, staff, targets and envelopes do differs here; whatever touches dates, costs or any other
figure is run through every stage, future by future.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import xarray as xr

from sim.case import Case
from sim.contracts import DRAW
from sim.demography.inputs import population_inputs
from sim.indicators import Indicator, targets
from sim.names import ALL
from sim.needs import needs
from sim.rules import Rules
from sim.scenario.schema import Envelope
from sim.staff_inputs import staff_inputs
from sim.stages import Stages, allocation_case, floor_of
from sim.uncertainty.futures import Shift, emptied
from sim.uncertainty.heads import heads_in_futures
from sim.uncertainty.residents import residents_in_futures

PEOPLE = ("future.fertility", "future.life_expectancy", "future.net_migration")
STAFF = ("future.attrition", "future.graduates")
LEVELS, ENVELOPES, AMOUNTS = "future.targets.", "envelopes.", (".amount", ".amount_yuan")


@dataclass(frozen=True)
class Base:
    """What futures are moved away from.

    Attributes:
        stages: the stages of the scenario as it is.
        case: what it decides.
        people: inputs of its projection, to the target year.
        staff: inputs of its workforce.
        heads: (cadre, county) heads at the end of the base year.
        printed: the targets in the program at their printed levels.
    """

    stages: Stages
    case: Case
    people: xr.Dataset
    staff: xr.Dataset
    heads: xr.DataArray
    printed: tuple[Indicator, ...]


@dataclass(frozen=True)
class Many:
    """Many futures of one scenario.

    Attributes:
        case: what is decided in them; what differs has draw as its first dim.
        faults: (draw) why a future cannot be, '' where it can.
    """

    case: Case
    faults: list[str]


def base_of(stages: Stages) -> Base:
    """Return what futures of a scenario are moved away from."""
    figures, time = stages.figures, stages.figures.scenario.time
    counties = [str(c) for c in stages.people["county"].values]
    people = population_inputs(figures, counties)
    heads = stages.stocks["stock"].sel(resource=stages.rules.cadres).rename(resource="cadre")
    return Base(
        stages=stages,
        case=allocation_case(stages),
        people=people.sel(year=people["year"] <= time.target_year),
        staff=staff_inputs(figures, heads, time.plan_years),
        heads=heads,
        printed=tuple(targets([*stages.indicators, *stages.planning_rules])),
    )


def together(path: str) -> bool:
    """Return whether futures that differ in a value of the scenario can be one case."""
    return (
        path in (*PEOPLE, *STAFF)
        or path.startswith(LEVELS)
        or (path.startswith(ENVELOPES) and path.endswith(AMOUNTS))
    )


def cases_of(base: Base, paths: Sequence[str], values: np.ndarray) -> Many:
    """Return many futures as one case.

    Args:
        base: what they are moved away from.
        paths: values of the scenario that differ, each one `together`.
        values: (draw, path) what they are.
    """
    draws = np.arange(len(values))
    each = {path: xr.DataArray(values[:, n], dims=DRAW, coords={DRAW: draws}) for n, path in enumerate(paths)}
    shift, faults = _shift(base, each), [""] * len(values)
    case = replace(base.case, rules=_with_envelopes(base, each))
    if {*PEOPLE} & set(paths):
        people = _people(base, shift, draws)
        case, faults = replace(case, floor=floor_of(base.stages, people)), emptied(people)
    else:
        people = base.stages.people
    if people.dims[0] == DRAW or any(path.startswith(LEVELS) for path in paths):
        case = replace(case, need=_need(base, people, shift))
    if {*STAFF} & set(paths):
        case = replace(case, in_place=_in_place(base, shift, draws))
    return Many(case, faults)


def _shift(base: Base, each: Mapping[str, xr.DataArray]) -> Shift:
    """How the futures differ; what no factor moves stays as the scenario has it."""
    own = base.stages.figures.scenario.future
    given = {p.removeprefix("future."): v for p, v in each.items() if p in (*PEOPLE, *STAFF)}
    still = {p.removeprefix("future."): getattr(own, p.removeprefix("future.")) for p in (*PEOPLE, *STAFF)}
    levels = {p.removeprefix(LEVELS): v for p, v in each.items() if p.startswith(LEVELS)}
    return Shift(**{**still, **given}, targets={**own.targets, **levels})


def _people(base: Base, shift: Shift, draws: np.ndarray) -> xr.DataArray:
    """(draw, county, year) residents to the target year."""
    time = base.stages.figures.scenario.time
    found = residents_in_futures(base.people, shift, time.information_until, draws)
    return found.sel(year=time.plan_years)


def _need(base: Base, people: xr.DataArray, shift: Shift) -> xr.DataArray:
    """(draw, resource, county) units at the target year."""
    time = base.stages.figures.scenario.time
    found = needs(list(base.printed), people, base.stages.stocks["share"], time, shift.targets)
    return found["need"].sel(year=time.target_year, drop=True)


def _in_place(base: Base, shift: Shift, draws: np.ndarray) -> xr.DataArray:
    """(draw, resource, county) units at the target year: heads as each future has them, the rest as was."""
    stages, known = base.stages, base.case.in_place.transpose("resource", "county")
    until = stages.figures.scenario.time.target_year
    heads = heads_in_futures(base.heads, base.staff, shift, stages.rules.parents, until, draws)
    cadres, counties = heads["cadre"].values, known["county"].values
    at = {"year": until, "resource": cadres, "county": counties}
    found = np.repeat(known.values[None], len(draws), axis=0)
    others = [stages.supply[name].sel(at).transpose("resource", "county").values for name in
              ("autonomous", "committed")]  # fmt: skip
    found[:, known.indexes["resource"].get_indexer(cadres)] = heads.sel(county=counties).values + sum(others)
    coords = {DRAW: draws, "resource": known["resource"].values, "county": counties}
    return xr.DataArray(found, dims=(DRAW, "resource", "county"), coords=coords)


def _with_envelopes(base: Base, each: Mapping[str, xr.DataArray]) -> Rules:
    """The rules with the envelopes of every future."""
    rules, given = base.case.rules, base.stages.figures.scenario.envelopes
    for path, amounts in each.items():
        if path.startswith(ENVELOPES):
            rules = _filled(rules, given[int(path.split(".")[1])], amounts)
    return rules


def _filled(rules: Rules, envelope: Envelope, amounts: xr.DataArray) -> Rules:
    if envelope.fund == ALL and envelope.year is None:
        return replace(rules, outlay_total=cast(float, amounts))
    if envelope.fund == ALL:
        return replace(rules, outlay=_put(rules.outlay, {"year": envelope.year}, amounts))
    if envelope.year is None:
        return replace(rules, envelope_totals=_put(rules.envelope_totals, {"fund": envelope.fund}, amounts))
    place = {"fund": envelope.fund, "year": envelope.year}
    return replace(rules, envelopes=_put(rules.envelopes, place, amounts))


def _put(limits: xr.DataArray, place: Mapping[str, Any], amounts: xr.DataArray) -> xr.DataArray:
    """(draw, ...) limits with an amount of every draw at one place."""
    dims = [d for d in limits.dims if d != DRAW]
    changed = limits.broadcast_like(amounts).transpose(DRAW, *dims).copy()
    changed.loc[dict(place)] = amounts
    return changed
