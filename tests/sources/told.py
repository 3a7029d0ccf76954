"""What an export tells, by the plainest means: rows as lists, numbers as Decimal.

Nothing of the readers is used here but what the declaration of a format says of its columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.etsy import ETSY_ITEMS
from custinsights.sources.formats.orders import BUILT_IN

EXPONENTS = {"USD": 2, "GBP": 2, "EUR": 2, "BDT": 2, "ZAR": 2, "JPY": 0}
"""The currencies that any file of the corpus has."""

_MOST = 10**14
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)\$?(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d*)"
    r"(?P<rest>\.\d*)?(?P<power>[eE][+-]?\d{1,3})?",
    re.ASCII,
)
_WHOLE = re.compile(r"(\d+)\.0+")

Row: TypeAlias = Mapping[str, str]
Told: TypeAlias = Iterator[tuple[str, int]]
"""Pairs of a currency and minor units, one for each amount that can be read."""


def number(text: str) -> Decimal | None:
    """Return the number that a cell holds, None where it holds none."""
    found = _NUMBER.fullmatch(_bare(text))
    if found is None or len(text.strip()) > 40 or not any(map(str.isdigit, found[0])):
        return None
    if not (found["whole"] or found["rest"] not in {None, "."}):
        return None
    plain = "".join(found[part] or "" for part in ("sign", "whole", "rest", "power"))
    return Decimal(plain.replace(",", ""))


def minor(value: Decimal | None, currency: str) -> int | None:
    """Return a number as minor units, None where there is none or it is absurd."""
    if value is None:
        return None
    if abs(value) > _MOST:
        return None
    scaled = value.scaleb(EXPONENTS[currency]).quantize(Decimal(1), ROUND_HALF_EVEN)
    return int(scaled) if abs(scaled) <= _MOST else None


def cell(row: Row, *names: str) -> str:
    """Return the cell of the first of some headers that is there."""
    return next((row[plain(name)] for name in names if plain(name) in row), "")


def plain(header: str) -> str:
    """Return a header without case and superfluous blanks."""
    return " ".join(header.split()).casefold()


def rows_told(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Row | None]:
    """Return what stands under each header, row by row; None for rows that are torn."""
    names = list(map(plain, header))
    return [
        dict(reversed([*zip(names, row, strict=True)]))
        if len(row) == len(names) and max(map(len, row)) < 131_072
        else None
        for row in rows
        if any(row)
    ]


def money_told(format: OrderFormat, rows: Sequence[Row], currency: str) -> Counter[str]:
    """Return the money of one export, by currency."""
    found: Counter[str] = Counter()
    told = _OWN.get(format.name)
    for code, amount in _declared(format, rows, currency) if told is None else told(rows, currency):
        found[code] += amount
    return found


def is_told_of(format: OrderFormat) -> bool:
    """Tell whether the money of a format is known here: where it is worked out, it must be told."""
    return format.name in _OWN or not {"amount", "currency"} & format.computed.keys()


def _bare(text: str) -> str:
    return text.strip().lstrip("'").strip()


def _id(text: str) -> str:
    whole = _WHOLE.fullmatch(_bare(text))
    return whole[1] if whole else _bare(text)


def _code(text: str, default: str | None = None) -> str | None:
    found = _bare(text).upper()
    return found if found in EXPONENTS else default if not found else None


def headers_of(format: OrderFormat, field: str) -> Sequence[str]:
    """Return the headers of which one holds a field."""
    names = format.columns.get(field, ())
    return (names,) if isinstance(names, str) else names


def _declared(format: OrderFormat, rows: Sequence[Row], currency: str) -> Told:
    """An amount in a column: of each row, of each that says it, or of each order's first one."""
    seen: set[str] = set()
    for row in rows:
        code = currency
        if any(plain(name) in row for name in headers_of(format, "currency")):
            own = cell(row, *headers_of(format, "currency"))
            told = _code(own) or (_currency_of_order(format, rows, row) if not _bare(own) else None)
            if told is None:
                continue
            code = told
        amount = minor(number(cell(row, *headers_of(format, "amount"))), code)
        if amount is None:
            continue
        if format.layout == "lines":
            order = _id(cell(row, *headers_of(format, "order_id")))
            if not order or order in seen:
                continue
            seen.add(order)
        yield code, amount


