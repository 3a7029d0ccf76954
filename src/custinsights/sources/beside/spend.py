"""Read what was spent to win customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal, overload

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.channel_words import CHANNEL_FIELDS
from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.load_report import LoadReport
from custinsights.domain.money import Money
from custinsights.domain.spend import SPEND_KINDS, Days, Spend
from custinsights.errors import CustInsightsError, counted
from custinsights.history.columnar.columns import AnyArray
from custinsights.sources.beside.tables import Table, currencies, read_rows, settled_report
from custinsights.sources.formats.spend import SPEND
from custinsights.sources.orders.channels import channels_of
from custinsights.sources.orders.money import NEGATIVE_AMOUNT
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.files import Progress

NO_PERIOD = "no period of the calendar, nor a first day that is not after the last one"
NO_AMOUNT, NO_KIND = "no amount", f"neither {' nor '.join(SPEND_KINDS)}"


@attrs.frozen(eq=False, repr=False)
class SpendList(Sequence[Spend]):
    """What `read_spend` returns and `OrderHistory.with_spend` takes: a list of `Spend`.

    Parameters
    ----------
    rows
        In the order of the source.
    load_report
        What was read, left out and why.
    """

    rows: tuple[Spend, ...]
    load_report: LoadReport = attrs.field(factory=LoadReport)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Spend: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Spend]: ...
    def __getitem__(self, place: int | slice) -> Spend | Sequence[Spend]:
        return self.rows[place]

    def __repr__(self) -> str:
        return f"<SpendList: {counted(len(self), 'row')}{self.load_report.origin}>"


def read_spend(
    paths: Table,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    currency: str | None = None,
    calendar: Calendar | None = None,
    channels: ChannelTaxonomy | None = None,
    errors: Literal["raise", "report"] = "raise",
    dayfirst: bool | None = None,
    decimal: Literal[".", ","] | None = None,
    progress: Progress | None = None,
) -> SpendList:
    r"""Read a table of what was spent to win customers.

    What it returns goes into `OrderHistory.with_spend`.

    Parameters
    ----------
    paths
        Files as for `read_orders`, or a table in memory as for `read_frame`.
    columns
        Our field to the header: period (a label such as 2024-03), or first_day and last_day (both
        included; the first alone is one day); amount, currency, kind (``media`` or ``other``;
        without it all is media); channel, utm_medium, utm_source, referrer, attribution and source,
        of which the first that says anything tells the channel. Without it, headers that are these
        words are used.
    currency
        The currency of the amounts, where no column says it.
    calendar
        The calendar of the labels; only weeks and fiscal years ask for one.
    channels
        What the words mean that tell a channel; by default `custinsights.domain.ChannelTaxonomy`.
    errors, dayfirst, decimal, progress
        As in `read_orders`.

    Returns
    -------
    SpendList
        A list of `custinsights.domain.Spend`. Its ``load_report`` says what became of every row.

    Raises
    ------
    MissingColumn
        There is no column of amounts.
    BadRowsError
        Rows cannot be read: no period, no amount or a negative one, an unknown currency or kind;
        and all that makes a row of `read_orders` bad.
    InvalidValue
        Nothing says in which currency the amounts are; and as in `read_orders`.
    UnknownName
        `columns` names what is no field.
    UnreadableFile, MissingExtra
        As in `read_orders`.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(b"month,platform,spend\n2024-03,facebook,250.00\n")
    >>> spend = read_spend(file, currency="EUR")
    >>> spend[0].period, spend[0].channel, spend[0].amount
    ('2024-03', 'social', Money('250.00', 'EUR'))
    """
    options = Options(
        currency=currency, channels=channels, errors=errors, dayfirst=dayfirst, decimal=decimal
    )
    rows = read_rows(paths, SPEND.asked(None, columns), SPEND.needs, options, progress)
    currency_of_row = currencies(rows, options, "amount")
    minor = rows.minor("amount")
    rows.ledger.bad(rows.is_blank("amount"), NO_AMOUNT, "amount")
    rows.ledger.bad(minor < 0, NEGATIVE_AMOUNT, "amount")
    kinds = rows.texts("kind").mapped(str.casefold)
    rows.ledger.bad(kinds.where(lambda kind: kind not in {"", *SPEND_KINDS}), NO_KIND, "kind")
    periods = _periods(rows, calendar or Calendar())
    said = {field: rows.texts(field) for field in CHANNEL_FIELDS if rows.has(field)}
    told = channels_of(said or {"channel": Texts.same("", len(rows))}, options.channels)
    open_rows = np.flatnonzero(rows.ledger.is_open).tolist()
    codes, channel, kind = currency_of_row.texts(), told.array(), kinds.array()
    found = [
        Spend(
            periods[row],
            Money.from_minor(int(minor[row]), codes[row]),
            channel=channel[row] or None,
            kind=kind[row] or "media",
        )
        for row in open_rows
    ]
    return SpendList(tuple(found), settled_report(rows, options))


def _periods(rows: ParsedRows, calendar: Calendar) -> dict[int, Days]:
    """Return the period of each row that has one; the others are bad."""
    found: dict[int, Days] = {}
    labels = rows.texts("period")
    meant = {label: _period(label, calendar) for label in labels.names if label}
    first = _days(rows, "first_day")
    last = np.where(np.isnat(end := _days(rows, "last_day")), first, end)
    is_span = first <= last  # not for NaT
    for row, label in enumerate(labels.array().tolist()):
        period = meant.get(label)
        if period is not None:
            found[row] = period
        elif not label and is_span[row]:
            days = first[row].item(), last[row].item()
            found[row] = (days[0], days[1] + timedelta(days=1))
    has_none = np.ones(len(rows), dtype=np.bool_)
    has_none[list(found)] = False
    rows.ledger.bad(has_none, NO_PERIOD, "period" if rows.has("period") else "first_day")
    return found


def _period(label: str, calendar: Calendar) -> Days | None:
    try:
        calendar.window(label)
    except CustInsightsError:
        return None
    return label


def _days(rows: ParsedRows, field: str) -> AnyArray:
    if rows.has(field):
        return rows.days(field)
    return np.full(len(rows), "NaT", dtype="M8[D]")
