"""Reading what happened: published figures by place, year and indicator, in the layouts they come in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.evidence.tables import Table
from sim.names import CITY, QUALITIES

NEEDED = ("year", "indicator", "value", "unit")
PLACES = ("adcode", "county", "name", "region")
SCALES = {
    "万人": 1e4,
    "万": 1e4,
    "persons": 1.0,
    "人": 1.0,
    "beds": 1.0,
    "张": 1.0,
    "万张": 1e4,
    "places": 1.0,
}
SCALES |= {"个": 1.0, "institutions": 1.0, "units": 1.0, "count": 1.0, "hospitals": 1.0, "projects": 1.0}
SCALES |= {"births": 1.0, "deaths": 1.0, "例": 1.0, "千人": 1e3, "万例": 1e4, "unit": 1.0, "名": 1.0}
EVENTS = ("births", "deaths")
"Units that count one indicator alone."
OF_COUNTS = ("per ", "%", "‰", "children per", "beds per", "share", "ratio", "births", "deaths", "males per")
RATES = (*OF_COUNTS, "persons in", "years", "元", "万元", "亿元", "yuan")
"Beginnings of units that are no count: such figures are kept and left out of the comparison."
_NUMBER = re.compile(r"[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?")
COLUMNS = ("level", "county", "indicator", "year", "actual", "quality", "source", "where")
_YEAR = re.compile(r"(\d{4})(-\d{2}-\d{2})?")


def read_actuals(path: Path, counties: Table, city: str) -> pd.DataFrame:
    """Return the published figures of one city and its counties.

    Args:
        path: a CSV file with `year, indicator, value, unit` and one of `adcode, county, name, region`
            (the layouts of population, vital rates and health resources); other places are left out.
        counties: table of counties.
        city: six-digit code of the city.

    Returns:
        `level` (city or county), `county` (code, `city` for the whole, the words of the file for a place
        of the city that is no county of the table), `indicator` (with its age group or its unit where
        it is not a count of all ages), `year`, `actual` in persons, heads, beds or births, `quality`,
        `source`, `where`, and `no_count`, whether the unit is none; a census day counts as its year-end.

    Raises:
        InputError: every cell that cannot be read, with file:line:column.
    """
    header, lines = _read(path)
    problems = list(_header_problems(header, str(path)))
    problems += [
        Problem(f"{path}:{number}:1", f"{len(cells)} fields", f"{len(header)} fields, as the first line")
        for number, cells in lines
        if len(cells) != len(header)
    ]
    if problems:
        raise InputError(problems)
    places = _places(counties, city)
    rows, faults = list[dict[str, object]](), list[Problem]()
    for number, cells in lines:
        row = dict(zip(header, cells, strict=True))
        county = _county(row, places)
        if county is not None:
            found = _row(row, county, f"{path}:{number}", header)
            if isinstance(found, Problem):
                faults.append(found)
            else:
                rows.append(found)
    if faults:
        raise InputError(faults)
    return pd.DataFrame(rows, columns=[*COLUMNS, "no_count"])


def one_a_year(actuals: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one figure of each series and year, and those that stand beside it.

    The better quality is kept (`sim.names.QUALITIES`, with any ending, as official_yearbook), the first of
    equal quality. A series is an indicator of one place.

    Args:
        actuals: of `read_actuals`.
    """
    rank = actuals["quality"].map(_rank)
    order = actuals.assign(rank=rank).sort_values("rank", kind="stable").index
    again = actuals.loc[order].duplicated(["county", "indicator", "year"]).reindex(actuals.index)
    return actuals[~again], actuals[again]


def _rank(quality: str) -> int:
    known = [n for n, name in enumerate(QUALITIES) if str(quality).startswith(name)]
    return known[0] if known else len(QUALITIES)


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if not path.is_file():
        raise InputError([Problem(str(path), "there is no such file", "a CSV file")])
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            reader = csv.reader(io.StringIO(raw.decode(encoding)))
            header = [name.strip() for name in next(reader, [])]
            return header, [(reader.line_num, cells) for cells in reader if any(cells)]
        except UnicodeDecodeError:
            continue
    raise InputError([Problem(f"{path}:1:1", "the text is neither UTF-8 nor GBK", "a CSV file")])


def _header_problems(header: list[str], label: str) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in header:
            yield Problem(
                f"{label}:1:1", f"column {name!r} is missing", ", ".join(NEEDED), nearest(name, header)
            )
    for n, name in enumerate(header, 1):
        if name and name in header[: n - 1]:
            yield Problem(f"{label}:1:{n}", f"column {name!r} stands twice", "each column once")
    if not any(name in header for name in PLACES):
        yield Problem(f"{label}:1:1", "no column says where", ", ".join(PLACES))


def _places(counties: Table, city: str) -> Mapping[str, str]:
    own = counties.where(city=city)
    names = {row["county"]: row["county"] for row in own} | {row["county_name"]: row["county"] for row in own}
    whole = next(iter(own))
    return names | {city: CITY, whole["city_name"]: CITY}


def _county(row: Mapping[str, str], places: Mapping[str, str]) -> str | None:
    """The county a row speaks of: by its code, else by its name, else by its region; None if elsewhere.

    A place of the city that is no county of the table keeps its own words.
    """
    region = row.get("region", "")
    if row.get("adcode"):
        place = row["adcode"]
    elif "county" in row:
        if region and region not in places:
            return None
        place = row["county"] or region
    else:
        place = row.get("name") or region
    return places.get(place) or (place if places.get(region) == CITY else None)


def _row(row: Mapping[str, str], county: str, where: str, header: list[str]) -> dict[str, object] | Problem:
    year = _YEAR.fullmatch(row["year"].strip())
    if year is None:
        return Problem(f"{where}:{header.index('year') + 1}", f"year is {row['year']!r}", "a year")
    unit, text = row["unit"].strip(), row["value"].strip()
    rate = unit not in SCALES
    if unit in EVENTS and not row["indicator"].strip().startswith(unit):
        found = f"unit of {row['indicator'].strip()} is {unit!r}"
        return Problem(f"{where}:{header.index('unit') + 1}", found, "the unit of its indicator")
    if not _NUMBER.fullmatch(text):
        allowed = "a number; commas stand between thousands, as 6,437,500"
        return Problem(f"{where}:{header.index('value') + 1}", f"value is {row['value']!r}", allowed)
    value = float(text.replace(",", ""))
    if value < 0 and not rate:
        return Problem(f"{where}:{header.index('value') + 1}", f"value is {row['value']!r}", "0 or more")
    if rate and not unit.startswith(RATES):
        place = f"{where}:{header.index('unit') + 1}"
        return Problem(place, f"unit is {unit!r}", ", ".join(SCALES), nearest(unit, SCALES))
    age = row.get("age_group", "")
    indicator = row["indicator"].strip() + (f", {age}" if age not in ("", "total") else "")
    return {
        "level": CITY if county == CITY else "county",
        "county": county,
        "indicator": f"{indicator} ({unit})" if rate else indicator,
        "year": int(year.group(1)),
        "actual": value * SCALES.get(unit, 1.0),
        "quality": row.get("quality", ""),
        "source": row.get("source_title", ""),
        "where": where,
        "no_count": rate,
    }
