"""Named works whose money is printed: what is committed comes first out of an envelope."""

from __future__ import annotations

import pandas as pd

from sim.budget.purse import Purse
from sim.committed import COMMITTED
from sim.evidence.book import Book
from sim.ledger import FEN
from sim.names import ALL

NAMES = ["work", "name", "name_en", "county", "status"]
COLUMNS = [*NAMES, "committed", "investment_fen", "funded_fen", "unfunded_fen"]


def committed_yuan(book: Book, purse: Purse) -> float:
    """Return the printed money of started and firm works, yuan.

    No plan prints which fund or which year it comes from, so it is charged to all funds together over the
    plan.
    """
    if purse.fund != ALL or purse.per_year:
        return 0.0
    rows = [row for row in book["plans/projects"] if row["investment"] and row["status"] in COMMITTED]
    return sum(row.number("investment") for row in rows)


def named_works(book: Book, purse: Purse, envelope: float) -> pd.DataFrame:
    """Return every named work whose investment is printed, whole fen, in plan order.

    Committed works are paid in that order as far as the envelope reaches; of works only planned nothing is
    paid, what they would take is in the projects of the program where a project type answers them.

    Args:
        book: the tables.
        purse: whose money is limited.
        envelope: yuan.
    """
    left = round(envelope * FEN) if purse.fund == ALL and not purse.per_year else 0
    rows = []
    for row in book["plans/projects"]:
        if not row["investment"]:
            continue
        fen = round(row.number("investment") * FEN)
        committed = row["status"] in COMMITTED
        paid = min(fen, left) if committed else 0
        left -= paid
        names = [row[name] for name in NAMES]
        rows.append((*names, "yes" if committed else "no", fen, paid, fen - paid if committed else 0))
    return pd.DataFrame(rows, columns=COLUMNS)
