"""The columns of a history from rows that are settled: orders, lines, refunds, products."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.domain.channels import ChannelTaxonomy
from custinsights.history.columnar.columns import (
    AnyArray,
    BoolArray,
    ContactColumns,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
)
from custinsights.history.columnar.row_groups import RowGroups, repeated
from custinsights.sources.orders import known
from custinsights.sources.orders.assembly import Assembled
from custinsights.sources.orders.channels import channel_of_orders
from custinsights.sources.orders.grouping import first_texts, most_frequent, picked
from custinsights.sources.orders.identity import outside_ids
from custinsights.sources.orders.money import magnitudes, said
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import LINE_FIELDS, ORDERS, PRODUCT_LABELS

Outside: TypeAlias = AnyArray | tuple[str, ...] | range
"""The identity of each person: integers, texts, or the integers that lie from one to another."""

_ADDRESS = ("country", "region", "city")


@attrs.frozen(eq=False)
class Shaped:
    """What the builder of histories takes, beside its settings, and where it comes from.

    `refund_rows` and `line_rows` are the rows in which each refund and line stands; `is_dated`
    tells which refunds say when they were made.
    """

    orders: OrderColumns
    refunds: RefundColumns | None
    lines: LineColumns | None
    products: Products | None
    people: People | None
    contacts: dict[str, ContactColumns]
    refund_rows: IntArray
    is_dated: BoolArray
    line_rows: IntArray


def shape(found: Assembled, options: Options) -> Shaped:
    """Give what was read the shape of a history's columns."""
    rows, currency = found.rows, found.conversion.currency
    codes, table = _products(found)
    codes, table = known.products(table, codes, options.products, currency)
    price = options.products.price
    other_prices = int(np.count_nonzero(price != options.products.prices_in(currency)))
    persons, customers = found.persons, options.customers
    is_text = not rows.has("customer_id") and not len(customers)
    is_text |= rows.sheet.has_text_ids("customer_id")
    is_text |= customers.has_text_ids
    ids: Outside = persons.names
    if not (is_text or isinstance(persons.names, range)):
        ids = outside_ids(persons.names, is_text=False)
    table_of_people, more = known.people(
        customers, persons.known, lambda codes: identities(ids, codes)
    )
    rows.ledger.note("customers_without_identity", int(np.count_nonzero(persons.known < 0)))
    rows.ledger.note("customers_in_several_rows", more)
    rows.ledger.note("prices_in_another_currency", other_prices)
    refunds, refund_rows, is_dated = _refunds(found, ids, codes)
    lines, line_rows = _lines(found, codes, table)
    return Shaped(
        _orders(found, ids, options.channels),
        refunds,
        lines,
        table,
        table_of_people,
        {} if options.keeps_all else _contacts(found, ids),
        refund_rows,
        is_dated,
        line_rows,
    )


def _contacts(found: Assembled, ids: Outside) -> dict[str, ContactColumns]:
    """Return whose the contacts are, of those who are in the history."""
    if not found.persons.contacts:
        return {}
    is_there = np.zeros(len(ids), dtype=np.bool_)
    for codes in (found.persons.codes[found.rows.ledger.is_open], found.persons.known):
        is_there[codes[codes >= 0]] = True
    told = {}
    for kind, (persons, values) in found.persons.contacts.items():
        at = np.flatnonzero(is_there.take(persons))
        told[kind] = ContactColumns(identities(ids, persons[at]), values.take(at))
    return told


def identities(ids: Outside, codes: IntArray) -> AnyArray | Labels:
    """Return the identity of each code."""
    if isinstance(ids, range):
        return codes + ids.start if ids.start else codes
    if isinstance(ids, np.ndarray) and ids.dtype.kind != "O":
        return picked(ids, codes)
    return Labels(codes.astype(np.int32), tuple(ids))


