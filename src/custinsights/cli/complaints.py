"""What does somebody at a shell read where a command cannot go on, and with which exit code?"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from custinsights.errors import CustInsightsError

__all__ = ["INTERRUPTED", "complaining", "flushed"]

_BAD_INPUT = 1
INTERRUPTED = 130
_NO_READER = 141

_HINTS = {
    "errors": "--errors report",
    "columns": "--columns field=Header,field=Header",
    "timezone": "--timezone Europe/London",
    "currency": "--currency CODE",
    "rates": "--rates FILE",
    "dayfirst": "--dayfirst or --monthfirst",
    "decimal": "--decimal . or --decimal ,",
    "statuses": "--statuses theirs=paid",
    "refunds": "--refunds invoice_prefix:C",
    "erased": "--key-file FILE",
}
"""How the options of the library that messages speak of are written at a shell."""


@contextmanager
def complaining() -> Iterator[None]:
    """Leave the command with a sentence and an exit code where the block fails.

    Yields
    ------
    None
        Nothing.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        _let_go_of_output()
        raise typer.Exit(_NO_READER) from None
    except CustInsightsError as error:
        _complain(error)
        raise typer.Exit(_BAD_INPUT) from None
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise typer.Exit(_NO_READER) from None
        _complain(error)
        raise typer.Exit(_BAD_INPUT) from None


def flushed(code: int) -> int:
    """The code, or another one when what was written found no reader."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_output()
        return _NO_READER
    return code


def _let_go_of_output() -> None:
    """Point the output nowhere, or Python complains once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(error: Exception) -> None:
    typer.echo(f"custinsights: {error}", err=True)
    hints = [hint for option, hint in _HINTS.items() if f"{option}=" in str(error)]
    if hints:
        typer.echo(f"On the command line: {', '.join(hints)}", err=True)
