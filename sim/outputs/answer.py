"""The answer of a run in sentences and numbers, shared by the workbook and the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim.ledger import yuan
from sim.names import CITY
from sim.outputs.envelopes import illustrative_text, supposed_text, unused_lines
from sim.outputs.texts import Texts, percent
from sim.outputs.unmet_rules import unmet_rules
from sim.pipeline import RunResult

LARGEST = 3


@dataclass(frozen=True)
class Tile:
    """One of the four numbers."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class Banner:
    """A warning on top of the page."""

    title: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What a reader takes away.

    Attributes:
        banners: warnings, none for a run that looks forward and is proven.
        origin: (label, value) of plan, dates and hashes.
        sentences: the answer.
        tiles: the four numbers.
    """

    banners: list[Banner]
    origin: list[tuple[str, str]]
    sentences: list[str]
    tiles: list[Tile]


def answer(
    result: RunResult, tables: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], words: Texts
) -> Answer:
    """Return the answer of a run in the words of a language."""
    return Answer(
        banners=_banners(result, manifest, words),
        origin=_origin(result, manifest, words),
        sentences=[
            s
            for s in (
                _people(result, tables["population"], words),
                _entered(manifest, words),
                _met(result, manifest, words),
                _missed(result, tables["gaps"], manifest, words),
                *_too_late(result, manifest, words),
                *unmet_rules(result, words),
                _outside(manifest, words),
                *_unknown_staff(manifest, words),
                *_service_demand(result, tables["service_demand"], words),
                _cost(result, manifest, words),
                *unused_lines(result, words),
                _debt(result, words),
                _largest(result, tables["projects"], words),
            )
            if s
        ],
        tiles=_tiles(manifest, words),
    )


def _banners(result: RunResult, manifest: Mapping[str, Any], words: Texts) -> list[Banner]:
    time = result.loaded.scenario.time
    found = []
    if time.target_year < result.loaded.scenario.report_date.year:
        text = words.say("banner.text", target=time.target_year, cut_off=time.information_until)
        found.append(Banner(words["banner.title"], text))
    if said := illustrative_text(result.loaded.scenario, words):
        found.append(Banner(words["banner.illustrative_title"], said))
    if said := supposed_text(result.loaded.scenario, words):
        found.append(Banner(words["banner.supposed_title"], said))
    if manifest["without_assumed"]:
        found.append(_assumed(manifest, words))
    if not manifest["reproducible"]:
        found.append(Banner(words["levels.status"], words["banner.interrupted"]))
    if not manifest["certificate"]["ok"]:
        found.append(Banner(words["certificate.title"], words["banner.certificate"]))
    return found


def _assumed(manifest: Mapping[str, Any], words: Texts) -> Banner:
    bare = manifest["without_assumed"]
    if not bare["targets"]["in_program"]:
        names = words.listed(words.code("resource", name) for name in manifest["assumed_baselines"])
        return Banner(words["assumed.banner_title"], words.say("assumed.banner_none", list=names))
    text = words.say(
        "assumed.banner",
        list=words.listed(words.code("resource", name) for name in manifest["assumed_baselines"]),
        asked=bare["targets"]["in_program"],
        met=bare["targets"]["met"],
        present=words.money(bare["cost_figures"]["present_cost_yuan"]),
    )
    return Banner(words["assumed.banner_title"], text)


def _service_demand(result: RunResult, table: pd.DataFrame, words: Texts) -> list[str]:
    if table.empty:
        return []
    year = result.loaded.scenario.time.target_year
    city = table[(table["county"] == CITY) & (table["year"] == year)].iloc[0]
    return [words.say("answer.service_demand", year=year, beds=f"{city['beds']:,.0f}")]


def _entered(manifest: Mapping[str, Any], words: Texts) -> str:
    counts = manifest["targets"]
    return words.say(
        "answer.entered",
        rows=counts["printed"],
        table=counts["printed_in_table"],
        text=counts["printed"] - counts["printed_in_table"],
        inside=counts["printed_in_program"],
        rules=counts["rules_in_program"],
    )


def _unknown_staff(manifest: Mapping[str, Any], words: Texts) -> list[str]:
    names = [words.code("resource", name) for name in manifest["unknown_stocks"]]
    return [words.say("answer.unknown_stock", list=words.listed(names))] if names else []


def _origin(result: RunResult, manifest: Mapping[str, Any], words: Texts) -> list[tuple[str, str]]:
    cut_off = words.say("head.cut_off_text", year=manifest["information_until"])
    return [
        (words["head.plan"], words.code("source", result.stages.indicators[0].source)),
        (words["head.report_date"], manifest["report_date"]),
        (words["head.cut_off"], cut_off),
        (words["head.run_id"], manifest["run_id"]),
        (words["head.version"], manifest["version"]),
        (words["head.input_hash"], manifest["input_hash"]),
    ]


def _people(result: RunResult, population: pd.DataFrame, words: Texts) -> str:
    time = result.loaded.scenario.time
    total = population.groupby("year")["persons"].sum()
    base, target = float(total[time.base_year]), float(total[time.target_year])
    return words.say(
        "answer.people",
        city=words.code("county", CITY),
        base_year=time.base_year,
        target_year=time.target_year,
        base=words.people(base),
        target=words.people(target),
        change=f"{(target / base - 1) * 100:+.1f}%",
    )


def _met(result: RunResult, manifest: Mapping[str, Any], words: Texts) -> str:
    counts, year = manifest["targets"], result.loaded.scenario.time.target_year
    if not counts["in_program"]:
        return words["answer.none_entered"]
    return words.say("answer.met", asked=counts["in_program"], met=counts["met"], year=year)


def _missed(result: RunResult, gaps: pd.DataFrame, manifest: Mapping[str, Any], words: Texts) -> str:
    year, missed = result.loaded.scenario.time.target_year, manifest["targets"]["missed"]
    if not missed:
        return words["answer.all_met"] if manifest["targets"]["in_program"] else ""
    of_city = gaps[(gaps["county"] == CITY) & (gaps["year"] == year) & (gaps["case"] == "with")]
    rows = of_city.set_index("resource").loc[missed]
    parts = [
        words.say(
            "answer.missed_one",
            name=words.code("resource", resource),
            shortfall=f"{row['shortfall']:,.0f}",
            unit=words.code("resource_unit", resource),
            coverage=percent(row["coverage"]),
        )
        for resource, row in rows.iterrows()
    ]
    return words.say("answer.missed", n=len(missed), list=words["join_long"].join(parts))


def _too_late(result: RunResult, manifest: Mapping[str, Any], words: Texts) -> list[str]:
    """Missed targets no project of which can open by the target year, whatever the money."""
    rules, can_open = result.stages.rules, result.stages.delivery["can_open"].any("start_year")
    makes = (rules.outputs > 0).where(can_open, False).any("project")
    late = [name for name in manifest["targets"]["missed"] if not bool(makes.sel(resource=name))]
    if not late:
        return []
    names = words.listed(words.code("resource", name) for name in late)
    return [words.say("answer.too_late", list=names, year=result.loaded.scenario.time.target_year)]


def _outside(manifest: Mapping[str, Any], words: Texts) -> str:
    counts = manifest["targets"]
    parts = [
        words.say("answer.outside_one", reason=words.code("why", code), n=n)
        for code, n in counts["why_not"].items()
    ]
    return words.say("answer.outside", n=counts["out_of_program"], list=words.listed(parts))


def _cost(result: RunResult, manifest: Mapping[str, Any], words: Texts) -> str:
    figures, terms = manifest["cost_figures"], result.case.terms
    return words.say(
        "answer.cost",
        year=result.loaded.scenario.time.target_year,
        capital=words.money(figures["capital_outlay_yuan"]),
        present=words.money(figures["present_cost_yuan"]),
        local=words.money(figures["local_burden_yuan"]),
        price_year=terms.price_year,
        tail=f"{terms.recurrent_years:g}",
    )


def _debt(result: RunResult, words: Texts) -> str:
    """What is borrowed, what its service costs until the last year shown, and what is owed then."""
    repaid = result.case.rules.bonds["repaid_by"].sum("payer")
    lenders = {str(fund) for fund in repaid["fund"].values[repaid.values > 0]}
    nominal = result.ledger[result.ledger["price_basis"] == "nominal"]
    borrowed = yuan(nominal, kind="capital", fund=lenders)
    if not borrowed:
        return ""
    return words.say(
        "answer.debt",
        borrowed=words.money(borrowed),
        interest=words.money(yuan(nominal, kind="interest")),
        end=result.loaded.scenario.time.end_year,
        owed=words.money(borrowed - yuan(nominal, kind="principal")),
    )


def _largest(result: RunResult, projects: pd.DataFrame, words: Texts) -> str:
    if projects.empty:
        return words["answer.no_project"]
    by_type = projects.groupby("project")[["units", "capital_yuan"]].sum()
    largest = by_type.sort_values(["capital_yuan", "units"], ascending=False, kind="stable").head(LARGEST)
    parts = [
        words.say(
            "answer.largest_one",
            name=words.code("project", project),
            n=f"{row['units']:,.0f}",
            money=words.money(row["capital_yuan"]),
        )
        for project, row in largest.iterrows()
    ]
    price_year = result.case.terms.price_year
    return words.say("answer.largest", list=words["join_long"].join(parts), price_year=price_year)


def _tiles(manifest: Mapping[str, Any], words: Texts) -> list[Tile]:
    counts, figures = manifest["targets"], manifest["cost_figures"]
    met = Tile("targets", words["tile.targets"], f"{counts['met']} / {counts['in_program']}")
    money = [Tile(key, words[f"tile.{key}"], words.money(value)) for key, value in figures.items()]
    return [met, *money]
