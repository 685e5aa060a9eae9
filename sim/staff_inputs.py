"""Inputs of the workforce stage: rates, schedules, and ages and training places where they are given."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.evidence.figures import Figures, column_array
from sim.names import SEXES
from sim.retirement import Schedule
from sim.staff_ages import retiring

ALWAYS = ("retirement_rate", "attrition_rate", "graduate_entry_rate", "fte_per_head")
WITH_AGES = ("entry_age",)
WITH_PLACES = ("training_years", "completion", "local_retention")


def staff_inputs(figures: Figures, base: xr.DataArray, years: list[int]) -> xr.Dataset:
    """Return what the no-action stock is computed from.

    Args:
        figures: the evidence.
        base: (cadre, county) heads at the end of the first of `years`.
        years: consecutive years.

    Returns:
        `retirement_rate`, `attrition_rate` (cadre), per year; `fte_per_head`, `entry_age` (cadre);
        `graduates (cadre, county, year)`, persons retained a year; where the ages of a cadre are given
        `structure (cadre, sex, age)`, shares, and `leaving (cadre, sex, age, year)`; the first is NaN
        for cadres without ages.
    """
    cadres = [str(c) for c in base["cadre"].values]
    aged = _cadres_of(figures, "plans/staff_ages")
    names = (*ALWAYS, *(WITH_AGES if aged else ()))
    rates = {n: figures.array("workforce/rates", n, ("cadre",), {"cadre": cadres}) for n in names}
    data = xr.Dataset(rates)
    data["graduates"] = _graduates(figures, base, data["graduate_entry_rate"], years[1:])
    ages = np.arange(15, 81)
    data["structure"] = _structure(figures, cadres, ages)
    data["leaving"] = retiring(ages, years[1:], _schedules(figures), cadres)
    return data


def _cadres_of(figures: Figures, table: str) -> list[str]:
    return list(dict.fromkeys(figures.book[table].column("cadre")))


def _structure(figures: Figures, cadres: list[str], ages: np.ndarray) -> xr.DataArray:
    labels = [str(age) for age in ages]
    coords = {"cadre": cadres, "sex": list(SEXES), "age": labels}
    rows = figures.book["plans/staff_ages"]
    heads = column_array(rows, "heads", ("cadre", "sex", "age"), coords, "persons").assign_coords(age=ages)
    known = heads.notnull().any(("sex", "age"))
    shares = heads.fillna(0.0) / heads.sum(("sex", "age"))
    if len(rows.rows):
        figures.tabled("plans/staff_ages", "heads", "persons")
    return shares.where(known)


def _schedules(figures: Figures) -> dict[tuple[str, str], Schedule]:
    posts = {
        row["post"]: Schedule(
            int(row["old_age"]), int(row["new_age"]), int(row["step"]), int(row["first_year"])
        )
        for row in figures.book["workforce/schedules"]
    }
    found = {}
    for row in figures.book["workforce/cadres"]:
        found[row["cadre"], "female"] = posts[row["female_post"]]
        found[row["cadre"], "male"] = posts["male"]
    return found


def _graduates(figures: Figures, base: xr.DataArray, rate: xr.DataArray, years: list[int]) -> xr.DataArray:
    """(cadre, county, year): from training places that end in a year, else a share of the base stock."""
    by_rate = (base * rate).expand_dims(year=years).transpose("cadre", "county", "year").copy()
    rows = figures.book["plans/training_places"].rows
    if not rows:
        return by_rate
    cadres = [str(c) for c in base["cadre"].values]
    figures.tabled("plans/training_places", "places", "persons")
    terms = {n: figures.array("workforce/rates", n, ("cadre",), {"cadre": cadres}) for n in WITH_PLACES}
    kept = terms["completion"] * terms["local_retention"]
    share = base / base.sum("county")
    for row in rows:
        cadre = row["cadre"]
        year = int(row["year"]) + int(terms["training_years"].sel(cadre=cadre))
        if cadre in cadres and year in years:
            place = {"cadre": cadre, "year": year}
            number = row.number("places") * float(kept.sel(cadre=cadre))
            by_rate.loc[place] = (share.sel(cadre=cadre) * number).fillna(0.0)
    return by_rate
