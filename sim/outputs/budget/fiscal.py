"""What a budget says of the counties' means and of the programmes paid for each person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from sim.budget.answering import Answered
from sim.ledger import FEN
from sim.outputs.texts import Texts, plain

BURDEN_HEADS = ("county", "burden_year", "burden", "capacity", "burden_share", "basis")
PROGRAMME_HEADS = ("programme", "year", "persons", "standard", "total", "central", "local_part")
CITY_ONLY = ("persons", "total_fen", "central_fen", "local_fen")


def heaviest(table: pd.DataFrame, plan: str) -> pd.DataFrame:
    """Return the heaviest year of each county, the most burdened county first; empty where none is known."""
    part = table[(table["plan"] == plan) & table["share"].notna() & (table["county_fen"] > 0)]
    ranked = part.sort_values(["share", "county", "year"], ascending=[False, True, True], kind="stable")
    return pd.DataFrame(ranked.drop_duplicates("county"))


def burden_lines(tables: Mapping[str, pd.DataFrame], plan: str, words: Texts) -> Iterator[str]:
    """Yield which county bears most for its means under a plan, and what its means rest on."""
    worst = heaviest(tables["recurrent_share"], plan)
    if worst.empty:
        return
    row = worst.to_dict("records")[0]
    yield words.say(
        "budget.burden",
        plan=words[f"budget.plan.{plan}"],
        county=words.code("county", row["county"]),
        year=row["year"],
        money=words.money(row["county_fen"] / FEN),
        capacity=words.money(row["capacity_yuan"]),
        share=_part(row["share"]),
        basis=basis({str(k): v for k, v in row.items()}, words),
    )


def _part(share: float) -> str:
    return f"{plain(share * 100, 3)}%"


def basis(row: Mapping[str, object], words: Texts) -> str:
    """Return what the means of a county rest on, and the quality of the figure."""
    quality = words.code("quality", row["quality"])
    return words.say(f"budget.basis.{row['basis']}", year=row["figure_year"], quality=quality)


def burden_rows(tables: Mapping[str, pd.DataFrame], plan: str, words: Texts) -> list[list[str]]:
    """Return the heaviest year of each county as cells."""
    return [
        [
            words.code("county", row["county"]),
            str(row["year"]),
            words.money(row["county_fen"] / FEN),
            words.money(row["capacity_yuan"]),
            _part(row["share"]),
            basis({str(k): v for k, v in row.items()}, words),
        ]
        for row in heaviest(tables["recurrent_share"], plan).to_dict("records")
    ]


def _by_year(found: Answered, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each programme and its sums over the counties by year."""
    table = tables["per_capita"]
    for programme in found.fiscal.programmes:
        part = table[table["programme"] == programme.name]
        if len(part):
            by_year = part.groupby("year")
            sums = by_year[list(CITY_ONLY)].sum().assign(standard=by_year["standard_yuan"].first())
            yield programme.name, sums.reset_index()


def programme_name(found: Answered, name: str, words: Texts) -> str:
    """Return what a programme is called in the language."""
    return next(str(getattr(p, words.lang)) for p in found.fiscal.programmes if p.name == name)


def programme_lines(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> Iterator[str]:
    """Yield what each programme costs in its first year and to the end, and who pays."""
    for name, sums in _by_year(found, tables):
        first = {str(k): v for k, v in sums.iloc[0].to_dict().items()}
        yield words.say(
            "budget.programme",
            name=programme_name(found, name, words),
            year=int(first["year"]),
            persons=words.people(first["persons"]),
            standard=f"{first['standard']:.2f}",
            total=words.money(first["total_fen"] / FEN),
            central=words.money(first["central_fen"] / FEN),
            local=words.money(first["local_fen"] / FEN),
            last=int(sums["year"].iloc[-1]),
            sum=words.money(int(sums["total_fen"].sum()) / FEN),
        )


def programme_rows(found: Answered, tables: Mapping[str, pd.DataFrame], words: Texts) -> list[list[str]]:
    """Return each programme and year of the whole city as cells."""
    return [
        [
            programme_name(found, name, words),
            str(int(row["year"])),
            words.people(row["persons"]),
            f"{row['standard']:.2f}",
            *(words.money(row[f"{part}_fen"] / FEN) for part in ("total", "central", "local")),
        ]
        for name, sums in _by_year(found, tables)
        for row in sums.to_dict("records")
    ]
