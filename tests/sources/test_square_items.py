"""Items sold by a Square account."""

import re
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from custinsights.errors import BadRowsError, InvalidValue, MissingColumn, NaiveTime
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from custinsights.sources.texts.zones import RAILS, zone_named
from tests.sources.exports import (
    american,
    assert_as_expected,
    backwards,
    changed,
    european,
    facts,
    lines_of,
    refunds_of,
    table,
    with_cells,
    without,
    written,
)
from tests.sources.exports import read as read_export
from tests.sources.reading import amounts, left_out, owners

FILE = "square_items_detail.csv"
ROWS = table(FILE)
KNOWN = ROWS
for _line in (1, 2, 4):
    KNOWN = with_cells(KNOWN, _line, **{"Customer ID": "CUST2"})
MONEY = ["Gross Sales", "Discounts", "Net Sales", "Tax", "Commission"]


def read(rows: list[list[str]] | BytesIO, **options: Any) -> OrderHistory:
    """Read items of a shop in New York, which takes dollars."""
    return read_export(rows, **{"currency": "USD", "timezone": "America/New_York"} | options)


def minutes(history: OrderHistory) -> dict[object, str]:
    """Return the minute in UTC of each order by its id."""
    assert history.order_ids is not None
    found = np.datetime_as_string(history.placed_at.astype("M8[us]"), unit="m").tolist()
    return dict(zip(history.order_ids.tolist(), found, strict=True))


def test_export_comes_to_its_figures() -> None:
    """An export comes to the known figures; what nobody bought is counted with its refunds."""
    history = read_export(FILE)
    assert_as_expected(FILE, history)
    assert history.load_report.balances


def test_currency_must_be_told() -> None:
    """The sign of a dollar is that of many dollars."""
    with pytest.raises(InvalidValue, match="in which currency"):
        read(ROWS, currency=None)


def test_rows_of_a_transaction_are_one_order() -> None:
    """What was paid is the net sales and the tax of all its rows; discounts are taken off."""
    history = read(KNOWN)
    assert amounts(history) == {"T1": 800 + 62 + 900, "T2": 125000 + 10000}
    at = [*amounts(history)].index("T1")
    parts = {name: int(column[at]) for name, column in history.numbers.items()}
    assert parts == {"goods": 2000, "discount": 300, "tax": 62, "units": 3000}
    assert owners(history) == {"T1": "CUST2", "T2": "CUST1"}


def test_items_are_lines() -> None:
    """Each row is a line, after its discount and without tax; its modifiers are no products."""
    assert sorted(lines_of(read(KNOWN)), key=str) == [
        ("T1", "Bread", 2000, 900),
        ("T1", "Matcha Latte", 1000, 800),
        ("T2", "Hamper", 1000, 125000),
    ]
    coded = read(with_cells(KNOWN, 1, SKU="ML-12"))
    assert ("T1", "ML-12", 1000, 800) in lines_of(coded)


def test_category_none_is_no_category() -> None:
    """The word None is written for items without a category."""
    history = read(with_cells(KNOWN, 3, Category="Baskets"))
    assert history.products is not None
    told = history.products.labels["category"].texts().tolist()
    assert dict(zip(history.products.ids, told, strict=True)) == {
        "Bread": None,
        "Hamper": "Baskets",
        "Matcha Latte": None,
    }


def test_refund_names_its_transaction() -> None:
    """A refund is a row below 0 on its own day: it belongs to the transaction, and to a product."""
    history = read(KNOWN)
    assert refunds_of(history) == [("T1", 862, "2026-07-19 13:00")]
    assert history.products is not None
    assert [history.products.ids[code] for code in history.refunds.product] == ["Matcha Latte"]
    assert len(history) == 2
    other = read(with_cells(KNOWN, 4, **{"Transaction ID": "T9"}))  # sold before the export begins
    assert refunds_of(other) == [(None, 862, "2026-07-19 13:00")]
    anonymous = with_cells(KNOWN, 4, **{"Customer ID": ""})  # the transaction tells whose it is
    assert refunds_of(read(anonymous)) == refunds_of(history)


def test_every_zone_of_the_published_table_is_there() -> None:
    """Each of the 151 names that Ruby on Rails gives to zones is one of the IANA database."""
    earlier = {"Kiev", "Kyev", "Ulaan Bataar"}
    assert len(RAILS.keys() - earlier) == 151
    assert [name for name in RAILS if zone_named(name) is None] == []
    assert RAILS["Eastern Time (US & Canada)"] == "America/New_York"
    assert RAILS["Kyiv"] == "Europe/Kyiv"
    assert RAILS["Nuku'alofa"] == "Pacific/Tongatapu"


