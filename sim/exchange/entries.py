"""Everything the city may replace, in the order of the template."""

from __future__ import annotations

from sim.exchange.desk import Desk
from sim.exchange.offers import Offer
from sim.exchange.people import age_offers, people_offers, rate_offers
from sim.exchange.things import (
    envelope_offers,
    site_offers,
    stock_offers,
    supply_offers,
    table_offers,
    unit_cost_offers,
)

SHEETS = (
    "stocks",
    "people",
    "ages",
    "rates",
    "supply",
    "sites",
    "projects",
    "workforce",
    "funds",
    "envelopes",
    "scalars",
)
_SOURCES = (
    stock_offers,
    people_offers,
    age_offers,
    rate_offers,
    supply_offers,
    site_offers,
    unit_cost_offers,
    table_offers,
    envelope_offers,
)


def offers(desk: Desk) -> list[Offer]:
    """Return every offer of a scenario, sheet by sheet, each code once."""
    every = [offer for source in _SOURCES for offer in source(desk)]
    by_sheet = sorted(every, key=lambda offer: SHEETS.index(offer.sheet))
    return list({offer.code: offer for offer in by_sheet}.values())
