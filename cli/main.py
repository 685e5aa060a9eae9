"""The `sim` command and its exit codes."""

from __future__ import annotations

import sys

import click

import sim
from sim.errors import CertificateError, InputError, NoCertifiedPlanError, SweepStoppedError

from .alternatives import alternatives
from .backtest import backtest
from .budget import budget
from .explain import explain
from .export import export
from .import_ import import_
from .new import new
from .params import params
from .plan import plan
from .run import run
from .schema import schema
from .sweep import sweep
from .template import template
from .validate import validate
from .verify import verify

INVALID_INPUT, NO_PLAN, STOPPED_EARLY, NOT_CERTIFIED, DISK = 2, 4, 5, 6, 7


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sim.__version__, prog_name="sim")
def commands() -> None:
    """From a health plan to people, gaps, least-cost projects and money, with proof.

    Exit codes: 0 done; 1 our bug; 2 invalid input or usage; 3 a target is missed (--strict);
    4 no certified plan; 5 stopped early, with a certified plan or the finished parts of a sweep;
    6 certificate or ledger failed; 7 disk or permission.
    """


for command in (
    run,
    validate,
    verify,
    template,
    import_,
    params,
    plan,
    schema,
    new,
    backtest,
    explain,
    export,
    alternatives,
    budget,
    sweep,
):
    commands.add_command(command)


def main() -> None:
    """Run a command; faults of the user or of the machine end without a traceback, bugs with one."""
    try:
        sys.exit(commands(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        _end("stopped", 130)
    except InputError as error:
        _end(str(error), INVALID_INPUT)
    except NoCertifiedPlanError as error:
        _end(f"no certified plan: {error}", NO_PLAN)
    except SweepStoppedError as error:
        _end(str(error), STOPPED_EARLY)
    except CertificateError as error:
        _end(str(error), NOT_CERTIFIED)
    except OSError as error:
        _end(f"disk or permission: {error}", DISK)


def _end(message: str, code: int) -> None:
    click.echo(message, err=True)
    sys.exit(code)
