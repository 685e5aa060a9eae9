"""Ranges in which tests move a scenario, in the order of the paths."""

from __future__ import annotations

ENDS = {
    "future.fertility": (0.7, 1.3),
    "future.life_expectancy": (-1.0, 1.0),
    "future.net_migration": (-3000.0, 3000.0),
    "future.attrition": (0.5, 2.0),
    "future.graduates": (0.6, 1.4),
    "future.targets.beds": (0.9, 1.2),
    "envelopes.0.amount": (1e8, 9e8),
}
PATHS = tuple(ENDS)
MONEY = ("envelopes=[{fund: all, amount: 5亿}]",)
