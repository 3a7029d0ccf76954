"""The money of rows and of orders, each in its own currency.

A row's money is its part of what the source says was sold: an order's amount lies on its lines, and
what is not in the lines on the first of them; a refund is negative. So the rows of an order add up
to its amount, and all rows to the whole source.
"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.errors import MissingColumn
from custinsights.history.columnar.amounts import Decimals
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray
from custinsights.history.columnar.row_groups import RowGroups, repeated
from custinsights.sources.orders.grouping import OrderRows, picked, spread_bad
from custinsights.sources.orders.rows import NUMBER, ParsedRows
from custinsights.sources.orders.unpacking import Parts, unpack

NEGATIVE_QUANTITY, NEGATIVE_AMOUNT = "negative quantity", "negative amount"
TWO_AMOUNTS = "two amounts under one order id"
_EXTRAS = ("shipping", "tax", "tip")


@attrs.frozen(eq=False)
class LineMoney:
    """What rows say of the goods sold.

    Parameters
    ----------
    rows, of
        The rows that are lines: the source's own, of which `of` is None, or the lines that lay
        packed in cells of them, of which it is int64[n], the row of the source that each is in.
    revenue, goods
        int64[n] minor units: quantity × unit price − line discount, and before the discount; None
        where the source has no prices.
    quantity
        int64[n], thousandths; None where the source has none.
    is_line
        bool[n], the row names a product that was sold: no tip, no refund.
    is_tip
        bool[n], the row is a tip.
    """

    rows: ParsedRows
    of: IntArray | None
    revenue: IntArray | None
    goods: IntArray | None
    quantity: IntArray | None
    is_line: BoolArray
    is_tip: BoolArray

    def of_orders(self, groups: RowGroups) -> RowGroups:
        """Return the lines of each order, given the rows of each order."""
        if self.of is None:
            return groups
        return RowGroups(picked(groups.codes, self.of), groups.count)

    def of_rows(self, values: AnyArray) -> AnyArray:
        """Return to each line what its row has."""
        return values if self.of is None else picked(values, self.of)


@attrs.frozen(eq=False)
class GivenBack:
    """Refunds that lay packed in the cells of their orders.

    `of` is the row of each, `amount` is int64 minor units above 0; where `is_dated`, `at` is its
    instant.
    """

    of: IntArray
    amount: IntArray
    at: IntArray
    is_dated: BoolArray


@attrs.frozen(eq=False)
class Money:
    """Amounts in minor units of each row's currency.

    Parameters
    ----------
    orders
        The orders that are left once amounts are judged.
    lines
        What rows say of the goods sold.
    of_order
        int64 by order, what was paid.
    of_row
        int64[n], the row's part of the source's total.
    refund
        int64[n], what a refund row gives back.
    given_back
        The refunds in cells of orders, None where the source has none.
    """

    orders: OrderRows
    lines: LineMoney
    of_order: IntArray
    of_row: IntArray
    refund: IntArray
    given_back: GivenBack | None


def add_up(orders: OrderRows, is_refund: BoolArray) -> Money:
    """Read the amounts of rows, judge them, and add them up to those of orders."""
    rows, ledger = orders.rows, orders.rows.ledger
    lines = _lines_of(rows, is_refund)
    given_back = _given_back(rows, lines)
    if rows.has("amount"):
        own = rows.minor("amount")
    else:
        of_lines = lines.revenue if lines.rows is rows else None
        own = _from_goods(rows) if of_lines is None else of_lines + _of_lines(rows)
    refund = repeated(0, len(rows))
    if is_refund.any():
        refund = np.where(is_refund, np.abs(own), 0)
        is_positive = is_refund & (own > 0) & ledger.is_open
        ledger.note("refund_rows_with_positive_amounts", int(np.count_nonzero(is_positive)))
    if orders.is_single and rows.has("amount"):
        ledger.bad(rows.is_blank("amount") & ~is_refund, NUMBER, "amount")
    for field in ("refunded", "payment_refunded"):
        if rows.has(field):
            ledger.bad(magnitudes(rows, field) < 0, NEGATIVE_AMOUNT, field)
    spread_bad(orders)
    orders = orders.settled()
    if orders.is_single:
        of_order, of_row = orders.groups.of_first(own), own
    elif rows.has("amount"):
        of_order, of_row = _told(orders, own)
    else:
        of_order, of_row = _summed(orders, own)
    field = "amount" if rows.has("amount") else _price_field(rows)
    is_negative = of_order < 0
    if is_negative.any():
        ledger.bad(orders.groups.spread(is_negative, default=False), NEGATIVE_AMOUNT, field)
    of_row = np.where(is_refund, -refund, of_row) if is_refund.any() else of_row
    return Money(orders, lines, of_order, of_row, refund, given_back)


def magnitudes(rows: ParsedRows, field: str) -> IntArray:
    """Return a column that lowers something: where none of it is above 0, its sizes."""
    values = rows.minor(field)
    return values if (values > 0).any() else -values


def said(orders: OrderRows, field: str, values: IntArray) -> IntArray:
    """Return the value of each order from the row that says it, 0 where none does.

    Where each row tells a part of it, return the sum.
    """
    if field in orders.rows.format.summed:
        return orders.groups.sums(values)
    at = orders.row_of(field)
    return np.where(at >= 0, picked(values, at), 0)


def _lines_of(rows: ParsedRows, is_refund: BoolArray) -> LineMoney:
    """Read and judge what is said of the goods sold, by the rows or by what lies in their cells."""
    packed = None if rows.format.lines is None else unpack(rows, rows.format.lines)
    if packed is None:
        return _lines(rows, None, is_refund)
    lines = _lines(packed.rows, packed.of, np.zeros(len(packed.of), dtype=np.bool_))
    packed.rows.ledger.bad(packed.rows.minor("refunded") < 0, NEGATIVE_AMOUNT, "refunded")
    _take_over(rows, packed)
    return lines


def _given_back(rows: ParsedRows, lines: LineMoney) -> GivenBack | None:
    """Read and judge the refunds that lie in cells: those of the order, else those of its lines."""
    packed = None if rows.format.refunds is None else unpack(rows, rows.format.refunds)
    if packed is None:
        return _given_back_of_lines(rows, lines)
    parts = packed.rows
    amount = parts.minor("amount")
    parts.ledger.bad(parts.is_blank("amount"), NUMBER, "amount")
    parts.ledger.bad(amount < 0, NEGATIVE_AMOUNT, "amount")
    instants, is_dated = parts.instants("refunded_at")
    _take_over(rows, packed)
    return GivenBack(packed.of, amount, instants.values, is_dated)


def _given_back_of_lines(rows: ParsedRows, lines: LineMoney) -> GivenBack | None:
    """Return what lines in cells say of orders that say nothing of it themselves.

    It is without shipping, so that a state which says all of it counts before.
    """
    if lines.of is None or rows.has("refunded"):
        return None
    back = np.where(lines.of_rows(rows.says_refunded()), 0, lines.rows.minor("refunded"))
    if not back.any():
        return None
    rows.ledger.note("refunds_told_by_lines_alone", int(np.count_nonzero(back)))
    return GivenBack(lines.of, back, np.zeros_like(back), np.zeros(len(back), dtype=np.bool_))


def _take_over(rows: ParsedRows, packed: Parts) -> None:
    """Let rows be bad with what lies in their cells, and count what was rounded there."""
    rows.ledger.take_over(packed.rows.ledger, packed.of)
    rows.rounded += packed.rows.rounded


def _lines(rows: ParsedRows, of: IntArray | None, is_refund: BoolArray) -> LineMoney:
    """Read and judge what each row says of the goods sold."""
    ledger = rows.ledger
    is_tip = np.zeros(len(rows), dtype=np.bool_)
    if rows.format.tip_rows is not None:
        is_tip = rows.format.tip_rows(rows)
    says_product = np.zeros(len(rows), dtype=np.bool_)
    for field in ("product", "product_name"):
        if rows.has(field):
            says_product |= ~rows.is_blank(field)
    for field in ("quantity", "units"):
        if rows.has(field):
            ledger.bad((rows.thousandths(field) < 0) & ~is_refund, NEGATIVE_QUANTITY, field)
    revenue, goods = _revenue(rows, is_refund)
    if revenue is not None:
        ledger.bad((revenue < 0) & ~is_refund, NEGATIVE_AMOUNT, _price_field(rows))
    return LineMoney(
        rows,
        of,
        revenue,
        goods,
        rows.thousandths("quantity") if rows.has("quantity") else None,
        says_product & ~is_refund & ~is_tip,
        is_tip,
    )


def _revenue(rows: ParsedRows, is_refund: BoolArray) -> tuple[IntArray | None, IntArray | None]:
    """Return the revenue of each line, and its goods before the discount."""
    is_whole_story = rows.format.layout == "lines" and not rows.has("amount")
    fields = ("line_amount",) if rows.has("line_amount") else ("quantity", "unit_price")
    for field in fields:
        if is_whole_story and rows.has(field):
            rows.ledger.bad(rows.is_blank(field), NUMBER, field)
    if rows.has("line_amount"):
        amount = rows.minor("line_amount")
        return amount, rows.minor("line_goods") if rows.has("line_goods") else amount
    if not rows.has("unit_price"):
        return None, None
    price = rows.decimals("unit_price")
    if rows.has("quantity"):
        price = price.times(rows.decimals("quantity"))
    goods = rows.whole(price, rows.exponent, "unit_price", counts=not rows.has("line_discount"))
    if not rows.has("line_discount"):
        return goods, goods
    off = rows.decimals("line_discount")
    # A discount is written with or without its sign; a refund gives back what was paid after it.
    sign = 1 if (off.digits > 0).any() else -1
    digits = np.where(is_refund & (price.digits < 0), -sign * off.digits, sign * off.digits)
    off = Decimals(digits, off.places, off.wrong)
    return rows.whole(price.minus(off), rows.exponent, "unit_price"), goods


def _from_goods(rows: ParsedRows) -> IntArray:
    """Return the amount of each row where only its parts are told."""
    if not rows.has("goods"):
        raise MissingColumn(
            "the amount of the order",
            ("amount", "goods", "line_amount", "quantity", "unit_price"),
            tuple(rows.sheet.headers.values()),
            "Say which header holds it: columns={'amount': 'the header'}, or for order lines "
            "{'quantity': ..., 'unit_price': ...}. Once columns are named, only those are read",
        )
    total = rows.minor("goods") - magnitudes(rows, "discount")
    for field in _EXTRAS:
        total = total + rows.minor(field)
    return total


def _of_lines(rows: ParsedRows) -> IntArray:
    """Return what each row adds to its line's revenue: its own part of tax, discount and others."""
    parts = np.zeros(len(rows), dtype=np.int64)
    for field in rows.format.summed.intersection(_EXTRAS):
        parts += rows.minor(field)
    if "discount" in rows.format.summed:
        parts -= magnitudes(rows, "discount")
    return parts


