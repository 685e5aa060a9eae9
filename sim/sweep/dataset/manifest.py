"""The manifest of a dataset: what it is, and the digests of all that it was made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.sweep.dataset.layout import FORMAT, MANIFEST, SWEEP

SWEEP_TEXT = "sweep"
"Name of the digest of the sweep file in an identity."


def digest(data: str | bytes) -> str:
    """Return the SHA-256 of text or bytes."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def identity_digest(identity: Mapping[str, str]) -> str:
    """Return the digest of an identity: of all names and digests in it."""
    return digest(json.dumps(dict(sorted(identity.items())), ensure_ascii=False))


def as_text(record: Mapping[str, Any]) -> str:
    """Return a record as the text of its file."""
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a dataset.

    Raises:
        InputError: there is none, it cannot be read, or it does not agree with itself or with the sweep file.
    """
    path = folder / MANIFEST
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        known = record["format"], record["id"], record["identity"], int(record["chunk"]), int(record["draws"])
    except FileNotFoundError:
        raise InputError([Problem(str(folder), f"no {MANIFEST}", "the folder of a sweep")]) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError([Problem(str(path), "cannot be read", "as a sweep wrote it")]) from None
    if known[0] != FORMAT:
        raise InputError([Problem(str(path), f"format {known[0]}", f"format {FORMAT}")])
    if not isinstance(known[2], dict) or identity_digest(known[2]) != known[1] or known[3] < 1:
        raise InputError([Problem(str(path), "was changed: its id is not that of its inputs", "unchanged")])
    _check_sweep(folder, known[2])
    return dict(record)


def _check_sweep(folder: Path, identity: Mapping[str, str]) -> None:
    path = folder / SWEEP
    try:
        same = digest(path.read_bytes()) == identity.get(SWEEP_TEXT)
    except OSError:
        same = False
    if not same:
        raise InputError([Problem(str(path), "is missing or was changed", "as a sweep wrote it")])


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    """Name what differs between two manifests: inputs, of the sweep its keys too; else any other key."""
    inputs = _named(ours.get("identity"), theirs.get("identity"))
    keys = [name for name in _named(ours, theirs) if name not in ("id", "identity")]
    of_sweep = f"{SWEEP_TEXT} ({', '.join(keys)})" if keys else SWEEP_TEXT
    named = [of_sweep if name == SWEEP_TEXT else name for name in inputs]
    return ", ".join(named or keys or ["id"])


def _named(ours: Any, theirs: Any) -> list[str]:
    if not isinstance(ours, Mapping) or not isinstance(theirs, Mapping):
        return ["identity"]
    return [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
