"""A plan: the projects started, who pays for them, and what was proven of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xarray as xr

from sim.labelled import ceil, choose, floor, maximum

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


def without_dust(solved: xr.DataArray, whole: xr.DataArray) -> xr.DataArray:
    """Return units without the parts of heads that are the solver's dust; buildings are made whole.

    Args:
        solved: (project, county, start_year) units.
        whole: (project) True where the program already decided in whole numbers.
    """
    down = floor(solved)
    heads = choose(solved - down < HEAD_DUST, down, solved).clip(min=0.0)
    return choose(whole, solved.round(), heads).transpose(*solved.dims)


def round_heads_up(solved: xr.DataArray, outputs: xr.DataArray, plain: Mapping[str, str]) -> xr.DataArray:
    """Return whole heads: those of every cadre, county and start year are no fewer than were solved.

    Each type is rounded up by less than one; the plain type of a cadre takes less where the others that
    bring the same cadre already bring more than was solved, and may then be rounded down, by less than one.

    Args:
        solved: (project, county, start_year) units without dust.
        outputs: (project, resource) units put out by one.
        plain: cadre to its plain type, of `plain_types`.
    """
    started = ceil(solved)
    for cadre, project in plain.items():
        each = outputs.sel(resource=cadre, drop=True)
        one = float(each.sel(project=project))
        extra = ((started - solved) * each.where(each["project"] != project, 0.0)).sum("project")
        own = solved.sel(project=project, drop=True)
        less = ceil(own - extra / one - HEAD_DUST).clip(min=0.0)
        started.loc[{"project": project}] = maximum(less, ceil(own) - 1.0)
    return started.transpose(*solved.dims)


def plain_types(projects: xr.Dataset, outputs: xr.DataArray, cadres: Sequence[str]) -> dict[str, str]:
    """Return, by cadre, the first type of heads in parts that brings that cadre and nothing else."""
    heads = (projects["kind"] == "heads").values & ~projects["whole"].values
    single = (outputs > 0).sum("resource").values == 1
    found: dict[str, str] = {}
    for cadre in cadres:
        brings = outputs.sel(resource=cadre).transpose("project").values > 0
        names = outputs["project"].values[heads & single & brings]
        if len(names):
            found[cadre] = str(names[0])
    return found


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
