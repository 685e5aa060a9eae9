"""Tables for some counties of a city: what holds in each county stays, what is of the whole city goes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from sim.evidence.book import Book
from sim.evidence.tables import Row, Table

RATIO = "ratio_to_population"
WHOLE = "printed for the whole city, not apportioned to these counties"
WHOLE_ZH = "按常住人口占全市比例分摊"
Rows = list[dict[str, str]]


def subset_tables(book: Book, plan: str, city: str, counties: Sequence[str]) -> dict[str, str]:
    """Return CSV text by path below a folder of tables for some counties of a city.

    Ratios to residents, rules and targets for every county keep their words. A count or a share of
    facilities that the plan prints for the whole city is monitored only. Net migration is apportioned by
    residents. Named projects outside the counties or not located in one of them are left out.

    Args:
        book: the tables of the plan's shipped scenario.
        plan: name of the new plan folder.
        city: code of the new planning unit.
        counties: codes of the chosen counties.
    """
    chosen = [row for row in book["counties"] if row["county"] in counties]
    old = chosen[0]["city"]
    names = {
        "city": city,
        "city_name": f"{chosen[0]['city_name']}({'、'.join(row['county_name'] for row in chosen)})",
        "city_name_en": f"{chosen[0]['city_name_en']} ({', '.join(row['county_name_en'] for row in chosen)})",
    }
    people = sum(row.number("population") for row in chosen)
    share = people / sum(row.number("population") for row in book["counties"].where(city=old))
    lives = book["population/life_expectancy"]
    tables: dict[str, tuple[Table, Rows]] = {
        "counties": (book["counties"], [_with(r, names if r in chosen else {}) for r in book["counties"]]),
        "population/life_expectancy": (lives, [*_cells(lives), *_cells(lives.where(city=old), city=city)]),
        f"plans/{plan}/scalars": (book["plans/scalars"], _scalars(book, share)),
        f"plans/{plan}/indicators": (
            book["plans/indicators"],
            [_indicator(r) for r in book["plans/indicators"]],
        ),
    }
    for name, rows in _kept(book, set(counties)).items():
        if rows:
            tables[f"plans/{plan}/{name}"] = (book[f"plans/{name}"], rows)
    return {f"{path}.csv": _csv(table, rows) for path, (table, rows) in tables.items()}


def _kept(book: Book, counties: set[str]) -> Mapping[str, Rows]:
    """Rows of the plan's other tables that still hold."""
    assumed = book["plans/assumed_baselines"]
    return {
        "county_baselines": _cells(r for r in book["plans/county_baselines"] if r["county"] in counties),
        "assumed_baselines": _cells(row for row in assumed if row["per"]),
        "projects": _cells(row for row in book["plans/projects"] if row["county"] in counties),
        "rules": _cells(book["plans/rules"]),
        "tasks": _cells(book["plans/tasks"]),
        "conflicts": _cells(book["plans/conflicts"]),
        "observations": _cells(book["plans/observations"]),
        "sites": _cells(row for row in book["plans/sites"] if row["county"] in counties),
    }


def _cells(rows: Iterable[Row], **changes: str) -> Rows:
    return [_with(row, changes) for row in rows]


def _with(row: Row, changes: Mapping[str, str]) -> dict[str, str]:
    return {**row.cells, **changes}


def _indicator(row: Row) -> dict[str, str]:
    """A count of the whole city is monitored; what is asked per resident or of every county stays."""
    stays = row["measure"] == RATIO or row["scope"] == "every_county" or row["response"] != "construct"
    if stays:
        return dict(row.cells)
    return _with(row, {"response": "monitor", "note": "; ".join(filter(None, (row["note"], WHOLE)))})


def _scalars(book: Book, share: float) -> Rows:
    """Net migration by residents; counts of facilities are left out, as nobody knows those of a part."""
    row = next(iter(book["plans/scalars"].where(name="net_migration_per_year")))
    moved = {name: f"{row.number(name) * share:.0f}" for name in ("value", "low", "high") if row[name]}
    reason = f"{share:.1%} of the city's, by residents. {row['reason']}"
    said = {
        "quality": "assumption",
        "reason": reason,
        "reason_zh": f"{WHOLE_ZH}({share:.1%})。{row['reason_zh']}",
    }
    return [_with(row, moved | said)]


def _csv(table: Table, rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, table.rows[0].columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
