"""Frames of any library, and plain arrays, are read like the same table in a file."""

import datetime as dt
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from custinsights.errors import (
    BadRowsError,
    InvalidValue,
    MissingColumn,
    NaiveTime,
    SeveralCurrencies,
)
from custinsights.history.columnar.row_groups import RowGroups
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_frame
from tests.sources.exports import DATA, EXPECTED, facts, read
from tests.sources.reading import amounts, left_out, owners

Table = dict[str, list[Any]]

TABLE: Table = {
    "order": ["A1", "A2", "A3", "A4"],
    "who": [7, 8, 7, None],
    "when": [dt.datetime(2024, 3, 5, 10), dt.datetime(2024, 3, 6), dt.datetime(2024, 3, 7), None],
    "paid": [10.5, 2.675, 3.0, 1.0],
    "land": ["FR", None, "DE", "FR"],
}
NAMES = {
    "order_id": "order",
    "customer": "who",
    "placed_at": "when",
    "amount": "paid",
    "country": "land",
}
MAKERS: dict[str, Callable[[Table], Any]] = {
    "pandas": pd.DataFrame,
    "pandas of arrow types": lambda table: pl.DataFrame(table).to_pandas(
        use_pyarrow_extension_array=True
    ),
    "pandas with gaps": lambda table: pd.DataFrame(table).convert_dtypes(),
    "pandas of objects": lambda table: pd.DataFrame(table).astype(object),
    "polars": pl.DataFrame,
    "polars, lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "pyarrow batch": pa.RecordBatch.from_pydict,
    "mapping of lists": lambda table: table,
    "mapping of arrays": lambda table: {
        name: pd.Series(column).to_numpy() for name, column in table.items()
    },
}


@pytest.fixture(params=list(MAKERS))
def make(request: pytest.FixtureRequest) -> Callable[[Table], Any]:
    """Make a table of one library."""
    return MAKERS[request.param]


def frame(table: Any, **options: Any) -> OrderHistory:
    """Read a table with the usual names, in euros and Paris."""
    return read_frame(table, **{**NAMES, "currency": "EUR", "timezone": "Europe/Paris", **options})


def test_every_library_gives_the_same_history(make: Callable[[Table], Any]) -> None:
    """A table gives the same history from whatever library it comes."""
    history = frame(make({name: column[:3] for name, column in TABLE.items()}))
    assert amounts(history) == {"A1": 1050, "A2": 268, "A3": 300}
    assert owners(history) == {"A1": 7, "A2": 8, "A3": 7}
    assert sorted(history.labels["country"].texts().tolist(), key=str) == ["DE", "FR", None]
    paris = ZoneInfo("Europe/Paris")
    first = dt.datetime(2024, 3, 5, 10, tzinfo=paris)
    assert int(history.placed_at.min()) == int(first.timestamp()) * 1_000_000
    assert dict(history.load_report.notes)["rounded_values"] == 1


def test_missing_values_are_blank_cells(make: Callable[[Table], Any]) -> None:
    """A missing time is bad, a missing customer leaves out; rows are named by position."""
    with pytest.raises(BadRowsError, match=r"1 of 4 rows.*\n.*unreadable date: 1 row"):
        frame(make(TABLE))
    table = {**TABLE, "when": [*TABLE["when"][:3], dt.datetime(2024, 3, 8)]}
    history = frame(make(table))
    assert left_out(history) == [("identity", "", 1)]
    assert owners(history) == {"A1": 7, "A2": 8, "A3": 7}


def test_frame_is_not_changed() -> None:
    """Reading leaves a frame as it was."""
    before = pd.DataFrame(TABLE)
    after = before.copy(deep=True)
    frame(after, errors="report")
    pd.testing.assert_frame_equal(before, after)


