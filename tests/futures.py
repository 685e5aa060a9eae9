"""Datasets of futures made by hand: the folder a sweep leaves behind, without a sweep."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.stats import qmc

from sim.sweep.dataset.layout import DRAWS, FORMAT, MANIFEST, PART, Outcome


def factor(name, low=0.0, high=1.0, zh=None, en=None, unit="1", quality="assumption", source="by hand"):
    return {
        "name": name,
        "path": f"future.{name}",
        "title": {"zh": zh or name, "en": en or name},
        "unit": unit,
        "distribution": {"kind": "uniform", "low": low, "high": high},
        "whole": False,
        "source": source,
        "quality": quality,
        "low": low,
        "high": high,
    }


def write_futures(folder, factors, values, outcomes, columns, design=None, failed=(), **more):
    """Write a dataset: `values` (draw, factor), `columns` outcome to values (draw)."""
    n, chunk = len(values), more.pop("chunk", 250)
    manifest = {
        "format": FORMAT,
        "id": "by-hand-00000000",
        "name": "by-hand",
        "title": {"zh": "手工推演", "en": "Futures by hand"},
        "scenario": "shangyou",
        "mode": "reoptimise",
        "draws": n,
        "chunk": chunk,
        "design": {"method": "latin_hypercube", "draws": n, "second_order": False, "seed": 1}
        | (design or {}),
        "factors": factors,
        "outcomes": [asdict(outcome) for outcome in outcomes],
        "identity": {},
    } | more
    (folder / DRAWS).mkdir(parents=True)
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    bad = np.isin(np.arange(n), list(failed))
    table = {
        "draw": pa.array(np.arange(n), pa.int64()),
        "status": ["failed" if b else "ok" for b in bad],
        "reason": [f"no plan within {n}.5 s" if b else "" for n, b in enumerate(bad)],
        **{f["name"]: values[:, k] for k, f in enumerate(factors)},
        **{name: pa.array(np.where(bad, np.nan, column), mask=bad) for name, column in columns.items()},
    }
    whole = pa.table(table)
    for k in range(-(-n // chunk)):
        path = folder / DRAWS / PART.format(k)
        pq.write_table(whole.slice(k * chunk, chunk), path, compression="zstd")
    return folder


def saltelli(names, base, second=False, seed=7):
    """Unit cube rows in Saltelli's order: A, AB_1.., (BA_1..), B for every base sample."""
    k = len(names)
    both = qmc.Sobol(2 * k, seed=seed).random(base)
    a, b = both[:, :k], both[:, k:]
    rows = []
    for one, other in zip(a, b, strict=True):
        rows.append(one)
        rows += [np.where(np.arange(k) == j, other, one) for j in range(k)]
        if second:
            rows += [np.where(np.arange(k) == j, one, other) for j in range(k)]
        rows.append(other)
    return np.array(rows)


def ishigami_futures(folder, base=1024, second=False, failed=(), **more):
    names = ("x1", "x2", "x3")
    factors = [factor(name, -np.pi, np.pi) for name in names]
    x = -np.pi + 2 * np.pi * saltelli(names, base, second)
    y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    outcome = Outcome("y", "model", "value", "1", "石上函数", "Ishigami")
    still = Outcome("still", "model", "value", "1", "不变", "Still")
    design = {"method": "sobol", "draws": None, "base_samples": base, "second_order": second}
    columns = {"y": y, "still": np.full(len(y), 3.0)}
    return write_futures(
        folder, factors, x, [outcome, still], columns, design, failed, mode="fixed", chunk=1000, **more
    )


COUNTIES = {"360102": ("东湖区", "Donghu"), "360103": ("西湖区", "Xihu"), "city": ("全市", "whole city")}
RESOURCES = {
    "beds": ("床位", "beds"),
    "nurses": ("注册护士", "nurses"),
    "gps": ("全科医生", "GPs"),
}
PROJECTS = {"county_hospital_new": ("新建县级医院", "New county hospital"), "training": ("培训", "Training")}


def plan_futures(folder, n=600, mode="reoptimise", seed=3, failed=(5, 6), **more):
    """A plan that misses its beds when many move in and births hold, nurses never, GPs nearly always."""
    factors = [
        factor("migration", 0, 50_000, "净迁移", "Net migration", "persons/year", "estimate"),
        factor("fertility", 0.6, 1.6, "总和生育率", "Total fertility rate", "births/woman"),
        factor(
            "inflation", 0.0, 0.04, "建设成本年涨幅（不含征地拆迁与前期工作费）", "Growth of building cost"
        ),
        factor("still", 1, 2, "不变的因素", "Factor that stands still"),
    ]
    u = qmc.LatinHypercube(len(factors), seed=seed).random(n)
    low, high = (np.array([f[end] for f in factors]) for end in ("low", "high"))
    x = low + u * (high - low)
    x[:, 3] = 1.5
    fails = (u[:, 0] > 0.6) & (u[:, 1] > 0.3)
    beds = np.where(fails, 1 - 0.3 * u[:, 0] * u[:, 1], 1.0)
    coverage = {"beds": beds, "nurses": np.ones(n), "gps": np.where(u[:, 2] < 0.05, 1.0, 0.8)}
    outcomes, columns = [], {}

    def add(values, of, kind, what, unit, zh, en, **labels):
        column = f"{of}_{kind}_{what}"
        outcomes.append(Outcome(column, of, kind, unit, zh, en, **labels))
        columns[column] = values

    for of in ("plan", "best") if mode == "reoptimise" else ("plan",):
        easier = 0.5 if of == "best" else 1.0
        short = easier * (1 - beds)
        add(np.zeros(n), of, "level", "rules", "relative slack", "规则", "Rules", level="rules")
        zh, en = "第1级指标缺口", "Shortfall of level 1"
        add(short, of, "level", "targets_1", "weighted relative shortfall", zh, en, level="targets_1")
        cost = 900 + 300 * u[:, 2] - (50 * u[:, 0] if of == "best" else 0)
        add(
            cost,
            of,
            "level",
            "present_cost",
            "million yuan",
            "现值成本",
            "Present cost",
            level="present_cost",
        )
        add(cost * 0.7, of, "money", "capital_outlay", "million yuan", "基本建设支出", "Capital outlay")
        for resource, (zh, en) in RESOURCES.items():
            cover = 1 - easier * (1 - coverage[resource])
            label = {"resource": resource}
            add(5000 * (1 - cover), of, "short", resource, "units", f"{zh}缺口", f"Short of {en}", **label)
            for place, county in enumerate(COUNTIES):
                own = np.minimum(cover + 0.1 * place * (county != "city"), 1.0)
                what, title = f"coverage_{resource}_{county}".removeprefix("coverage_"), f"{zh}覆盖率"
                add(own, of, "coverage", what, "share", title, f"Cover of {en}", county=county, **label)
        for project, (zh, en) in PROJECTS.items():
            for place, county in enumerate(COUNTIES):
                units = 2.0 * u[:, 0] if project == "training" else 3 + u[:, 1]
                units = units if county == "city" else units * (0.3 + 0.4 * place)
                units = np.full(n, 2.0) if of == "plan" else units
                what = project if county == "city" else f"{project}_{county}"
                add(units, of, "units", what, "units", zh, en, project=project, county=county)
    return write_futures(folder, factors, x, outcomes, columns, failed=failed, mode=mode, **more)
