"""What does the command ``custinsights`` understand, and what does it do?"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from custinsights.cli import options
from custinsights.errors import CustInsightsError

__all__ = ["app", "custinsights", "report", "run"]

_BAD_INPUT = 1
_INTERRUPTED = 130
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
}
"""How the options of the library that messages speak of are written at a shell."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(arguments: Sequence[str]) -> int:
    """Run the command with these arguments and return its exit code; see `cli.main`."""
    try:
        app(args=list(arguments), prog_name="custinsights", standalone_mode=True)
    except SystemExit as leaving:
        return _flushed(leaving.code if isinstance(leaving.code, int) else 0)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return _flushed(0)


def _flushed(code: int) -> int:
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


def _show_version(*, wanted: bool) -> None:
    if wanted:
        try:
            found = version("custinsights")
        except PackageNotFoundError:
            found = "(not installed)"
        typer.echo(f"custinsights {found}")
        raise typer.Exit


@app.callback()
def custinsights(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _show_version(wanted=wanted),
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    """From a shop's order export to true numbers about its customers."""


_READING = "Reading the files"
_COUNTING = "What counts"
_SHOWING = "What is shown"


_EXAMPLES = """\b
Examples:
  custinsights report
  custinsights report orders_export_*.csv --timezone Europe/Paris
  custinsights report lines.csv --currency GBP --timezone Europe/London \\
      --columns order_id=Invoice,customer=Customer,placed_at=Date \\
      --columns product=Code,quantity=Qty,unit_price=Price
"""


@app.command(epilog=_EXAMPLES)
def report(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES",
            help="Order exports: CSV, .csv.gz or Parquet; the parts of a split export together. "
            "Without one: a year of real orders that come with custinsights.",
            show_default=False,
        ),
    ] = None,
    *,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="The layout of the files, such as shopify, generic or that of an installed "
            "plug-in; told from their headers unless given.",
            rich_help_panel=_READING,
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=HEADER,…",
            help="Which header holds which field: customer, placed_at, amount, order_id, "
            "currency, country …; for files of order lines also product, product_name, category, "
            "quantity, unit_price, line_discount. May be repeated.",
            rich_help_panel=_READING,
            show_default=False,
        ),
    ] = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option(
            metavar="THEIRS=OURS,…",
            help="What the words of the status column mean: paid, pending, failed, voided or "
            "cancelled. May be repeated.",
            rich_help_panel=_READING,
            show_default=False,
        ),
    ] = None,
    dayfirst: Annotated[
        bool | None,
        typer.Option(
            "--dayfirst/--monthfirst",
            help="Whether 03/04/2024 is in April or in March, where the file does not tell.",
            rich_help_panel=_READING,
            show_default=False,
        ),
    ] = None,
    decimal: Annotated[
        str | None,
        typer.Option(
            metavar="MARK",
            help="Whether a point or a comma stands before decimals, where the file does not tell: "
            "1.234 and 1,234 may be either.",
            callback=options.one_of(".", ","),
            rich_help_panel=_READING,
        ),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option(
            metavar="FIELD,…",
            help="What tells customers apart, tried in this order: "
            "customer_id,email,phone unless given.",
            rich_help_panel=_READING,
        ),
    ] = None,
    refunds: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="Which rows are refunds, such as invoice_prefix:C.",
            rich_help_panel=_READING,
        ),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(
            metavar="CODE",
            help="The currency of the files, or the one to keep where they hold several "
            "(ISO 4217, such as GBP).",
            rich_help_panel=_READING,
        ),
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Convert other currencies: a CSV file with the columns currency, date, rate.",
            rich_help_panel=_READING,
        ),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE",
            help="The shop's time zone, such as Europe/London: it decides on which day an order "
            "falls.",
            callback=options.timezone,
            rich_help_panel=_READING,
        ),
    ] = None,
    observed_until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The end of what the files cover, exclusive; the day after the last row unless "
            "given.",
            callback=options.instant,
            rich_help_panel=_READING,
        ),
    ] = None,
    errors: Annotated[
        str | None,
        typer.Option(
            metavar="raise|report",
            help="Rows that cannot be read: stop and list them (unless told otherwise), or leave "
            "them out and count them.",
            callback=options.one_of("raise", "report"),
            rich_help_panel=_READING,
        ),
    ] = None,
    count_pending: Annotated[
        bool,
        typer.Option(
            "--count-pending",
            help="Count pending orders too, as shops do that are paid on delivery.",
            rich_help_panel=_COUNTING,
        ),
    ] = False,
    zero_amount: Annotated[
        bool,
        typer.Option(
            "--zero-amount/--no-zero-amount",
            help="Whether orders of amount zero count; they do unless told otherwise.",
            show_default=False,
            rich_help_panel=_COUNTING,
        ),
    ] = True,
    refund_date: Annotated[
        str,
        typer.Option(
            metavar="order|refund",
            help="The day of a refund that names its order: the order's (unless told otherwise) "
            "or its own.",
            callback=options.one_of("order", "refund"),
            rich_help_panel=_COUNTING,
            show_default=False,
        ),
    ] = "order",
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Report as if it were this day's start; the end of what was observed unless "
            "given.",
            callback=options.instant,
            rich_help_panel=_SHOWING,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object instead: every section a list of records, money and "
            "shares as exact numbers.",
            rich_help_panel=_SHOWING,
        ),
    ] = False,
) -> None:
    """Print a report on a shop's customers.

    Who buys, who comes back, what are they worth? What was read and left out, an overview, new
    and returning customers by month, revenue by order number, RFM groups, tiers, top countries
    and products, and monthly retention.
    """
    from custinsights.cli.report import print_report

    reading: dict[str, Any] = {
        "format": file_format,
        "columns": options.columns(columns),
        "statuses": options.statuses(statuses),
        "dayfirst": dayfirst,
        "decimal": decimal,
        "identity": options.identity(identity),
        "refunds": refunds,
        "currency": currency,
        "timezone": timezone,
        "observed_until": observed_until,
        "errors": errors,
    }
    if rates is not None and currency is None:
        raise typer.BadParameter("--rates needs --currency: into which currency to convert")
    given = {name: value for name, value in reading.items() if value is not None}
    if not files and (unused := [*given, *(["rates"] if rates else [])]):
        names = ", ".join(f"--{name.replace('_', '-')}" for name in unused)
        raise typer.BadParameter(f"{names}: no FILE is given that could be read so")
    options.refuse_unusable(given)
    policy = options.policy(pending=count_pending, zero_amount=zero_amount, refund_date=refund_date)
    try:
        if rates is not None:
            given["rates"] = options.rates(rates)
        print_report(
            [str(file) for file in files or ()],
            {**given, "policy": policy},
            as_of=as_of,
            to_json=as_json,
        )
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
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


def _complain(error: Exception) -> None:
    typer.echo(f"custinsights: {error}", err=True)
    hints = [hint for option, hint in _HINTS.items() if f"{option}=" in str(error)]
    if hints:
        typer.echo(f"On the command line: {', '.join(hints)}", err=True)
