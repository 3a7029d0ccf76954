"""With which options is a report written to a file?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from custinsights.cli import options
from custinsights.cli.shared_options import SHOWING
from custinsights.errors import UnknownName

if TYPE_CHECKING:
    from custinsights.presentation.report.questions import Question

__all__ = [
    "Everything",
    "Html",
    "IncludeOrders",
    "IncludePersonal",
    "MostOrders",
    "Sections",
    "Title",
    "Xlsx",
    "asked_for",
]

_PAGE = "The page"

Html: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the report as a page for a browser instead of printing it: one file with "
        "charts, from years down to days, that asks for nothing.",
        callback=options.written,
        rich_help_panel=_PAGE,
    ),
]
Title: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="What stands above the page, such as the name of the shop.",
        rich_help_panel=_PAGE,
    ),
]
IncludeOrders: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--include-orders",
        help="Put the orders of every day into the page; ids that are contacts are masked.",
        rich_help_panel=_PAGE,
    ),
]
MostOrders: TypeAlias = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        help="How many orders the page holds at most, the latest; 4,000 unless given.",
        rich_help_panel=_PAGE,
    ),
]
IncludePersonal: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--include-personal",
        help="Let ids that are e-mail addresses or phone numbers stand in the orders of the page "
        "as they are.",
        rich_help_panel=_PAGE,
    ),
]
Xlsx: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the report to a spreadsheet too: a sheet for every section, with all of its "
        "rows, and charts of the main ones.",
        callback=options.written,
        rich_help_panel=SHOWING,
    ),
]
Sections: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME,…",
        help="Only these sections, whole, such as overview,cohorts,baskets; a name that is none "
        "lists all of them.",
        rich_help_panel=SHOWING,
    ),
]
Everything: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--all",
        help="Print every section with all of its rows; without it, the rows that tell most of the "
        "main ones. JSON, spreadsheet and page have everything anyway.",
        rich_help_panel=SHOWING,
    ),
]


def asked_for(names: tuple[str, ...] | None) -> list[Question]:
    """Return the sections of these names; refuse one that is none, and none at all."""
    from custinsights.presentation.report.questions import chosen

    if names == ():
        raise typer.BadParameter("it names no section", param_hint="--sections")
    try:
        return chosen(names)
    except UnknownName as error:
        raise typer.BadParameter(str(error), param_hint="--sections") from None
