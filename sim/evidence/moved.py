"""What a scenario moves away from the evidence, as assumptions of its own on the evidence page."""

from __future__ import annotations

from collections.abc import Iterator

from sim.evidence.figures import Figure, Figures
from sim.evidence.replacing import SET_HERE
from sim.scenario.schema import Future

UNITS = {
    "fertility": "times",
    "life_expectancy": "years",
    "net_migration": "persons/year",
    "attrition": "times",
    "graduates": "times",
    "lead_time": "months",
    "capital_cost": "times",
    "targets": "times",
}
"Unit of each way in which a scenario's future differs."


def remember_future(figures: Figures) -> None:
    """Remember how the scenario moves the years after the data cut-off."""
    for name, key, value in moved(figures.scenario.future):
        path = f"future.{name}.{key}" if key else f"future.{name}"
        figures.used[("scenario", path, name)] = Figure(
            table="scenario",
            key=key,
            parameter=f"future_{name}",
            value=value,
            low=float("nan"),
            high=float("nan"),
            unit=UNITS[name],
            geography=figures.city_name,
            year=str(figures.scenario.time.information_until + 1),
            source="",
            locator=path,
            quote="",
            where=path,
            **SET_HERE,
        )


def moved(future: Future) -> Iterator[tuple[str, str, float]]:
    """Yield name, key ('' where it has none) and value of all in which a future differs from the evidence."""
    neutral = Future()
    for name in Future.model_fields:
        value, usual = getattr(future, name), getattr(neutral, name)
        if isinstance(value, dict):
            yield from ((name, key, number) for key, number in value.items() if number != 1)
        elif value != usual:
            yield name, "", float(value)
