"""New figures against each other and against what stays: contradictions are told, what follows is added."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sim.errors import Problem
from sim.exchange.desk import Desk
from sim.exchange.offers import Filled, Offer
from sim.exchange.people import AGES_TABLE
from sim.exchange.things import ENVELOPES, STOCKS, VALUES

SIZED = {"beds/project": "beds", "places/project": "childcare_places"}
"Sizes that are at once what a project puts out."


def with_derived(
    desk: Desk, offers: Sequence[Offer], given: Mapping[str, Filled]
) -> tuple[dict[str, Filled], list[Problem]]:
    """Return the figures with those that follow from them, and every contradiction.

    Residents of a county follow the sum of its ages where all of them are given; a size and the
    output it is follow each other. Subsets of staff may not exceed the whole.
    """
    known = {offer.code: offer for offer in offers}
    figures, problems = dict(given), list[Problem]()
    for county in desk.counties:
        _residents(county, known, figures, problems)
    for offer in offers:
        if offer.table == VALUES and offer.code.endswith("|size") and offer.unit in SIZED:
            _equal(offer, known, figures, problems)
    problems += _subsets(desk, known, figures)
    problems += _overruled(desk, figures)
    return figures, problems


def _residents(
    county: str, known: Mapping[str, Offer], figures: dict[str, Filled], problems: list[Problem]
) -> None:
    whole = f"counties|{county}|population"
    ages = [code for code in known if code.startswith(f"{AGES_TABLE}|{county}|")]
    new = [figures[code] for code in ages if code in figures]
    if not new and whole not in figures:
        return
    total = sum(_now(code, known, figures) for code in ages)
    if whole not in figures and len(new) == len(ages) and total != known[whole].value:
        figures[whole] = replace(new[0], offer=known[whole], value=total, derived=True)
        return
    residents = _now(whole, known, figures)
    if total != residents:
        place = figures[whole].place if whole in figures else new[0].place
        name = known[whole].place.zh
        found = f"the ages of {name} sum to {total:.0f}, its residents are {residents:.0f}"
        problems.append(Problem(place, found, "the same figure: fill in the ages and the residents"))


def _equal(
    size: Offer, known: Mapping[str, Offer], figures: dict[str, Filled], problems: list[Problem]
) -> None:
    project = size.key[0][1]
    output = known.get(f"projects/outputs|{project}|{SIZED[size.unit]}|output")
    if output is None:
        return
    new_size, new_output = figures.get(size.code), figures.get(output.code)
    if new_size and new_output:
        if new_size.value != new_output.value:
            found = f"the size of {size.item.zh} is {new_size.value:g}, its output {new_output.value:g}"
            problems.append(Problem(new_output.place, found, f"the same figure as {new_size.place}"))
    elif new_size:
        figures[output.code] = replace(new_size, offer=output, derived=True)
    elif new_output:
        figures[size.code] = replace(new_output, offer=size, derived=True)


def _subsets(desk: Desk, known: Mapping[str, Offer], figures: Mapping[str, Filled]) -> Iterator[Problem]:
    for row in desk.book["workforce/cadres"]:
        for county in desk.counties if row["parent"] else ():
            part, whole = (f"{STOCKS}|{county}|{cadre}|baseline" for cadre in (row["cadre"], row["parent"]))
            new = figures.get(part) or figures.get(whole)
            if new is None or part not in known or whole not in known:
                continue
            least, most = _now(part, known, figures), _now(whole, known, figures)
            if least > most:
                names = known[part].item.zh, known[whole].item.zh
                found = f"{names[0]} of {new.offer.place.zh} are {least:g}, {names[1]} {most:g}"
                yield Problem(new.place, found, f"at most as many {names[0]} as {names[1]}")


def _overruled(desk: Desk, figures: Mapping[str, Filled]) -> Iterator[Problem]:
    """A figure the scenario itself sets would not be read from the tables."""
    set_here = desk.scenario.assumptions
    limited = {(envelope.fund, str(envelope.year or "")) for envelope in desk.scenario.envelopes}
    for new in figures.values():
        name = new.offer.key[0][1]
        if new.offer.table in ("scalars", "plans/scalars") and name in set_here:
            place = desk.loaded.source.where(("assumptions", name))
            found = f"{name} is set in the scenario ({place})"
            yield Problem(new.place, found, "remove it there first: it stands before the tables")
        if new.offer.table == ENVELOPES and tuple(text for _, text in new.offer.key) in limited:
            found = f"the money of {name} is set in the scenario ({desk.loaded.source.where(('envelopes',))})"
            yield Problem(new.place, found, "remove it there first: it stands before the tables")


def _now(code: str, known: Mapping[str, Offer], figures: Mapping[str, Filled]) -> float:
    """The new figure, or ours; NaN where there is none."""
    if code in figures:
        return figures[code].value
    return known[code].value if code in known else math.nan
