"""What does the command ``custinsights`` understand, and what does it do?"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from custinsights.cli import options, page_options
from custinsights.cli.asked import Asked
from custinsights.cli.complaints import INTERRUPTED, flushed
from custinsights.cli.shared_options import SHOWING, of_a_history
from custinsights.cli.shop_commands import EXPORTS, IMPORTS, export, import_

__all__ = ["app", "custinsights", "report", "run", "segment"]

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
  custinsights report orders_export_*.csv --sections products,cohorts
  custinsights report orders_export_*.csv --html report.html --title "My shop"
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
    html: page_options.Html = None,
    title: page_options.Title = None,
    include_orders: page_options.IncludeOrders = False,
    most_orders: page_options.MostOrders = None,
    include_personal: page_options.IncludePersonal = False,
    xlsx: page_options.Xlsx = None,
    sections: page_options.Sections = None,
    everything: page_options.Everything = False,
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

    Who buys, who comes back, what are they worth, what do they want next? What was read and left
    out, an overview, new and returning customers, growth, order numbers, RFM groups, tiers and
    segments, retention, forecasts, places and products, what is bought together, and more.
    """
    from custinsights.cli.report import print_report
    from custinsights.cli.web_page import web_page

    options.refuse_overwriting(asked.every_file, xlsx, "--xlsx")
    options.refuse_overwriting(asked.every_file, html, "--html")
    names = options.listed(sections)
    questions = page_options.asked_for(names)
    page = web_page(
        html,
        title=title,
        include_orders=include_orders,
        include_personal=include_personal,
        most_orders=most_orders,
        sections=names,
    )
    if everything and names is not None:
        fault = "--sections names some of them: leave one of the two out"
        raise typer.BadParameter(fault, param_hint="--all")
    in_brief = names is None and not everything
    print_report(asked, questions, in_brief=in_brief, to_json=as_json, xlsx=xlsx, page=page)


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
            "traits and those of the rule unless given.",
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
    options.refuse_overwriting(asked.every_file, csv, "--csv")
    print_segment(asked, rule, names=names, csv=csv, customer=explain, to_json=as_json)


app.command(epilog=EXPORTS)(export)
app.command("import", epilog=IMPORTS)(import_)
