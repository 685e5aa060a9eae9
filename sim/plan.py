"""A plan: the projects started, who pays for them, and what was proven of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr

from sim.labelled import ceil, choose

HEAD_DUST = 1e-4
"Heads below this part of one are the solver's dust and are not rounded up."


@dataclass(frozen=True)
class Plan:
    """What the program decided.

    Attributes:
        solved: (project, county, start_year) units as solved; heads may be fractional.
        started: the same with heads rounded up: the plan that is shown.
        capital_paid: (fund, project, start_year, year) share of the capital each fund pays.
        recurrent_paid: (fund, project, start_year, year) share of the fiscal running cost it pays.
        moved: (cadre, county) heads that came from other counties, less those who left.
    """

    solved: xr.DataArray
    started: xr.DataArray
    capital_paid: xr.DataArray
    recurrent_paid: xr.DataArray
    moved: xr.DataArray


def round_heads_up(solved: xr.DataArray, whole: xr.DataArray) -> xr.DataArray:
    """Return whole heads: every fractional head is rounded up; buildings are whole already.

    Args:
        solved: (project, county, start_year) units.
        whole: (project) True where the program already decided in whole numbers.
    """
    heads = ceil(solved - HEAD_DUST).clip(min=0.0)
    return choose(whole, solved.round(), heads).transpose(*solved.dims)


def payment_shares(paid: xr.DataArray) -> xr.DataArray:
    """Return the share each fund pays of every (project, start_year, year); 0 where nothing is paid.

    Args:
        paid: (fund, project, start_year, year) money.
    """
    total = paid.sum("fund")
    return (paid / total.where(total > 0)).fillna(0.0)


def delivered(started: xr.DataArray, outputs: xr.DataArray, in_service: xr.DataArray) -> xr.DataArray:
    """Return the units a plan adds: (resource, county, year).

    Args:
        started: (project, county, start_year) units.
        outputs: (project, resource) units put out by one.
        in_service: (project, start_year, year) share in service at year-end.
    """
    serving = xr.dot(started, in_service, dim="start_year")
    added: xr.DataArray = xr.dot(serving, outputs, dim="project")
    return added.transpose("resource", "county", "year")


def with_movers(moved: xr.DataArray, parents: Mapping[str, str], resources: list[str]) -> xr.DataArray:
    """Return the heads that transfers add to each resource: (resource, county).

    Args:
        moved: (cadre, county) net heads that came.
        parents: parent of each subset; one who moves is one of the parent too.
        resources: resource codes.
    """
    whole = moved.rename(cadre="resource").reindex(resource=resources, fill_value=0.0)
    for inner, outer in parents.items():
        whole.loc[{"resource": outer}] += moved.sel(cadre=inner, drop=True)
    return whole
