"""Where an import goes: the scenario that names the layer, and the layer's folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from sim.errors import InputError, Problem
from sim.outputs.folder import clear_after_killed
from sim.scenario.nodes import read_yaml
from sim.scenario.reading import LoadedScenario, load_scenario
from sim.shipped import folder


@dataclass(frozen=True)
class Target:
    """The scenario an import writes for.

    Attributes:
        loaded: the scenario, with the layer as it is now.
        path: the YAML file that names the layer.
        tables: name of the layer's folder, beside that file.
        text: what the YAML file is to hold; None where it names the layer already.
    """

    loaded: LoadedScenario
    path: Path
    tables: str
    text: str | None

    @property
    def folder(self) -> Path:
        """The layer's folder."""
        return self.path.parent / self.tables


def find_target(into: str, here: Path, overwrite: bool) -> Target:
    """Return where an import into a scenario goes.

    A scenario that names a folder of tables is written to as it is. Of any other a copy that names one
    is written, under the name of the scenario: beside the file, or for a shipped scenario in `here`.

    Args:
        into: a YAML file, or the name of a shipped scenario.
        here: the current folder.
        overwrite: whether a different scenario of that name may be replaced.

    Raises:
        InputError: the scenario is not valid, or another file of its name stands in the way.
    """
    give_back(Path(into).resolve().parent if Path(into).is_file() else here)
    loaded = load_scenario(into)
    read = loaded.source.folder / Path(loaded.source.file).with_suffix(".yaml").name
    read = Path(into).resolve() if Path(into).is_file() else read
    if loaded.scenario.tables:
        return Target(loaded, read, loaded.scenario.tables, None)
    shipped = loaded.source.folder == folder("scenarios").resolve()
    home = here.resolve() if shipped else loaded.source.folder
    path, tables = home / f"{loaded.scenario.name}.yaml", f"{loaded.scenario.name}-data"
    if home == folder("scenarios").resolve():
        found = "shipped scenarios are not changed"
        raise InputError([Problem("--into", found, "run it in a folder of your own")])
    text: str | None = _naming(read, loaded, tables)
    if path.is_file():
        if path.read_bytes() == str(text).encode("utf-8"):
            text = None
        elif not overwrite:
            found = f"{path.name} stands there already and differs"
            raise InputError([Problem(str(path), found, f"--into {path.name}, or --yes to replace it")])
    return Target(_with_layer(loaded, home, tables), path, tables, text)


def give_back(home: Path) -> None:
    """Give back every folder that a killed import was replacing."""
    for stale in home.glob(".*.old.part"):
        name, _, process = stale.name.removeprefix(".").removesuffix(".old.part").rpartition(".")
        if process.isdigit():
            clear_after_killed(home / name)


def _naming(path: Path, loaded: LoadedScenario, tables: str) -> str:
    """The scenario's own words with one line more; its resolved form where that cannot be."""
    before = path.read_bytes().decode("utf-8-sig")
    text = f"{before.rstrip()}\n\ntables: {tables}\n"
    try:
        if read_yaml(text, path.name)[0] == read_yaml(before, path.name)[0] | {"tables": tables}:
            return text
    except InputError:
        pass
    resolved = yaml.safe_load(loaded.text) | {"tables": tables}
    return str(yaml.safe_dump(resolved, allow_unicode=True, sort_keys=False))


def _with_layer(loaded: LoadedScenario, home: Path, tables: str) -> LoadedScenario:
    """The scenario with the folder of an earlier import, if there is one."""
    if not (home / tables).is_dir():
        return loaded
    scenario = loaded.scenario.model_copy(update={"tables": tables})
    return replace(loaded, scenario=scenario, source=replace(loaded.source, folder=home))
