"""Are the columns of a source what they say they are?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np

from custinsights.errors import InvalidValue, counted
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    NUMBER_COLUMNS,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
)

_YEAR_1 = -62_135_596_800_000_000 + 2 * 86_400_000_000
_YEAR_9999 = 253_402_300_799_000_000 - 2 * 86_400_000_000
_LARGEST_SUM = 4e18


def check_orders(orders: OrderColumns) -> None:
    """Refuse order columns of wrong type, length or range."""
    n = len(orders)
    check_integers(orders.amount, "amount", n, least=0)
    check_instants(orders.placed_at, "placed_at", n)
    if len(orders.customer) != n:
        wrong_length("customer", len(orders.customer), n)
    if orders.order_id is not None and len(orders.order_id) != n:
        wrong_length("order_id", len(orders.order_id), n)
    for name, column in orders.numbers.items():
        if name not in NUMBER_COLUMNS:
            raise InvalidValue(
                what="a number column of the orders has an unknown name",
                given=name,
                allowed=", ".join(NUMBER_COLUMNS),
            )
        check_integers(column, name, n)
    for name, labels in orders.labels.items():
        labels.check(name, n)
    if orders.rows is not None:
        check_integers(orders.rows, "rows", n, least=0)


def check_refunds(
    refunds: RefundColumns | None, orders: OrderColumns, products: Products | None
) -> None:
    """Refuse refund columns of wrong type, length or range, or that point nowhere."""
    if refunds is None:
        return
    r = len(refunds)
    check_integers(refunds.amount, "the amounts of refunds", r, least=0)
    check_instants(refunds.refunded_at, "refunded_at", r)
    if len(refunds.customer) != r:
        wrong_length("the customers of refunds", len(refunds.customer), r)
    _check_codes(refunds.order, "the orders of refunds", r, len(orders))
    _check_codes(refunds.product, "the products of refunds", r, _count(products))
    if refunds.rows is not None:
        check_integers(refunds.rows, "the rows of refunds", r, least=0)


def check_lines(lines: LineColumns | None, orders: OrderColumns, products: Products | None) -> None:
    """Refuse line columns of wrong type, length or range, or that point nowhere."""
    if lines is None:
        return
    rows = len(lines)
    _check_codes(lines.order, "the orders of lines", rows, len(orders), least=0)
    _check_codes(lines.product, "the products of lines", rows, _count(products))
    check_integers(lines.quantity, "the quantities of lines", rows)
    check_integers(lines.amount, "the amounts of lines", rows)


def check_products(products: Products | None) -> None:
    """Refuse a product table that repeats an id, or whose columns have another length."""
    if products is None:
        return
    rows = len(products)
    if repeated := rows - len(set(products.ids)):
        raise InvalidValue(
            what="the product table names a product twice",
            given=f"{repeated:,} repeated ids",
            allowed="one row per product",
        )
    for name, labels in products.labels.items():
        labels.check(name, rows)
    for name, column in products.numbers.items():
        if len(column) != rows:
            wrong_length(name, len(column), rows)
    if products.keywords is not None and len(products.keywords) != rows:
        wrong_length("keywords", len(products.keywords), rows)


def check_people(people: People | None) -> None:
    """Refuse a customer table whose columns have another length or type, or tags of nobody."""
    if people is None:
        return
    rows = len(people)
    if people.created_at is not None:
        if len(people.created_at) != rows:
            wrong_length("created_at", len(people.created_at), rows)
        known = people.created_at[people.created_at != NO_INSTANT]
        check_instants(known, "created_at", len(known))
    if people.is_listed is not None and len(people.is_listed) != rows:
        wrong_length("is_listed", len(people.is_listed), rows)
    if people.birthday is not None:
        _check_typed("birthday", people.birthday, rows, ("datetime64[D]",))
    if people.coordinates is not None:
        _check_typed("coordinates", people.coordinates, rows, ("float64",), columns=(2,))
    for name, labels in people.labels.items():
        labels.check(name, rows)
    for name, column in people.attributes.items():
        if isinstance(column, Labels):
            column.check(name, rows)
        else:
            _check_typed(name, column, rows, ("float64", "datetime64[D]", "int8"))
    _check_codes(people.tags.customer, "the people of tags", len(people.tags), rows, least=0)


def _check_typed(
    what: str, column: AnyArray, rows: int, types: Sequence[str], *, columns: tuple[int, ...] = ()
) -> None:
    """Refuse a column of another type or shape."""
    if column.dtype not in types or column.shape[1:] != columns:
        raise InvalidValue(
            what=f"the column {what!r} of the people has another type",
            given=f"dtype {column.dtype} of shape {column.shape}",
            allowed=" or ".join(types) + f" of shape {(rows, *columns)}",
        )
    if len(column) != rows:
        wrong_length(what, len(column), rows)


def check_integers(column: AnyArray, what: str, rows: int, *, least: int | None = None) -> None:
    """Refuse a column that is not int64, has another length, or could overflow a sum."""
    if not isinstance(column, np.ndarray) or column.dtype != np.int64:
        given = f"dtype {column.dtype}" if isinstance(column, np.ndarray) else type(column).__name__
        raise InvalidValue(
            what=f"{what} must be whole numbers in 64 bits", given=given, allowed="int64"
        )
    if len(column) != rows:
        wrong_length(what, len(column), rows)
    if not rows:
        return
    low, high = int(column.min()), int(column.max())
    if least is not None and low < least:
        raise InvalidValue(
            what=f"{what} holds a negative number",
            given=low,
            allowed=f"numbers from {least} up",
            advice="money that went back is a refund: pass it as one",
        )
    if max(abs(low), abs(high)) * float(rows) > _LARGEST_SUM:
        total = float(np.abs(column.astype(np.float64)).sum())
        if total > _LARGEST_SUM:
            raise InvalidValue(
                what=f"{what} is too large to be summed in 64 bits",
                given=f"values up to {max(abs(low), abs(high))}",
                allowed="columns whose sum stays below 4 * 10**18",
            )


def check_instants(column: IntArray, what: str, rows: int) -> None:
    """Refuse a column that is not int64, has another length, or leaves the calendar."""
    if column.dtype != np.int64:
        raise InvalidValue(
            what=f"{what} must be instants in microseconds UTC",
            given=f"dtype {column.dtype}",
            allowed="int64",
        )
    if len(column) != rows:
        wrong_length(what, len(column), rows)
    if rows and not _YEAR_1 <= int(column.min()) <= int(column.max()) <= _YEAR_9999:
        raise InvalidValue(
            what=f"{what} holds an instant outside the calendar",
            given=f"{int(column.min())} to {int(column.max())} microseconds since 1970",
            allowed="the years 1 to 9999",
            advice="are the times in another unit than microseconds?",
        )


def _check_codes(column: IntArray, what: str, rows: int, count: int, *, least: int = -1) -> None:
    if column.dtype.kind != "i" or len(column) != rows:
        raise InvalidValue(
            what=f"{what} must be a row number each",
            given=f"{len(column)} values of dtype {column.dtype}",
            allowed=f"{rows} integers",
        )
    if rows and not least <= int(column.min()) <= int(column.max()) < count:
        raise InvalidValue(
            what=f"{what} point to a row that does not exist",
            given=f"{int(column.min())} to {int(column.max())}",
            allowed=f"{least} to {count - 1}",
        )


def _count(products: Products | None) -> int:
    return 0 if products is None else len(products)


def wrong_length(what: str, given: int, allowed: int) -> NoReturn:
    """Refuse a column for its length."""
    raise InvalidValue(
        what=f"the column {what!r} has another length than the others",
        given=counted(given, "row"),
        allowed=counted(allowed, "row"),
    )
