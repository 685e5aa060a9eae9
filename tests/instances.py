"""Cases of any size shaped like a city: 14 types of project, 8 resources, money that couples counties.

Residents, stocks and prices are drawn; sizes, leads, costs and shares are those of `params/`. Every rule
of the formulation but transfers, spread and choices binds somewhere.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.case import MONEY, Case, MoneyTerms
from sim.delivery import delivery
from sim.rules import Rules
from sim.scenario.schema import Time
from tests.small import array

TERMS = MoneyTerms(price_year=2020, deflator=0.02, discount_rate=0.04, recurrent_years=10)
RESOURCES = ["beds", "childcare_places", "points", "ambulances", "physicians", "gps", "nurses", "carers"]
CADRES = ["physicians", "gps", "nurses", "carers"]
TARGETED = RESOURCES[:7]
FUNDS = ["central", "provincial", "bond", "municipal", "county"]
RATIOS = {
    "beds": {"physicians": 0.308, "nurses": 0.495},
    "childcare_places": {"carers": 0.2},
    "points": {"physicians": 4.0, "nurses": 4.0},
}
"Heads per unit."
PER_RESIDENT = np.array([7.5e-3, 4.5e-3, 1.5e-5, 3e-5, 3.2e-3, 4e-4, 3.8e-3])
"Units of each target a resident is to have."
FUND_SHARES = np.array([0.06, 0.05, 0.25, 0.3, 0.34])
"Part of all money wanted that each fund would pay."

_TYPES = """
hospital_new          hospital  building  12 34 430.3  4.98 30  500000   3 beds:500
hospital_expansion    hospital  building   9 29 135.5  1.99 30  150000  20 beds:200
tcm_expansion         hospital  building   9 24  69.9  1.20 30  300000   9 beds:100
community_centre      primary   building   6 18  16.5  0.30 30  100000  20 beds:30
township_centre       primary   building   6 24  10.5  0.20 30   70000  30 beds:20
childcare_new         childcare building   6 24  10.9 0.074 30   50000  20 childcare_places:150
childcare_conversion  childcare building   6 12   3.6 0.040 30   60000  50 childcare_places:80
point                 emergency building   3 12  1.15 0.966 30  100000  20 points:1
ambulance_set         emergency equipment  6  1  0.475 0.08  8   50000  20 ambulances:2
recruit_physicians    workforce heads      6  0  0.010 0.0135 0      0   0 physicians:1
recruit_nurses        workforce heads      6  0  0.010 0.0135 0      0   0 nurses:1
train_nurses          workforce heads      0 36  0.024 0.0135 0      0   0 nurses:0.6
recruit_carers        workforce heads      3  0  0.003 0.0005 0      0   0 carers:1
train_gps             workforce heads      2 12  0.042 0.0    0      0   0 gps:1
"""
"""Name, group, kind, months of preparation and of building, million yuan, million yuan a year, service life,
residents a site, starts a year in nine counties, output."""
TYPES = [line.split() for line in _TYPES.split("\n") if line]
PROJECTS = [row[0] for row in TYPES]
KINDS = [row[2] for row in TYPES]
HEADS = np.array([kind == "heads" for kind in KINDS])


def instance(counties: int, seed: int, scarce: bool = False, years: int = 5) -> Case:
    """Return a case of so many counties, its funds holding 60 to 80 % of the money wanted of them.

    Args:
        counties: how many.
        seed: of every draw.
        scarce: whether the county fund too is held to that, so that money limits the targets; else it
            has what the others lack and a tenth more, and money limits who pays, when, for what.
        years: in which projects may start.
    """
    random = np.random.default_rng([counties, seed])
    names = [str(100000 + n) for n in range(counties)]
    residents = np.exp(random.normal(13.0, 0.5, counties)).clip(8e4, 2.5e6)
    need = np.ceil(PER_RESIDENT[:, None] * residents)
    stock = np.floor(need * random.uniform(0.6, 0.95, need.shape))
    carers = np.ceil(0.2 * stock[1] * random.uniform(0.9, 1.1, counties))
    in_place = np.vstack([stock, carers])
    in_place[5] = np.minimum(in_place[5], in_place[4])
    gap = np.maximum(need.sum(axis=1) - stock.sum(axis=1), 0.0)
    held = random.uniform(0.6, 0.8) * FUND_SHARES
    held[-1] = held[-1] if scarce else 1.1 - held[:-1].sum()
    capital, running = (_column(n) * random.uniform(0.85, 1.15, len(TYPES)) * MONEY for n in (5, 6))
    wanted = _money_wanted(gap, capital, running)
    time = _time(years)
    rules = _rules(names, residents, held * wanted, time.decision_years)
    dates = delivery(rules.months, time, TERMS.recurrent_years)
    pool = np.ceil(0.3 * np.array([1.3 * gap[4], gap[5], 1.3 * gap[6], 0.3 * gap[1]]))
    life = np.where(_column(7) > 0, _column(7), np.nan)
    return Case(
        rules=rules,
        need=array(need, resource=TARGETED, county=names),
        scope={r: "every_county" if r in ("points", "ambulances") else "city" for r in TARGETED},
        level=dict(zip(TARGETED, (2, 1, 1, 1, 2, 2, 2), strict=True)),
        weight=dict.fromkeys(TARGETED, 1.0) | {"gps": 3.0},
        in_place=array(in_place, resource=RESOURCES, county=names),
        floor=array(in_place[:1] * random.uniform(0.85, 1.02, counties), resource=["beds"], county=names),
        pool=array(np.repeat(pool[:, None], years, axis=1), cadre=CADRES, start_year=time.decision_years),
        delivery=dates,
        costs=_costs(capital, running, life, dates),
        decision_years=time.decision_years,
        terms=TERMS,
        service_life=array(life, project=PROJECTS),
    )


def _column(n: int) -> np.ndarray:
    return np.array([float(row[n]) for row in TYPES])


def _outputs() -> np.ndarray:
    outputs = np.zeros((len(TYPES), len(RESOURCES)))
    for p, row in enumerate(TYPES):
        name, amount = row[10].split(":")
        outputs[p, RESOURCES.index(name)] = float(amount)
    return outputs


def _money_wanted(gap: np.ndarray, capital: np.ndarray, running: np.ndarray) -> float:
    """Yuan to close every gap with the types of middle price, two years of running each."""
    each = capital + 2 * running
    middle = dict(zip(TARGETED, (2, 5, 7, 8, 9, 13, 10), strict=True))
    outputs = _outputs()
    return sum(
        gap[r] * each[p] / outputs[p, RESOURCES.index(name)] for r, (name, p) in enumerate(middle.items())
    )


def _time(years: int) -> Time:
    last = 2020 + years
    return Time(
        base_year=2020,
        information_until=2020,
        first_decision_year=2021,
        target_year=last,
        end_year=max(2030, last),
    )


def _rules(names: list[str], residents: np.ndarray, held: np.ndarray, years: list[int]) -> Rules:
    n = len(names)
    per_site = _column(8)[:, None]
    by_people = np.maximum(np.floor(residents / np.where(per_site > 0, per_site, 1.0)), 1.0)
    starts = np.ceil(_column(9) * n / 9)
    ratios = np.full((len(RESOURCES), len(CADRES)), np.nan)
    for resource, heads in RATIOS.items():
        for cadre, each in heads.items():
            ratios[RESOURCES.index(resource), CADRES.index(cadre)] = each
    square = np.zeros((len(PROJECTS), len(PROJECTS)))
    needs = square.copy()
    needs[PROJECTS.index("point"), PROJECTS.index("ambulance_set")] = 1.0
    types = {"whole": ~HEADS, "kind": np.array(KINDS), "group": np.array([row[1] for row in TYPES])}
    yearly = np.repeat(held[:, None] / (len(years) - 1), len(years), axis=1)
    yearly[2] = np.inf
    return Rules(
        counties=names,
        resources=RESOURCES,
        staffed=["beds", "childcare_places"],
        cadres=CADRES,
        parents={"gps": "physicians"},
        projects=xr.Dataset({k: ("project", v) for k, v in types.items()}, coords={"project": PROJECTS}),
        months=xr.Dataset(
            {
                "preparation_months": array(_column(3), project=PROJECTS),
                "construction_months": array(_column(4), project=PROJECTS),
            }
        ),
        outputs=array(_outputs(), project=PROJECTS, resource=RESOURCES),
        heads_per_unit=array(ratios, resource=RESOURCES, cadre=CADRES),
        prerequisites=array(needs, project=PROJECTS, requires=PROJECTS),
        phases=array(square, project=PROJECTS, requires=PROJECTS),
        choices=xr.DataArray(
            np.zeros((0, len(PROJECTS)), dtype=bool),
            dims=("choice", "project"),
            coords={"choice": [], "project": PROJECTS},
        ),
        sites=array(np.where(per_site > 0, by_people, np.inf), project=PROJECTS, county=names),
        starts_per_year=array(np.where(starts > 0, starts, np.inf), project=PROJECTS),
        funds=_funds(),
        bonds=_bonds(),
        fund_rules=_fund_rules(),
        envelopes=array(yearly, fund=FUNDS, year=years),
        envelope_totals=array(held, fund=FUNDS),
        outlay=array(np.full(len(years), np.inf), year=years),
        outlay_total=np.inf,
    )


def _funds() -> xr.Dataset:
    flags = {
        "pays_capital": [True] * 5,
        "pays_recurrent": [False, False, False, True, True],
        "public": [True] * 5,
        "local": [False, False, False, True, True],
        "carry_over": [False, False, False, True, True],
    }
    return xr.Dataset({k: ("fund", v) for k, v in flags.items()}, coords={"fund": FUNDS})


def _bonds() -> xr.Dataset:
    payer = np.zeros((5, 5))
    payer[2, 4] = 1.0
    return xr.Dataset(
        {
            "interest_rate": array([0, 0, 0.0324, 0, 0], fund=FUNDS),
            "term_years": array([0, 0, 15, 0, 0], fund=FUNDS),
            "repaid_by": array(payer, fund=FUNDS, payer=FUNDS),
        }
    )


def _fund_rules() -> xr.Dataset:
    group = np.array([row[1] for row in TYPES])
    shares = {
        "central": {"hospital": 0.082, "childcare": 0.38},
        "provincial": {"hospital": 0.086},
        "bond": {"hospital": 0.61},
        "municipal": dict.fromkeys(set(group), 0.5) | {"emergency": 1.0},
        "county": dict.fromkeys(set(group), 1.0),
    }
    most = [[shares[fund].get(g, 0.0) for g in group] for fund in FUNDS]
    caps = np.full((5, len(TYPES)), np.inf)
    caps[0, group == "childcare"] = 1.5e6
    running = np.zeros((5, len(TYPES)))
    running[4], running[3, group == "emergency"] = 1.0, 1.0
    match = np.where(np.isin(group, ["hospital", "childcare"]), 0.1, 0.0)
    return xr.Dataset(
        {
            "max_share": array(most, fund=FUNDS, project=PROJECTS),
            "grant_cap": array(caps, fund=FUNDS, project=PROJECTS),
            "max_recurrent_share": array(running, fund=FUNDS, project=PROJECTS),
            "matching_share": array(match, project=PROJECTS),
        }
    )


def _costs(capital: np.ndarray, running: np.ndarray, life: np.ndarray, dates: xr.Dataset) -> xr.Dataset:
    elapsed = dates["year"] - TERMS.price_year
    factor = (1 + TERMS.discount_rate) ** -elapsed.astype(float)
    data = xr.Dataset(
        {
            "capital_cost": array(capital, project=PROJECTS),
            "fiscal_recurrent": array(running, project=PROJECTS),
        }
    )
    data["price_index"] = (1 + TERMS.deflator) ** elapsed
    data["discount_factor"] = factor
    left = (1 - TERMS.recurrent_years / array(life, project=PROJECTS)).clip(min=0).fillna(0.0)
    closing = dates["open_year"] + TERMS.recurrent_years - TERMS.price_year
    data["present_cost"] = (
        (dates["spending"] * factor).sum("year") * data["capital_cost"]
        + (dates["running"] * factor).sum("year") * data["fiscal_recurrent"]
        - left * data["capital_cost"] * (1 + TERMS.discount_rate) ** -closing.astype(float)
    ).transpose("project", "start_year")
    return data
