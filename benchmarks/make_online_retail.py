"""Where does the bundled Online Retail come from?

``python -m benchmarks.make_online_retail online_retail.csv.gz`` reads the raw file (UCI Online
Retail as CSV: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
Country), packs its orders, lines, refunds and products, and writes the data file of
`custinsights.datasets.load_online_retail`. Equal input gives an equal file.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

import custinsights as ci
from benchmarks.running import ROOT
from custinsights.datasets.online_retail import CURRENCY, DATA, TIMEZONE, pennies
from custinsights.domain import LoadReport
from custinsights.history.streams import Lines

TARGET = ROOT / "src" / "custinsights" / "datasets" / DATA
SOURCE = "UCI Online Retail"
COLUMNS = {
    "order_id": "InvoiceNo",
    "product": "StockCode",
    "product_name": "Description",
    "quantity": "Quantity",
    "placed_at": "InvoiceDate",
    "unit_price": "UnitPrice",
    "customer": "CustomerID",
    "country": "Country",
}
_MINUTE = 60_000_000
_THOUSANDTHS = 1_000
_PENNY = 10  # in thousandths of a pound
_UNCHANGED = (1980, 1, 1, 0, 0, 0)


def read_raw(path: str) -> ci.OrderHistory:
    """Return the history of the raw file."""
    history: ci.OrderHistory = ci.read_orders(
        path,
        columns=COLUMNS,
        currency=CURRENCY,
        timezone=TIMEZONE,
        refunds="invoice_prefix:C",
        errors="report",
    )
    return history


def pack(history: ci.OrderHistory) -> dict[str, npt.NDArray[np.uint8]]:
    """Return the packed arrays of a history in pounds.

    It must have lines, products with titles, countries and numbers as order ids; its refunds name
    products and no orders.
    """
    numbers = np.asarray(history.order_ids)
    by_number = np.argsort(numbers)
    countries = history.label("country").canonical()
    refunds = history.refunds
    by_time = np.argsort(refunds.refunded_at, kind="stable")
    products = history.products
    if products is None or history.lines is None:
        raise ValueError("the history has no lines or no products")
    titles = ["" if title is None else title for title in products.labels["title"].texts()]
    return {
        "customer_ids": _steps(history.customer_ids),
        "order_number": _steps(numbers[by_number]),
        "order_customer": planes(history.customer[by_number]),
        "order_minute": _signed_steps(history.placed_at[by_number] // _MINUTE),
        "country": planes(countries.codes[by_number]),
        "country_names": _texts(countries.names),
        **_packed_lines(history.lines.take(by_number), len(products)),
        "product_ids": _texts(products.ids),
        "product_titles": _texts(titles),
        "refund_minute": _steps(refunds.refunded_at[by_time] // _MINUTE),
        "refund_customer": planes(refunds.customer[by_time]),
        "refund_product": planes(refunds.product[by_time]),
        "refund_amount": planes(refunds.amount[by_time]),
        "report": _bytes(json.dumps(_report(history.load_report))),
    }


def _packed_lines(lines: Lines, products: int) -> dict[str, npt.NDArray[np.uint8]]:
    counts = np.diff(lines.offsets)
    keys: list[npt.NDArray[Any]] = [lines.amount, lines.quantity, lines.product, lines.order]
    by_product = np.lexsort(keys)
    product = lines.product[by_product].astype(np.int64)
    quantity, rest = np.divmod(lines.quantity[by_product], _THOUSANDTHS)
    price = np.rint(lines.amount[by_product] * _PENNY / quantity).astype(np.int64)
    if rest.any() or (pennies(price * quantity) != lines.amount[by_product]).any():
        raise ValueError("a line's amount is not a whole number of pieces times a price")
    first = np.zeros(len(product), dtype=np.bool_)
    first[np.cumsum(counts) - counts] = True
    offered, place = _price_list(product, price, products)
    return {
        "order_lines": planes(counts),
        "line_product_step": planes(np.where(first, product, np.diff(product, prepend=0))),
        "line_quantity": planes(quantity),
        "line_price": planes(place),
        "product_prices": planes([len(prices) for prices in offered]),
        "price": planes([price for prices in offered for price in prices]),
    }


def _price_list(
    product: npt.NDArray[np.int64], price: npt.NDArray[np.int64], products: int
) -> tuple[list[list[int]], npt.NDArray[np.int64]]:
    """Return each product's prices, the most frequent first, and each line's place among them."""
    sold = Counter(zip(product.tolist(), price.tolist(), strict=True))
    offered: list[list[int]] = [[] for _ in range(products)]
    place = {}
    for (code, each), _count in sorted(sold.items(), key=lambda entry: (-entry[1], entry[0])):
        place[code, each] = len(offered[code])
        offered[code].append(each)
    pairs = zip(product.tolist(), price.tolist(), strict=True)
    return offered, np.array([place[pair] for pair in pairs])


def planes(numbers: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Return whole numbers, none negative, as planes of bytes, the lowest first."""
    column = np.asarray(numbers, dtype="<i8")
    if len(column) and int(column.min()) < 0:
        raise ValueError("planes hold no negative numbers")
    count = max((int(column.max(initial=0)).bit_length() + 7) // 8, 1)
    return np.ascontiguousarray(column.view(np.uint8).reshape(-1, 8).T[:count])


def _report(report: LoadReport) -> dict[str, Any]:
    return attrs.asdict(attrs.evolve(report, sources=(SOURCE,)))


def _steps(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    return planes(np.diff(numbers, prepend=0))


def _signed_steps(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """Return steps that may go back: twice the step, odd where it goes down."""
    steps = np.diff(numbers, prepend=0)
    return planes(np.where(steps < 0, -2 * steps - 1, 2 * steps))


def _texts(texts: Iterable[str]) -> npt.NDArray[np.uint8]:
    return _bytes("\n".join(texts))


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def write(arrays: dict[str, npt.NDArray[np.uint8]], target: Path) -> None:
    """Write packed arrays as an .npz that says nothing of when it was made."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            packed.writestr(
                zipfile.ZipInfo(f"{name}.npy", _UNCHANGED),
                buffer.getvalue(),
                zipfile.ZIP_DEFLATED,
                9,
            )


if __name__ == "__main__":
    write(pack(read_raw(sys.argv[1])), TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
