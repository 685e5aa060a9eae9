"""The schema of a scenario: frozen, no unknown keys, every field documented."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.amounts import ALLOWED, parse_yuan

Year = Annotated[int, Field(ge=1990, le=2100)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Payer = Literal["central", "provincial", "special_bond", "municipal", "county", "institution", "all"]


def _written(amount: object) -> object:
    """A number without a unit is an amount in yuan."""
    return f"{amount}" if isinstance(amount, int | float) else amount


def _money(text: str) -> str:
    try:
        parse_yuan(text)
    except ValueError as error:
        raise PydanticCustomError("money", ALLOWED, {"said": str(error)}) from None
    return text


Money = Annotated[str, BeforeValidator(_written), AfterValidator(_money)]


class Part(BaseModel):
    """Base of every part: immutable, unknown keys refused, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Title(Part):
    """The title printed on the first page."""

    zh: Annotated[str, Field(min_length=1, max_length=200)]
    "The title in Chinese."
    en: Annotated[str, Field(min_length=1, max_length=200)]
    "The title in English."


class Time(Part):
    """The years of the plan. A start is 1 January of its year."""

    base_year: Year
    "Year whose end is the starting point of population and stocks."
    information_until: Year
    "Latest year whose published figures may enter."
    first_decision_year: Year
    "First year in which a project may start."
    target_year: Year
    "Year at whose end the targets are judged."
    end_year: Year
    "Last year of the projection and of the recurrent tail."

    @property
    def years(self) -> list[int]:
        """Base year to end year."""
        return list(range(self.base_year, self.end_year + 1))

    @property
    def decision_years(self) -> list[int]:
        """Years in which a project may start."""
        return list(range(self.first_decision_year, self.target_year + 1))

    @property
    def plan_years(self) -> list[int]:
        """Base year to target year."""
        return list(range(self.base_year, self.target_year + 1))


class Migrants(Part):
    """Net migrants of the city in one year."""

    year: Year
    "Calendar year."
    persons: Annotated[float, Field(ge=-1e7, le=1e7, allow_inf_nan=False)]
    "Persons; below 0 where more leave than come."


class Population(Part):
    """What is assumed of people after the data cut-off."""

    rates_after_information: Literal["hold", "projected"] = "hold"
    "hold: fertility, sex ratio and mortality pattern of the cut-off year; projected: the UN path."
    migration_after_information: Literal["hold", "decline", "zero", "path"] = "hold"
    "hold: `net_migration_per_year` of the assumptions; decline: from it to zero in the end year; path."
    correction_after_information: Literal["hold", "zero"] = "hold"
    "hold: what the last published births and deaths moved fertility and survival by; zero: nothing."
    migration_path: tuple[Migrants, ...] = ()
    "Net migrants by year, for `path`; straight lines between the years given, held outside them."


class Workforce(Part):
    """Which figure of the recruitment ceilings holds."""

    growth_ceiling: Literal["low", "central", "high"] = "central"
    "Low, central or high pace at which a cadre can grow by recruitment."
    transfer_share: Share = 0.0
    "Part of a county's staff of a cadre that may move to other counties of the city by the target year."


class Prices(Part):
    """Prices and the point of the cost distributions that is used."""

    price_year: Year
    "Year in whose prices costs are stated; present costs are discounted to it."
    cost_quantile: Share = 0.5
    "0.25, 0.5 and 0.75 are the quartiles and the median of the sampled costs."
    cost_quantiles: dict[str, Share] = {}
    "The same of single cost samples, before `cost_quantile`."

    def quantile_of(self, sample: str) -> float:
        """Return the point of a cost sample that is used."""
        return self.cost_quantiles.get(sample, self.cost_quantile)


class Future(Part):
    """How the years after the data cut-off differ from what the evidence gives; nothing where not said."""

    fertility: Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)] = 1.0
    "Times the total fertility rate."
    life_expectancy: Annotated[float, Field(ge=-15, le=15, allow_inf_nan=False)] = 0.0
    "Years more of life expectancy, both sexes together."
    net_migration: Annotated[float, Field(ge=-1e7, le=1e7, allow_inf_nan=False)] = 0.0
    "Persons more who move into the city in a year; below 0 where fewer come or more leave."
    attrition: Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)] = 1.0
    "Times the share of staff that leaves in a year otherwise than by retirement."
    graduates: Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)] = 1.0
    "Times the graduates retained in a year."
    lead_time: Annotated[int, Field(ge=0, le=120)] = 0
    "Months more from the start of construction to opening, of every project type that is built."
    capital_cost: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)] = 1.0
    "Times the capital cost of every project type."
    targets: dict[str, Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)]] = {}
    "Times the printed target of a resource."


