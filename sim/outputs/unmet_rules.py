"""Rules between counties that the plan could not keep: where, and by how much."""

from __future__ import annotations

from sim.case import PER_MILLE
from sim.outputs.texts import Texts
from sim.pipeline import RunResult


def unmet_rules(result: RunResult, words: Texts) -> list[str]:
    """Return one sentence each on the floor, the spread and the running cost of counties where not kept."""
    below, apart = _below_floor(result, words), _above_spread(result, words)
    found = [("answer.floor_slack", below), ("answer.spread_slack", apart)]
    found.append(("answer.burden_slack", _above_burden(result, words)))
    return [words.say(key, list=words["join_long"].join(parts)) for key, parts in found if parts]


def _below_floor(result: RunResult, words: Texts) -> list[str]:
    slack = result.solution.decisions["floor_slack"]
    short = slack.stack(cell=("resource", "county"))
    return [
        words.say(
            "answer.floor_slack_one",
            county=words.code("county", county),
            name=words.code("resource", resource),
            units=f"{units:,.1f}",
            unit=words.code("resource_unit", resource),
        )
        for (resource, county), units in zip(
            short["cell"].values.tolist(), short.values.tolist(), strict=True
        )
        if round(units, 1) > 0
    ]


def _above_spread(result: RunResult, words: Texts) -> list[str]:
    slack, caps = result.solution.decisions["spread_slack"], result.case.spread_cap
    return [
        words.say(
            "answer.spread_slack_one",
            name=words.code("resource", resource),
            spread=f"{(caps[str(resource)] + share) * 100:.1f}",
            cap=f"{caps[str(resource)] * 100:.1f}",
        )
        for resource, share in zip(slack["resource"].values, slack.values.tolist(), strict=True)
        if round(share * 100, 1) > 0
    ]


def _above_burden(result: RunResult, words: Texts) -> list[str]:
    slack, cap = result.solution.decisions["burden_slack"], result.case.burden_cap
    return [
        words.say(
            "answer.burden_slack_one",
            county=words.code("county", county),
            share=f"{(cap + above / PER_MILLE) * 100:.2f}",
            cap=f"{cap * 100:.2f}",
        )
        for county, above in zip(slack["county"].values.tolist(), slack.values.tolist(), strict=True)
        if round(above / PER_MILLE * 100, 2) > 0
    ]
