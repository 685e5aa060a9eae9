"""Every shipped scenario, cases of less money apart, runs to a certified plan and a readable manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sim.evidence.figures import Figure
from sim.outputs.folder import write_run
from sim.pipeline import RunResult, run
from tests.shipped import PLAIN


def _sampled(result: RunResult) -> list[Figure]:
    used = result.stages.figures.used.values()
    return [figure for figure in used if figure.parameter == "unit_cost"]


@pytest.mark.parametrize("name", [name for name in PLAIN if name != "nanchang"])
def test_it_runs_and_says_how_many_targets_entered(name: str, tmp_path: Path) -> None:
    result = run(name)
    assert result.certificate.ok
    assert not np.isnan(result.stages.causes.values).any()
    spans = [re.search(r"of (\d{4})-(\d{4})", f.locator) for f in _sampled(result)]
    assert all(span is not None and span[1] <= span[2] for span in spans)
    folder = write_run(result, tmp_path, "en", {})
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    counts = record["targets"]
    assert counts["in_program"] > 0
    rows = counts["printed_in_program"] + counts["out_of_program"] + counts["other_readings"]
    assert rows == record["rows"]["indicators"]
    assert sum(counts["why_not"].values()) == counts["out_of_program"]
    bare = record["without_assumed"]
    assert bare["certificate"]
    assert bare["targets"]["in_program"] <= counts["in_program"]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Assumed baselines" in page
    assert "nan" not in page.split("<script>")[0].replace("Nanchang", "").lower().split()


@pytest.mark.parametrize("name", ["yancheng", "nanchang-2030"])
def test_without_its_assumptions_it_still_says_what_it_can(name: str, tmp_path: Path) -> None:
    result = run(name, ("assumed_baselines=[]",))
    folder = write_run(result, tmp_path, "zh", {})
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert record["without_assumed"] is None
    assert record["certificate"]["ok"]
    if name == "nanchang-2030":
        assert record["targets"]["in_program"] == 0
        assert record["targets"]["why_not"]["unknown_baseline"] == 2
