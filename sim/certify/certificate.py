"""The certificate of a plan: every rule of the case checked on the claims of a run."""

from __future__ import annotations

from sim.case import Case
from sim.certify import money_checks, plan_checks, refutation
from sim.certify.claims import Certificate, Claims
from sim.certify.entries import entries


def certify(case: Case, claims: Claims) -> Certificate:
    """Check every rule of the case on the claims of a run.

    Args:
        case: rules, needs, standing capacity and costs from the scenario's tables.
        claims: the projects, the ledger and the values a run shows.
    """
    booked = entries(case, claims.ledger)
    return Certificate(
        (
            *plan_checks.checks(case, claims),
            *money_checks.checks(case, claims, booked),
            *refutation.checks(case, claims, booked),
        )
    )
