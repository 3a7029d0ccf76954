"""The exports of shop systems for the tests: as they are, changed, and what is in them."""

import csv
import io
import json
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from custinsights.analyses.measure import measure
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from tests.sources.reading import named

DATA = Path(__file__).parents[1] / "data" / "formats"
EXPECTED: Mapping[str, Any] = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
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


def saved_by_a_spreadsheet(rows: list[list[str]]) -> io.BytesIO:
    """Write rows as a spreadsheet in Europe does: a mark at the start, semicolons, CRLF."""
    return written(rows, delimiter=";", end="\r\n", encoding="utf-8-sig")


def figures(history: OrderHistory) -> dict[str, object]:
    """Return the people, customers, orders and money of a history, as expected.json has them."""
    found = measure(history, FIGURES).to_dicts()
    assert len(found) == 1
    left_out = {
        entry.detail or entry.reason: (
            entry.rows,
            [Decimal(cents) / 100 for _, cents in entry.money],
        )
        for entry in history.load_report.left_out
    }
    return {"people": history.people, **found[0], "left_out": left_out}


def assert_as_expected(name: str, history: OrderHistory) -> None:
    """See that a history has every figure that expected.json tells of an export."""
    told = {key: value for key, value in EXPECTED[name].items() if key not in {"arguments", "why"}}
    lines = told.pop("line_items", None)
    assert lines is None or (history.lines is not None and len(history.lines) == lines)
    left_out = {
        reason: (rows, [Decimal(amount)])
        for reason, (rows, amount) in told.pop("left_out", {}).items()
    }
    found = figures(history)
    assert found["left_out"] == left_out
    for key, value in told.items():
        assert found[key] == (Decimal(value) if isinstance(value, str) else value), key


def read(source: io.BytesIO | str, **options: Any) -> OrderHistory:
    """Read an export, or a file that a test has made, with the arguments that a user gives."""
    if isinstance(source, str):
        return read_orders(DATA / source, **{**EXPECTED[source]["arguments"], **options})
    return read_orders(source, **options)


def notes(history: OrderHistory) -> dict[str, int]:
    """Return what was decided on the way, and how often."""
    return dict(history.load_report.notes)


def instants(values: Any) -> list[str]:
    """Return instants as texts in UTC."""
    times: list[str] = np.asarray(values).astype("M8[us]").astype("M8[s]").astype(str).tolist()
    return times
