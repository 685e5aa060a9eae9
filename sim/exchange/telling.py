"""What an import changes, line by line, for the terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from sim.exchange.importing import Import
from sim.exchange.offers import Filled
from sim.exchange.things import STOCKS


def told(found: Import) -> Iterator[str]:
    """Yield every change old -> new, then the counts by table and the sums of stocks."""
    changes = found.layer.changes
    for figure in changes:
        yield _line(figure)
    yield f"{found.given} of {len(found.offered)} figures are filled in; {len(changes)} change"
    for table, count in sorted(Counter(figure.offer.table for figure in changes).items()):
        yield f"  {table}: {count}"
    yield from _sums(found)


def _line(figure: Filled) -> str:
    offer = figure.offer
    name = " ".join(filter(None, (offer.place.zh, offer.item.zh, offer.detail.zh)))
    before = _figure(offer.value) + (f" ({offer.quality})" if offer.quality else "")
    after = f"{figure.value:.10g} {offer.unit} ({figure.quality}, {figure.year}: {figure.source})"
    return f"{offer.table}: {name}: {before} -> {after}{', follows from others' if figure.derived else ''}"


def _sums(found: Import) -> Iterator[str]:
    """City totals of the stocks that change, before and after: an apportioned total is the plan's."""
    changed = {figure.offer.item for figure in found.layer.changes if figure.offer.table == STOCKS}
    for item in sorted(changed, key=lambda item: item.code):
        rows = [offer for offer in found.offered if offer.table == STOCKS and offer.item == item]
        new = [found.figures[offer.code] for offer in rows if offer.code in found.figures]
        before = sum(offer.value for offer in rows)
        after = sum(
            found.figures[offer.code].value if offer.code in found.figures else offer.value for offer in rows
        )
        both = f"{_figure(before)} -> {_figure(after)} {rows[0].unit}"
        yield f"  {item.zh}, city: {both} ({len(new)} of {len(rows)} counties given)"


def _figure(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.10g}"
