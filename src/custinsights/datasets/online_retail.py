"""What does a year of real orders look like?

UCI Online Retail, a wholesaler of gifts in the United Kingdom, cut to the lines that belong to
somebody, and packed: whole numbers as planes of bytes, mostly as the step from the row before. The
licence note lies beside the data; ``benchmarks/make_online_retail.py`` made it from the raw file,
whose load report it carries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from typing import Any

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.load_report import BadCell, BadRows, LeftOut, LoadReport
from custinsights.history.columnar.columns import (
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    Products,
    RefundColumns,
)
from custinsights.history.orders import OrderHistory

CURRENCY, TIMEZONE = "GBP", "Europe/London"
DATA = "online_retail.npz"
_MINUTE = 60_000_000
_THOUSANDTHS = 1_000
_PENNY = 10  # in thousandths of a pound


def load_online_retail() -> OrderHistory:
    """Return UCI Online Retail: a year of a British gift wholesaler, with refunds and products.

    18,536 orders (397,924 lines) of 4,339 customers and 8,905 refund lines that name no order, from
    2010-12-01 to 2011-12-09, in pounds and London time; 33 people have refunds only. The load
    report is that of the raw file: it counts the lines without a customer and the bad ones.

    Returns
    -------
    OrderHistory
        With lines and product titles; the same as reading the raw file with
        ``refunds="invoice_prefix:C", errors="report"``.

    Notes
    -----
    Chen, Sain and Guo (2012); donated to the UCI Machine Learning Repository. CC0.

    Examples
    --------
    >>> load_online_retail()
    <OrderHistory: 18,536 orders of 4,372 people, 2010-12-01 to 2011-12-10 Europe/London, GBP>
    """
    with as_file(files(__package__) / DATA) as path, np.load(path, allow_pickle=False) as packed:
        return unpack({name: packed[name] for name in packed.files})


def unpack(packed: Mapping[str, AnyArray]) -> OrderHistory:
    """Return the history that packed arrays hold."""
    customers = _running(packed["customer_ids"])
    lines, amount = _lines(packed)
    orders = OrderColumns(
        customer=customers.take(whole(packed["order_customer"])),
        placed_at=_walking(packed["order_minute"]) * _MINUTE,
        amount=amount,
        order_id=_running(packed["order_number"]),
        numbers={"goods": amount},
        labels={"country": _labels(packed, "country")},
        rows=whole(packed["order_lines"]),
    )
    refunds = RefundColumns(
        customer=customers.take(whole(packed["refund_customer"])),
        refunded_at=_running(packed["refund_minute"]) * _MINUTE,
        amount=whole(packed["refund_amount"]),
        order=np.full(packed["refund_amount"].shape[1], -1, dtype=np.int64),
        product=whole(packed["refund_product"]),
    )
    return OrderHistory.of(
        orders,
        refunds=refunds,
        lines=lines,
        products=_products(packed),
        currency=CURRENCY,
        calendar=Calendar(TIMEZONE),
        load_report=_report(packed),
    )


def whole(planes: AnyArray) -> IntArray:
    """Return the whole numbers whose bytes lie in planes, the lowest first."""
    numbers = np.zeros(planes.shape[1], dtype=np.int64)
    for place, plane in enumerate(planes):
        numbers |= plane.astype(np.int64) << (8 * place)
    return numbers


def _running(planes: AnyArray) -> IntArray:
    """Return numbers that are packed as steps."""
    return np.cumsum(whole(planes))


def _walking(planes: AnyArray) -> IntArray:
    """Return numbers that are packed as steps up (twice the step) and down (odd)."""
    folded = whole(planes)
    return np.cumsum(np.where(folded & 1, -(folded >> 1) - 1, folded >> 1))


def _lines(packed: Mapping[str, AnyArray]) -> tuple[LineColumns, IntArray]:
    """Return the lines, and each order's amount: the sum of its lines."""
    counts = whole(packed["order_lines"])
    ends = np.cumsum(counts)
    steps = np.cumsum(whole(packed["line_product_step"]))
    before = np.concatenate([[0], steps])[ends - counts]  # steps begin anew in each order
    product = steps - np.repeat(before, counts)
    prices = whole(packed["price"])
    first_price = np.cumsum(whole(packed["product_prices"])) - whole(packed["product_prices"])
    price = prices.take(first_price.take(product) + whole(packed["line_price"]))
    quantity = whole(packed["line_quantity"])
    amount = pennies(quantity * price)
    sums = np.concatenate([[0], np.cumsum(amount)])
    lines = LineColumns(
        order=np.repeat(np.arange(len(counts)), counts),
        product=product,
        quantity=quantity * _THOUSANDTHS,
        amount=amount,
    )
    return lines, sums[ends] - sums[ends - counts]


def pennies(thousandths: IntArray) -> IntArray:
    """Round thousandths of a pound to pennies, half to even."""
    pennies, rest = np.divmod(thousandths, _PENNY)
    half = _PENNY // 2
    up: IntArray = pennies + ((rest > half) | ((rest == half) & (pennies % 2 == 1)))
    return up


def _labels(packed: Mapping[str, AnyArray], name: str) -> Labels:
    return Labels(whole(packed[name]).astype(np.int32), _texts(packed[f"{name}_names"]))


def _texts(packed: AnyArray) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))


def _products(packed: Mapping[str, AnyArray]) -> Products:
    ids = _texts(packed["product_ids"])
    titles = [title or None for title in _texts(packed["product_titles"])]
    return Products(ids=ids, labels={"title": Labels.encode(titles)})


def _report(packed: Mapping[str, AnyArray]) -> LoadReport:
    """Return the load report of the raw file."""
    facts: dict[str, Any] = json.loads(packed["report"].tobytes())
    bad = [
        {**entry, "examples": [BadCell(**cell) for cell in entry["examples"]]}
        for entry in facts.pop("bad")
    ]
    left_out = [LeftOut(**entry) for entry in facts.pop("left_out")]
    return LoadReport(left_out=left_out, bad=[BadRows(**entry) for entry in bad], **facts)