@pytest.mark.parametrize(
    "times",
    [
        pd.Series(pd.to_datetime(["2024-03-05 10:00"])).dt.tz_localize("America/New_York"),
        pl.Series(["2024-03-05 10:00"])
        .str.to_datetime("%Y-%m-%d %H:%M", time_unit="us")
        .dt.replace_time_zone("America/New_York"),
        pa.array([1_709_650_800], pa.timestamp("s", tz="America/New_York")),
        [dt.datetime(2024, 3, 5, 10, tzinfo=ZoneInfo("America/New_York"))],
    ],
    ids=["pandas", "polars", "pyarrow", "objects"],
)
def test_times_with_a_zone_are_instants(times: Any) -> None:
    """A column that knows its zone is read as instants, whatever the shop's zone."""
    if isinstance(times, pd.Series):
        table: Any = pd.DataFrame({"who": [1], "when": times, "paid": [1]})
    elif isinstance(times, pl.Series):
        table = pl.DataFrame({"who": [1], "when": times, "paid": [1]})
    elif isinstance(times, pa.Array):
        table = pa.table({"who": [1], "when": times, "paid": [1]})
    else:
        table = {"who": [1], "when": times, "paid": [1]}
    for told in (table, {"who": [1], "when": times, "paid": [1]}):
        history = read_frame(
            told, customer="who", placed_at="when", amount="paid", currency="EUR",
            timezone="Asia/Tokyo",
        )  # fmt: skip
        assert history.placed_at.tolist() == [1_709_650_800_000_000]


@pytest.mark.parametrize("make_dates", [pl.DataFrame, pa.table, dict], ids=["pl", "pa", "dict"])
def test_dates_leave_no_hours(make_dates: Callable[[Table], Any]) -> None:
    """A column of dates means local midnight, and the history knows no hours."""
    table = make_dates({"who": [1], "when": [dt.date(2024, 3, 5)], "paid": [Decimal("1.25")]})
    history = read_frame(
        table, customer="who", placed_at="when", amount="paid", currency="EUR",
        timezone="Europe/Paris",
    )  # fmt: skip
    assert history.placed_at.tolist() == [1_709_593_200_000_000]
    assert history.amount.tolist() == [125]
    assert not history.context.has_times


def test_categories_are_texts() -> None:
    """Categories and dictionary columns are read as the texts that they stand for."""
    table = pd.DataFrame({**TABLE, "land": pd.Categorical(TABLE["land"])})[:3]
    expected = frame(table).labels["country"].texts().tolist()
    assert sorted(expected, key=str) == ["DE", "FR", None]
    coded = pa.table({name: column[:3] for name, column in TABLE.items()})
    coded = coded.set_column(4, "land", coded["land"].dictionary_encode())
    assert frame(coded).labels["country"].texts().tolist() == expected
    polars = pl.DataFrame({name: column[:3] for name, column in TABLE.items()})
    polars = polars.with_columns(pl.col("land").cast(pl.Categorical))
    assert frame(polars).labels["country"].texts().tolist() == expected


def test_names_of_columns_tell_where_nothing_is_named(make: Callable[[Table], Any]) -> None:
    """A table whose columns are our own words is read like a file with that header."""
    table: Table = {
        "Order ID": ["A1", "A2"],
        "customer": [7, 8],
        "placed_at": ["2024-03-05", "2024-03-06"],
        "amount": [10.5, 3.0],
        "country": ["FR", "DE"],
    }
    history = read_frame(make(table), currency="EUR")
    assert amounts(history) == {"A1": 1050, "A2": 300}
    assert history.labels["country"].texts().tolist() == ["FR", "DE"]
    with pytest.raises(MissingColumn, match=r"time of the order.*columns=\{'customer': ...,"):
        read_frame(make({"customer": [7], "amount": [10.5]}), currency="EUR")


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.csv")))
def test_an_export_in_a_frame_is_known(name: str) -> None:
    """An export that pandas has read is known by its header, and holds what its file holds."""
    options = EXPECTED[name]["arguments"]
    assert facts(read_frame(pd.read_csv(DATA / name), **options)) == facts(read(name))


def test_ids_keep_their_type() -> None:
    """Ids that are texts stay texts, also where they are written as integers."""
    history = read_frame(
        {"o": ["1"], "who": ["7"], "when": ["2024-01-05"], "paid": ["1"]},
        order_id="o", customer="who", placed_at="when", amount="paid", currency="EUR",
    )  # fmt: skip
    assert owners(history) == {"1": "7"}


def test_currency_column_is_named_by_columns() -> None:
    """`currency=` is a code; a column that holds codes is named in `columns`."""
    table = {**{name: column[:3] for name, column in TABLE.items()}, "cur": ["EUR", "USD", "EUR"]}
    with pytest.raises(SeveralCurrencies):
        frame(table, columns={"currency": "cur"}, currency=None)
    history = frame(table, columns={"currency": "cur"}, currency="USD")
    assert amounts(history) == {"A2": 268}


