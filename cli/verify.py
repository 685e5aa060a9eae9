"""`sim verify RUN`: check a run folder without solving."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run_folder", metavar="RUN", type=click.Path(path_type=Path))
def verify(run_folder: Path) -> None:
    """Check hashes, certificate and ledger of the run folder RUN, without solving."""
    from sim.errors import CertificateError
    from sim.outputs.verify import verify_run

    certificate = verify_run(run_folder)
    for check in certificate.checks:
        word = "holds" if check.ok else "FAILS"
        click.echo(f"{word}  {check.name} ({check.rows} looked at, worst {check.worst:g})")
    if not certificate.ok:
        raise CertificateError(f"{len(certificate.failed)} checks fail: {', '.join(certificate.failed)}")
    click.echo(f"all {len(certificate.checks)} checks hold")
