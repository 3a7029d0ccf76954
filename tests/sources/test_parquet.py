"""Parquet files are read by their types, alone or beside CSV files."""

import datetime as dt
import io
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custinsights.errors import MissingColumn, MissingExtra, UnreadableFile
from custinsights.sources import read_orders
from tests.sources.reading import HEADER, amounts, owners, text_file


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
    """Split exports may be of both kinds; the later file wins."""
    later = text_file(HEADER, "2,8,2024-01-06,9.99", "3,9,2024-01-07,1.00", name="later.csv")
    history = read_orders([orders(), later], currency="EUR")
    assert amounts(history) == {1: 125, 2: 999, 3: 100}
    again = read_orders([later.__class__(later.getvalue()), orders(), orders()], currency="EUR")
    assert amounts(again) == {1: 125, 2: 250, 3: 100}
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
