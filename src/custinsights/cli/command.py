"""What does the command ``custinsights`` understand, and what does it do?"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from custinsights.cli import options
from custinsights.cli.asked import Asked
from custinsights.cli.complaints import INTERRUPTED, complaining, flushed
from custinsights.cli.shared_options import SHOWING, Reading, of_a_history, of_files

__all__ = ["app", "custinsights", "export", "import_", "report", "run", "segment"]

_IMPORTING = "Importing"
_WHAT = "What is exported"
_WHERE = "Where to"

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
        return flushed(leaving.code if isinstance(leaving.code, int) else 0)
    except KeyboardInterrupt:
        return INTERRUPTED
    return flushed(0)


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


_REPORTS = """\b
Examples:
  custinsights report
  custinsights report orders_export_*.csv --timezone Europe/Paris
  custinsights report orders_export_*.csv --xlsx report.xlsx
  custinsights report lines.csv --currency GBP --timezone Europe/London \\
      --columns order_id=Invoice,customer=Customer,placed_at=Date \\
      --columns product=Code,quantity=Qty,unit_price=Price
"""


@app.command(epilog=_REPORTS)
@of_a_history
def report(
    asked: Asked,
    *,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the report to a spreadsheet too: a sheet for every section, with all of "
            "its rows, and charts of the main ones.",
            dir_okay=False,
            callback=options.written,
            rich_help_panel=SHOWING,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object instead: every section a list of records, money and "
            "shares as exact numbers.",
            rich_help_panel=SHOWING,
        ),
    ] = False,
) -> None:
    """Print a report on a shop's customers.

    Who buys, who comes back, what are they worth? What was read and left out, an overview, new
    and returning customers by month, revenue by order number, RFM groups, tiers, top countries
    and products, and monthly retention.
    """
    from custinsights.cli.report import print_report

    _refuse_overwriting(asked, xlsx, "--xlsx")
    print_report(asked, to_json=as_json, xlsx=xlsx)


_SEGMENTS = """\b
Examples:
  custinsights segment "order_count >= 3 and days_since_last_order < 90"
  custinsights segment orders_export_*.csv "total_spent > 200" --csv best.csv
  custinsights segment orders.csv "in_segment('value:vip')" --explain 1001
"""


@app.command(epilog=_SEGMENTS)
@of_a_history
def segment(
    asked: Asked,
    *,
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE",
            help="Who is in the segment, in quotes and behind the files: comparisons of traits, "
            "joined by and, or, not.",
            callback=options.rule,
        ),
    ],
    traits: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,…",
            help="What is told of every customer, such as order_count,total_spent; the usual "
            "traits unless given.",
            rich_help_panel=SHOWING,
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the customers of the segment to a CSV file, safe to open in a "
            "spreadsheet. Ids that are contacts stand in it as they are.",
            dir_okay=False,
            callback=options.written,
            rich_help_panel=SHOWING,
        ),
    ] = None,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="CUSTOMER",
            help="Tell instead why one customer, by id, is in the segment or not.",
            rich_help_panel=SHOWING,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one JSON object instead, with every customer of the segment.",
            rich_help_panel=SHOWING,
        ),
    ] = False,
) -> None:
    """Print the customers who fulfil a rule.

    How many are they, what share of all and of what all spent, and who? Nobody is in the segment
    of whom something that decides is not known.
    """
    from custinsights.cli.segment import print_segment

    names = options.traits(traits)
    if names and explain is not None and csv is None:
        fault = "--explain lists no customers of whom they could be told"
        raise typer.BadParameter(fault, param_hint="--traits")
    _refuse_overwriting(asked, csv, "--csv")
    print_segment(asked, rule, names=names, csv=csv, customer=explain, to_json=as_json)


_EXPORTS = """\b
Presets: customers, email_list, marketing_platform, analysis, orders, accounting.
\b
Examples:
  custinsights export shop.db --preset email_list --csv letter.csv
  custinsights export shop.db --segment "total_spent > 500" --fields id,email \\
      --xlsx best.xlsx
  custinsights export shop.db --preset orders --customer c7 --csv orders.csv
