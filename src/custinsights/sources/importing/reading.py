"""Read files into what a store takes: the way of `read_orders`, with nothing left out on it.

Orders in all states and currencies, those of nobody too; people with their names and addresses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import attrs
import numpy as np

from custinsights.domain.contacts import looks_like_contact
from custinsights.domain.orders import NO_LABELS
from custinsights.domain.products import Product
from custinsights.errors import MissingColumn
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    NO_NUMBER,
    AnyArray,
    BoolArray,
    IntArray,
    Labels,
)
from custinsights.history.columnar.localtime import to_microseconds
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.sources.beside.customers import as_written
from custinsights.sources.formats.finding import format_asked, format_for
from custinsights.sources.formats.personal import ADDRESSES, STREETS, with_personal
from custinsights.sources.importing.found import Found, FoundOrders, FoundPeople, of_one
from custinsights.sources.orders.assembly import Assembled, assemble, report_of
from custinsights.sources.orders.building import instants_of, observed
from custinsights.sources.orders.grouping import picked, taken
from custinsights.sources.orders.ledger import Ledger
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.orders.shaping import Shaped, shape
from custinsights.sources.reading import Paths, progress_function, read_sheet, sources_of
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.files import Progress
from custinsights.sources.texts.labelling import refuse_no_label

_OWN = frozenset({"channel", "country", "region", "city", "payment_method", "campaign", "coupon"})
"""The labels that have columns of their own in a store."""

_PARTS = ("street", "postal_code", "city", "region", "country")
_KINDS = {"customer_id": "id", "email": "email", "phone": "phone"}


def read_found(
    paths: Paths,
    *,
    source: str = "",
    format: Any = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Found:
    """Read order exports for a store; the options are those of `read_orders`.

    Parameters
    ----------
    source
        The name of the system from which they come, where neither its format nor a column tells.

    Raises
    ------
    MissingColumn
        The orders have no ids; all else is as in `read_orders`.
    """
    settings = Options(**options, keeps_all=True)
    asked = format_asked(format, columns)
    found, sheet = read_sheet(
        sources_of(paths),
        lambda header: with_personal(format_for(asked, header), header),
        settings.identity,
        progress_function(progress),
    )
    rows = ParsedRows(
        sheet,
        Ledger(sheet),
        found,
        zone=settings.zone(found.timezone),
        dayfirst=settings.dayfirst,
        decimal=settings.decimal,
    )
    if not rows.has("order_id"):
        raise MissingColumn(
            "the order's id, by which it is known again",
            ("order_id",),
            tuple(sheet.headers.values()),
            "Say which header it is: columns={'order_id': 'the header', ...}; files without ids "
            "are read by read_orders",
        )
    assembled = assemble(rows, settings)
    shaped = shape(assembled, settings)
    begin, end = observed(instants_of(assembled, shaped.refunds), settings)
    until = None if end is None else settings.calendar.instant(end)
    people, orders = _people(assembled, _orders(assembled, shaped, settings, source), source)
    currencies = set(_currency(rows, settings, assembled.orders.groups.first()).names)
    return Found(
        orders,
        people,
        _products(shaped),
        currencies.pop() if len(currencies) == 1 else settings.currency,
        None if begin is None or until is None else (begin, until),
        report_of(rows, assembled.money),
    )


def _orders(found: Assembled, shaped: Shaped, options: Options, source: str) -> FoundOrders:
    """Return the orders with their lines, their refunds, and the person of each."""
    rows, groups = found.rows, found.orders.groups
    labels = dict(shaped.orders.labels)
    status = _filled(labels.pop("order_status", None), groups.count, "paid")
    whence = _filled(labels.pop("source", None), groups.count, source)
    own = {name: labels.pop(name) for name in sorted(_OWN & labels.keys())}
    for name in labels:
        refuse_no_label(name, "a field of the format", NO_LABELS)
    ids = shaped.orders.order_id
    assert ids is not None  # noqa: S101 - they were asked for
    instants = {name: _instants(found, name) for name in ("cancelled_at", "shipped_at")}
    orders: dict[str, Any] = {
        "source": whence,
        "id": _texts(map(str, ids.tolist()), len(ids)),
        "placed_at": shaped.orders.placed_at,
        "amount": shaped.orders.amount,
        **shaped.orders.numbers,
        "currency": _currency(rows, options, groups.first()),
        "status": status,
        **{name: at for name, at in instants.items() if at is not None},
        **own,
        "labels": _mappings(labels, groups.count),
        "addresses": _addresses(found),
    }
    if (sent := instants["shipped_at"]) is not None:
        codes = (sent == NO_INSTANT).astype(np.int32)
        orders["fulfilment"] = Labels(codes, ("fulfilled", "unfulfilled"))
    if shaped.lines is not None and "units" not in shaped.orders.numbers:
        orders["units"] = RowGroups(shaped.lines.order, groups.count).sums(shaped.lines.quantity)
    refunds, refund_person = _refunds(found, shaped, options, source)
    return FoundOrders(
        orders,
        _lines(found, shaped, options),
        refunds,
        groups.of_first(found.persons.codes),
        refund_person,
        _watched(found, options),
    )


def _watched(found: Assembled, options: Options) -> IntArray:
    """Return until when the files were watched that tell each order: the latest, or as told."""
    groups, sheet = found.orders.groups, found.rows.sheet
    if options.observed_until is not None:
        told = to_microseconds(options.calendar.instant(options.observed_until))
        return np.full(groups.count, told)
    ends = found.ends.take(sheet.file)
    return -groups.least(-ends, groups.holds, 0)


def _texts(texts: Iterable[str], n: int) -> AnyArray:
    return np.fromiter(texts, dtype=object, count=n)


def _filled(column: Labels | None, n: int, text: str) -> Labels:
    """Return a column with one text where it says nothing."""
    column = Labels.missing(n) if column is None else column
    codes = np.where(column.codes < 0, np.int32(len(column.names)), column.codes)
    return Labels(codes, (*column.names, text)).canonical()


def _currency(rows: ParsedRows, options: Options, at: IntArray) -> Labels:
    """Return the currency of the amounts in some rows."""
    if options.rates is not None:
        return Labels(np.zeros(len(at), dtype=np.int32), (str(options.currency),))
    names = np.array([*rows.currencies, ""], dtype=object)
    return Texts.of(names[rows.currency[at]].tolist()).labels()


def _instants(found: Assembled, name: str) -> IntArray | None:
    """Return an instant of each order, from the first of its rows that says one."""
    if name not in found.times:
        return None
    instants, is_there = found.times[name]
    at = found.orders.groups.first(is_there)
    return np.where(at >= 0, picked(instants.values, at), NO_INSTANT)


def _mappings(labels: Mapping[str, Labels], n: int) -> AnyArray:
    """Return what the labels without a column of their own say of each order, None for nothing."""
    found = np.full(n, None, dtype=object)
    told: dict[int, dict[str, str]] = defaultdict(dict)
    for name, column in sorted(labels.items()):
        at = np.flatnonzero(column.codes >= 0)
        for row, text in zip(at.tolist(), column.take(at).texts().tolist(), strict=True):
            told[row][name] = text
    for row, mapping in told.items():
        found[row] = mapping
    return found


def _addresses(found: Assembled) -> AnyArray:
    """Return where the goods and the bill of each order went, None where no street tells it."""
    rows, orders = found.rows, found.orders
    addresses = np.full(orders.groups.count, None, dtype=object)
    told: dict[int, dict[str, dict[str, str]]] = defaultdict(dict)
    for prefix, which in ADDRESSES.items():
        if not any(rows.has(f"{prefix}{part}") for part in STREETS):
            continue
        parts = {part: orders.texts(f"{prefix}{part}").array().tolist() for part in _PARTS}
        more = orders.texts(f"{prefix}street_2").array().tolist()
        parts["street"] = [
            ", ".join(filter(None, lines)) for lines in zip(parts["street"], more, strict=True)
        ]
        for row, texts in enumerate(zip(*parts.values(), strict=True)):
            if any(texts):
                told[row][which] = {n: t for n, t in zip(parts, texts, strict=True) if t}
    for row, address in told.items():
        addresses[row] = address
    return addresses


def _lines(found: Assembled, shaped: Shaped, options: Options) -> dict[str, Any]:
    """Return the lines, order by order; prices of one and discounts where they are told exactly."""
    lines, table = shaped.lines, shaped.products
    if lines is None or table is None:
        return {"order": np.empty(0, dtype=np.int64)}
    by_order = np.argsort(lines.order, kind="stable")
    at = shaped.line_rows[by_order]
    told: dict[str, Any] = {
        "order": lines.order[by_order],
        "product": Labels(lines.product[by_order].astype(np.int32), table.ids),
        "quantity": lines.quantity[by_order],
        "amount": lines.amount[by_order],
    }
    money = found.money.lines
    if options.rates is not None:
        return told
    if money.rows.has("unit_price"):
        whole, changed, wrong = money.rows.decimals("unit_price").scaled(money.rows.exponent)
        is_told = ~(changed | wrong | money.rows.is_blank("unit_price")) & (whole >= 0)
        told["unit_price"] = np.where(is_told, whole, NO_NUMBER)[at]
    if money.rows.has("line_discount") or money.rows.has("line_goods"):
        assert money.goods is not None  # noqa: S101 - there are lines with amounts
        assert money.revenue is not None  # noqa: S101 - as above
        off = money.goods - money.revenue
        told["discount"] = np.where(off >= 0, off, NO_NUMBER)[at]
    return told


def _refunds(
    found: Assembled, shaped: Shaped, options: Options, source: str
) -> tuple[dict[str, Any], IntArray]:
    """Return the refunds and whose they are: those with keys of their own, then order by order.

    What has a row of its own has a key of its own: made of what it says, and of how often it was
    said before.
    """
    refunds, rows, table = shaped.refunds, found.rows, shaped.products
    if refunds is None or refunds.rows is None:
        none = np.empty(0, dtype=np.int64)
        return {"order": none}, none
    is_own = refunds.rows > 0
    order = np.where(is_own, -1, refunds.order)
    at = np.argsort(order, kind="stable")
    row, is_own = shaped.refund_rows[at], is_own[at]
    names = ("",) if table is None else table.ids
    product = Labels(refunds.product[at].astype(np.int32), names)
    currency = _currency(rows, options, row)
    named = rows.texts("order_id").take(row).array()
    instants = np.where(shaped.is_dated[at], refunds.refunded_at[at], NO_INSTANT)
    person = np.where(is_own, found.persons.codes[row], -1)
    whence = rows.texts("source").take(row).array()
    own_source = rows.format.source or source
    keys = _keys(
        is_own,
        named,
        rows.texts("customer_id").take(row).array(),
        product.texts(),
        currency.texts(),
        instants,
        refunds.amount[at],
    )
    return {
        "order": order[at],
        "source": _only(np.where(whence == "", own_source, whence), is_own),
        "id": keys,
        "refunded_at": instants,
        "amount": refunds.amount[at],
        "product": product,
        "currency": _only(currency.texts(), is_own),
        "names": _only(named, is_own & (named != "")),
    }, person


def _only(texts: AnyArray, where: BoolArray) -> AnyArray:
    """Return the texts in some rows, None in the others."""
    found = np.full(len(texts), None, dtype=object)
    found[where] = texts[where]
    return found


def _keys(is_own: BoolArray, named: AnyArray, customer: AnyArray, *said: AnyArray) -> AnyArray:
    """Return a key for each refund with a row of its own, None for the others."""
    found: list[str | None] = []
    times: dict[str, int] = defaultdict(int)
    columns = [column.tolist() for column in (is_own, named, customer, *said)]
    for own, name, who, *content in zip(*columns, strict=True):
        if not own:
            found.append(None)
            continue
        whose = "" if name or looks_like_contact(who) else who
        mark = sha256("\x1f".join(map(str, (name, whose, *content))).encode()).hexdigest()[:12]
        key = f"{name or 'refund'}-{mark}"
        times[key] += 1
        found.append(key if times[key] == 1 else f"{key}-{times[key]}")
    return np.fromiter(found, dtype=object, count=len(found))


def _people(found: Assembled, orders: FoundOrders, source: str) -> tuple[FoundPeople, FoundOrders]:
    """Return who ordered, or got a refund, and the orders with their numbers."""
    persons = found.persons
    is_used = np.zeros(len(persons.names), dtype=np.bool_)
    for codes in (orders.person, orders.refund_person):
        is_used[codes[codes >= 0]] = True
    dense = np.append(np.where(is_used, np.cumsum(is_used) - 1, -1), -1)
    count = int(np.count_nonzero(is_used))
    known = {}
    for kind, (whose, values) in persons.contacts.items():
        owner, own = of_one(whose, values)
        at = np.flatnonzero(is_used[owner])
        known[_KINDS[kind]] = dense[owner[at]], own.take(at)
    orders = attrs.evolve(
        orders, person=dense[orders.person], refund_person=dense[orders.refund_person]
    )
    placed = np.asarray(orders.orders["placed_at"])
    told = {
        name: _latest(texts, orders.person, placed, count) for name, texts in _told(found).items()
    }
    return FoundPeople(count, found.rows.format.source or source, known, told), orders


def _told(found: Assembled) -> dict[str, Texts]:
    """Return the name, e-mail address and phone number that each order tells."""
    rows, orders = found.rows, found.orders
    name = orders.texts("name")
    if rows.has("first_name") or rows.has("last_name"):
        parts = [orders.texts(part).array().tolist() for part in ("first_name", "last_name")]
        whole = Texts.of(" ".join(filter(None, names)) for names in zip(*parts, strict=True))
        name = name.or_else(whole)
    told = {"name": name.or_else(orders.texts("shipping_name"))}
    for contact in ("email", "phone"):
        written = as_written(rows, contact)
        told[contact] = taken(written, orders.groups.first(~written.is_blank))
    return told


def _latest(texts: Texts, person: IntArray, placed_at: IntArray, count: int) -> Texts:
    """Return what the latest order of each person says, of those that say something."""
    at = np.flatnonzero((person >= 0) & ~texts.is_blank)
    at = at[np.argsort(placed_at[at], kind="stable")]
    codes = np.full(count, len(texts.names), dtype=np.int32)
    codes[person[at]] = texts.codes[at]  # of equal places the last is written last
    return Texts(codes, [*texts.names, ""])


def _products(shaped: Shaped) -> list[Product]:
    """Return what lines say of products."""
    table = shaped.products
    if table is None:
        return []
    labels = {name: column.texts().tolist() for name, column in table.labels.items()}
    return [
        Product(own, **{name: texts[row] for name, texts in labels.items()})
        for row, own in enumerate(table.ids)
    ]