def _currency_of_order(format: OrderFormat, rows: Sequence[Row], row: Row) -> str | None:
    names = headers_of(format, "order_id")
    same = [one for one in rows if _id(cell(one, *names)) == _id(cell(row, *names))]
    if format.layout == "orders" or not _id(cell(row, *names)):
        return None
    codes = (_code(cell(one, *headers_of(format, "currency"))) for one in same)
    return next(filter(None, codes), None)


def _etsy_orders(rows: Sequence[Row], _currency: str) -> Told:
    for row in rows:
        code = _code(cell(row, "Currency"))
        goods = number(cell(row, "Order Value"))
        others = [cell(row, "Discount Amount"), cell(row, "Shipping", "Delivery")]
        parts = [number(text) if text.strip() else Decimal(0) for text in others]
        if code is None or goods is None or None in parts:
            continue
        off, sent = parts
        assert off is not None
        assert sent is not None
        amount = minor(goods - off + sent, code)
        if amount is not None:
            yield code, amount


def _etsy_items(rows: Sequence[Row], _currency: str) -> Told:
    sent: set[str] = set()
    offs = [number(cell(row, "Discount Amount")) or 0 for row in rows]
    sign = 1 if any(off > 0 for off in offs) else -1  # a discount may be written below nothing
    for row in rows:
        own = cell(row, "Currency")
        code = _code(own) or (_currency_of_order(ETSY_ITEMS, rows, row) if not _bare(own) else None)
        if code is None:
            continue
        yield code, minor(number(cell(row, "Item Total")), code) or 0
        yield code, -sign * (minor(number(cell(row, "Discount Amount")), code) or 0)
        shipping = minor(number(cell(row, "Order Shipping")), code)
        order = _id(cell(row, "Order ID"))
        if order and order not in sent and shipping is not None:
            sent.add(order)
            yield code, shipping


def _square_items(rows: Sequence[Row], currency: str) -> Told:
    for row in rows:
        parts = (minor(number(cell(row, name)), currency) or 0 for name in ("Net Sales", "Tax"))
        amount = sum(parts)
        is_refund = cell(row, "Event Type").strip().casefold() == "refund"
        yield currency, -abs(amount) if is_refund else amount


def _stripe(rows: Sequence[Row], _currency: str) -> Told:
    for row in rows:
        names = ("Converted Amount", "Converted Currency")
        has_all = all(plain(name) in row for name in (*names, "Converted Amount Refunded"))
        is_converted = has_all and all(cell(row, name).strip() for name in names)
        amount, code = (
            cell(row, name) for name in (names if is_converted else ("Amount", "Currency"))
        )
        known = _code(code)
        value = None if known is None else minor(number(amount), known)
        if known is not None and value is not None:
            yield known, value


def _analytics(rows: Sequence[Row], currency: str) -> Told:
    for row in rows:
        amount = minor(number(cell(row, "Net Sales")), currency)
        items = minor(number(cell(row, "Items sold")), currency) or 0
        if amount is not None:
            yield currency, -abs(amount) if items < 0 else amount


def _lines(rows: Sequence[Row], currency: str) -> Told:
    """Tables of our own words: a quantity and a price; orders of C and what follows are refunds."""
    for row in rows:
        price, count = number(cell(row, "unit_price")), number(cell(row, "quantity"))
        if plain("quantity") not in row:
            count = Decimal(1)
        if price is not None and count is not None:
            amount = minor(price * count, currency) or 0
            yield currency, -abs(amount) if _bare(cell(row, "order_id"))[:1] == "C" else amount


def _orders(rows: Sequence[Row], currency: str) -> Told:
    for row in rows:
        code = _code(cell(row, "currency")) if "currency" in row else currency
        amount = None if code is None else minor(number(cell(row, "amount")), code)
        if code is not None and amount is not None:
            yield code, -abs(amount) if _bare(cell(row, "order_id"))[:1] == "C" else amount


def _advanced(rows: Sequence[Row], currency: str) -> Told:
    return _declared(BUILT_IN["woocommerce_advanced"], rows, currency)


_OWN: Mapping[str, Callable[[Sequence[Row], str], Told]] = {
    "etsy_orders": _etsy_orders,
    "etsy_items": _etsy_items,
    "square_items": _square_items,
    "stripe_payments": _stripe,
    "woocommerce_advanced": _advanced,
    "woocommerce_analytics": _analytics,
    "generic_orders": _orders,
    "generic_lines": _lines,
}
"""Formats whose money is in no one column, or whose refunds are rows."""
