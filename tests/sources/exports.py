"""The exports of shop systems for the tests: as they are, changed, and what is in them."""

import csv
import io
import json
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from custinsights.analyses.measuring.measure import measure
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from tests.sources.reading import named

DATA = Path(__file__).parents[1] / "data" / "formats"
EXPECTED: Mapping[str, Any] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
NOBODYS = ("identity", "refund_identity")
FIGURES = ("customers", "orders", "gross_revenue", "refunded", "revenue")


def table(name: str) -> list[list[str]]:
    """Return the rows of an export, the header first."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return [*csv.reader(file)]


def written(
    rows: list[list[str]], *, delimiter: str = ",", end: str = "\n", encoding: str = "utf-8"
) -> io.BytesIO:
    """Write rows as a file that is open for reading."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return named(file.getvalue().encode(encoding))


def export(header: str, *rows: Mapping[str, str]) -> io.BytesIO:
    """Return an export of a few columns, whose rows tell their cells by header."""
    names = next(csv.reader([header]))
    for row in rows:
        assert row.keys() <= {*names}
    return written([names, *([row.get(name, "") for name in names] for row in rows)])


def without(rows: list[list[str]], headers: Collection[str]) -> list[list[str]]:
    """Return rows without some columns."""
    assert {*headers} <= {*rows[0]}
    keep = [at for at, name in enumerate(rows[0]) if name not in headers]
    return [[row[at] for at in keep] for row in rows]


def changed(rows: list[list[str]], header: str, change: Callable[[str], str]) -> list[list[str]]:
    """Return rows with the cells of a column changed where they are not blank."""
    at = rows[0].index(header)
    return [
        rows[0],
        *([*row[:at], change(row[at]) if row[at] else "", *row[at + 1 :]] for row in rows[1:]),
    ]


def renamed(rows: list[list[str]], names: Mapping[str, str]) -> list[list[str]]:
    """Return rows with other headers."""
    assert names.keys() <= {*rows[0]}
    return [[names.get(name, name) for name in rows[0]], *rows[1:]]


def backwards(rows: list[list[str]]) -> list[list[str]]:
    """Return rows with their columns in the opposite order."""
    return [row[::-1] for row in rows]


def european(rows: list[list[str]], money: Collection[str]) -> io.BytesIO:
    """Write rows as a spreadsheet in Europe does, with commas before the decimals of money."""
    for header in money:
        rows = changed(rows, header, lambda cell: cell.translate(str.maketrans(",.", ".,")))
    return saved_by_a_spreadsheet(rows)


def saved_by_a_spreadsheet(rows: list[list[str]]) -> io.BytesIO:
    """Write rows as a spreadsheet in Europe does: a mark at the start, semicolons, CRLF."""
    return written(rows, delimiter=";", end="\r\n", encoding="utf-8-sig")


def figures(history: OrderHistory) -> dict[str, object]:
    """Return the people, customers, orders and money of a history, as expected.json has them."""
    found = measure(history, FIGURES).to_dicts()
    assert len(found) == 1
    report = history.load_report
    left_out = {
        entry.detail or entry.reason: (
            entry.rows,
            [Decimal(cents) / 100 for _, cents in entry.money],
        )
        for entry in report.left_out
        if entry.reason not in NOBODYS
    }
    nobodys = [report.left_out_by(reason) for reason in NOBODYS]
    if any(entry.rows for entry in nobodys):
        cents = sum(minor for entry in nobodys for _, minor in entry.money)
        left_out["unidentified"] = (sum(entry.rows for entry in nobodys), [Decimal(cents) / 100])
    return {"people": history.people, **found[0], "left_out": left_out}


def assert_as_expected(name: str, history: OrderHistory) -> None:
    """See that a history has every figure that expected.json tells of an export."""
    told = {key: value for key, value in EXPECTED[name].items() if key not in {"arguments", "why"}}
    lines = told.pop("line_items", told.pop("lines", None))
    assert lines is None or (history.lines is not None and len(history.lines) == lines)
    total = told.pop("sum_item_total", None)
    assert total is None or sum(amount for *_, amount in lines_of(history)) == Decimal(total) * 100
    left_out = {
        reason: (rows, [Decimal(amount)])
        for reason, (rows, amount) in told.pop("left_out", {}).items()
    }
    found = figures(history)
    assert found["left_out"] == left_out
    for key, value in told.items():
        assert found[key] == (Decimal(value) if isinstance(value, str) else value), key


def read(source: io.BytesIO | str | list[list[str]], **options: Any) -> OrderHistory:
    """Read an export, or what a test has made, with the arguments that a user gives."""
    if isinstance(source, str):
        return read_orders(DATA / source, **{**EXPECTED[source]["arguments"], **options})
    return read_orders(written(source) if isinstance(source, list) else source, **options)


def notes(history: OrderHistory) -> dict[str, int]:
    """Return what was decided on the way, and how often."""
    return dict(history.load_report.notes)


def instants(values: Any) -> list[str]:
    """Return instants as texts in UTC."""
    times: list[str] = np.asarray(values).astype("M8[us]").astype("M8[s]").astype(str).tolist()
    return times


def with_cells(rows: list[list[str]], line: int, **cells: str) -> list[list[str]]:
    """Return rows with some cells of one changed; underscores stand for the blanks of headers."""
    header = rows[0]
    row = list(rows[line])
    for name, cell in cells.items():
        row[header.index(name if name in header else name.replace("_", " "))] = cell
    return [row if at == line else old for at, old in enumerate(rows)]


def american(day: str) -> str:
    """Return a day such as 2026-07-18 as a spreadsheet shows it: 7/18/2026."""
    year, month, rest = day.split("-")
    return f"{int(month)}/{int(rest)}/{year}"


def facts(history: OrderHistory) -> dict[str, object]:
    """Return what a history holds, apart from the report of how it came in."""
    assert history.order_ids is not None
    return {
        "orders": [
            *zip(
                history.customer_ids[history.customer].tolist(),
                history.order_ids.tolist(),
                history.placed_at.tolist(),
                history.amount.tolist(),
                strict=True,
            )
        ],
        "numbers": {name: column.tolist() for name, column in history.numbers.items()},
        "labels": {name: column.texts().tolist() for name, column in history.labels.items()},
        "refunds": refunds_of(history),
        "lines": lines_of(history),
        "currency": history.currency,
    }


def refunds_of(history: OrderHistory) -> list[tuple[object, int, str]]:
    """Return the refunds: the order or None, minor units, the minute in UTC."""
    assert history.order_ids is not None
    ids = [*history.order_ids.tolist(), None]  # the last stands for order -1
    found = history.refunds
    instants = [f"{to_datetime(at):%Y-%m-%d %H:%M}" for at in found.refunded_at.tolist()]
    rows = zip(found.order.tolist(), found.amount.tolist(), instants, strict=True)
    return sorted(((ids[order], amount, at) for order, amount, at in rows), key=str)


def lines_of(history: OrderHistory) -> list[tuple[object, str, int, int]]:
    """Return the lines: order, product, thousandths, minor units."""
    found, products = history.lines, history.products
    if found is None:
        return []
    assert products is not None
    assert history.order_ids is not None
    return [
        (order, products.ids[product], quantity, amount)
        for order, product, quantity, amount in zip(
            history.order_ids[found.order].tolist(),
            found.product.tolist(),
            found.quantity.tolist(),
            found.amount.tolist(),
            strict=True,
        )
    ]
