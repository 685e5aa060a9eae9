"""gapwise: from a health plan to people, gaps, least-cost projects and money, with proof.

`sim.run("nanchang")` returns everything a run computes, in memory; no file is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.pipeline import RunResult, run

__version__ = "0.1.0"
__all__ = ["RunResult", "__version__", "run"]


def __getattr__(name: str) -> Any:
    """Load the pipeline when it is first asked for, so that `import sim` stays quick."""
    if name in ("run", "RunResult"):
        from sim import pipeline

        return getattr(pipeline, name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
