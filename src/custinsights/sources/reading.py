"""Read the order exports of a shop: the door of this room.

Files become a sheet of cells, a format says what the cells mean, the rows are settled one by one,
and what is left becomes a history.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from custinsights.domain.load_report import LoadReport
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue, MissingColumn
from custinsights.history.builder import build
from custinsights.history.columns import RefundColumns
from custinsights.history.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.sources.assembly import Assembled, assemble, report_of
from custinsights.sources.files import Progress, Source, opened, size_of
from custinsights.sources.formats import format_for
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.ledger import Ledger
from custinsights.sources.options import Options, Rates, RefundRule
from custinsights.sources.rows import ParsedRows
from custinsights.sources.shaping import shape
from custinsights.sources.sheet import Sheet, SheetWriter
from custinsights.sources.vocabulary import MEANINGS

Paths: TypeAlias = Source | Iterable[Source]


def history_of(sheet: Sheet, format: OrderFormat, options: Options) -> OrderHistory:  # noqa: A002
    """Make a history of a sheet of cells: what every reader of tables ends in."""
    ledger = Ledger(sheet)
    rows = ParsedRows(
        sheet, ledger, format, zone=options.zone(format.timezone), dayfirst=options.dayfirst
    )
    found = assemble(rows, options)
    shaped = shape(found)
    placed, _ = found.times["placed_at"]
    report = report_of(rows, found.money)
    observed_from, observed_until = _observed(found, shaped.refunds, options)
    is_assumed = options.timezone is None and not placed.dates_only
    return build(
        shaped.orders,
        refunds=shaped.refunds,
        lines=shaped.lines,
        products=shaped.products,
        currency=found.conversion.currency,
        calendar=options.calendar,
        policy=options.policy,
        observed_from=observed_from,
        observed_until=observed_until if options.observed_until is None else options.observed_until,
        has_times=not placed.dates_only,
        load_report=report + LoadReport(timezone_assumed=is_assumed),
    )


def _observed(
    found: Assembled, refunds: RefundColumns | None, options: Options
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return the local days from the first row to the last one, used or left out."""
    instants = [] if found.span is None else [*found.span]
    if refunds is not None:
        instants += [int(refunds.refunded_at.min()), int(refunds.refunded_at.max())]
    if not instants:
        return None, None
    calendar = options.calendar
    first, last = (calendar.local_date(to_datetime(at)) for at in (min(instants), max(instants)))
    return calendar.start_of_day(first), calendar.start_of_day(last + dt.timedelta(days=1))


def read_orders(
    paths: Paths,
    *,
    format: str | OrderFormat | None = None,  # noqa: A002 - the word of shop exports
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
    options = Options(
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
        return [paths]  # type: ignore[list-item]
    sources = list(paths)
    if not sources:
        raise InvalidValue("there is no file to read", (), "a path, or several")
    return sources


def _read(
    sources: Sequence[Source],
    format: str | OrderFormat | None,  # noqa: A002
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
    writer: SheetWriter | None = None
    for source in sources:
        with opened(source, further) as file:
            this = format_for(format, columns, file.header)
            positions = checked_positions(this, file.header)
            if found is None or writer is None:
                found, writer = this, SheetWriter(list(this.columns))
            elif found.name != this.name:
                raise InvalidValue(
                    "the files are of several formats",
                    (found.name, this.name),
                    "files of one format",
                    "Read each by itself",
                )
            writer.add(file, positions)
    assert found is not None  # noqa: S101 - there is a source
    assert writer is not None  # noqa: S101 - there is a source
    return found, writer.sheet()


def checked_positions(format: OrderFormat, header: Sequence[str]) -> dict[str, int]:  # noqa: A002
    """Return the place of each field, once every header that was named is there."""
    positions = format.positions(header)
    found = [cell for cell in header if cell]
    if format.name == "generic":
        for field, wanted in format.columns.items():
            if field not in positions:
                names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
                advice = f"Correct columns={{'{field}': ...}}, or leave it away"
                raise MissingColumn(MEANINGS.get(field, field), names, found, advice)
    needs = list(format.needs)
    if format.layout != "orders" and "order_id" not in needs:
        needs.append("order_id")
    for field in needs:
        if field not in positions and field not in format.computed:
            wanted = format.columns.get(field, field)
            names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
            advice = f"Say which header it is: columns={{'{field}': 'the header', ...}}"
            raise MissingColumn(MEANINGS.get(field, field), names, found, advice)
    if not {"customer_id", "email", "phone"} & positions.keys():
        raise MissingColumn(
            MEANINGS["customer_id"],
            [name for kind in ("customer_id", "email", "phone")
             if isinstance(name := format.columns.get(kind, kind), str)],
            found,
            "Say which header it is: columns={'customer': 'the header', ...}",
        )
    return positions
