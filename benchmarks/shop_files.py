"""The files that the shop of the benchmarks would hand over: CSV, a Shopify export, Parquet.

Each is written from the same columns, and knows how Polars reads and groups it: the orders
that count by their status, by customer. Amounts have two decimals, times are whole seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import polars as pl

from benchmarks.questions import Answer
from benchmarks.shop import CURRENCY, SEED, ZONE, make_shop
from custinsights.history.columnar.columns import Labels

_CLOCK = "%Y-%m-%d %H:%M:%S"
_COUNTED = ("paid", "refunded")
_STATUSES = (*["paid"] * 90, *["refunded"] * 4, *["pending"] * 6)
_UNREAD = 40
"""Columns of a Shopify export that nothing is read from."""


@attrs.frozen(eq=False)
class ShopFile:
    """One kind of file.

    Parameters
    ----------
    title
        What it is called in tables.
    suffix
        Of its name.
    write
        Writes the shop with so many orders to a path; returns the number of rows.
    group
        Reads it with Polars and groups the orders that count: customer, orders, revenue (cents),
        first and last (microseconds).
    most_seconds, most_ratio
        The budget: seconds at a million rows, or how many times what Polars takes.
    """

    title: str
    suffix: str
    write: Callable[[Path, int], int]
    group: Callable[[Path], Answer]
    most_seconds: float | None = None
    most_ratio: float | None = None


def _columns(orders: int, ids: str) -> pl.DataFrame:
    shop = make_shop(orders, seed=SEED, strings=ids == "email")
    statuses = np.random.default_rng(SEED).integers(0, len(_STATUSES), orders)
    customer: Any = shop.customer.tolist() if shop.has_text_ids else shop.customer
    return pl.DataFrame(
        {
            "order_id": np.arange(10_000, 10_000 + orders),
            "customer": customer,
            "placed_at": pl.Series(shop.placed_at).cast(pl.Datetime("us")),
            "amount": shop.amount / 100,
            "order_status": np.array(_STATUSES)[statuses],
            "country": _texts(shop.country),
            "channel": _texts(shop.channel),
        }
    )


def _texts(labels: Labels) -> pl.Series:
    return pl.Series(["", *labels.names], dtype=pl.String).gather(labels.codes + 1)


def _as_written(orders: int, clock: str = _CLOCK) -> pl.DataFrame:
    """Return the columns as a CSV file has them, with times on the shop's clock."""
    frame = _columns(orders, "email")
    cents = (frame["amount"] * 100).round().cast(pl.Int64)
    dollars, rest = cents // 100, (cents % 100).cast(pl.String).str.zfill(2)
    times = frame["placed_at"].dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    return frame.with_columns(
        amount=pl.format("{}.{}", dollars, rest), placed_at=times.dt.strftime(clock)
    )


def _write_csv(path: Path, orders: int) -> int:
    _as_written(orders).write_csv(path)
    return orders


def _write_shopify(path: Path, orders: int) -> int:
    """Write orders of one to three lines, of which the first has what is told of the order."""
    told = _as_written(orders, f"{_CLOCK} %z")
    lines = np.arange(orders) % 3 + 1
    order = np.repeat(np.arange(orders), lines)
    is_first = np.concatenate([[True], order[1:] != order[:-1]])

    def once(column: pl.Expr | pl.Series) -> pl.Expr:
        return pl.when(pl.Series(is_first)).then(column).otherwise(None)

    rows = told[order]
    frame = rows.select(
        pl.format("#{}", "order_id").alias("Name"),
        pl.col("customer").alias("Email"),
        once(pl.col("order_status")).alias("Financial Status"),
        once(pl.lit(CURRENCY)).alias("Currency"),
        once(pl.col("amount")).alias("Total"),
        once(pl.col("country")).alias("Shipping Country"),
        once(pl.col("channel")).alias("Source"),
        pl.col("placed_at").alias("Created at"),
        pl.Series("Lineitem quantity", order % 2 + 1),
        pl.format("Print {}", pl.Series(order % 500)).alias("Lineitem name"),
        pl.format("PR-{}", pl.Series(order % 500)).alias("Lineitem sku"),
        pl.lit("9.50").alias("Lineitem price"),
        *(pl.lit("").alias(f"Note {at}") for at in range(_UNREAD)),
    )
    frame.write_csv(path)
    return len(frame)


def _write_parquet(ids: str) -> Callable[[Path, int], int]:
    def write(path: Path, orders: int) -> int:
        frame = _columns(orders, ids).select("customer", "placed_at", "amount")
        frame.with_columns(pl.col("placed_at").dt.replace_time_zone("UTC")).write_parquet(path)
        return orders

    return write


def _grouped(rows: pl.LazyFrame) -> Answer:
    found = (
        rows.group_by("customer")
        .agg(
            pl.len().cast(pl.Int64).alias("orders"),
            pl.col("amount").sum().alias("revenue"),
            pl.col("placed_at").min().alias("first"),
            pl.col("placed_at").max().alias("last"),
        )
        .collect()
    )
    return {
        "customer": found["customer"].to_numpy(),
        "orders": found["orders"].to_numpy(),
        "revenue": np.rint(found["revenue"].to_numpy() * 100).astype(np.int64),
        "first": found["first"].to_physical().to_numpy(),
        "last": found["last"].to_physical().to_numpy(),
    }


def _group_csv(path: Path) -> Answer:
    clock = pl.col("placed_at").str.to_datetime(_CLOCK)
    placed_at = clock.dt.replace_time_zone(ZONE, ambiguous="earliest")
    rows = pl.scan_csv(path).with_columns(placed_at)
    return _grouped(rows.filter(pl.col("order_status").is_in(_COUNTED)))


def _group_shopify(path: Path) -> Answer:
    rows = pl.scan_csv(path, infer_schema_length=0).filter(
        pl.col("Financial Status").is_in(_COUNTED)
    )
    at = pl.col("Created at").str.to_datetime(f"{_CLOCK} %z", time_zone="UTC")
    amount = pl.col("Total").cast(pl.Float64)
    return _grouped(
        rows.select(customer="Email", placed_at=at, amount=amount),
    )


def _group_parquet(path: Path) -> Answer:
    return _grouped(pl.scan_parquet(path))


FILES = {
    "csv": ShopFile("CSV, e-mail ids", ".csv", _write_csv, _group_csv, most_seconds=6.0),
    "shopify": ShopFile("Shopify export", ".csv", _write_shopify, _group_shopify),
    "parquet-int": ShopFile(
        "Parquet, whole-number ids",
        ".parquet",
        _write_parquet("int"),
        _group_parquet,
        most_ratio=1.5,
    ),
    "parquet-email": ShopFile(
        "Parquet, e-mail ids", ".parquet", _write_parquet("email"), _group_parquet, most_ratio=1.5
    ),
}
"""The kinds of files that are read, by name."""
