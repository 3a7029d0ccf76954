"""Small files for the tests of the readers."""

import io
from typing import Any

from custinsights.errors import BadRowsError
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders

HEADER = "order_id,customer,placed_at,amount"


def text_file(*lines: str, name: str = "orders.csv", encoding: str = "utf-8") -> io.BytesIO:
    """Return a file of lines that is open for reading."""
    return named("\n".join([*lines, ""]).encode(encoding), name)


def named(data: bytes, name: str = "orders.csv") -> io.BytesIO:
    """Return a file of bytes that is open for reading."""
    file = io.BytesIO(data)
    file.name = name
    return file


def read(*lines: str, **options: Any) -> OrderHistory:
    """Read a file of lines, in euros unless told otherwise."""
    if "rates" not in options and "currency" not in lines[0]:
        options = {"currency": "EUR", **options}
    return read_orders(text_file(*lines), **options)


def bad_kinds(*lines: str, **options: Any) -> dict[str, int]:
    """Return the kinds of bad rows of a file, once refused and once reported, which must agree."""
    report = read(*lines, errors="report", **options).load_report
    told = {kind.kind: kind.rows for kind in report.bad}
    assert report.balances
    try:
        read(*lines, **options)
    except BadRowsError as error:
        assert error.report.bad == report.bad  # noqa: PT017 - both ways must tell the same
    else:
        assert not told
    return told


def left_out(history: OrderHistory) -> list[tuple[str, str, int]]:
    """Return what was left out: reason, detail, rows."""
    return [(one.reason, one.detail, one.rows) for one in history.load_report.left_out]


def amounts(history: OrderHistory) -> dict[object, int]:
    """Return the amount of each order by its id."""
    assert history.order_ids is not None
    return dict(zip(history.order_ids.tolist(), history.amount.tolist(), strict=True))


def owners(history: OrderHistory) -> dict[object, object]:
    """Return the customer of each order by its id."""
    assert history.order_ids is not None
    ids = history.customer_ids.tolist()
    found = {}
    for customer, low, high in zip(ids, history.offsets[:-1], history.offsets[1:], strict=True):
        for order in history.order_ids[low:high].tolist():
            found[order] = customer
    return found
