"""A compiled program in HiGHS: one thread, one seed, one set of tolerances."""

from __future__ import annotations

import highspy
import numpy as np

from sim.program.matrix import Matrix

ABSOLUTE_GAP = 1e-6
SEED = 0
OPTIMAL = "optimal"


def load_model(matrix: Matrix, whole: bool = True) -> highspy.Highs:
    """Return a program in HiGHS without an objective, its whole numbers as such or relaxed."""
    model = highspy.Highs()
    for name, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": SEED,
        "mip_abs_gap": ABSOLUTE_GAP,
        "primal_feasibility_tolerance": 1e-9,
        "mip_feasibility_tolerance": 1e-9,
    }.items():
        model.setOptionValue(name, value)
    n_rows, n_columns = matrix.entries.shape
    bounds = [finite(a) for a in (matrix.lower, matrix.upper, matrix.row_lower, matrix.row_upper)]
    status = model.passModel(
        n_columns,
        n_rows,
        matrix.entries.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        np.zeros(n_columns),
        *bounds,
        matrix.entries.indptr.astype(np.int32),
        matrix.entries.indices.astype(np.int32),
        matrix.entries.data,
        (matrix.whole & whole).astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise ValueError("HiGHS refused the matrix")
    return model


def finite(bounds: np.ndarray) -> np.ndarray:
    """Return bounds as HiGHS has them: infinite from its own infinity on."""
    return np.asarray(np.clip(bounds, -highspy.kHighsInf, highspy.kHighsInf))


def scale_of(cost: np.ndarray) -> float:
    """Return a power of two that brings the smallest coefficient of an objective to 1 or more.

    HiGHS takes a reduced cost below 1e-7 for none: a share of a need of 50,000 units is hardly more.
    """
    used = np.abs(cost[cost != 0])
    return float(2.0 ** max(np.ceil(-np.log2(used.min())), 0.0)) if len(used) else 1.0


def status_of(model: highspy.Highs) -> str:
    """Return the status of a model in lower case, words joined by underscores."""
    text: str = model.modelStatusToString(model.getModelStatus())
    return text.lower().replace(" ", "_")
