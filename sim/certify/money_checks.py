"""Checks of the ledger: every use paid, by funds that may, within their shares and envelopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.case import MONEY, Case
from sim.certify import arithmetic
from sim.certify.claims import Check, Claims, check, joined
from sim.certify.entries import Entries, years_of

FEN = 100
HALF_FEN = 0.5
SERVICE = ("interest", "principal")
FLOWS = {"capital": "use", "recurrent": "use"} | dict.fromkeys(SERVICE, "debt_service")
YUAN = 1.0


@dataclass(frozen=True)
class _Part:
    """What is looked at together: a ledger of thousands of counties is not held whole.

    Attributes:
        case: the case.
        claims: what the run claims.
        booked: its ledger in numbers.
        projects: the projects of this part.
    """

    case: Case
    claims: Claims
    booked: Entries
    projects: slice

    def paid(self, kind: str, basis: str) -> np.ndarray:
        """(fund, project, county, year) fen in the ledger."""
        return self.booked.cube(kind, basis, self.projects)

    @property
    def started(self) -> np.ndarray:
        """(project, county, start_year) units shown."""
        return self.claims.started[self.projects]

    def due(self, kind: str, basis: str) -> np.ndarray:
        """(project, county, year) fen that must be paid."""
        years = years_of(self.case)
        money = arithmetic.money_of_starts(self.case, years)[kind == "recurrent"][self.projects]
        scale = arithmetic.indices(self.case, years) if basis == "nominal" else 1.0
        due = np.zeros((*self.started.shape[:2], len(years)))
        for s in range(len(self.case.decision_years)):
            due += self.started[:, :, s, None] * money[:, s][:, None, :] * scale * FEN
        return due


def checks(case: Case, claims: Claims, booked: Entries) -> Sequence[Check]:
    """Return the checks of the ledger and of the three cost figures."""
    parts = [_Part(case, claims, booked, slice(p, p + 1)) for p in range(max(len(claims.started), 1))]
    return [
        *_part_by_part(parts, _ties),
        *_entries(claims, booked),
        *_part_by_part(parts, _service),
        *_part_by_part(parts, _funds),
        *_envelopes(case, booked),
        *_figures(case, claims, booked),
    ]


def _part_by_part(parts: list[_Part], group: Callable[[_Part], Iterator[Check]]) -> list[Check]:
    return [joined(same) for same in zip(*(group(part) for part in parts), strict=True)]


def _ties(part: _Part) -> Iterator[Check]:
    case, shown, apart = part.case, _shown_years(part.case, part.claims), []
    n_funds, index = len(case.rules.funds["fund"]), arithmetic.indices(case, years_of(case))
    for kind in ("capital", "recurrent"):
        cubes = {basis: part.paid(kind, basis) for basis in ("nominal", "real")}
        for basis, cube in cubes.items():
            due, paid = part.due(kind, basis)[..., shown], cube[..., shown].sum(axis=0)
            whole, yearly = np.abs(paid.sum(axis=2) - due.sum(axis=2)), np.abs(paid - due)
            yield check(f"{kind} of each project ties ({basis}), fen", whole, HALF_FEN + 1e-3)
            yield check(f"{kind} of each project and year ties ({basis}), fen", yearly, float(n_funds))
        off = np.abs(cubes["nominal"][..., shown] / index[shown] - cubes["real"][..., shown])
        name = f"real {kind} is the nominal one at the price year, fen"
        apart.append(check(name, off, 1 + float((1 / index).max())))
    yield from apart


def _entries(claims: Claims, booked: Entries) -> Iterator[Check]:
    known = {(kind, basis) for kind in FLOWS for basis in ("nominal", "real")}
    yield check("no entry of another kind", float(len(set(booked.of_kind) - known)), 0.0)
    strange = claims.ledger["flow"] != claims.ledger["kind"].map(FLOWS)
    yield check("the flow of each entry is that of its kind", float(strange.sum()), 0.0)
    yield check("no negative entry", -claims.ledger["amount_fen"].to_numpy(dtype=float), 0.0)


def _service(part: _Part) -> Iterator[Check]:
    """Debt service follows from the bond money in the ledger, and is paid by the fund that repays it."""
    case, shown = part.case, _shown_years(part.case, part.claims)
    capital = part.paid("capital", "nominal")
    for kind in SERVICE:
        due = _owed(case, capital, kind)
        most = max((float(np.max(owed, initial=0.0)) for owed in due.values()), default=0.0)
        tolerance = HALF_FEN * (2 + len(case.decision_years)) + 1e-9 * most
        for basis in ("nominal", "real"):
            scale = arithmetic.indices(case, years_of(case)) if basis == "real" else 1.0
            off = part.paid(kind, basis)
            for payer, owed in due.items():
                off[payer] -= owed / scale
            yield check(f"{kind} follows from the bonds ({basis}), fen", np.abs(off[..., shown]), tolerance)


def _owed(case: Case, capital: np.ndarray, kind: str) -> dict[int, np.ndarray]:
    """Payer to (project, county, year) nominal fen of interest or principal, of those who owe any.

    Args:
        case: the case.
        capital: (fund, project, county, year) fen paid.
        kind: `interest` or `principal`.
    """
    bonds, years = case.rules.bonds, np.array(years_of(case))
    rate, term = bonds["interest_rate"].values, bonds["term_years"].values
    repaid, due = bonds["repaid_by"].values, dict[int, np.ndarray]()
    pays: np.ndarray = np.any(capital, axis=(1, 2, 3))
    borrowed = pays[:, None] & (repaid != 0)
    for payer in np.flatnonzero(borrowed.any(axis=0)).tolist():
        due[payer] = np.zeros_like(capital[0])
        for b, before in enumerate(years):
            age = years[b + 1 :] - before
            for f in np.flatnonzero(borrowed[:, payer]):
                each = rate[f] * (age <= term[f]) if kind == "interest" else 1.0 * (age == term[f])
                due[payer][..., b + 1 :] += each * repaid[f, payer] * capital[f, ..., b, None]
    return due


def _shown_years(case: Case, claims: Claims) -> slice:
    """The ledger may end with the scenario's last year, before the tail does."""
    last = int(claims.ledger["year"].max()) if len(claims.ledger) else case.decision_years[-1]
    return slice(0, max(last, case.decision_years[-1]) - case.decision_years[0] + 1)


