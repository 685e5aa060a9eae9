"""The funds against each other: money nobody may use, and shares that cannot all hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sim.errors import Problem
from sim.evidence.tables import Row, Table

Tables = Mapping[str, Table]
FLAGS = {"max_share": "pays_capital", "max_recurrent_share": "pays_recurrent"}
WHAT = {"max_share": "capital", "max_recurrent_share": "running cost"}
TINY = 1e-9
"Shares of a whole are decimal fractions: their sum is 1 within this."


def fund_problems(tables: Tables) -> Iterator[Problem]:
    """Yield the funds that may pay for nothing, and the shares of a fund that its flags take back.

    A fund that only repays bonds is none of them.
    """
    repays = set(tables["funds/funds"].column("repaid_by"))
    flags = {row["fund"]: row for row in tables["funds/funds"]}
    given = {name: _by_fund(tables, name) for name in FLAGS}
    for name, flag in FLAGS.items():
        for fund, rows in given[name].items():
            if fund in flags and flags[fund][flag] == "no":
                said = f"{name} of {fund} is {rows[0]['value']}, but {flag} is no"
                yield Problem(rows[0].where("value"), said, f"{flag}: yes in {flags[fund].where(flag)}, or 0")
    for fund, row in flags.items():
        open_to = [name for name, flag in FLAGS.items() if row[flag] == "yes" and fund in given[name]]
        if not open_to and fund not in repays:
            closed = all(row[flag] == "no" for flag in FLAGS.values())
            why = "pays_capital and pays_recurrent are no" if closed else "no share above 0 is open to it"
            allowed = f"a share of a group in {tables['funds/rules'].file} that its flags allow"
            yield Problem(row.where("fund"), f"nobody may use the fund {fund!r}: {why}", allowed)


def _by_fund(tables: Tables, name: str) -> dict[str, list[Row]]:
    """Rows of a share that are above 0, by fund."""
    found: dict[str, list[Row]] = {}
    for row in tables["funds/rules"].where(parameter=name):
        if row.number("value") > 0:
            found.setdefault(row["fund"], []).append(row)
    return found


def share_problems(tables: Tables, projects: Sequence[str]) -> Iterator[Problem]:
    """Yield the groups of these project types whose shares cannot all hold: such a type could never start.

    Args:
        tables: the tables by rule name.
        projects: the types a scenario may start.
    """
    for name in FLAGS:
        need = {"max_share": _built, "max_recurrent_share": _run}[name]
        asking = [row for row in tables["projects/types"] if row["project"] in projects and need(tables, row)]
        for group in dict.fromkeys(row["group"] for row in asking):
            first = next(row for row in asking if row["group"] == group)
            yield from _too_small(tables, name, group, first)
    groups = {row["group"] for row in tables["projects/types"] if row["project"] in projects}
    local = {row["fund"] for row in tables["funds/funds"] if row["local"] == "yes"}
    for row in tables["funds/rules"].where(parameter="matching_share"):
        most = sum(
            r.number("value") for r in _shares(tables, "max_share", row["group"]) if r["fund"] in local
        )
        if row["group"] in groups and row.number("value") > most + TINY:
            found = f"matching_share of {row['group']} is {row['value']}: local funds must pay that much"
            yield Problem(row.where("value"), found, f"at most {most:g}, what max_share lets them pay")


def _too_small(tables: Tables, name: str, group: str, first: Row) -> Iterator[Problem]:
    rows = _shares(tables, name, group)
    total = sum(row.number("value") for row in rows)
    if total < 1 - TINY:
        place = rows[-1].where("value") if rows else first.where("group")
        shares = " + ".join(f"{row['fund']} {row['value']}" for row in rows) or "none"
        found = f"{name} of {group} sums to {total:g} ({shares}): {first['project']} could never be paid"
        allowed = f"at least 1 over the funds that pay {WHAT[name]}, in {tables['funds/rules'].file}"
        yield Problem(place, found, allowed)


def _shares(tables: Tables, name: str, group: str) -> list[Row]:
    """Rows of a share of a group that the flag of their fund leaves open."""
    may = {row["fund"] for row in tables["funds/funds"] if row[FLAGS[name]] == "yes"}
    return [row for row in tables["funds/rules"].where(parameter=name, group=group) if row["fund"] in may]


def _built(tables: Tables, kind: Row) -> bool:
    """Whether a type costs capital."""
    own = (_figure(tables, kind, name) for name in ("capital_cost", "unit_cost"))
    return bool(kind["cost_sample"]) or max(own) > 0


def _run(tables: Tables, kind: Row) -> bool:
    """Whether public money runs a type."""
    return _figure(tables, kind, "recurrent_cost") > 0 and _figure(tables, kind, "fiscal_share") > 0


def _figure(tables: Tables, kind: Row, name: str) -> float:
    rows = tables["projects/values"].where(project=kind["project"], parameter=name)
    return max((row.number("value") for row in rows), default=0.0)
