"""What is an export to a check: the table in its files, how it is read, and what came out?"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, BinaryIO

import attrs
import numpy as np

from custinsights.domain.contacts import shown_id
from custinsights.domain.load_report import BadRows, LeftOut
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.reading import read_orders
from custinsights.sources.texts.files import opened
from custinsights.sources.texts.opening import Source, name_of
from custinsights.testing.scenes import Answer

Row = list[str]


@attrs.frozen
class Export:
    """The table in a file: its header, and rows of as many cells."""

    name: str
    header: Row
    rows: list[Row]

    @classmethod
    def of(cls, source: Source) -> Export:
        """Read a file."""
        with opened(source) as file:
            rows = [row for chunk in file.chunks() for row in chunk.rows]
            return cls(name_of(source), file.header, rows)

    def data(self, *, delimiter: str = ",", end: str = "\n", encoding: str = "utf-8") -> bytes:
        """Return the bytes of a file of the table."""
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(
            [self.header, *self.rows]
        )
        return text.getvalue().encode(encoding)

    def with_columns(self, places: Sequence[int]) -> Export:
        """Return the table with the columns of some places, in that order."""
        header, *rows = ([row[at] for at in places] for row in (self.header, *self.rows))
        return attrs.evolve(self, header=header, rows=rows)

    def with_rows(self, rows: list[Row]) -> Export:
        """Return the table with other rows."""
        return attrs.evolve(self, rows=rows)

    def with_cell(self, row: int, column: int, cell: str) -> Export:
        """Return the table with one cell changed."""
        rows = [[*one] for one in self.rows]
        rows[row][column] = cell
        return self.with_rows(rows)

    def by_order(self, format: OrderFormat) -> list[list[Row]]:
        """Return the rows of each order, those without an order's id each by itself."""
        at = format.positions(self.header).get("order_id")
        orders: dict[str, list[Row]] = {}
        for number, row in enumerate(self.rows):
            key = "" if at is None else row[at].strip()
            orders.setdefault(key or f"\0{number}", []).append(row)
        return [*orders.values()]


def file_of(data: bytes, name: str) -> BinaryIO:
    """Return bytes as a file that is open for reading."""
    file = io.BytesIO(data)
    file.name = name
    return file


JUNK = (
    *("", "x", "-1", "=1+1", "1e99", "1,2,3", "12.345,67", "0001-01-01", "2100-12-31"),
    *("2023-02-29", '"', "a\nb", "ü" * 300, "9" * 40, "\u2028", "()"),
)
"""What a cell may hold that no shop meant."""

_APART = 3  # each column gets every third of them, beginning with another one


@attrs.frozen
class Trial:
    """One damaged cell: what was done, which fields lie there, the tables, and what came of it."""

    what: str
    fields: set[str]
    exports: list[Export]
    outcome: OrderHistory | Exception


@attrs.frozen(slots=False)
class Case:
    """A format, the files of its example, what stands beside them, and how they are read."""

    format: OrderFormat
    exports: tuple[Export, ...]
    beside: tuple[Export, ...]
    options: Mapping[str, Any]

    @cached_property
    def history(self) -> OrderHistory:
        """What is read of the example."""
        return self.read(self.exports)

    @cached_property
    def trials(self) -> list[Trial]:
        """What becomes of the example with one damaged cell, in each column that is read."""
        return [*self._trials()]

    def read(self, exports: Sequence[Export], **options: Any) -> OrderHistory:
        """Read tables, such as were made of the example."""
        return self.read_bytes([one.data() for one in exports], **options)

    def read_bytes(self, files: Sequence[bytes], **options: Any) -> OrderHistory:
        """Read files, which are told by their bytes."""
        told = {"format": self.format, "errors": "report", **self.options, **options}
        data = [*files, *(one.data() for one in self.beside)]
        return read_orders([file_of(one, f"{at}.csv") for at, one in enumerate(data)], **told)

    def _trials(self) -> Iterator[Trial]:
        for number, export in enumerate(self.exports):
            places = self.format.positions(export.header)
            for column in sorted({*places.values()}):
                fields = {field for field, at in places.items() if at == column}
                filled = [at for at, row in enumerate(export.rows) if row[column].strip()]
                for turn in range(column % _APART, len(JUNK), _APART):
                    row = filled[turn % len(filled)] if filled else 0
                    exports = [*self.exports]
                    exports[number] = export.with_cell(row, column, JUNK[turn])
                    what = f"with {JUNK[turn][:12]!r} in the column {export.header[column]!r}"
                    yield Trial(what, fields, exports, self._attempt(exports))

    def _attempt(self, exports: Sequence[Export]) -> OrderHistory | Exception:
        try:
            return self.read(exports)
        except Exception as error:  # noqa: BLE001 - whatever a format's function raises
            return error

    def changed(self, change: Callable[[Export], Export]) -> list[Export]:
        """Return the tables of the example, each of them changed."""
        return [change(export) for export in self.exports]

    def headers(self, field: str) -> list[str]:
        """Return the headers that may hold a field."""
        names = self.format.columns.get(field, ())
        return [names] if isinstance(names, str) else [*names]