def _funds(part: _Part) -> Iterator[Check]:
    rules = part.case.rules.fund_rules
    capital, recurrent = part.paid("capital", "nominal"), part.paid("recurrent", "nominal")

    def limit(name: str) -> np.ndarray:
        """(fund, project): a rule of the funds for these projects."""
        return np.asarray(rules[name].transpose("fund", "project").values[:, part.projects])

    share, running = (limit(name)[..., None, None] for name in ("max_share", "max_recurrent_share"))
    yield check("capital share of each fund, fen", capital - share * capital.sum(axis=0), FEN * YUAN)
    yield check("recurrent share of each fund, fen", recurrent - running * recurrent.sum(axis=0), FEN * YUAN)
    cap = limit("grant_cap")[..., None]
    units = part.started.sum(axis=2)[None]
    limited = np.broadcast_to(np.isfinite(cap), capital.shape[:3])
    over = capital.sum(axis=3) - np.where(np.isfinite(cap), cap, 0.0) * units * FEN
    yield check("grant caps, fen", over[limited], FEN * YUAN)
    local = part.case.rules.funds["local"].values
    least = rules["matching_share"].values[part.projects, None] * capital.sum(axis=(0, 3))
    yield check("local match, fen", least - capital[local].sum(axis=(0, 3)), FEN * YUAN)


def paid_fen(booked: Entries, kinds: Sequence[str] = tuple(FLOWS)) -> np.ndarray:
    """(fund, year): nominal fen of some kinds together, of all unless it is said."""
    return np.asarray(sum(booked.by_fund(kind) for kind in kinds))


def _envelopes(case: Case, booked: Entries) -> Iterator[Check]:
    n = len(case.decision_years)
    until = paid_fen(booked)[:, :n]
    yearly = case.rules.envelopes.values * FEN
    keeps = case.rules.funds["carry_over"].values
    for f, fund in enumerate(case.rules.funds["fund"].values):
        have = 0.0
        left = []
        for y in range(n):
            have = (have if keeps[f] and np.isfinite(have) else 0.0) + yearly[f, y] - until[f, y]
            left.append(-have if np.isfinite(yearly[f, y]) else 0.0)
        yield check(f"envelope of {fund} each year, fen", np.array(left), 0.0)
    total = case.rules.envelope_totals.values * FEN
    laid_out = paid_fen(booked, ("capital",))[:, :n].sum(axis=0)
    yield check("capital of all funds each year, fen", _above(laid_out, case.rules.outlay.values * FEN), 0.0)
    at_most = np.array([case.rules.outlay_total * FEN])
    yield check("capital of all funds in total, fen", _above(laid_out.sum(keepdims=True), at_most), 0.0)
    limited = np.isfinite(total)
    yield check("envelopes in total, fen", (until.sum(axis=1) - np.where(limited, total, 0))[limited], 0.0)


def _above(spent: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """What is spent beyond a limit; nothing where there is none."""
    return np.asarray((spent - np.where(np.isfinite(limit), limit, 0.0))[np.isfinite(limit)])


def _figures(case: Case, claims: Claims, booked: Entries) -> Iterator[Check]:
    n = len(case.decision_years)
    local = case.rules.funds["local"].values
    want = {
        "capital_outlay_yuan": booked.by_fund("capital")[:, :n].sum() / FEN,
        "present_cost_yuan": arithmetic.present_cost(case, claims.started),
        "local_burden_yuan": paid_fen(booked)[local, :n].sum() / FEN,
    }
    for name, figure in want.items():
        off = abs(figure - claims.figures[name]) if name in claims.figures else np.nan
        yield check(f"figure {name}", off, max(0.005, 1e-9 * abs(float(figure))))
    if "local_burden" in claims.levels:
        value, bound = (figure * MONEY for figure in claims.levels["local_burden"])
        extra = float(want["local_burden_yuan"]) - value
        added = np.abs(claims.started - claims.solved).sum(axis=1)
        dust = 2e-6 * max(abs(value), MONEY) + YUAN * len(claims.ledger) / FEN
        yield check(
            "local burden is its level and what rounding adds", abs(extra) - _burden(case, added), dust
        )
        saved = np.maximum(claims.solved - claims.started, 0.0).sum(axis=1)
        shown = float(want["local_burden_yuan"]) + _burden(case, saved)
        yield check("bound of local_burden", bound - shown, dust)


def _burden(case: Case, added: np.ndarray) -> float:
    """Most that extra units (project, start_year) can add to the local burden, nominal yuan.

    All of their capital may come from the fund that costs city and county most to the target year: a
    bond they repay costs the principal and its interest.
    """
    local, years = case.rules.funds["local"].values.astype(float), case.decision_years
    capital, running = arithmetic.money_of_starts(case, years)
    total = 0.0
    service = arithmetic.service_of_years(case, years).sum(axis=3)
    for y, year in enumerate(years):
        most = float((local + service[..., y] @ local).max())
        for s in range(len(years)):
            money = float(added[:, s] @ (capital[:, s, y] * most + running[:, s, y]))
            total += money * arithmetic.index(case, year)
    return total
