"""How does a report come about? Read, ask section by section, and print each when it is there."""

from __future__ import annotations

import typer
from rich.text import Text

from custinsights.analyses.measuring.measure import measure
from custinsights.cli.as_json import as_json
from custinsights.cli.asked import Asked, facts
from custinsights.cli.loading import load_report
from custinsights.cli.screen import screen, show
from custinsights.cli.section import days
from custinsights.cli.sections import sections
from custinsights.errors import counted
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import shown
from custinsights.results.table import Table

__all__ = ["print_report"]

_TOTALS = ("orders", "customers", "gross_revenue", "refunded", "revenue")


def print_report(asked: Asked, *, to_json: bool) -> None:
    """Print the report on a history, as one JSON object if wanted."""
    history, remarks = asked.history()
    loaded = load_report(history.load_report, history.calendar.timezone)
    totals = measure(history, _TOTALS).table()
    if to_json:
        answers = facts(history)
        answers["totals"] = totals.to_dicts()[0]
        answers |= {section.key: section.data for section in (loaded, *sections(history))}
        typer.echo(as_json(answers))
        return
    with screen() as console:
        console.print(_heading(history, totals))
        for remark in remarks:
            console.print(remark)
        console.print()
        show(console, loaded)
    for section in sections(history):
        with screen() as console:
            show(console, section)


def _heading(history: OrderHistory, totals: Table) -> Text:
    """Whose history it is, and what it sums to, in two lines."""
    row = {column.name: shown(column)[0] for column in totals.columns}
    orders, customers = (int(totals.column(name).values[0]) for name in ("orders", "customers"))
    span = days(history.calendar, history.observed_from, history.observed_until)
    parts = [
        f"{counted(orders, 'order')} of {counted(customers, 'customer')}",
        *([span] if history.observed_from < history.observed_until else []),
        history.currency,
    ]
    return Text.assemble(
        ("custinsights report\n", "bold"),
        f"{', '.join(parts)}\n",
        f"gross revenue {row['gross_revenue']} − refunded {row['refunded']} "
        f"= revenue {row['revenue']}",
    )
