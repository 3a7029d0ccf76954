"""Which commands does the memory of a shop have? What brings files into it, and writes some out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from custinsights.cli import options
from custinsights.cli.complaints import complaining
from custinsights.cli.sealed import VaultFile
from custinsights.cli.shared_options import Reading, of_files

__all__ = ["EXPORTS", "IMPORTS", "export", "import_"]

_IMPORTING = "Importing"
_WHAT = "What is exported"
_WHERE = "Where to"

IMPORTS = """\b
Examples:
  custinsights import orders_export_*.csv --into shop.db --timezone Europe/Paris
  custinsights import EtsySoldOrders2024.csv --into shop.db
  custinsights import customers_export.csv --into shop.db --kind customers
"""


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
    key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The file with the key that tells who was erased and must not come back.",
            dir_okay=False,
            exists=True,
            rich_help_panel=_IMPORTING,
        ),
    ] = None,
    vault_file: VaultFile = None,
) -> None:
    """Import files into the memory of a shop.

    An order is known by its source and its id: the same export again changes nothing, one that
    tells more adds it, and an order that was edited is changed. An import that was stopped goes on
    where it was.
    """
    from custinsights.cli.importing import import_files

    import_files(read, into, kind=kind, source=source, key_file=key_file, vault_file=vault_file)


EXPORTS = """\b
Presets: customers, email_list, marketing_platform, analysis, orders, accounting.
\b
Examples:
  custinsights export shop.db --preset email_list --csv letter.csv
  custinsights export shop.db --segment "total_spent > 500" --fields id,email \\
      --xlsx best.xlsx
  custinsights export shop.db --preset orders --customer c7 --csv orders.csv
"""


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
    vault_file: VaultFile = None,
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
            vault_file=vault_file,
        )
        export_files(database, wanted, csv=csv, xlsx=xlsx)