class Needs(Part):
    """What is stated beside the needs of the targets."""

    service_demand: bool = False
    "Whether the beds that admissions by age would fill are stated beside the target of beds."


class Allocation(Part):
    """The allocation rule between counties."""

    equity_floor: tuple[str, ...] = ()
    "Resources whose coverage may fall in no county below that of the base year."
    spread_cap: dict[str, Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]] = {}
    "Most by which the coverage of a resource may differ between two counties at the target year."
    max_recurrent_share: Share | None = None
    "Most running cost the plan may leave to a county in a year, as a share of what the county can spend."


class Envelope(Part):
    """The most a fund may spend in a year, or in the whole plan when no year is given."""

    fund: Payer
    "Who pays; all: the capital outlay of all funds together."
    year: Year | None = None
    "Year it may be spent in; the whole plan where none is given."
    amount_yuan: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    "Most that may be spent, nominal yuan; or `amount`."
    amount: Money | None = None
    "The same as people write it: one number in yuan, 万 or 亿, such as 3亿 or 4500万."
    illustrative: bool = False
    "Whether the amount is an illustration and nobody's budget; report, workbook and first screens say so."

    @model_validator(mode="after")
    def _one_amount(self) -> Envelope:
        """Exactly one of the two ways to write the amount."""
        given = [name for name in ("amount", "amount_yuan") if getattr(self, name) is not None]
        if len(given) != 1:
            said = "amount and amount_yuan are both given" if given else "no amount is given"
            raise PydanticCustomError("one_amount", "one of amount and amount_yuan", {"said": said})
        return self

    @property
    def yuan(self) -> float:
        """Most that may be spent, nominal yuan."""
        return parse_yuan(self.amount) if self.amount is not None else float(self.amount_yuan or 0.0)


class Programme(Part):
    """Public money paid for each person and year, beside the projects."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    "Short name; one of the plan's own programmes is replaced by a line of its name."
    title: Title | None = None
    "What it is called in the tables; its short name where nothing is said."
    yuan_per_person: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
    "Yuan for each person and year, in money of `prices.price_year`."
    counted_by: Literal["residents", "insured"] = "residents"
    "Whom it is paid for: all residents at year-end, or those insured as residents."
    insured_share: Share | None = None
    "Part of the residents who are insured as residents; for counted_by: insured."
    central_base_yuan: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
    "National base standard: the centre shares in no more than this."
    central_share: Share
    "Part of the base standard the centre pays; the rest is local."


class Solver(Part):
    """Which solver is called, and when to stop."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] = "highs"
    "highs, or the name of another solver that Pyomo knows and that is installed, e.g. scip_direct."
    gap: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = 0.005
    "Relative gap at which a level counts as solved."
    node_limit: Annotated[int, Field(ge=1)] = 2000
    "Most branch-and-bound nodes of one level: a stop that does not depend on a clock."
    tie_break_nodes: Annotated[int, Field(ge=1)] = 1
    "Most nodes of a level that only chooses between plans of equal targets and cost."
    explain_nodes: Annotated[int, Field(ge=1)] = 200
    "Most nodes of each attempt of `sim explain` to mend a missed target with whole projects."
    tie_break: Literal["programme", "full"] = "programme"
    "Ties of cost are broken between plans of the same city programme, or between all plans."
    time_limit: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    "Seconds for all levels together; a run it stops is not reproducible."


class Scenario(Part):
    """One named case."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    "Short name; the run folder is named after it."
    title: Title
    plan: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    "Folder of the plan's tables under `params/plans/`."
    city: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    "Six-digit code of the city; its counties are those of `counties.csv`."
    report_date: datetime.date
    "Date printed on the report; data, not the clock."
    time: Time
    prices: Prices
    population: Population = Population()
    workforce: Workforce = Workforce()
    future: Future = Future()
    needs: Needs = Needs()
    allocation: Allocation = Allocation()
    readings: dict[str, str] = {}
    "Which reading holds of a target that can be read in several ways or is printed twice, by indicator."
    assumed_baselines: tuple[str, ...] = ()
    "Resources whose baseline the plan does not print and is taken from `assumed_baselines.csv`."
    priority: str = "constructible"
    "Preset of `priorities.csv`."
    envelopes: tuple[Envelope, ...] = ()
    "Most that funds may spend; none where nothing is said."
    programmes: tuple[Programme, ...] = ()
    "Money paid for each person, beside that of the plan."
    assumptions: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    "Named figures of `scalars.csv` to replace."
    figures: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    "Single figures of other tables to replace: `table/keys/parameter`, e.g. autonomous_supply/beds/growth."
    tables: str | None = None
    "Folder beside this file whose tables replace shipped ones of the same name."
    solver: Solver = Solver()
