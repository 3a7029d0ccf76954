"""Read the order exports of a shop: the door of this room.

Files become a sheet of cells, a format says what the cells mean, the rows are settled one by one,
and what is left becomes a history.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias, cast

from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue
from custinsights.history.orders import OrderHistory
from custinsights.sources import parquet
from custinsights.sources.building import history_of
from custinsights.sources.files import Progress, Source, opened, size_of, starts_with
from custinsights.sources.formats import format_for, places_in
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.options import Options, Rates, RefundRule
from custinsights.sources.sheet import Sheet, SheetWriter, stacked

Paths: TypeAlias = Source | Iterable[Source]


def read_orders(
    paths: Paths,
    *,
    format: str | OrderFormat | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    customers: Iterable[Customer] | None = None,
    products: Iterable[Product] | None = None,
    identity: Sequence[str] = ("customer_id", "email", "phone"),
    refunds: RefundRule | None = None,
    currency: str | None = None,
    rates: Rates | None = None,
    timezone: str | None = None,
    policy: PurchasePolicy | None = None,
    observed_until: dt.datetime | dt.date | str | None = None,
    errors: Literal["raise", "report"] = "raise",
    dayfirst: bool | None = None,
    statuses: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> OrderHistory:
    r"""Read the order exports of a shop into one history.

    Parameters
    ----------
    paths
        A path, a binary file that is open, or several of them in the order in which they were
        exported: CSV (comma, semicolon, tab or blanks between the cells), CSV in gzip, or Parquet
        (extra ``arrow``). Split exports, and exports of several dates, come together: of an order
        in several files the later file's is taken, and counted as updated.
    format
        ``"generic"``, ``"shopify"``, the name of an installed format, or an `OrderFormat`. By
        default the header tells.
    columns
        For ``generic``, our field to the header (or to several, of which the first that is there
        is taken). Orders: customer, email, phone, placed_at, amount, order_id, currency,
        order_status, country, region, city, channel, source, payment_method, coupon, campaign,
        goods, discount, shipping, tax, tip, units, refunded, refunded_at, cancelled_at. Order
        lines, which make the table one of lines: product, product_name, category, department,
        quantity, unit_price, line_discount, line_amount, line_id. Any other name becomes a label
        of the orders. Without it, headers that are these words are used. For other formats it
        changes single columns.
    customers, products
        What is known beside the orders.
    identity
        Which of customer_id, email and phone tell who a row is, in this order. A row without the
        first belongs to the one person that has its next; 0 is no id.
    refunds
        Which rows are refunds: ``"invoice_prefix:C"`` (their order ids begin so), or a function of
        a row, a mapping of our fields to texts. A refund that names an order's id is that order's.
    currency
        With a currency column: the one to keep, the others are left out. Without: that of all
        amounts.
    rates
        The worth of one unit of a currency in `currency` on a day: a function of both, or a
        mapping by currency or by both. Everything is converted, and the report keeps the sums
        before.
    timezone
        The shop's zone, in which its days and hours are counted and times without a zone are
        read. By default UTC, which is enough for times that name their zone, and for dates.
    policy
        Which orders count. Those that do not are set aside and counted in the load report.
    observed_until
        Until when the files know everything; default: the end of the last local day in them.
    errors
        ``"raise"`` refuses files with bad rows and lists them by kind; ``"report"`` leaves them
        out and counts them in the load report.
    dayfirst
        Whether the day comes first in dates such as 3/4/2024; by default the column must tell.
    statuses
        The file's words for the state of an order that are not known, to paid, pending, failed,
        voided or cancelled.
    progress
        Called now and then with the bytes read and the bytes in total.

    Returns
    -------
    OrderHistory
        The history. ``history.load_report`` says what was read, left out and why, in rows and
        money; every row of the files is in it once.

    Raises
    ------
    UnreadableFile
        A file is absent, empty, or no table.
    MissingColumn
        A field that is needed is in no column; it says which were looked for and found.
    UnknownName
        `columns` names no field, but nearly one.
    InvalidValue
        Several columns have the header of a field that is read.
    BadRowsError
        Rows cannot be read: times, numbers, currencies, statuses, negative quantities and amounts,
        two customers, currencies or statuses under one order id, other numbers of cells than the
        header, NUL, bytes that are no UTF-8, truncated gzip; lines that a quote swallows.
    SeveralCurrencies
        Orders in several currencies, and neither `currency` nor `rates`.
    NaiveTime
        Times without a zone, and no `timezone`.
    MissingExtra
        A Parquet file, and pyarrow is not installed.

    Notes
    -----
    Cost: one pass over the cells of the columns that are needed; dates and amounts are read once
    for each distinct text.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(b"order_id,customer,placed_at,amount\n1,ada,2024-01-05,10.00\n")
    >>> read_orders(file, currency="EUR").amount.tolist()
    [1000]
    """
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
        statuses=statuses,
    )
    found, sheet = _read(_sources(paths), format, columns, progress)
    return history_of(sheet, found, options)


def _sources(paths: Paths) -> list[Source]:
    if isinstance(paths, str | os.PathLike) or hasattr(paths, "read"):
        paths = [cast("Source", paths)]
    sources = list(paths) if isinstance(paths, Iterable) else [paths]
    for source in sources:
        is_text = isinstance(source, io.TextIOBase)
        if is_text or not (isinstance(source, str | os.PathLike) or hasattr(source, "read")):
            given = "a file that is open as text" if is_text else type(source).__name__
            raise InvalidValue("this is no file", given, "a path, or a file opened in binary mode")
    if not sources:
        raise InvalidValue("there is no file to read", (), "a path, or several")
    return sources


def _read(
    sources: Sequence[Source],
    format: str | OrderFormat | None,
    columns: Mapping[str, str | Sequence[str]] | None,
    progress: Progress | None,
) -> tuple[OrderFormat, Sheet]:
    """Read CSV files of one format into one sheet."""
    total = sum(map(size_of, sources))
    done = 0

    def further(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    found: OrderFormat | None = None
    sheets: list[Sheet] = []
    writer: SheetWriter | None = None  # collects files that follow one another into one sheet
    for source in sources:
        is_parquet = starts_with(source, parquet.MAGIC)
        with contextlib.ExitStack() as stack:
            file = None if is_parquet else stack.enter_context(opened(source, further))
            header = parquet.header_of(source) if file is None else file.header
            this = format_for(format, columns, header)
            positions = places_in(this, header)
            if found is not None and found.name != this.name:
                raise InvalidValue(
                    "the files are of several formats",
                    (found.name, this.name),
                    "files of one format",
                    "Read each format by itself",
                )
            found = this
            if file is None:
                sheets += [] if writer is None else [writer.sheet()]
                sheets.append(parquet.sheet_of(source, positions, header))
                writer = None
                further(size_of(source))
            else:
                writer = writer or SheetWriter()
                writer.add(file, positions)
    sheets += [] if writer is None else [writer.sheet()]
    assert found is not None  # noqa: S101 - there is a source
    return found, stacked(sheets)
