"""Parquet files are read by their types, alone or beside CSV files."""

import datetime as dt
import io
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custinsights.errors import MissingColumn, MissingExtra, UnreadableFile
from custinsights.history.columnar.row_groups import placed
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from custinsights.sources.texts.columns import Values
from tests.sources.reading import HEADER, amounts, left_out, owners, text_file


def parquet_file(**columns: list[Any]) -> io.BytesIO:
    """Return a Parquet file that is open for reading."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    file.seek(0)
    file.name = "orders.parquet"
    return file


def orders() -> io.BytesIO:
    """Return two orders."""
    return parquet_file(
        order_id=[1, 2],
        customer=[7, 8],
        placed_at=[dt.date(2024, 1, 5), dt.date(2024, 1, 6)],
        amount=[1.25, 2.5],
    )


def test_types_are_kept() -> None:
    """Integers stay integers, floats mean their shortest decimal, dates are days."""
    history = read_orders(orders(), currency="EUR")
    assert amounts(history) == {1: 125, 2: 250}
    assert owners(history) == {1: 7, 2: 8}
    assert not history.context.has_times
    assert history.load_report.sources == ("orders.parquet",)


def test_path_is_read(tmp_path: Path) -> None:
    """A path to a Parquet file is recognised by its content, and progress comes to its end."""
    path = tmp_path / "orders.dat"
    path.write_bytes(orders().getvalue())
    told: list[tuple[int, int]] = []
    history = read_orders(
        path, currency="EUR", progress=lambda done, total: told.append((done, total))
    )
    assert len(history) == 2
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_parquet_and_csv_come_together() -> None:
    """Split exports may be of both kinds; the file that was watched until last wins."""
    later = text_file(HEADER, "2,8,2024-01-06,9.99", "3,9,2024-01-07,1.00", name="later.csv")
    history = read_orders([orders(), later], currency="EUR")
    assert amounts(history) == {1: 125, 2: 999, 3: 100}
    again = read_orders([later.__class__(later.getvalue()), orders(), orders()], currency="EUR")
    assert amounts(again) == {1: 125, 2: 999, 3: 100}
    assert again.load_report.balances


def test_damaged_file_is_refused() -> None:
    """A Parquet file that is cut short or garbled is refused."""
    data = orders().getvalue()
    with pytest.raises(UnreadableFile, match="no whole Parquet file"):
        read_orders(io.BytesIO(data[:-20]), currency="EUR")
    garbled = bytearray(data)
    garbled[10:60] = b"\xff" * 50
    with pytest.raises(UnreadableFile, match="data is damaged"):
        read_orders(io.BytesIO(bytes(garbled)), currency="EUR")


def test_missing_column_is_told() -> None:
    """A Parquet file without a needed column is refused like any other."""
    with pytest.raises(MissingColumn, match="found 'customer', 'amount'"):
        read_orders(parquet_file(customer=[1], amount=[2]), currency="EUR")


def test_without_pyarrow_the_extra_is_named() -> None:
    """Without pyarrow, the error says what to install."""
    with (
        mock.patch.dict("sys.modules", {"pyarrow": None}),
        pytest.raises(MissingExtra, match=r"custinsights\[arrow\]"),
    ):
        read_orders(orders(), currency="EUR")


def test_each_column_is_read_once_and_texts_come_coded() -> None:
    """A wide file needs the memory of one column at a time, and no text for each row.

    Texts of which most differ are coded once, and not for each part of the file before.
    """
    n = 64
    file = parquet_file(
        customer=n * ["ada", None, "bob", "ada"],
        placed_at=n * [dt.date(2024, 1, day) for day in (5, 6, 7, 8)],
        amount=n * [1.25, 2.5, 3.0, 4.0],
        country=n * ["FR", "DE", None, "FR"],
        coupon=[f"of one order: {at}" for at in range(4 * n)],
        notes=n * ["never", "asked", "for", "this"],
    )
    asked: list[list[str]] = []
    coded: dict[str, bool] = {}
    read_columns = pq.ParquetFile.read

    def read(self: Any, columns: list[str]) -> Any:
        table = read_columns(self, columns=columns)
        asked.append(columns)
        coded.update({one.name: pa.types.is_dictionary(one.type) for one in table.schema})
        return table

    with mock.patch.object(pq.ParquetFile, "read", read):
        history = read_orders(file, currency="EUR")
    assert sorted(asked) == [["amount"], ["country"], ["coupon"], ["customer"], ["placed_at"]]
    assert {name for name, is_coded in coded.items() if is_coded} == {"customer", "country"}
    assert history.customer_ids.tolist() == ["ada", "bob"]
    assert history.offsets.tolist() == [0, 2 * n, 3 * n]
    countries = [history.labels["country"].name_of(row) for row in range(3 * n)]
    assert countries == [*n * ["FR"], *n * ["FR"], *n * [None]]
    assert len({history.labels["coupon"].name_of(row) for row in range(3 * n)}) == 3 * n


def test_texts_of_several_row_groups_are_coded_together() -> None:
    """Each row group has a dictionary of its own; equal texts are one customer all the same."""
    table = pa.table(
        {
            "customer": [f"c{at % 7}" for at in range(60)],
            "placed_at": [dt.date(2024, 1, 5)] * 60,
            "amount": [1.0] * 60,
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=8)
    file.seek(0)
    history = read_orders(file, currency="EUR")
    assert history.customer_ids.tolist() == [f"c{at}" for at in range(7)]
    assert np.diff(history.offsets).tolist() == [9, 9, 9, 9, 8, 8, 8]


def test_integer_ids_never_become_texts() -> None:
    """Ids that come as integers, and nothing beside them, are coded as integers; 0 is nobody's."""
    file = parquet_file(
        customer=[7, 0, None, -5, 7],
        placed_at=[dt.date(2024, 1, 5)] * 5,
        amount=[1.0, 2.0, 4.0, 8.0, 16.0],
    )
    with mock.patch.object(Values, "texts", side_effect=AssertionError("a text for each id")):
        history = read_orders(file, currency="EUR")
    assert owners_and_amounts(history) == {7: [100, 1600], -5: [800]}
    assert left_out(history) == [("identity", "", 2)]


def test_ids_too_wide_for_an_integer_elsewhere_are_texts() -> None:
    """An id of more than 18 figures makes all of them texts, however it came."""
    file = parquet_file(
        customer=[1234567890123456789, 7], placed_at=[dt.date(2024, 1, 5)] * 2, amount=[1.0, 2.0]
    )
    assert read_orders(file, currency="EUR").customer_ids.tolist() == ["1234567890123456789", "7"]


def test_integer_ids_are_coded_once() -> None:
    """Ids go into the history as they come, and are coded there and nowhere else."""
    file = parquet_file(
        customer=[9, 7, 9], placed_at=[dt.date(2024, 1, 5)] * 3, amount=[1.0, 2.0, 4.0]
    )
    with (
        mock.patch("custinsights.history.columnar.identities.placed", wraps=placed) as coded,
        mock.patch(
            "custinsights.history.columnar.row_groups.placed", side_effect=AssertionError("before")
        ),
    ):
        history = read_orders(file, currency="EUR")
    assert coded.call_count == 1
    assert owners_and_amounts(history) == {7: [200], 9: [100, 400]}


def owners_and_amounts(history: OrderHistory) -> dict[object, list[int]]:
    """Return the amounts of each customer."""
    ids, bounds = history.customer_ids.tolist(), history.offsets.tolist()
    pairs = zip(ids, pairwise(bounds), strict=True)
    return {customer: history.amount[low:high].tolist() for customer, (low, high) in pairs}