def _told(orders: OrderRows, own: IntArray) -> tuple[IntArray, IntArray]:
    """Return the amounts that the orders' rows tell: on the first line, or on all of them."""
    rows, groups, named = orders.rows, orders.groups, orders.named
    says = ~rows.is_blank("amount")
    at = groups.first(says)
    rows.ledger.bad(groups.spread(at < 0, default=False), NUMBER, "amount")
    of_order = np.where(at >= 0, picked(own, at), 0)
    differs = says & (groups.codes >= 0) & (own != groups.spread(of_order))
    rows.ledger.bad(groups.spread(groups.any(differs), default=False), TWO_AMOUNTS, "amount")
    if rows.format.layout == "first_line":
        return of_order, own
    is_first = np.zeros(len(rows), dtype=np.bool_)
    first = named.first(_tells(rows, "amount") & (rows.currency >= 0))
    is_first[first[first >= 0]] = True
    return of_order, np.where(is_first, own, 0)


def _summed(orders: OrderRows, own: IntArray) -> tuple[IntArray, IntArray]:
    """Return the amounts that lines (tips too) and what is told for the whole order add up to.

    What only rows tell that are not used, the first of them has.
    """
    rows, groups, named = orders.rows, orders.groups, orders.named
    extras = np.zeros(groups.count, dtype=np.int64)
    of_row = own.copy()
    for field in ("discount", *_EXTRAS):
        if field in rows.format.summed or not rows.has(field):
            continue
        values = -magnitudes(rows, field) if field == "discount" else rows.minor(field)
        extras += said(orders, field, values)
        tells = _tells(rows, field)
        is_used = named.spread(named.any(tells & (groups.codes >= 0)), default=False)
        lone = named.first(tells & ~is_used)
        lone = lone[lone >= 0]
        of_row[lone] += values[lone]
    of_row[groups.first()] += extras
    return groups.sums(own) + extras, of_row


def _tells(rows: ParsedRows, field: str) -> BoolArray:
    """bool[n], where an amount is there that can be read."""
    exact = rows.decimals(field)
    is_number: BoolArray = (rows.minor(field) != 0) | (exact.digits == 0)  # 0 where too large
    return is_number & ~exact.wrong & ~rows.is_blank(field)


def _price_field(rows: ParsedRows) -> str:
    return "line_amount" if rows.has("line_amount") else "unit_price"
