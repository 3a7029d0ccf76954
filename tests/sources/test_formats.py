"""A format is a declaration: recognised by its header, told by name or object, or installed."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any
from unittest import mock

import attrs
import pytest

from custinsights.analyses.measure import measure
from custinsights.errors import InvalidValue, MissingColumn, MissingData, PlugInFailed
from custinsights.history.amounts import Decimals
from custinsights.sources import OrderFormat, read_orders
from custinsights.sources.columns import Texts
from custinsights.sources.formats import SHOPIFY, format_asked, format_for
from custinsights.sources.formats.declaration import Packed, Rows
from tests.sources.reading import HEADER, amounts, bad_kinds, owners, read, text_file

# A till of our own invention: a row for each slip and one of totals, day and clock apart, times of
# its own zone, one currency, returns by their sign, a fee that is not the shop's.


def _amount(rows: Rows) -> Decimals:
    return rows.decimals("gross").minus(rows.decimals("fee"))


def _time(rows: Rows) -> Texts:
    days, clocks = rows.texts("day").array(), rows.texts("clock").array()
    return Texts.of(f"{day} {clock}" for day, clock in zip(days, clocks, strict=True))


TILL = OrderFormat(
    name="till",
    columns={
        "customer_id": "Card",
        "day": ("Day", "Date"),
        "clock": "Time",
        "gross": "Gross",
        "fee": "Fee",
        "order_id": "Slip",
        "order_status": "State",
    },
    recognised_by=frozenset({"Slip", "Gross", "Card"}),
    statuses={"ok": "paid", "storno": "voided"},
    timezone="Asia/Tokyo",
    currency="JPY",
    source="till",
    kinds={"gross": "money", "fee": "money", "day": "code", "clock": "code"},
    computed={"amount": _amount, "placed_at": _time},
    skip_rows=lambda rows: rows.texts("order_id").where(lambda text: text == "Total"),
    refund_rows=lambda rows: rows.decimals("gross").digits < 0,
)
SLIP = ("Slip,Card,Day,Time,Gross,Fee,State", "1,7,2024-01-05,09:00,1000,50,ok")


def test_format_is_a_declaration() -> None:
    """A format that is an object says columns, states, zone, currency and what is worked out."""
    file = text_file(
        *SLIP,
        "2,7,2024-01-06,09:00,-300,0,ok",
        "3,8,2024-01-07,09:00,10,0,storno",
        "Total,,,,710,50,",
    )
    history = read_orders(file, format=TILL)
    assert (history.currency, amounts(history)) == ("JPY", {1: 950})
    assert history.refunds.amount.tolist() == [300]
    assert history.placed_at.astype("M8[us]").astype("M8[h]").astype(str).tolist() == [
        "2024-01-05T00"
    ]
    assert history.labels["source"].texts().tolist() == ["till"]
    assert history.load_report.left_out_by("status").rows == 1
    assert history.load_report.timezone_assumed
    assert history.load_report.rows_read == 3
    assert dict(history.load_report.notes) == {"skipped_rows": 1}


def test_what_a_format_works_out_can_be_bad() -> None:
    """A cell that a computation needs and that cannot be read makes its row bad."""
    assert bad_kinds(*SLIP, "2,7,2024-01-06,09:00,?,0,ok", format=TILL, currency="JPY") == {
        "unreadable number": 1
    }


def test_columns_change_a_format() -> None:
    """Single columns of a format can be mapped otherwise."""
    file = text_file(*(line.replace("Card", "Customer No") for line in SLIP))
    with pytest.raises(MissingColumn, match=r"the customer.*looked for 'Card'"):
        read_orders(file, format=TILL)
    file.seek(0)
    assert owners(read_orders(file, format=TILL, columns={"customer": "Customer No"})) == {1: 7}


@attrs.frozen
class Installed:
    """Entry points as a test wants them."""

    points: tuple[EntryPoint, ...]

    def __call__(self, group: str) -> Iterator[EntryPoint]:
        """Yield those of a group."""
        return (point for point in self.points if point.group == group)


def installed(*values: str) -> Any:
    """Install formats under the name 'till'."""
    points = tuple(EntryPoint("till", value, "custinsights.formats") for value in values)
    return mock.patch("custinsights.sources.formats.finding.entry_points", Installed(points))


def test_installed_format_is_found_by_its_name() -> None:
    """A name that is not built in is looked up among the entry points."""
    with installed("custinsights.sources.formats.shopify:SHOPIFY"):
        assert format_asked("till", None) is SHOPIFY


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (("no.such.module:FORMAT",), "does not load"),
        (("custinsights.sources:read_orders",), "is no OrderFormat"),
        (("a:b", "c:d"), "several distributions"),
    ],
)
def test_installed_format_that_does_not_work_is_named(values: tuple[str, ...], match: str) -> None:
    """A plug-in that fails, is something else or is there twice is an error that names it."""
    with installed(*values), pytest.raises(PlugInFailed, match=match):
        format_asked("till", None)


def test_format_that_is_none_is_refused() -> None:
    """`format=` takes a name or an OrderFormat."""
    with pytest.raises(InvalidValue, match="The format is no format: 'int'"):
        read(HEADER, "1,ada,2024-01-05,1", format=7)


def test_shopify_is_recognised_whatever_the_order_of_its_columns() -> None:
    """A format is recognised by its headers, in any order and case, also without optional ones."""
    header = ["created at", "LINEITEM NAME", "Total", "Financial Status", "Name"]
    assert format_for(None, header) is SHOPIFY
    assert format_for(format_asked(None, {"placed_at": "created at"}), header).name == "generic"


def test_files_of_several_formats_are_refused() -> None:
    """Files that are read together are of one format."""
    shopify = text_file(
        "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name",
        "#1,ada@x.org,paid,2024-01-05 10:00:00 +0000,EUR,9,cup",
    )
    generic = text_file(HEADER, "1,ada,2024-01-05,1")
    with pytest.raises(InvalidValue, match="several formats: 'shopify', 'generic'"):
        read_orders([shopify, generic], currency="EUR")


def test_format_knows_its_decimal_mark() -> None:
    """Where a system writes all numbers with one mark, three decimals are no thousands."""
    file = text_file(
        "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name",
        "#1,ada@x.org,paid,2024-01-05 10:00:00 +0000,KWD,12.500,cup",
    )
    assert read_orders(file).amount.tolist() == [12_500]


# A till that keeps the lines of a slip in one cell, and has a column for each of its counters.
PACKED = OrderFormat(
    name="packed",
    columns={"order_id": "Slip", "customer_id": ("Card", "Karte"), "placed_at": "Day",
             "amount": "Gross", "lines": "Lines", "coupon": "Coupon"},
    recognised_by=frozenset({"Slip", "Card"}),
    currency="EUR",
    kinds={"lines": "code", "counter": "code"},
    column_patterns={"counter *": "counter", "Note:*": "note"},
    converters={"coupon": str.upper},
    lines=Packed(
        field="lines",
        separator="/",
        rows=OrderFormat(
            name="line",
            columns={"product": "art", "quantity": ("pieces", "qty"), "line_amount": "sum"},
            layout="lines",
        ),
    ),
)  # fmt: skip


def test_header_of_the_same_field_recognises_a_format_too() -> None:
    """Where a field has several headers, any of them is what the format is recognised by."""
    assert PACKED.recognises(["Slip", "Karte"])
    assert PACKED.recognises([" slip ", "CARD"])
    assert not PACKED.recognises(["Slip", "Gross"])


def test_any_number_of_columns_may_be_alike() -> None:
    """Headers that fit a pattern are fields, of the stem's kind; without one they are labels."""
    assert PACKED.positions(["Slip", "Counter 1", "counter 2", "Note: By whom?", "Note:"]) == {
        "order_id": 0, "counter_1": 1, "counter_2": 2, "note_by_whom": 3,
    }  # fmt: skip
    assert [PACKED.kind(field) for field in ("counter_2", "note_by_whom", "amount")] == [
        "code", "label", "money",
    ]  # fmt: skip


