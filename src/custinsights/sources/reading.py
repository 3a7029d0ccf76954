"""Read the order exports of a shop: the door of this room.

Files become a sheet of cells, a format says what the cells mean, the rows are settled one by one,
and what is left becomes a history.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue
from custinsights.history.orders import OrderHistory
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.families import fields_of, refuse_strangers, together
from custinsights.sources.formats.finding import format_asked, format_for, places_in
from custinsights.sources.orders import parquet
from custinsights.sources.orders.building import history_of
from custinsights.sources.orders.options import Options, RefundRule
from custinsights.sources.orders.rates import Rates
from custinsights.sources.orders.sheet import Sheet, SheetWriter, stacked
from custinsights.sources.texts.files import Progress, opened
from custinsights.sources.texts.opening import (
    Source,
    is_table,
    refuse_no_file,
    size_of,
    starts_with,
)

Paths: TypeAlias = Source | Iterable[Source]

_FILES = "a path, a file opened in binary mode, or several"


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
    timezone: str | ZoneInfo | None = None,
    policy: PurchasePolicy | None = None,
    observed_until: dt.datetime | dt.date | str | None = None,
    errors: Literal["raise", "report"] = "raise",
    dayfirst: bool | None = None,
    decimal: Literal[".", ","] | None = None,
    statuses: Mapping[str, str] | None = None,
    channels: ChannelTaxonomy | None = None,
    progress: Progress | None = None,
) -> OrderHistory:
    r"""Read the order exports of a shop into one history.

    Parameters
    ----------
    paths
        A path, a binary file that is open, or several of them: CSV (comma, semicolon, tab or blanks
        between the cells), CSV in gzip, or Parquet (extra ``arrow``). Split exports, and exports of
        several dates, come together: of an order in several files that is taken whose last local
        day is the latest, of equal ones that which is given last, and counted as updated. The same
        holds of exports that were put one below the other in one file, where each has its header.
        Exports that tell of the same orders come together too: Etsy's orders with its items and
        payments. Of these, rows without an order are left out and counted.
    format
        ``"generic"``, the name of a format of ours (``"shopify"``, ``"etsy_orders"``,
        ``"etsy_items"``, ``"etsy_payments"``, ``"gumroad"``, ``"square_items"``,
        ``"squarespace"``, ``"stripe_payments"``, ``"woocommerce_advanced"``,
        ``"woocommerce_analytics"``, ``"woocommerce_webtoffee"``,
        ``"woocommerce_webtoffee_items"``) or of an installed one (an entry point of the group
        ``custinsights.formats``), or an `OrderFormat`. By default the header tells: that of a
        shipped format, else of an installed one, else our own words.
    columns
        For ``generic``, our field to the header (or to several, of which the first that is there
        is taken). Orders: customer, email, phone, placed_at, amount, order_id, currency,
        order_status, country, region, city, channel, utm_medium, utm_source, referrer,
        attribution, source, payment_method, coupon, campaign,
        goods, discount, shipping, tax, tip, units, refunded, refunded_at, cancelled_at, time_zone
        (of the times of its row: a name of the IANA database or of Ruby on Rails). Order lines,
        which make the table one of lines: product, product_name, category, department, quantity,
        unit_price, line_discount, line_amount, line_goods (before the discount), line_id. Any
        other name becomes a label of the orders. Without it, headers that are these words are
        used. For other formats it changes single columns.
    customers, products
        What is known beside the orders: what `read_customers` and `read_products` return, or lists
        of `custinsights.domain.Customer` and `custinsights.domain.Product`. No order is lost by
        them: where an e-mail or phone of an order belongs to several customers only in this list,
        the order stays with its e-mail or phone, which is noted (``emails_of_several``).
    identity
        Which of customer_id, email and phone tell who a row is, in this order. A row without the
        first belongs to the one person that has its next; 0 is no id.
    refunds
        Which rows are refunds: ``"invoice_prefix:C"`` (their order ids begin so), or a function
        that tells True or False of a row, a mapping of our fields to texts. A refund that names an
        order's id is that order's.
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
    decimal
        The mark before decimals, ``"."`` or ``","``, where a column of numbers does not tell.
        ``1,50`` and ``1.50`` tell, and so do ``1,234.5`` and ``1,234,567``; ``1,234`` and
        ``1.234`` do not: they are what another number of their column tells, else what is said
        here, else an error. A column with both marks before decimals has bad rows, those with
        commas unless ``","`` is said.
    statuses
        The file's words for the state of an order that are not known, to paid, pending, failed,
        voided or cancelled.
    channels
        What the words mean that tell the label ``channel`` where the file names none: those of
        utm_medium, utm_source, referrer, attribution and source. By default
        `custinsights.domain.ChannelTaxonomy`; what is in none of its rows stays unknown.
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
        A file is absent, empty, closed, or no table.
    MissingColumn
        A field that is needed, one of `identity` or what `refunds` asks for is in no column; it
        says which were looked for and found.
    UnknownName
        `columns` names no field, but nearly one; no format, currency, time zone, kind of identity
        or order status has the name that is given.
    InvalidValue
        An option is none that is allowed, needed or not; several columns have the header of a
        field that is read; a column of dates or numbers could be read in two ways, and neither
        `dayfirst` nor `decimal` tells; the files are of several formats, or tell about orders and
        not the orders. What a function of yours raises is raised as it is.
    BadRowsError
        Rows cannot be read: times, numbers, currencies, statuses, negative quantities and amounts,
        two customers, currencies or statuses under one order id, other numbers of cells than the
        header, NUL, bytes that are no UTF-8, truncated gzip; lines that a quote swallows.
    SeveralCurrencies
        Orders in several currencies, and neither `currency` nor `rates`.
    NaiveTime
        Times without a zone, and no `timezone`.
    PlugInFailed
        The installed format that is asked for does not load, is no format, or has a name or
        headers that are taken.
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
        decimal=decimal,
        statuses=statuses,
        channels=channels,
    )
    asked = format_asked(format, columns)
    found, sheet = read_sheet(
        sources_of(paths),
        lambda header: format_for(asked, header),
        options.identity,
        progress_function(progress),
    )
    return history_of(sheet, found, options)