def _orders(found: Assembled, ids: Outside, taxonomy: ChannelTaxonomy) -> OrderColumns:
    rows, groups = found.rows, found.orders.groups
    return OrderColumns(
        customer=identities(ids, groups.of_first(found.persons.codes)),
        placed_at=groups.of_first(found.placed_at),
        amount=found.conversion.of_orders(found.of_order, groups),
        order_id=_order_ids(rows, groups) if rows.has("order_id") else None,
        numbers=_numbers(found),
        labels=_labels(found, taxonomy),
        rows=None if found.orders.is_single else groups.sizes(),
    )


def _order_ids(rows: ParsedRows, groups: RowGroups) -> AnyArray:
    whole = rows.integer_ids("order_id")
    if whole is not None:
        return groups.of_first(whole)
    texts = first_texts(rows.texts("order_id"), groups).used()
    names = outside_ids(texts.names, is_text=rows.sheet.has_text_ids("order_id"))
    return picked(names, texts.codes)


def _numbers(found: Assembled) -> dict[str, IntArray]:
    """Return what an order consists of: goods before the discount, discount, shipping, …, units."""
    rows, orders, lines = found.rows, found.orders, found.money.lines
    sold = lines.of_orders(orders.groups)
    numbers: dict[str, IntArray] = {}
    for field in ("goods", "shipping", "tax", "tip"):
        if rows.has(field):
            numbers[field] = said(orders, field, rows.minor(field))
    if rows.has("discount"):
        numbers["discount"] = said(orders, "discount", magnitudes(rows, "discount"))
    if lines.goods is not None and lines.revenue is not None:
        numbers.setdefault("goods", sold.sums(lines.goods * ~lines.is_tip))
        if lines.rows.has("line_discount") or lines.rows.has("line_goods"):
            discount = (lines.goods - lines.revenue) * ~lines.is_tip
            numbers.setdefault("discount", sold.sums(discount))
        if lines.is_tip.any():
            numbers.setdefault("tip", sold.sums(lines.revenue * lines.is_tip))
    convert = found.conversion.of_orders
    numbers = {name: convert(minor, orders.groups) for name, minor in numbers.items()}
    if rows.has("units"):
        numbers["units"] = said(orders, "units", rows.thousandths("units"))
    elif lines.quantity is not None:
        numbers["units"] = sold.sums(lines.quantity * ~lines.is_tip)
    return numbers


def _labels(found: Assembled, taxonomy: ChannelTaxonomy) -> dict[str, Labels]:
    rows, orders = found.rows, found.orders
    labels: dict[str, Labels] = {}
    if rows.has("order_status"):
        labels["order_status"] = first_texts(found.statuses, orders.groups).labels()
    prefixes = rows.format.address_prefixes
    internal = {f"{prefix}{part}" for prefix in prefixes for part in _ADDRESS}
    internal |= {*LINE_FIELDS, *rows.format.kinds, *rows.format.fallbacks.values(), "order_status"}
    internal |= ORDERS.apart
    for field in rows.fields:
        if rows.kind(field) == "label" and field not in internal:
            labels[field] = orders.texts(field).labels()
    labels.update(_address(found))
    if rows.format.source is not None and "source" not in labels:
        labels["source"] = Texts.same(rows.format.source, orders.groups.count).labels()
    channel = channel_of_orders(orders, taxonomy)
    return labels if channel is None else {**labels, "channel": channel}


def _address(found: Assembled) -> dict[str, Labels]:
    """Return country, region and city, all from the first address that says anything."""
    rows, orders = found.rows, found.orders
    parts: dict[str, Texts] = {}
    is_said = np.zeros(orders.groups.count, dtype=np.bool_)
    for prefix in rows.format.address_prefixes:
        fields = {part: f"{prefix}{part}" for part in _ADDRESS}
        fields = {part: field for part, field in fields.items() if rows.has(field)}
        columns = {part: orders.texts(field) for part, field in fields.items()}
        says = np.zeros(len(is_said), dtype=np.bool_)
        for column in columns.values():
            says |= ~column.is_blank
        for part in {**parts, **columns}:
            ours = parts.get(part, Texts.same("", len(is_said)))
            theirs = columns.get(part, Texts.same("", len(is_said)))
            emptied = Texts(
                np.where(is_said, ours.codes, np.int32(len(ours.names))), [*ours.names, ""]
            )
            fresh = Texts(
                np.where(is_said, np.int32(len(theirs.names)), theirs.codes), [*theirs.names, ""]
            )
            parts[part] = emptied.or_else(fresh)
        is_said |= says
    return {part: column.labels() for part, column in parts.items()}