@attrs.frozen
class Somebody:
    """A customer, told by a text in which a contact is masked."""

    identity: object

    def __str__(self) -> str:
        return f"customer {shown_id(self.identity)}"


def answer_of(history: OrderHistory) -> Answer:
    """Return what a history holds, by order and field, apart from how it came in."""
    ids = _ids_of(history)
    columns: dict[str, Sequence[object]] = {
        "customer": [*map(Somebody, history.customer_ids[history.customer].tolist())],
        "placed_at": [f"{to_datetime(at):%Y-%m-%d %H:%M:%S}" for at in history.placed_at.tolist()],
        "amount": history.amount.tolist(),
        **{name: column.tolist() for name, column in history.numbers.items()},
        **{name: column.texts().tolist() for name, column in history.labels.items()},
    }
    found: Answer = {("currency",): history.currency}
    for name, values in columns.items():
        if any(value is not None for value in values):
            found |= {(_order(key), name): value for key, value in zip(ids, values, strict=True)}
    parts = Counter([*_refunds_of(history, ids), *_lines_of(history, ids)])
    return found | {(*part, f"({n} times)"): True for part, n in sorted(parts.items(), key=str)}


def _ids_of(history: OrderHistory) -> list[object]:
    if history.order_ids is not None:
        found: list[object] = history.order_ids.tolist()
        return found
    return [*range(len(history.amount))]


def _order(key: object) -> str:
    return "no order" if key is None else f"order {shown_id(key)}"


def _refunds_of(history: OrderHistory, ids: Sequence[object]) -> list[tuple[str, ...]]:
    rows = zip(
        history.refunds.order.tolist(),
        history.refunds.refunded_at.tolist(),
        history.refunds.amount.tolist(),
        strict=True,
    )
    return [
        (
            _order(None if order < 0 else ids[order]),
            f"refund of {amount} at {to_datetime(at)}",
        )
        for order, at, amount in rows
    ]


def _lines_of(history: OrderHistory, ids: Sequence[object]) -> list[tuple[str, ...]]:
    lines, products = history.lines, history.products
    if lines is None or products is None:
        return []
    rows = zip(
        np.asarray(lines.order).tolist(),
        lines.product.tolist(),
        lines.quantity.tolist(),
        lines.amount.tolist(),
        strict=True,
    )
    return [
        (_order(ids[order]), f"line of {number} thousandths of {products.ids[what]!r} for {amount}")
        for order, what, number, amount in rows
    ]


def money_of(history: OrderHistory) -> Counter[str]:
    """Return all money that rows told, by currency: used, left out or bad; refunds below zero."""
    report = history.load_report
    found: Counter[str] = Counter()
    entries: list[LeftOut | BadRows] = [*report.left_out, *report.bad]
    for entry in entries:
        found.update(dict(entry.money))
    is_row = history.refunds.rows > 0  # the others are told by the rows of their orders
    found[history.currency] += int(history.amount.sum())
    found[history.currency] -= int(history.refunds.amount[is_row].sum())
    return Counter({code: minor for code, minor in found.items() if minor})
