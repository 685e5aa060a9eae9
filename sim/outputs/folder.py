"""The run folder: written to a temporary folder beside it and moved into place when complete."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
import yaml

from sim.outputs.manifest import manifest, run_id
from sim.outputs.tables import tables
from sim.pipeline import RunResult
from sim.processes import alive

MANIFEST, TIMINGS, SCENARIO = "manifest.json", "timings.json", "scenario.yaml"
INPUTS = "inputs"
_OUTSIDE_HASHES = (MANIFEST, TIMINGS)


def finished(out: Path, result_id: str) -> Path | None:
    """Return the complete run folder of that id if it is there and no clock stopped it."""
    folder = out / result_id
    try:
        known = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = all((folder / name).is_file() for name in known.get("files", {}))
    return folder if whole and known.get("reproducible") else None


def write_run(result: RunResult, out: Path, lang: str, timings: Mapping[str, float]) -> Path:
    """Write every output of a run and return its folder.

    Args:
        result: the run.
        out: folder that holds run folders.
        lang: `zh` or `en`.
        timings: seconds by stage; kept outside every hash.

    Raises:
        OSError: the disk is full or the folder may not be written; nothing is left behind.
    """
    out.mkdir(parents=True, exist_ok=True)
    folder = out / run_id(result.loaded, result.book.digests, lang)
    with beside(folder) as temporary:
        _write_all(result, temporary, lang)
        _json(temporary / TIMINGS, {name: round(value, 3) for name, value in timings.items()})
    return folder


def holds_better(out: Path, result: RunResult, lang: str) -> bool:
    """Return whether the run folder holds a plan better, level by level, than this one stopped early."""
    folder = out / run_id(result.loaded, result.book.digests, lang)
    try:
        rows = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["levels"]
        known = [float(row["value"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    for old, level in zip(known, result.solution.levels, strict=False):
        if abs(old - level.value) > 1e-9 * max(abs(old), 1.0):
            return old < level.value
    return False


@contextmanager
def beside(folder: Path) -> Iterator[Path]:
    """Yield a fresh folder beside `folder`; move it into place on success, remove it on any fault."""
    clear_after_killed(folder)
    temporary = folder.parent / f".{folder.name}.{os.getpid()}.part"
    temporary.mkdir()
    try:
        yield temporary
        replaced = folder.parent / f".{folder.name}.{os.getpid()}.old.part"
        if folder.exists():
            folder.rename(replaced)
        temporary.rename(folder)
        shutil.rmtree(replaced, ignore_errors=True)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def clear_after_killed(folder: Path) -> None:
    """Remove what killed runs left, give back the folder one was replacing, leave live runs alone."""
    for stale in sorted(folder.parent.glob(f".{folder.name}.*.part")):
        process = stale.name.removeprefix(f".{folder.name}.").split(".")[0]
        if process.isdigit() and alive(int(process)):
            continue
        if stale.name.endswith(".old.part") and not folder.exists():
            stale.rename(folder)
        else:
            shutil.rmtree(stale, ignore_errors=True)


def _write_all(result: RunResult, folder: Path, lang: str) -> None:
    from sim.outputs.report import render_report
    from sim.outputs.workbook import write_workbook

    frames = tables(result)
    record = manifest(result, frames, lang)
    _write_scenario(result, folder)
    (folder / "tables").mkdir()
    for name, frame in frames.items():
        frame.to_csv(folder / "tables" / f"{name}.csv", index=False, lineterminator="\n")
    write_datasets(result, folder / "results.nc")
    write_workbook(folder / "plan.xlsx", frames, record, result, lang)
    (folder / "report.html").write_text(render_report(result, frames, record, lang), encoding="utf-8")
    record["files"] = file_hashes(folder)
    _json(folder / MANIFEST, record)


def _write_scenario(result: RunResult, folder: Path) -> None:
    """The resolved scenario, and every table it used, so that the folder can be checked by itself."""
    resolved = yaml.safe_load(result.loaded.text) | {"tables": INPUTS}
    text = yaml.safe_dump(resolved, allow_unicode=True, sort_keys=False)
    (folder / SCENARIO).write_text(text, encoding="utf-8")
    for name, data in sorted(result.book.contents.items()):
        path = folder / INPUTS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_datasets(result: RunResult, path: Path) -> None:
    """Write the labelled arrays to netCDF, one group a stage."""
    stages, plan = result.stages, result.solution.plan
    groups = {
        "population": stages.population,
        "workforce": stages.workforce,
        "needs": stages.needs,
        "gaps_without": stages.gaps,
        "gaps_with": result.gaps,
        "delivery": stages.delivery,
        "costs": stages.costs,
        "plan": xr.Dataset({"solved": plan.solved, "started": plan.started}),
    }
    for n, (name, data) in enumerate(groups.items()):
        plain = data.assign_coords({k: _plain(v) for k, v in data.coords.items()})
        plain = plain.assign({str(k): _plain(v) for k, v in plain.data_vars.items()})
        plain.to_netcdf(path, mode="a" if n else "w", group=name, engine="h5netcdf")


def _plain(array: xr.DataArray) -> xr.DataArray:
    """Text as plain objects and flags as numbers, which netCDF can hold."""
    kind = array.dtype.kind
    if kind in "OUT":
        return array.astype(object)
    return array.astype("int8") if kind == "b" else array


def file_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a run folder but the manifest and the timings."""
    paths = sorted(p for p in folder.rglob("*") if p.is_file())
    names = {p.relative_to(folder).as_posix(): p for p in paths}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if name not in _OUTSIDE_HASHES
    }


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a table of a run folder, codes as text."""
    codes = dict.fromkeys(("county", "no", "seed_line", "baseline_text", "target_text"), str)
    return pd.read_csv(folder / "tables" / f"{name}.csv", dtype=codes, keep_default_na=True)


def _json(path: Path, data: Mapping[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")