def _products(found: Assembled) -> tuple[IntArray, Products | None]:
    """Return the product of each line, and the table of products."""
    lines = found.money.lines
    rows = lines.rows
    n = len(rows)
    names = [field for field in ("product", "product_name") if rows.has(field)]
    if not names:
        return repeated(-1, n), None
    ids = rows.texts(names[0])
    for field in names[1:]:
        ids = ids.or_else(rows.texts(field))
    is_used = lines.is_line | lines.of_rows(found.is_refund)
    is_used &= lines.of_rows(found.rows.ledger.is_open)
    used = ids.take(np.flatnonzero(is_used)).labels()
    codes = np.full(n, -1, dtype=np.int64)
    codes[is_used] = used.codes
    groups = RowGroups(codes, len(used.names))
    labels = {
        name: most_frequent(groups, rows.texts(field))
        for field, name in PRODUCT_LABELS.items()
        if rows.has(field)
    }
    return codes, Products(ids=used.names, labels=labels)


def _lines(
    found: Assembled, products: IntArray, table: Products | None
) -> tuple[LineColumns | None, IntArray]:
    """Return the lines of orders, where the source says what each came to, and their rows."""
    lines, revenue = found.money.lines, found.money.lines.revenue
    none = np.empty(0, dtype=np.int64)
    if table is None:
        return None, none
    orders = lines.of_orders(found.orders.groups).codes
    if revenue is None and found.orders.is_single and lines.of is None:
        revenue = picked(found.of_order, orders)
    if revenue is None:
        return None, none
    at = np.flatnonzero(lines.is_line & (orders >= 0))
    quantity = np.full(len(orders), 1000) if lines.quantity is None else lines.quantity
    columns = LineColumns(
        order=orders[at],
        product=products[at],
        quantity=quantity[at],
        amount=found.conversion.amounts(revenue[at], at if lines.of is None else lines.of[at]),
    )
    return columns, at


def _refunds(
    found: Assembled, ids: Outside, products: IntArray
) -> tuple[RefundColumns | None, IntArray, BoolArray]:
    """Return the refunds: rows that are refunds, and what orders say was given back.

    With them the row of each, and whether it says when.
    """
    groups, ledger = found.orders.groups, found.rows.ledger
    at = np.flatnonzero(found.is_refund & ledger.is_open)
    is_line = found.money.lines.of is None
    in_rows = {
        "row": at,
        "amount": found.money.refund[at],
        "order": np.where(found.linked[at] >= 0, picked(groups.codes, found.linked[at]), -1),
        "product": products[at] if is_line else np.full(len(at), -1, dtype=np.int64),
        "at": found.placed_at[at],
        "rows": np.ones(len(at), dtype=np.int64),
        "is_dated": np.ones(len(at), dtype=np.int64),
    }
    of_orders = _refunds_of_orders(found)
    parts = [in_rows, of_orders] if of_orders is not None else [in_rows]
    if not any(len(part["row"]) for part in parts):
        return None, at, at.astype(np.bool_)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in in_rows}
    person = picked(found.persons.codes, joined["row"])
    columns = RefundColumns(
        customer=identities(ids, person),
        refunded_at=joined["at"],
        amount=found.conversion.amounts(joined["amount"], joined["row"]),
        order=joined["order"],
        product=joined["product"],
        rows=joined["rows"],
    )
    return columns, joined["row"], joined["is_dated"].astype(np.bool_)


