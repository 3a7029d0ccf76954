"""Published data as plain shops: a year of a gift wholesaler, and the buyers of a music shop."""

from __future__ import annotations

import csv
import gzip
import lzma
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.oracles.shop import PlainOrder, PlainRefund, Shop

DATA = Path(__file__).parents[1] / "data" / "oracles"
LONDON = ZoneInfo("Europe/London")


def rows(name: str) -> Iterator[dict[str, str]]:
    """Read a packed CSV row by row."""
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def local(text: str) -> datetime:
    """Return the instant of a time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@cache
def online_retail() -> Shop:
    """Return a year of a gift wholesaler in the UK, without its lines."""
    orders = [
        PlainOrder(
            id=int(row["invoice"]),
            customer=int(row["customer"]),
            placed_at=local(row["placed_at"]),
            amount=int(row["pence"]),
            units=1000 * int(row["items"]),
            labels={"country": row["country"]},
        )
        for row in rows("online_retail_orders.csv.gz")
    ]
    refunds = [
        PlainRefund(int(row["customer"]), local(row["refunded_at"]), int(row["pence"]))
        for row in rows("online_retail_refunds.csv.gz")
    ]
    return Shop(
        orders=tuple(orders),
        refunds=tuple(refunds),
        currency="GBP",
        timezone="Europe/London",
        observed_from=local("2010-12-01"),
        observed_until=local("2011-12-10"),
    )


@cache
def cdnow_sample(*, by_day: bool = False) -> Shop:
    """Return the papers' tenth of CDNOW's customers; `by_day` makes one order of a day's orders."""
    made: dict[object, PlainOrder] = {}
    for place, row in enumerate(rows("cdnow_sample_orders.csv.gz")):
        customer, day = int(row["customer"]), row["placed_at"]
        key = (customer, day) if by_day else place
        amount = int(row["cents"]) + (made[key].amount if key in made else 0)
        placed = datetime.fromisoformat(day).replace(tzinfo=UTC)
        made[key] = PlainOrder(None, customer, placed, amount)
    return Shop(
        orders=tuple(made.values()),
        observed_from=datetime(1997, 1, 1, tzinfo=UTC),
        observed_until=datetime(1998, 7, 1, tzinfo=UTC),
    )


def cdnow_days() -> Iterator[tuple[int, date]]:
    """Yield customer and day of every order of CDNOW, without what was paid."""
    text = lzma.decompress((DATA / "cdnow_days.txt.xz").read_bytes()).decode()
    for customer, line in enumerate(text.splitlines(), start=1):
        day = date(1997, 1, 1)
        for passed in line.split():
            day += timedelta(days=int(passed))
            yield customer, day
