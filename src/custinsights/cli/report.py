"""How does a report come about? Read, ask section by section, and print each when it is there."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from custinsights import datasets
from custinsights.analyses.measuring.measure import measure
from custinsights.cli.as_json import as_json
from custinsights.cli.loading import load_report
from custinsights.cli.reading import progress_in_bytes
from custinsights.cli.screen import show
from custinsights.cli.section import days
from custinsights.cli.sections import sections
from custinsights.errors import counted
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import shown
from custinsights.results.table import Table

__all__ = ["print_report"]

_WIDEST = 140
_TOTALS = ("orders", "customers", "gross_revenue", "refunded", "revenue")


def print_report(
    files: Sequence[str], reading: Mapping[str, Any], *, as_of: str | None, to_json: bool
) -> None:
    """Print the report on some files, or on the bundled data when there are none.

    Parameters
    ----------
    files : sequence of str
        The order exports.
    reading : mapping
        Further arguments of `read_orders`; of the bundled data only the policy is asked.
    as_of : str or None
        A date or instant; facts at or after it do not exist.
    to_json : bool
        Whether to print one JSON object.
    """
    known = _history(files, reading)
    history = known if as_of is None else known.up_to(as_of)
    loaded = load_report(history.load_report, history.calendar.timezone)
    totals = measure(history, _TOTALS).table()
    if to_json:
        answers = _facts(history)
        answers["totals"] = totals.to_dicts()[0]
        answers |= {section.key: section.data for section in (loaded, *sections(history))}
        typer.echo(as_json(answers))
        return
    if isinstance(sys.stdout, io.TextIOWrapper):  # an old encoding shows ? and does not fail
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = min(console.width, _WIDEST)
    with console.capture() as painted:
        console.print(_heading(history, totals))
        until = as_of or reading.get("observed_until")
        for remark in () if until is None else _far_out(known, until):
            console.print(remark)
        console.print()
        show(console, loaded)
    typer.echo(painted.get(), nl=False)
    for section in sections(history):
        with console.capture() as painted:
            show(console, section)
        typer.echo(painted.get(), nl=False)


def _history(files: Sequence[str], reading: Mapping[str, Any]) -> OrderHistory:
    if not files:
        history = datasets.load_online_retail()
        policy = reading.get("policy")
        return history if policy is None else history.with_policy(policy)
    from custinsights.sources import read_orders

    with progress_in_bytes() as progress:
        return read_orders(list(files), progress=progress, **reading)


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


def _far_out(known: OrderHistory, until: str) -> tuple[str, ...]:
    """What to say where a report ends before the first order, or days after the last one."""
    if not len(known):
        return ()
    calendar = known.calendar
    end = calendar.instant(until)
    first, last = (to_datetime(int(at)) for at in (known.placed_at.min(), known.placed_at.max()))
    day_after = calendar.start_of_day(calendar.local_date(last) + timedelta(days=1))
    if first < end <= day_after:
        return ()
    place, order = ("first", first) if end <= first else ("last", last)
    is_of, was_on = calendar.local_date(end), calendar.local_date(order)
    return (f"As of {is_of}, exclusive; the {place} order was placed on {was_on}.",)


def _facts(history: OrderHistory) -> dict[str, Any]:
    """What the whole report rests on, for the head of the JSON."""
    zone = history.calendar.zone
    return {
        "currency": history.currency,
        "timezone": history.calendar.timezone,
        "observed_from": history.observed_from.astimezone(zone),
        "as_of": history.observed_until.astimezone(zone),
        "policy": {
            "counted_statuses": sorted(history.policy.counted_statuses),
            "zero_amount_counts": history.policy.zero_amount_counts,
            "refund_date": history.policy.refund_date,
        },
    }
