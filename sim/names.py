"""The closed vocabulary of the glossary: dimension and code names, nowhere synonyms."""

from __future__ import annotations

import numpy as np

SEXES = ("female", "male")
AGES = np.arange(101)
OPEN_AGE = 100
CITY = "city"
UNLOCATED = "unlocated"
ALL = "all"
"In place of a fund: all public funds together."

QUALITIES = ("plan", "official", "secondary", "estimate", "assumption")
STATES = ("met", "hold", "gap", "unknown_baseline", "no_target", "monitor_on", "monitor_off")
CASES = ("without", "with")
CAUSES = (
    "population_size",
    "age_structure",
    "target_change",
    "stock_left",
    "entrants",
    "autonomous_supply",
    "committed_works",
    "staffing_limit",
)