def _refunds_of_orders(found: Assembled) -> dict[str, IntArray] | None:
    """Return what orders say was given back.

    Each refund in an order's cells is one, and what the order says beyond them is another. A state
    that says all of it stands for the amount where nothing else tells of a refund. What payments
    say counts before what the order says itself.
    """
    rows, orders, groups = found.rows, found.orders, found.orders.groups
    order, amount, at, is_dated = _in_cells(found)
    given = RowGroups(order, groups.count).sums(amount)
    rest = repeated(0, groups.count)
    if rows.has("refunded"):
        told = said(orders, "refunded", magnitudes(rows, "refunded"))
        rows.ledger.note("refunds_beyond_their_total", int(np.count_nonzero(given > told)))
        rest = np.maximum(told - given, 0)
    if rows.has("payment_refunded"):
        by_payments = _refunds_by_payments(found)
        rest = np.where(by_payments > 0, np.maximum(by_payments - given, 0), rest)
    is_full = groups.any(rows.says_refunded())
    if is_full.any():
        linked = found.linked[found.is_refund & rows.ledger.is_open]
        has_rows = np.zeros(groups.count, dtype=np.bool_)
        has_rows[groups.codes[linked[linked >= 0]]] = True
        is_full = is_full & (rest == 0) & (given == 0) & ~has_rows & (found.of_order > 0)
        rows.ledger.note("full_refunds_by_status", int(np.count_nonzero(is_full)))
        rest = np.where(is_full, found.of_order, rest)
    more = np.flatnonzero(rest > 0)
    order, amount = np.concatenate([order, more]), np.concatenate([amount, rest[more]])
    if not len(order):
        return None
    known_at, is_known = _refunded_at(found)
    at = np.concatenate([np.where(is_dated, at, known_at[order[: len(at)]]), known_at[more]])
    is_dated = np.concatenate([is_dated, np.zeros(len(more), dtype=np.bool_)]) | is_known[order]
    rows.ledger.note("undated_refunds", int(np.count_nonzero(~is_dated)))
    return {
        "row": groups.first()[order],
        "amount": amount,
        "order": order,
        "product": np.full(len(order), -1, dtype=np.int64),
        "at": at,
        "rows": np.zeros(len(order), dtype=np.int64),
        "is_dated": is_dated.astype(np.int64),
    }


def _in_cells(found: Assembled) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """Return the refunds in the cells of orders: order, amount, instant, whether it has one."""
    packed = found.money.given_back
    if packed is None:
        none = np.empty(0, dtype=np.int64)
        return none, none, none, none.astype(np.bool_)
    order = picked(found.orders.groups.codes, packed.of)
    keep = (order >= 0) & (packed.amount > 0)
    return order[keep], packed.amount[keep], packed.at[keep], packed.is_dated[keep]


def _refunded_at(found: Assembled) -> tuple[IntArray, BoolArray]:
    """Return when each order says that something was given back, and whether it says so."""
    groups = found.orders.groups
    at = picked(found.placed_at, groups.first())
    is_known = np.zeros(groups.count, dtype=np.bool_)
    for field in ("cancelled_at", "refunded_at"):
        if field in found.times:
            instants, is_there = found.times[field]
            row = groups.first(is_there)
            at = np.where(row >= 0, picked(instants.values, row), at)
            is_known = (row >= 0) & (field == "refunded_at")
    return at, is_known


def _refunds_by_payments(found: Assembled) -> IntArray:
    """Return what was given back by what payments say: the same part of the order as of them.

    A payment may hold what is not the shop's, such as taxes, and be in another currency.
    """
    rows, orders = found.rows, found.orders
    back = said(orders, "payment_refunded", magnitudes(rows, "payment_refunded"))
    paid = said(orders, "payment_gross", rows.minor("payment_gross"))
    rows.ledger.note("over_refunded_orders", int(np.count_nonzero(back > paid)))
    amount = np.where(back < paid, 0, found.of_order)
    for order in np.flatnonzero((back > 0) & (back < paid)).tolist():
        part = Fraction(int(back[order]), int(paid[order]))
        amount[order] = round(part * int(found.of_order[order]))
    return np.where(back > 0, amount, 0)
