from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.placement import placed_by
from sim.rules import Rules

PROJECTS, RESOURCES, COUNTIES = ["ward", "point", "vehicle"], ["beds", "points", "vehicles"], ["a", "b"]
COORDS = {"project": PROJECTS, "requires": PROJECTS, "resource": RESOURCES, "county": COUNTIES}
COORDS |= {"cadre": ["nurses"], "fund": ["county"], "start_year": [2021], "year": [2021]}


def _array(values: object, *dims: str) -> xr.DataArray:
    return xr.DataArray(np.asarray(values, float), dims=dims, coords={d: COORDS[d] for d in dims})


def _rules(sites: list[float]) -> Rules:
    """A ward of 100 beds; a point that asks for a vehicle; room for wards only as `sites` say."""
    every = np.full((3, 2), np.inf)
    every[0] = sites
    return Rules(
        counties=COUNTIES,
        resources=[*RESOURCES, "nurses"],
        staffed=[],
        cadres=["nurses"],
        parents={},
        projects=xr.Dataset(coords={"project": PROJECTS}),
        months=xr.Dataset(),
        outputs=_staffed(_array(np.diag([100, 1, 1]), "project", "resource")),
        heads_per_unit=_staffed(_array(np.full((3, 1), np.nan), "resource", "cadre")),
        prerequisites=_array([[0, 0, 0], [0, 0, 1], [0, 0, 0]], "project", "requires"),
        phases=_array(np.zeros((3, 3)), "project", "requires"),
        choices=xr.DataArray(
            np.zeros((0, 3), dtype=bool),
            dims=("choice", "project"),
            coords={"choice": [], "project": PROJECTS},
        ),
        sites=_array(every, "project", "county"),
        starts_per_year=_array([np.inf] * 3, "project"),
        funds=xr.Dataset(),
        bonds=xr.Dataset(),
        fund_rules=xr.Dataset(),
        envelopes=_array([[np.inf]], "fund", "year"),
        envelope_totals=_array([np.inf], "fund"),
        outlay=_array([np.inf], "year"),
        outlay_total=np.inf,
    )


def _staffed(array: xr.DataArray) -> xr.DataArray:
    """Add the row or column of a cadre that nothing needs."""
    heads = xr.full_like(array.isel(resource=[0]), np.nan if "cadre" in array.dims else 0.0)
    return xr.concat([array, heads.assign_coords(resource=["nurses"])], dim="resource")


def _placed(
    started: list[list[float]],
    beds: tuple[float, float],
    need: tuple[float, float],
    scope: str = "city",
    floor: tuple[float, float] = (0.0, 0.0),
    sites: tuple[float, float] = (5, 5),
) -> dict[tuple[str, str], str]:
    units = _array(started, "project", "county")
    standing = _staffed(_array([beds, started[1], started[2]], "resource", "county"))
    of_beds = standing.sel(resource=["beds"])
    words = placed_by(
        started=units.expand_dims(start_year=[2021]),
        in_place=standing,
        need=of_beds.copy(data=[need]),
        scope={"beds": scope},
        floor=of_beds.copy(data=[floor]),
        rules=_rules(list(sites)),
    )
    return {(p, c): str(words.sel(project=p, county=c).item()) for p in PROJECTS for c in COUNTIES}


ONE_WARD_IN_A = [[1, 0], [0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("case", "word"),
    [
        ({"beds": (200, 100), "need": (150, 150)}, "tie_break"),
        ({"beds": (200, 100), "need": (150, 150), "sites": (5, 0)}, "target"),
        ({"beds": (200, 100), "need": (100, 100)}, "tie_break"),
        ({"beds": (200, 100), "need": (200, 100), "scope": "every_county"}, "target"),
        ({"beds": (200, 100), "need": (100, 100), "scope": "every_county"}, "tie_break"),
        ({"beds": (200, 100), "need": (150, 150), "floor": (150, 0)}, "rule"),
        ({"beds": (200, 100), "need": (150, 150), "floor": (100, 0)}, "tie_break"),
    ],
    ids=[
        "needed by the city, could stand in b",
        "needed by the city, no site in b",
        "needed by nobody",
        "needed by its county",
        "not needed by its county",
        "its county would fall below the floor",
        "its county would stay on the floor",
    ],
)
def test_a_ward_is_placed_by_what_its_loss_would_break(case, word):
    assert _placed(ONE_WARD_IN_A, **case)["ward", "a"] == word


def test_a_vehicle_that_a_point_asks_for_is_placed_by_the_rule():
    words = _placed([[0, 0], [1, 0], [1, 1]], beds=(100, 100), need=(100, 100))
    assert words["vehicle", "a"] == "rule"
    assert words["vehicle", "b"] == "tie_break"
    assert words["point", "a"] == "tie_break"
