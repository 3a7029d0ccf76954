"""Which options does every command share that asks a history?

They are the parameters of `reading` and `asked`; `of_a_history` gives them to a command.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from custinsights.cli import options
from custinsights.cli.asked import Asked
from custinsights.cli.complaints import complaining
from custinsights.cli.sealed import VaultFile

__all__ = ["SHOWING", "Reading", "asked", "of_a_history", "of_files", "reading"]

_READING = "Reading the files"
_BESIDE = "Beside the orders"
_COUNTING = "What counts"
SHOWING = "What is shown"


@attrs.frozen
class Reading:
    """Which files are read, and how: the options that were given, by their names in the library."""

    files: tuple[str, ...]
    given: Mapping[str, Any]

    def of_orders(self) -> dict[str, Any]:
        """Return the arguments of `read_orders`; refuse those that no file could be read with."""
        given = dict(self.given)
        path = given.pop("rates", None)
        options.refuse_unusable(given)
        return given if path is None else {**given, "rates": options.rates(path)}

    def refuse_others(self, names: Collection[str], why: str) -> None:
        """Refuse every option that was given but some."""
        others = [name for name in self.given if name not in names]
        if others:
            told = ", ".join(f"--{name.replace('_', '-')}" for name in others)
            raise typer.BadParameter(f"{told}: {why}")


def reading(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILES",
            help="Order exports: CSV, .csv.gz or Parquet; the parts of a split export together. "
            "Or the one database of a shop, a file of SQLite or a URL. Without one: a year of real "
            "orders that come with custinsights.",
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
) -> Reading:
    """Return which files a command reads, and how, by the options that were given."""
    if rates is not None and currency is None:
        raise typer.BadParameter("--rates needs --currency: into which currency to convert")
    told = {
        "format": file_format,
        "columns": options.columns(columns),
        "statuses": options.statuses(statuses),
        "dayfirst": dayfirst,
        "decimal": decimal,
        "identity": options.identity(identity),
        "refunds": refunds,
        "currency": currency,
        "rates": rates,
        "timezone": timezone,
        "observed_until": observed_until,
        "errors": errors,
    }
    return Reading(
        tuple(files or ()), {name: value for name, value in told.items() if value is not None}
    )


def asked(
    read: Reading,
    *,
    customers: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A table of customers, with those who never ordered. May be repeated.",
            rich_help_panel=_BESIDE,
            show_default=False,
        ),
    ] = None,
    products: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A table of products: titles, categories, prices, stock. May be repeated.",
            rich_help_panel=_BESIDE,
            show_default=False,
        ),
    ] = None,
    activities: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="A table of what people did beside ordering: visits, letters, bids. May be "
            "repeated.",
            rich_help_panel=_BESIDE,
            show_default=False,
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
            help="Ask as if it were this day's start; the end of what was observed unless given.",
            callback=options.instant,
            rich_help_panel=SHOWING,
        ),
    ] = None,
    vault_file: VaultFile = None,
) -> Asked:
    """Return what a command asks, by the options that were given."""
    told = {"customers": customers, "products": products, "activities": activities}
    beside = {name: tuple(map(str, files)) for name, files in told.items() if files}
    names = ", ".join(f"--{name}" for name in beside)
    if not read.files:
        read.refuse_others((), "no FILE is given that could be read so")
        if beside:
            raise typer.BadParameter(f"{names}: no FILE of orders is given that they belong to")
    elif any(map(options.is_database, read.files)):
        if len(read.files) > 1:
            fault = "a database is asked by itself; import the other files into it"
            raise typer.BadParameter(fault, param_hint="FILES")
        if beside:
            fault = f"{names}: a database is asked by itself; custinsights import brings them in"
            raise typer.BadParameter(fault)
        read.refuse_others(("currency", "timezone", "observed_until"), "a database is not read so")
    given = read.of_orders()
    policy = options.policy(pending=count_pending, zero_amount=zero_amount, refund_date=refund_date)
    return Asked(read.files, {**given, "policy": policy}, as_of, beside, vault_file)


def of_a_history(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `reading` and `asked`, and what they say as first argument."""
    return _with_options(command, (reading, asked))


def of_files(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `reading`, and what they say as first argument."""
    return _with_options(command, (reading,))


def _with_options(
    command: Callable[..., None], shared: Sequence[Callable[..., Any]]
) -> Callable[..., None]:
    """Give a command the options of functions, of which each takes what the one before returns."""
    first, *more = shared
    of_each = {first: [*signature(first, eval_str=True).parameters.values()]}
    for other in (*more, command):
        _, *of_each[other] = signature(other, eval_str=True).parameters.values()

    @wraps(command)
    def with_options(**given: Any) -> None:
        with complaining():
            said: tuple[Any, ...] = ()
            for one in (*shared, command):
                said = (one(*said, **{each.name: given[each.name] for each in of_each[one]}),)

    every = [one.replace(kind=Parameter.KEYWORD_ONLY) for own in of_each.values() for one in own]
    with_options.__signature__ = Signature(every)  # type: ignore[attr-defined]  # for typer
    return with_options