def test_each_row_tells_the_zone_of_its_time() -> None:
    """Day, clock and zone of a row are its instant; names of Rails and of IANA both are zones."""
    pacific = {"Time Zone": "Pacific Time (US & Canada)", "Date": "2026-01-18"}
    rows = with_cells(KNOWN, 3, **pacific)
    assert minutes(read(rows)) == {"T1": "2026-07-18T16:59", "T2": "2026-01-18T21:10"}
    assert minutes(read(rows, timezone=None)) == minutes(read(rows))
    iana = changed(KNOWN, "Time Zone", lambda _: "Asia/Tokyo")
    assert minutes(read(iana))["T1"] == "2026-07-18T03:59"


def test_hour_that_is_there_twice_or_never_is_counted() -> None:
    """On the days on which the clock moves, the first of two hours is meant; both are counted."""
    twice = read(with_cells(KNOWN, 3, Date="2026-11-01", Time="01:30:00"))
    assert minutes(twice)["T2"] == "2026-11-01T05:30"
    assert dict(twice.load_report.notes)["ambiguous_times"] == 1
    never = read(with_cells(KNOWN, 3, Date="2026-03-08", Time="02:30:00"))
    assert minutes(never)["T2"] == "2026-03-08T07:30"
    assert dict(never.load_report.notes)["skipped_times"] == 1


def test_zone_that_is_none_makes_its_row_bad() -> None:
    """A zone of no such name is a bad row; a blank one is the shop's."""
    unknown = with_cells(KNOWN, 3, **{"Time Zone": "Eastern Standard"})
    with pytest.raises(BadRowsError, match="unknown time zone: 1 row"):
        read(unknown)
    assert read(unknown, errors="report").load_report.balances
    blank = with_cells(KNOWN, 3, **{"Time Zone": ""})
    assert minutes(read(blank)) == minutes(read(KNOWN))
    with pytest.raises(NaiveTime, match="timezone="):
        read(blank, timezone=None)


def test_negative_money_may_stand_in_brackets() -> None:
    """A spreadsheet writes -$3.00 as ($3.00)."""
    brackets = KNOWN
    for header in MONEY:
        brackets = changed(brackets, header, lambda cell: re.sub(r"-(.+)", r"(\1)", cell))
    assert facts(read(brackets)) == facts(read(KNOWN))


def test_dates_of_a_spreadsheet_must_tell_their_day() -> None:
    """7/18/2026 tells; 7/8/2026 does not, and `dayfirst` is asked for."""
    resaved = changed(KNOWN, "Date", american)
    assert facts(read(resaved)) == facts(read(KNOWN))
    assert minutes(read(with_cells(resaved, 3, Time="1:10:00 PM")))["T2"] == "2026-07-18T17:10"
    early = changed(resaved, "Date", lambda _: "7/8/2026")
    with pytest.raises(InvalidValue, match=r"is the day.*dayfirst="):
        read(early)
    assert minutes(read(early, dayfirst=True))["T2"] == "2026-08-07T17:10"


def test_file_is_read_as_a_spreadsheet_saves_it() -> None:
    """The order of columns, a byte order mark, line ends, semicolons and commas change nothing."""
    whole = facts(read(KNOWN))
    assert facts(read(backwards(KNOWN))) == whole
    assert facts(read(european(KNOWN, MONEY))) == whole
    assert facts(read(written(KNOWN, end="\r\n", encoding="utf-8-sig"))) == whole


def test_older_exports_lack_columns() -> None:
    """Only what makes up an order is needed, and whose it is."""
    few = {"Date", "Time", "Time Zone", "Item", "Qty", "Net Sales", "Tax", "Transaction ID"}
    few |= {"Event Type", "Customer ID"}
    history = read(without(KNOWN, set(ROWS[0]) - few))
    assert amounts(history) == amounts(read(KNOWN))
    assert refunds_of(history) == refunds_of(read(KNOWN))
    for name in ("Event Type", "Tax", "Customer ID"):
        with pytest.raises(MissingColumn, match=f"looked for '{name}'"):
            read(without(KNOWN, {name}))


def test_exports_that_overlap_count_once() -> None:
    """Of a transaction in two exports the later one's rows are taken, of refunds equal ones."""
    both = [written(KNOWN), written(KNOWN)]
    history = read_orders(both, currency="USD", timezone="America/New_York")
    assert facts(history) == facts(read(KNOWN))
    assert left_out(history) == [("duplicate", "", 4)]
    one = read([*KNOWN, *KNOWN])  # one below the other in one file
    assert facts(one) == facts(read(KNOWN))
    assert left_out(one) == left_out(history)
    assert dict(one.load_report.notes)["repeated_headers"] == 1