def check_options(
    *,
    format: str | OrderFormat | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    **options: Any,
) -> None:
    """Refuse options of `read_orders` that no file could be read with, and read nothing."""
    format_asked(format, columns)
    Options(**options)


def progress_function(progress: object) -> Progress | None:
    """Return what is called now and then, once it is a function."""
    if progress is not None and not callable(progress):
        allowed = "a function of the bytes done and the bytes in total"
        raise InvalidValue("the option progress= is no function", progress, allowed)
    return progress


def sources_of(paths: Any) -> list[Source]:
    """Return the files to read; what is no path and no binary file is refused."""
    if isinstance(paths, bytes) or is_table(paths):
        advice = "A table in memory is read by read_frame, and bytes as io.BytesIO(bytes)"
        raise InvalidValue("this is no file", type(paths).__name__, _FILES, advice)
    is_one = isinstance(paths, str | os.PathLike) or hasattr(paths, "read")
    sources = list(paths) if isinstance(paths, Iterable) and not is_one else [paths]
    if not sources:
        raise InvalidValue("there is no file to read", (), _FILES)
    for source in sources:
        refuse_no_file(source)
    return sources


def by_system(
    sources: Sequence[Source], find: Callable[[Sequence[str]], OrderFormat]
) -> list[list[Source]]:
    """Part files into those that are read in one call: of one format, or of one family.

    The systems come in the order of their first files. Files that are open already are one part,
    with the first file: they may give their bytes only once.
    """
    parts: dict[str, list[Source]] = {}
    for source in sources:
        name = next(iter(parts), "")
        if isinstance(source, str | os.PathLike):
            if starts_with(source, parquet.MAGIC):
                header = parquet.header_of(source)
            else:
                with opened(source, lambda _: None) as file:
                    header = file.header
            format = find(header)
            name = format.family or format.name
        parts.setdefault(name, []).append(source)
    return list(parts.values())


def read_sheet(
    sources: Sequence[Source],
    find: Callable[[Sequence[str]], OrderFormat],
    identity: Sequence[str],
    progress: Progress | None,
) -> tuple[OrderFormat, Sheet]:
    """Read files of one format, or of several of one family, into one sheet."""
    total = sum(map(size_of, sources))
    done = 0

    def further(size: int) -> None:
        nonlocal done
        done += size
        if progress is not None:
            progress(done, total)

    formats: dict[str, OrderFormat] = {}
    there: dict[str, set[str]] = {}  # the fields in the files of each
    sheets: list[Sheet] = []
    writer: SheetWriter | None = None  # collects files that follow one another into one sheet
    for source in sources:
        is_parquet = starts_with(source, parquet.MAGIC)
        with contextlib.ExitStack() as stack:
            file = None if is_parquet else stack.enter_context(opened(source, further))
            header = parquet.header_of(source) if file is None else file.header
            this = find(header)
            positions = places_in(this, header, identity)
            refuse_strangers([*formats.values(), this])
            formats.setdefault(this.name, this)
            there.setdefault(this.name, set()).update(positions)
            if file is None:
                sheets += [] if writer is None else [writer.sheet()]
                sheet = parquet.sheet_of(source, positions, header)
                sheets.append(attrs.evolve(sheet, formats=[this.name]))
                writer = None
                further(size_of(source))
            else:
                writer = writer or SheetWriter()
                writer.add(file, positions, this)
    sheets += [] if writer is None else [writer.sheet()]
    found = together([*formats.values()])
    sheet = stacked(sheets)
    if len(formats) > 1:
        sheet = sheet.with_parts(fields_of(formats.values(), there))
    return found, sheet
