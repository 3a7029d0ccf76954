"""Read a table that is in memory already: a frame of pandas, polars or pyarrow, or plain arrays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue
from custinsights.history.orders import OrderHistory
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.families import together
from custinsights.sources.formats.finding import format_asked, format_for, places_in
from custinsights.sources.orders.building import history_of
from custinsights.sources.orders.options import Options, RefundRule
from custinsights.sources.orders.rates import Rates
from custinsights.sources.orders.sheet import Sheet
from custinsights.sources.texts.typed import Foreign, columns_of
from custinsights.sources.texts.vocabulary import fields_named

NAME = "frame"
"""What a frame is called in reports."""


def read_frame(
    df: Foreign,
    *,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    customers: Iterable[Customer] | None = None,
    products: Iterable[Product] | None = None,
    identity: Sequence[str] = ("customer_id", "email", "phone"),
    refunds: RefundRule | None = None,
    currency: str | None = None,
    rates: Rates | None = None,
    timezone: str | ZoneInfo | None = None,
    policy: PurchasePolicy | None = None,
    observed_until: dt.datetime | dt.date | str | None = None,
    errors: Literal["raise", "report"] = "raise",
    dayfirst: bool | None = None,
    decimal: Literal[".", ","] | None = None,
    statuses: Mapping[str, str] | None = None,
    channels: ChannelTaxonomy | None = None,
    **fields: str,
) -> OrderHistory:
    """Read orders, or order lines, from a table in memory.

    Parameters
    ----------
    df
        A DataFrame of pandas or polars, a Table of pyarrow, or a mapping of names to arrays. It is
        not changed.
    columns
        Our fields to the names of its columns, for fields that are an argument of this function
        themselves: ``columns={"currency": "Currency"}``.
    **fields
        Our fields to the names of its columns: ``customer="CustomerID"``, ``placed_at=``,
        ``amount=``, ``order_id=``, ``country=`` and all others of `read_orders`. Where no field
        is named, the names of its columns tell, as the header of a file does: those of a known
        format, else our own words.
    customers, products, identity, refunds, currency, rates, timezone, policy, observed_until, \
errors, dayfirst, decimal, statuses, channels
        As in `read_orders`.

    Returns
    -------
    OrderHistory
        The history. An id is a text, a whole number or a UUID, and they compare as they are
        written: 7, 7.0 and ``"7"`` are one; a row with another kind of id is bad. Rows are named
        by their position, from 0.

    Raises
    ------
    MissingColumn
        A column that is named is not there, or one that is needed is not named.
    InvalidValue
        This is no table, its columns have different lengths, or one of them is no list of values.
    BadRowsError, SeveralCurrencies, NaiveTime, UnknownName
        As in `read_orders`.

    Examples
    --------
    >>> history = read_frame(
    ...     {"who": ["ada", "bo"], "when": ["2024-01-05", "2024-01-06"], "paid": [10.0, 5.5]},
    ...     customer="who", placed_at="when", amount="paid", currency="EUR",
    ... )
    >>> len(history), int(history.amount.sum())
    (2, 1550)
    """
    named = fields_named({} if columns is None else columns)
    if twice := sorted(named.keys() & fields_named(fields)):
        what = "fields are named in columns= and as arguments too"
        raise InvalidValue(what, twice, "one column for each field")
    options = Options(
        customers=customers,
        products=products,
        identity=identity,
        refunds=refunds,
        currency=currency,
        rates=rates,
        timezone=timezone,
        policy=policy,
        observed_until=observed_until,
        errors=errors,
        dayfirst=dayfirst,
        decimal=decimal,
        statuses=statuses,
        channels=channels,
    )
    asked = format_asked(None, {**named, **fields})
    format, sheet = sheet_of_frame(
        df, lambda header: together([format_for(asked, header)]), options.identity
    )
    return history_of(sheet, format, options)


def sheet_of_frame(
    df: Foreign, find: Callable[[Sequence[str]], OrderFormat], identity: Sequence[str]
) -> tuple[OrderFormat, Sheet]:
    """Return the columns of a table that a format reads, and the format of its header."""
    header, column_of = columns_of(df)
    format = find(header)
    positions = places_in(format, header, identity)
    cells = {field: column_of(header[at]) for field, at in positions.items()}
    lengths = {len(column) for column in cells.values()}
    if len(lengths) != 1:
        raise InvalidValue(
            "the columns have different lengths", sorted(lengths), "columns of one length"
        )
    n = lengths.pop()
    sheet = Sheet(
        cells,
        {field: header[at] for field, at in positions.items()},
        [NAME],
        np.zeros(n, dtype=np.int32),
        range(n),
        is_typed=True,
    )
    return format, sheet
