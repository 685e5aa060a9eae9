"""The schema of a sweep: what varies, how it is drawn, what is done in every future."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sim.scenario.schema import Part, Title

Finite = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Uniform(Part):
    """Every value from low to high is as likely."""

    kind: Literal["uniform"]
    "Name of the distribution."
    low: Finite
    "Least value."
    high: Finite
    "Greatest value."

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        _rising(self.low, self.high)
        return self


class Triangular(Part):
    """From low to high, most likely at the mode."""

    kind: Literal["triangular"]
    "Name of the distribution."
    low: Finite
    "Least value."
    mode: Finite
    "Most likely value."
    high: Finite
    "Greatest value."

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        _rising(self.low, self.high)
        if not self.low <= self.mode <= self.high:
            said = f"mode {self.mode:g} is not between {self.low:g} and {self.high:g}"
            raise PydanticCustomError("ordered", "low <= mode <= high", {"said": said})
        return self


class Normal(Part):
    """Normal, cut off below low and above high."""

    kind: Literal["normal"]
    "Name of the distribution."
    mean: Finite
    "Mean before the ends are cut off."
    deviation: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    "Standard deviation before the ends are cut off."
    low: Finite
    "Least value."
    high: Finite
    "Greatest value."

    @model_validator(mode="after")
    def _ordered(self) -> Normal:
        _rising(self.low, self.high)
        return self


class Choice(Part):
    """One of several values."""

    kind: Literal["choice"]
    "Name of the distribution."
    values: Annotated[tuple[Finite, ...], Field(min_length=2)]
    "The values, each once."
    weights: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] | None = None
    "How likely each is beside the others; all alike where nothing is said."

    @model_validator(mode="after")
    def _matching(self) -> Choice:
        if len(set(self.values)) < len(self.values):
            raise PydanticCustomError("distinct", "each value once", {"said": "a value stands twice"})
        if self.weights is not None and len(self.weights) != len(self.values):
            said = f"{len(self.weights)} weights for {len(self.values)} values"
            raise PydanticCustomError("matching", "one weight for each value", {"said": said})
        return self


Distribution = Annotated[Uniform | Triangular | Normal | Choice, Field(discriminator="kind")]


class Factor(Part):
    """What varies from future to future."""

    name: Name
    "Short name; its column in the dataset."
    path: Annotated[str, Field(min_length=1, max_length=200)]
    "The value of the scenario that is set, as with --set, e.g. future.fertility or assumptions.deflator."
    title: Title
    "What it is, in Chinese and English."
    unit: Annotated[str, Field(max_length=40)]
    "Unit of its values."
    distribution: Distribution
    "How it is drawn."
    whole: bool = False
    "Whether values are rounded to whole numbers, as months are."
    source: Annotated[str, Field(min_length=1, max_length=500)]
    "Where the distribution comes from: a document and place, or the reason of an assumption."
    quality: Literal["plan", "official", "secondary", "estimate", "assumption"]
    "plan > official > secondary > estimate > assumption."


class Design(Part):
    """Which futures are looked at."""

    method: Literal["grid", "latin_hypercube", "sobol", "morris", "random"]
    "How the space of the factors is covered; Sobol and Morris give their own indices."
    draws: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    "Futures, for latin_hypercube and random."
    base_samples: Annotated[int, Field(ge=2, le=2**20)] | None = None
    "Base samples of sobol, a power of two; the futures are this times the factors and two."
    second_order: bool = False
    "Whether sobol also tells pairs of factors, at twice the futures."
    trajectories: Annotated[int, Field(ge=2, le=100_000)] | None = None
    "Trajectories of morris; the futures are this times the factors and one."
    levels: Annotated[int, Field(ge=2, le=1000)] | None = None
    "Points of each factor, for grid and morris (even)."
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    "Seed of all streams."


class Sweep(Part):
    """One sweep."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    "Short name; the folder is named after it."
    title: Title
    "Title of the report."
    scenario: Annotated[str, Field(min_length=1)]
    "A scenario file beside this file, or the name of a shipped scenario."
    settings: tuple[str, ...] = ()
    "Overrides of the scenario that hold in every future, as with --set."
    mode: Literal["fixed", "reoptimise"]
    "fixed: how the scenario's plan fares in every future; reoptimise: also what one would do, as an LP."
    design: Design
    "Which futures."
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]
    "What varies."
    chunk: Annotated[int, Field(ge=1, le=10_000)] = 250
    "Futures computed and written together."
    by_county: bool = True
    "Whether coverage and units of every county are kept, not only those of the city."


def _rising(low: float, high: float) -> None:
    if not low < high:
        said = f"low {low:g} is not below high {high:g}"
        raise PydanticCustomError("rising", "low below high", {"said": said})