"""


@app.command(epilog=_EXPORTS)
def export(
    *,
    database: Annotated[
        str,
        typer.Argument(
            metavar="DATABASE", help="The memory of a shop: a file of SQLite, or a URL."
        ),
    ],
    preset: Annotated[
        str,
        typer.Option(metavar="NAME", help="What is exported, see below.", rich_help_panel=_WHAT),
    ] = "customers",
    fields: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,…",
            help="Other columns than those of the preset: fields of customers or orders, traits, "
            "attribute:NAME, label:NAME.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option(
            metavar="RULE",
            help="Only those who fulfil a rule, in quotes, such as "
            "\"in_segment('value:vip')\", or their orders.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    customers: Annotated[
        list[str] | None,
        typer.Option(
            "--customer",
            metavar="ID",
            help="Only this customer, or their orders. May be repeated.",
            show_default=False,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    topic: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="To what they must have agreed: another topic than that of the preset.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="By which channel they agreed: email unless told otherwise.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Customers as they were at this day's start; all that is known unless given.",
            callback=options.instant,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="Orders from this day on.",
            callback=options.instant,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Orders before this day.",
            callback=options.instant,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file with the key of the list of those who must not be written to, and of "
            "pseudonyms.",
            dir_okay=False,
            exists=True,
            rich_help_panel=_WHAT,
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a CSV file, safe to open in a spreadsheet.",
            dir_okay=False,
            callback=options.written,
            rich_help_panel=_WHERE,
        ),
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a spreadsheet, with typed cells and a sheet of notes.",
            dir_okay=False,
            callback=options.written,
            rich_help_panel=_WHERE,
        ),
    ] = None,
) -> None:
    """Write customers or orders of a shop to files.

    Exports that advertise hold those alone who agreed to it; how many are left out, and why, is
    printed.
    """
    from custinsights.cli.exporting import Wanted, export_files, preset_named

    with complaining():
        wanted = Wanted(
            preset=preset_named(preset),
            fields=options.listed(fields),
            customers=tuple(customers) if customers else None,
            rule=segment,
            topic=topic,
            channel=channel,
            as_of=as_of,
            window=options.window(first, until),
            key_file=key_file,
        )
        export_files(database, wanted, csv=csv, xlsx=xlsx)


def _refuse_overwriting(asked: Asked, written: Path | None, option: str) -> None:
    """Refuse to write a file that is read."""
    if written is not None and written.resolve() in [Path(file).resolve() for file in asked.files]:
        fault = f"{str(written)!r} is read, and would be overwritten"
        raise typer.BadParameter(fault, param_hint=option)


_IMPORTS = """\b
Examples:
  custinsights import orders_export_*.csv --into shop.db --timezone Europe/Paris
  custinsights import EtsySoldOrders2024.csv --into shop.db
  custinsights import customers_export.csv --into shop.db --kind customers
"""


@app.command("import", epilog=_IMPORTS)
@of_files
def import_(
    read: Reading,
    *,
    into: Annotated[
        str,
        typer.Option(
            metavar="DATABASE",
            help="The memory of the shop: a file of SQLite, which is made if it is not there, or "
            "the URL of a database.",
            rich_help_panel=_IMPORTING,
        ),
    ],
    kind: Annotated[
        str,
        typer.Option(
            metavar="orders|customers|products|activities",
            help="Of what the files tell: orders unless told otherwise.",
            callback=options.one_of("orders", "customers", "products", "activities"),
            show_default=False,
            rich_help_panel=_IMPORTING,
        ),
    ] = "orders",
    source: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The system from which the files come, such as magento, where neither their "
            "layout nor a column tells.",
            show_default=False,
            rich_help_panel=_IMPORTING,
        ),
    ] = "",
) -> None:
    """Import files into the memory of a shop.

    An order is known by its source and its id: the same export again changes nothing, one that
    tells more adds it, and an order that was edited is changed. An import that was stopped goes on
    where it was.
    """
    from custinsights.cli.importing import import_files

    import_files(read, into, kind=kind, source=source)
