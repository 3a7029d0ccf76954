"""A format is a declaration: recognised by its header, told by name or object, or installed."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any
from unittest import mock

import attrs
import pytest

from custinsights.errors import InvalidValue, MissingColumn, PlugInFailed
from custinsights.history.amounts import Decimals
from custinsights.sources import OrderFormat, read_orders
from custinsights.sources.columns import Texts
from custinsights.sources.formats import SHOPIFY, format_asked, format_for
from custinsights.sources.formats.declaration import Rows
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
