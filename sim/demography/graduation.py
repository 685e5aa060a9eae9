"""Graduation: 5-year census groups to single ages, group totals exact, none negative."""

from __future__ import annotations

import numpy as np

from sim.names import OPEN_AGE


def group_of_age(labels: list[str]) -> np.ndarray:
    """Return, for each single age 0..100, the position of its group in `labels`.

    Labels read `0`, `1-4`, `5-9`, ..., `85+`.

    Raises:
        ValueError: the groups do not cover each age exactly once.
    """
    position = np.full(OPEN_AGE + 1, -1)
    for n, label in enumerate(labels):
        first, last = _bounds(label)
        if (position[first : last + 1] >= 0).any():
            raise ValueError(f"age group {label} overlaps another")
        position[first : last + 1] = n
    if (position < 0).any():
        raise ValueError(f"age {int(np.argmin(position))} is in no age group")
    return position


def graduate(groups: np.ndarray, group: np.ndarray, standard: np.ndarray) -> np.ndarray:
    """Split age groups by the shares of a standard population inside each group.

    Args:
        groups: (..., age_group) persons.
        group: (age) position of the group of each single age.
        standard: (..., age) persons of the standard population, broadcastable.

    Returns:
        (..., age) persons; each group sums to its own total.
    """
    member = np.equal.outer(np.arange(groups.shape[-1]), group).astype(float)
    totals = standard @ member.T
    share = standard / totals[..., group]
    return np.asarray(groups[..., group] * share)


def _bounds(label: str) -> tuple[int, int]:
    if label.endswith("+"):
        return int(label[:-1]), OPEN_AGE
    first, _, last = label.partition("-")
    return int(first), int(last or first)
