"""A sweep screened from the command line: bounds of all its futures, and how far they are off."""

from __future__ import annotations

from pathlib import Path

import click

from sim.sweep.engine.job import Job
from sim.sweep.screening.bounding import write_bounds
from sim.sweep.screening.screen import Errors, Screen


def screen(job: Job, out: Path, pool: int, check: int) -> None:
    """Bound every future of a sweep, keep the bounds, and say how far they are off where it was solved too.

    Args:
        job: the sweep.
        out: folder of folders.
        pool: futures solved for their prices.
        check: further futures solved to tell how far bounds are off.
    """
    found = Screen(job.recipe, job.design, pool)  # type: ignore[arg-type]
    name = found.levels[1].name
    click.echo(f"level: {name} ({found.levels[1].units}); the rules before it are left out of the bound")
    click.echo(f"prices: {len(found.pool.prices)} of {min(pool, job.design.n)} futures solved for them")
    path, quantiles = write_bounds(found, job, out)
    said = ", ".join(f"{share:.0%} {value:.6g}" for share, value in quantiles.items())
    click.echo(f"bounds: {job.design.n} futures; {said}")
    if job.design.n > pool:
        _say_errors(found.errors(check))
    click.echo(f"written: {path}")


def _say_errors(errors: Errors) -> None:
    click.echo(
        f"in {errors.futures} futures solved as well: value {errors.value:.6g}, "
        f"bounds lower by {errors.mean:.2g} on average and {errors.largest:.2g} at most, "
        f"above it by {max(errors.above, 0.0):.2g} at most"
    )
    click.echo(
        f"CPU a future: {errors.solving * 1e3:.3f} ms to solve, {errors.bounding * 1e3:.4f} ms to bound "
        f"({errors.solving / errors.bounding:.0f} times), {errors.stating * 1e3:.3f} ms to state, for both"
    )