def test_lines_and_refunds_of_a_frame() -> None:
    """A frame of order lines is read like a file of them."""
    history = read_frame(
        pl.DataFrame(
            {
                "no": ["1", "1", "C2"],
                "who": [7, 7, 7],
                "when": [dt.datetime(2024, 1, 5, 9)] * 3,
                "sku": ["a", "b", "a"],
                "n": [2, 1, -1],
                "price": [1.115, 2.0, 1.5],
            }
        ),
        order_id="no", customer="who", placed_at="when", product="sku", quantity="n",
        unit_price="price", currency="EUR", timezone="UTC", refunds="invoice_prefix:C",
    )  # fmt: skip
    assert amounts(history) == {"1": 423}
    assert history.refunds.amount.tolist() == [150]


def test_what_cannot_be_read_is_refused() -> None:
    """What is no table, lacks a column, has ragged columns or naive times is refused."""
    with pytest.raises(InvalidValue, match="no table: 'list'"):
        frame([1, 2])
    with pytest.raises(MissingColumn, match="looked for 'when'"):
        frame({"order": [1], "who": [1], "paid": [1]})
    with pytest.raises(InvalidValue, match="different lengths"):
        frame({**TABLE, "who": [1]})
    with pytest.raises(InvalidValue, match="one dimension"):
        frame({**TABLE, "paid": np.zeros((4, 2))})
    with pytest.raises(NaiveTime, match=r"column 'when'.*2024-03-05T10:00"):
        frame({name: column[:3] for name, column in TABLE.items()}, timezone=None)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("who", pd.array([7, None, 7], dtype="Int64")),
        ("who", pl.Series([7, None, 7], dtype=pl.Int128)),
        ("who", [7, pd.NA, 7]),
        ("who", np.array([7, np.nan, 7], dtype=np.float16)),
        ("who", [Decimal(7), Decimal("NaN"), Decimal("7.0")]),
    ],
)
def test_missing_value_is_one_in_any_type(column: str, values: Any) -> None:
    """A gap of any library is a blank cell, and the numbers around it are the same."""
    table = {name: cells[:3] for name, cells in TABLE.items()} | {column: values}
    table["when"] = [dt.datetime(2024, 3, 5)] * 3
    history = frame(table)
    assert owners(history) == {"A1": 7, "A3": 7}
    assert left_out(history) == [("identity", "", 1)]


def test_bad_cell_of_a_frame_stands_in_a_row() -> None:
    """A frame has rows, counted from 0, and no lines."""
    table = {"who": ["ada", "bo"], "at": ["2024-01-05", "soon"], "paid": [1, 2]}
    with pytest.raises(BadRowsError, match=r"row 1, column 'at'"):
        read_frame(table, customer="who", placed_at="at", amount="paid", currency="EUR")


def test_plain_orders_need_little_beside_their_columns() -> None:
    """Of rows that are orders, none bad, none a refund, no column is made but the history's.

    Three columns of 8 bytes, the order they are sorted into, and a few flags.
    """
    n = 1 << 17
    rows = np.arange(n)
    table = {
        "customer": rows * 7919 % 10_007 + 1,
        "placed_at": (np.datetime64("2024-01-01", "us") + rows * 7919 % n * 1_000_000),
        "amount": (rows % 5_000 + 100) / 100,
    }
    read = partial(read_frame, customer="customer", placed_at="placed_at", amount="amount")
    read(table, currency="EUR", timezone="UTC")  # what is loaded once
    tracemalloc.start()
    history = read(table, currency="EUR", timezone="UTC")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(history) == n
    assert most < 95 * n


def test_rows_that_are_orders_are_looked_up_in_no_group() -> None:
    """Unique order ids, one currency and no refunds: nobody asks for the first row of an order."""
    table = {
        "order": [4, 9, 2],
        "customer": [7, 8, 7],
        "placed_at": ["2024-01-05", "2024-01-06", "2024-01-07"],
        "amount": [1.0, 2.0, 4.0],
        "country": ["FR", None, "DE"],
        "order_status": ["paid", "", "pending"],
    }
    columns = {"order_id": "order", "country": "country", "order_status": "order_status"}
    read = partial(read_frame, customer="customer", placed_at="placed_at", amount="amount")
    with mock.patch.object(RowGroups, "_first_of", side_effect=AssertionError("looked up")):
        history = read(table, columns=columns, currency="EUR")
    assert history.order_ids is not None
    assert history.order_ids.tolist() == [4, 9]
    assert [history.labels["country"].name_of(row) for row in range(2)] == ["FR", None]