def test_rows_in_cells_are_read_as_any_others() -> None:
    """Lines in a cell are lines; columns that are alike become labels, texts are rewritten."""
    history = read_orders(
        text_file(
            "Slip,Card,Day,Gross,Lines,Counter 1,Note: by,Coupon",
            '1,7,2024-01-05,9,"art:a|qty:2|sum:5.00/art:b|qty:1,5|sum:4.00",x,ann,ten',
            "2,8,2024-01-06,1,,y,,",
        ),
        format=PACKED,
    )
    assert history.lines is not None
    assert history.lines.offsets.tolist() == [0, 2, 2]
    assert history.lines.quantity.tolist() == [2000, 1500]
    assert history.numbers["units"].tolist() == [3500, 0]
    assert set(history.labels) == {"note_by", "coupon"}
    assert history.labels["note_by"].texts().tolist() == ["ann", None]
    assert history.labels["coupon"].texts().tolist() == ["TEN", None]


def test_field_that_is_told_is_not_worked_out() -> None:
    """A column that a user names for a field is read, whatever the format would compute of it."""
    file = text_file(*(line.replace("Fee", "Net").replace(",50,", ",950,") for line in SLIP))
    assert amounts(read_orders(file, format=TILL, columns={"amount": "Net"})) == {1: 950}


def test_rows_may_tell_the_zone_of_their_times() -> None:
    """A column of zones, of which only some rows have one, places each row's time."""
    file = text_file(
        "order_id,customer,placed_at,amount,time_zone",
        "1,a,2024-01-05 09:00,1,Asia/Tokyo",
        "2,b,2024-01-05 09:00,1,Hawaii",
        "3,c,2024-01-05 09:00,1,",
        "4,d,2024-01-05 09:00:00Z,1,Hawaii",
    )
    history = read_orders(file, currency="EUR", timezone="Europe/Paris")
    hours = history.placed_at.astype("M8[us]").astype("M8[h]").astype(str).tolist()
    assert dict(zip(owners(history).values(), hours, strict=True)) == {
        "a": "2024-01-05T00",
        "b": "2024-01-05T19",
        "c": "2024-01-05T08",
        "d": "2024-01-05T09",
    }
    assert "time_zone" not in history.labels
    days = text_file("order_id,customer,placed_at,amount,time_zone", "1,a,2024-01-05,1,Asia/Tokyo")
    with pytest.raises(MissingData, match="hour"):  # a day is no hour, whatever its zone
        measure(read_orders(days, currency="EUR"), ["orders"], by=["hour"])
