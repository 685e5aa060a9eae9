"""The certificate's own arithmetic: dates, capacity and money from the tables, in plain numpy.

Nothing here is shared with the program or with the stages that feed it: the one permitted
duplication, so that a mistake in either shows as a disagreement.
"""

from __future__ import annotations

import numpy as np

from sim.case import COUNTY_FUND, Case


def opening_year(case: Case) -> np.ndarray:
    """(project, start_year): calendar year in which a start opens."""
    lead = case.rules.months["preparation_months"].values + case.rules.months["construction_months"].values
    months = np.array(case.decision_years)[None, :] * 12 + lead[:, None]
    return np.asarray(np.floor(months / 12).astype(int))


def opening_month(case: Case) -> np.ndarray:
    """(project): month in which a start opens, 1 to 12."""
    lead = case.rules.months["preparation_months"].values + case.rules.months["construction_months"].values
    return np.asarray((lead % 12 + 1).astype(int))


def units_in_service(case: Case, started: np.ndarray) -> np.ndarray:
    """(project, county): units in service at the end of the target year."""
    on_time = opening_year(case) <= case.decision_years[-1]
    return np.asarray(np.einsum("pcs,ps->pc", started, on_time.astype(float)))


Counties = np.ndarray | slice
"Places of counties; one may stand there more than once."
ALL = slice(None)


def standing(case: Case, started: np.ndarray, moved: np.ndarray, county: Counties = ALL) -> np.ndarray:
    """(resource, county): what stands in some counties at the end of the target year with the plan."""
    rules = case.rules
    stands = case.in_place.values[:, county] + np.einsum(
        "pc,pr->rc", units_in_service(case, started), rules.outputs.values
    )
    for k, cadre in enumerate(rules.cadres):
        for name in (cadre, rules.parents.get(cadre)):
            if name is not None:
                stands[rules.resources.index(name)] += moved[k]
    return np.asarray(stands)


def leaving(case: Case, moved: np.ndarray) -> np.ndarray:
    """(cadre, county): heads of each cadre who leave, those of its subsets among them."""
    own = np.maximum(-moved, 0.0)
    every = own.copy()
    for k, cadre in enumerate(case.rules.cadres):
        parent = case.rules.parents.get(cadre)
        if parent is not None:
            every[case.rules.cadres.index(parent)] += own[k]
    return np.asarray(every)


def ahead_of_phases(case: Case, started: np.ndarray) -> np.ndarray:
    """(project, requires, county, start_year): starts beyond what their earlier phase lets start."""
    need = case.rules.phases.values
    shape = (*need.shape, *started.shape[1:])
    if not (need > 0).any():
        return np.broadcast_to(-1.0, shape)
    excess = np.full(shape, -1.0)
    for p, q in np.argwhere(need > 0):
        excess[p, q] = ahead_of_phase(case, started, p, q)
    return excess


def ahead_of_phase(case: Case, started: np.ndarray, p: int, q: int) -> np.ndarray:
    """(county, start_year): starts of one project beyond what its earlier phase lets start."""
    years = np.array(case.decision_years)
    stood = (opening_year(case)[q][:, None] < years[None, :]).astype(float)
    begun = np.cumsum(started[p], axis=1)
    return np.asarray(case.rules.phases.values[p, q] * begun - started[q] @ stood)


def beyond_choices(case: Case, started: np.ndarray, county: Counties = ALL) -> np.ndarray:
    """(choice, county): starts of the types of a choice beyond the sites of the one with most."""
    member, sites = case.rules.choices.values, case.rules.sites.values[:, county]
    excess = np.full((len(member), started.shape[1]), -1.0)
    for n, of_choice in enumerate(member):
        room = sites[of_choice].max(axis=0)
        begun = started[of_choice].sum(axis=(0, 2))
        excess[n] = np.where(np.isfinite(room), begun - np.where(np.isfinite(room), room, 0.0), -1.0)
    return excess


