"""The shape of the code: imports run one way, the certificate stands alone, modules stay small."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"): path
    for folder in ("sim", "cli")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
LAYERS = (
    "sim.errors sim.names sim.shipped sim.contracts sim.labelled sim.arrays sim.amounts sim.rounding"
    " sim.processes",
    "sim.scenario",
    "sim.evidence",
    "sim.demography sim.indicators sim.planning_rules sim.monitoring sim.committed sim.stocks sim.workforce"
    " sim.needs sim.capacity sim.delivery sim.rules sim.retirement"
    " sim.staff_ages sim.staff_inputs sim.service_demand sim.fiscal sim.programmes",
    "sim.uncertainty",
    "sim.gaps sim.costs sim.plan sim.placement sim.case",
    "sim.ledger sim.stages sim.program sim.certify",
    "sim.settle",
    "sim.pipeline sim.explain",
    "sim.budget sim.sweep",
    "sim.outputs sim.consult sim.backtest",
    "sim.exchange",
    "cli",
)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found |= {stem} | {f"{stem}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name in MODULES}


def layer(module: str) -> int:
    for n, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names.split()):
            return n
    return -1


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"sim", "sim.__main__"}))
def test_imports_run_downwards(module: str) -> None:
    assert layer(module) >= 0, "a new module needs its place in LAYERS"
    above = {name for name in imports(MODULES[module]) if layer(name) > layer(module)}
    assert not above


def test_there_is_no_import_cycle() -> None:
    graph = {module: imports(path) - {module, "sim"} for module, path in MODULES.items()}
    graph = {module: {n for n in names if not module.startswith(f"{n}.")} for module, names in graph.items()}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for name in graph[module]:
                visit(name, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_the_certificate_knows_nothing_of_the_program() -> None:
    allowed = ("sim.certify", "sim.case", "sim.rules", "sim.errors")
    for module, path in MODULES.items():
        if module.startswith("sim.certify"):
            strangers = {n for n in imports(path) if not n.startswith(allowed)}
            assert not strangers, module


def test_modules_and_functions_stay_small() -> None:
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300, module
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno <= 70, f"{module}.{node.name}"


def test_no_stage_touches_files_clocks_or_chance() -> None:
    stages = [
        m for m in MODULES if layer(m) in (3, 5) or m.startswith(("sim.certify", "sim.ledger", "sim.stages"))
    ]
    forbidden = re.compile(
        r"\b(open\(|read_text|open_dataset|import time|monotonic|datetime|random|logging|Path\()"
    )
    for module in stages:
        assert not forbidden.search(MODULES[module].read_text(encoding="utf-8")), module


def test_nothing_shipped_names_a_machine_or_an_index() -> None:
    hosts = "|".join(["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.", "deb" + r"ian\.org"])
    bad = re.compile(rf"(^|[^A-Za-z0-9_.])/(work|farm|root)/|{hosts}")
    for pattern in (
        "sim/**/*",
        "cli/**/*",
        "params/**/*",
        "scenarios/*",
        "docs/**/*",
        "locks/*",
        "*.md",
        "*.toml",
        "Makefile",
    ):
        for path in ROOT.glob(pattern):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".png":
                assert not bad.search(path.read_text(encoding="utf-8")), path


def test_the_lock_holds_hashes_for_everything() -> None:
    for name in ("run.txt", "dev.txt"):
        text = (ROOT / "locks" / name).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][a-z0-9._-]*==", text, flags=re.MULTILINE)
        assert len(pins) >= 30
        assert text.count("--hash=sha256:") >= len(pins)
