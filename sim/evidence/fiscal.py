"""What the fiscal side needs of its tables: every figure of a programme, some county's means for the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sim.errors import Problem
from sim.evidence.tables import Table
from sim.scenario.schema import Scenario

Tables = Mapping[str, Table]
_EVERY = ("standard", "national_base", "central_share")
_INSURED = ("participation", "employee_share")


def programme_problems(tables: Tables) -> Iterator[Problem]:
    """Yield what a programme paid for each person lacks, and where its rows contradict each other."""
    table = tables["plans/per_capita"]
    for name in dict.fromkeys(table.column("programme")):
        rows = {row["parameter"]: row for row in table.where(programme=name)}
        first = next(iter(rows.values()))
        insured = first["counted_by"] == "insured"
        for parameter in _EVERY + (_INSURED if insured else ()):
            if parameter not in rows:
                found = f"{name} has no {parameter}"
                yield Problem(first.where("parameter"), found, f"a row {parameter}")
        for row in rows.values():
            for column in ("counted_by", "name_zh", "name_en"):
                if row[column] != first[column]:
                    found = f"{column} of {name} is {row[column]!r}"
                    yield Problem(row.where(column), found, f"{first[column]!r}, as in line {first.line}")
        standard = rows.get("standard")
        if standard is not None and not standard["year"]:
            yield Problem(standard.where("year"), f"the standard of {name} has no year", "a year")
        base = rows.get("national_base")
        if standard is not None and base is not None and base["year"] != standard["year"]:
            found = f"the national base of {name} is of {base['year'] or 'no year'}"
            yield Problem(base.where("year"), found, f"{standard['year']}, that of its standard")


def means_problems(tables: Tables, scenario: Scenario) -> Iterator[Problem]:
    """Yield the fault of a cap on running cost where nothing tells what any county can spend."""
    if scenario.allocation.max_recurrent_share is None:
        return
    until, counties = scenario.time.information_until, set(tables["counties"].column("county"))
    table = tables["funds/fiscal_capacity"]
    if not any(int(row["year"]) <= until and row["county"] in counties for row in table):
        found = f"{table.file} has no figure of a county up to {until}"
        yield Problem(
            "allocation.max_recurrent_share", found, "a printed budget of one county, or no such cap"
        )
