"""Transfers of staff between the counties of the city, by the target year."""

from __future__ import annotations

import numpy as np

from sim.arrays import Array, every, floor, of, space
from sim.case import Case
from sim.program.blocks import Block, Term, columns, rows

IN, OUT = "moved_in", "moved_out"


def transfers(case: Case) -> Block:
    r"""Heads that move between counties; those of the city stay what they were.

    .. math:: \sum_c in_{kc} = \sum_c out_{kc},\quad 0 \le out_{kc} \le \sigma\, heads_{kc},\quad
              in, out \in \mathbb{Z},\qquad
              out_{kc} + \sum_{s \subset k} out_{sc} \le \sigma\, heads_{kc}

    A member of a subset who moves is one of its parent too, and counts among those of it who leave.
    """
    rules = case.rules
    like = space(cadre=rules.cadres, county=rules.counties)
    heads = of(case.in_place).pick("resource", rules.cadres).rename(resource="cadre")
    most = floor(heads * case.transfer_share + 1e-9)
    may = case.transfer_share > 0
    leave = columns(OUT, like, "persons", upper=most, whole=True, present=may)
    come = columns(IN, like, "persons", upper=most.sum("county"), whole=True, present=may)
    balance = rows("transfers", space(cadre=rules.cadres), lower=0.0, upper=0.0, present=may)
    parents = [k for k in rules.cadres if k in rules.parents.values()]
    of_parents = space(cadre=parents, county=rules.counties)
    leavers = rows("leavers", of_parents, upper=most.pick("cadre", parents), present=may)
    of_parent = effect(case).pick("resource", parents).rename(resource="cadre")
    terms = (
        Term("transfers", IN, every(county=rules.counties)),
        Term("transfers", OUT, -every(county=rules.counties)),
        Term("leavers", OUT, of_parent, {"cadre": "mover"}),
    )
    return Block(columns=(leave, come), rows=(balance, leavers), terms=terms)


def effect(case: Case) -> Array:
    """(mover, resource): heads of a resource that come with one who moves."""
    rules = case.rules
    array = space(mover=rules.cadres, resource=rules.resources)
    array.values[:] = np.array(
        [[float(r in (k, rules.parents.get(k))) for r in rules.resources] for k in rules.cadres]
    )
    return array


def moved_terms(row: str, coefficient: Array) -> tuple[Term, ...]:
    """Terms of movers in a row: what one who comes adds, and one who leaves takes away."""
    rename = {"cadre": "mover"}
    return (Term(row, IN, coefficient, rename), Term(row, OUT, -coefficient, rename))


def transfers_objective(case: Case) -> dict[str, Array]:
    r"""Objective of the last level: nobody moves without need, :math:`\sum_{kc} out_{kc}`."""
    return {OUT: every(cadre=case.rules.cadres)}