def counted(case: Case, stands: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what counts (resource, county), and staff missing for crews (cadre, county)."""
    rules = case.rules
    row = {r: n for n, r in enumerate(rules.resources)}
    ratio = np.nan_to_num(rules.heads_per_unit.values)
    free = np.stack([stands[row[k]] for k in rules.cadres])
    for r in rules.resources:
        if r not in rules.staffed:
            free = free - ratio[row[r]][:, None] * stands[row[r]][None, :]
    missing = np.maximum(-free, 0.0)
    result = stands.copy()
    for r in rules.staffed:
        for k in np.flatnonzero(ratio[row[r]]):
            result[row[r]] = np.minimum(result[row[r]], np.maximum(free[k], 0.0) / ratio[row[r], k])
    return result, missing


def months_of_year(first: np.ndarray, length: np.ndarray, elapsed: np.ndarray) -> np.ndarray:
    """(project, start_year, year): months of [first, first + length) that fall in each year.

    Args:
        first: (project) month after January of the start.
        length: (project) months.
        elapsed: (start_year, year) years since the start.
    """
    begin, end = first[:, None, None], (first + length)[:, None, None]
    months = np.minimum(12 * elapsed + 12, end) - np.maximum(12 * elapsed, begin)
    return np.asarray(np.clip(months, 0, None))


def money_of_starts(case: Case, years: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """(project, start_year, year): real yuan of capital and of fiscal running cost of one start."""
    prepare = case.rules.months["preparation_months"].values
    build = case.rules.months["construction_months"].values
    elapsed = np.array(years)[None, :] - np.array(case.decision_years)[:, None]
    spread = np.maximum(build, 1)
    cost, each = (case.costs[name].values[:, None, None] for name in ("capital_cost", "fiscal_recurrent"))
    capital = cost * months_of_year(prepare, spread, elapsed) / spread[:, None, None]
    tail = np.full_like(prepare, round(case.terms.recurrent_years * 12))
    running = months_of_year(prepare + build, tail, elapsed) / 12
    return np.asarray(capital), np.asarray(each * running)


def service_of_years(case: Case, years: list[int]) -> np.ndarray:
    """(fund, payer, spent, year): nominal yuan its payer owes in a year for a yuan of a bond spent before."""
    bonds, age = case.rules.bonds, np.array(years)[None, :] - np.array(years)[:, None]
    rate, term = (bonds[name].values[:, None, None] for name in ("interest_rate", "term_years"))
    each = ((age > 0) & (age <= term)) * rate + ((age > 0) & (age == term))
    return np.asarray(bonds["repaid_by"].transpose("fund", "payer").values[..., None, None] * each[:, None])


def burden(case: Case, started: np.ndarray, county: Counties = ALL) -> np.ndarray:
    """(county): running cost left to some counties in their heaviest year, as a share of their means."""
    if case.means is None:
        return np.zeros(started.shape[1])
    last = case.decision_years[-1] + int(np.ceil(case.terms.recurrent_years))
    years = [int(y) for y in case.means["year"].values if case.decision_years[0] <= y <= last]
    means = case.means.transpose("county", "year").sel(year=years).values[county]
    running = money_of_starts(case, years)[1] * left_to_county(case)[:, None, None] * indices(case, years)
    spent = np.einsum("pcs,psy->cy", started, running)
    share = np.where(np.isfinite(means) & (means > 0), spent / np.where(means > 0, means, 1.0), 0.0)
    return np.asarray(share.max(axis=1, initial=0.0))


def left_to_county(case: Case) -> np.ndarray:
    """(project): 1 where the county fund may pay the running cost."""
    most = case.rules.fund_rules["max_recurrent_share"].transpose("fund", "project").values
    own = case.rules.funds["fund"].values == COUNTY_FUND
    return np.asarray((most[own] > 0).any(axis=0).astype(float))


def rounded_burden(case: Case) -> float:
    """Most that heads rounded up add to what counties are above the cap: one of each type and year."""
    if case.means is None or not np.isfinite(case.burden_cap):
        return 0.0
    heads = (case.rules.projects["kind"].values == "heads").astype(float)
    one = np.ones((len(heads), len(case.rules.counties), len(case.decision_years)))
    return float(burden(case, one * heads[:, None, None]).sum())


def index(case: Case, year: int) -> float:
    """Nominal money for one unit of real money."""
    return float((1 + case.terms.deflator) ** (year - case.terms.price_year))


def indices(case: Case, years: list[int]) -> np.ndarray:
    """(year): nominal money for one unit of real money."""
    return np.array([index(case, year) for year in years])


def present_cost(case: Case, started: np.ndarray) -> float:
    """Present cost of a plan, real yuan: capital + fiscal recurrent - residual value."""
    return float((started.sum(axis=1) * cost_of_one(case)).sum())


def cost_of_one(case: Case) -> np.ndarray:
    """(project, start_year): present cost of one start, real yuan."""
    terms, life = case.terms, case.service_life.values
    first = case.decision_years[0]
    last = case.decision_years[-1] + int(np.ceil(terms.recurrent_years)) + 1
    left = np.nan_to_num(np.maximum(1 - terms.recurrent_years / life, 0.0))
    years = list(range(first, last + 1))
    capital, running = money_of_starts(case, years)
    price, opens = case.costs["capital_cost"].values, opening_year(case)
    cost = np.zeros((len(life), len(case.decision_years)))
    for y, year in enumerate(years):
        cost += (capital[..., y] + running[..., y]) * (1 + terms.discount_rate) ** (terms.price_year - year)
    closing = opens + terms.recurrent_years - terms.price_year
    cost -= (price * left)[:, None] * (1 + terms.discount_rate) ** -closing
    return np.asarray(cost)


def rounded_heads(case: Case) -> np.ndarray:
    """Return (cadre, start_year) heads that rounding can bring at most in all counties.

    Each type brings less than one unit more, and the first type that brings one cadre and nothing else makes
    up for what the others of that cadre bring.
    """
    rules = case.rules
    outputs, kinds = rules.outputs.values, rules.projects["kind"].values == "heads"
    in_time = (opening_year(case) <= case.decision_years[-1]) & kinds[:, None]
    parts = kinds & ~rules.projects["whole"].values & ((outputs > 0).sum(axis=1) == 1)
    found = np.zeros((len(rules.cadres), len(case.decision_years)))
    for k, cadre in enumerate(rules.cadres):
        each = outputs[:, rules.resources.index(cadre)]
        brings = each[:, None] * in_time
        first = np.flatnonzero(parts & (each > 0))[:1]
        own = brings[first].sum(axis=0)
        found[k] = np.maximum(own, brings.sum(axis=0) - own)
    return found * len(rules.counties)
