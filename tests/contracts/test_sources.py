"""`check_source` passes every shipped format, and names what is wrong with a broken one."""

import io
import itertools
import random
import re
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

from custinsights.errors import ContractBroken, InvalidValue, UnknownName
from custinsights.history.columnar.columns import BoolArray
from custinsights.sources.formats import Decimals, OrderFormat, Rows, Texts
from custinsights.sources.formats.orders import BUILT_IN
from custinsights.sources.formats.shopify import SHOPIFY
from custinsights.testing import check_source
from docs.examples.magento.custinsights_magento import MAGENTO
from tests.documents.pages import EXAMPLES
from tests.sources.exports import DATA, EXPECTED, FIGURES
from tests.sources.reading import text_file

EXAMPLE = EXAMPLES / "magento_orders.csv"
OPTIONS = {"currency": "USD", "timezone": "America/Chicago"}
TOTALS = {"orders": 3, "gross_revenue": "225.95", "refunded": "37.50", "revenue": "188.45"}
FIXTURES = {
    "etsy_sold_orders.csv": "etsy_orders",
    "etsy_sold_order_items.csv": "etsy_items",
    "gumroad_sales.csv": "gumroad",
    "square_items_detail.csv": "square_items",
    "squarespace_orders.csv": "squarespace",
    "stripe_payments.csv": "stripe_payments",
    "woocommerce_advanced_order_export.csv": "woocommerce_advanced",
    "woocommerce_analytics_orders.csv": "woocommerce_analytics",
    "woocommerce_webtoffee_orders.csv": "woocommerce_webtoffee",
    "shopify_orders_export.csv": "shopify",
}
OPTIONAL = {"every column is in the example": "the fixture has the columns of a usual export"}
EXCUSED = {
    "gumroad": {"refunds are read": "Buyer Refunded Total is in the buyer's currency"},
    "stripe_payments": {
        **OPTIONAL,
        "optional columns": "without what was settled, what was charged is in its own currency",
    },
    "woocommerce_advanced": OPTIONAL,
}


@pytest.mark.parametrize(("name", "format"), FIXTURES.items())
def test_every_shipped_format_keeps_its_promises(name: str, format: str) -> None:
    """What outsiders are held to holds for the formats of custinsights, on their fixtures."""
    told = EXPECTED[name]
    options = {key: value for key, value in told["arguments"].items() if key != "errors"}
    folder = DATA.parent / "sources" if format == "shopify" else DATA
    check_source(
        BUILT_IN[format],
        folder / name,
        options=options,
        totals={key: told[key] for key in FIGURES if key in told} or None,
        expected=EXCUSED.get(format),
    )


def test_files_of_a_family_are_checked_beside_each_other() -> None:
    """A format that only adds to the orders of another is checked together with these."""
    check_source(
        BUILT_IN["etsy_payments"],
        EXAMPLES / "EtsyDirectCheckoutPayments2022.csv",
        beside=EXAMPLES / "EtsySoldOrders2022.csv",
        options={"timezone": "America/New_York"},
        totals={"orders": 2, "refunded": "96.46"},
    )


def failed(format: OrderFormat, example: Any = EXAMPLE, **told: Any) -> dict[str, str]:
    """Return the checks that a format fails, and what they say."""
    told = {"options": OPTIONS, **told}
    outcomes = check_source(format, example, **told, raising=False)
    return {one.name: one.detail for one in outcomes if not one.passed}


def mapped(**columns: str) -> OrderFormat:
    """Return the format of the how-to with some columns mapped otherwise."""
    return attrs.evolve(MAGENTO, columns={**MAGENTO.columns, **columns})


def with_amount(amount: Callable[[Rows], Decimals]) -> OrderFormat:
    """Return the format of the how-to with its amounts worked out otherwise."""
    return attrs.evolve(MAGENTO, computed={"amount": amount})


def shared_out(rows: Rows) -> Decimals:
    """Give every order the mean of all."""
    paid = rows.decimals("paid")
    mean = np.full(len(rows), paid.digits.sum() // max(len(rows), 1))
    return Decimals(mean, paid.places, paid.wrong)


def drawn(rows: Rows) -> Decimals:
    """Give every order a random amount."""
    return Decimals.of([random.randrange(9) for _ in range(len(rows))])


def by_buyer(rows: Rows) -> Decimals:
    """Give an order nothing whose buyer has no e-mail address."""
    paid = rows.decimals("paid")
    is_known = rows.texts("email").where(lambda text: "@" in text)
    return Decimals(np.where(is_known, paid.digits, 0), paid.places, paid.wrong)


def from_the_first(rows: Rows) -> Decimals:
    """Take for granted that there is a row."""
    rows.texts("email").array()[0]
    return rows.decimals("paid")


READINGS = itertools.count()


def counted(rows: Rows) -> Decimals:
    """Give another amount in each reading."""
    return Decimals.of(np.full(len(rows), next(READINGS)))


def complaining(rows: Rows) -> Decimals:
    """Refuse a state by a message that says whose order it is."""
    if rows.texts("order_status").has("x"):
        raise ValueError(*rows.texts("email").names)
    return rows.decimals("paid")


def is_closed(rows: Rows) -> BoolArray:
    """Tell the orders that were given back, as if they were none."""
    return rows.texts("order_status").where(lambda word: word == "complete")


def at_once(text: str) -> str:
    """Change a text without looking whether it is a date."""
    day, year = text.split(", ")
    return MAGENTO.converters["placed_at"](f"{day}, {year}")


@pytest.mark.parametrize(
    ("format", "check", "match"),
    [
        (
            mapped(paid="Subtotal", base="Subtotal"),
            "totals as told",
            "gross_revenue comes to 205.95",
        ),
        (mapped(order_status="Payment Method"), "every row is read", "unknown status: 6 rows"),
        (mapped(refunded="Total Refund"), "refunds are read", "nothing reads .*'Total Refunded'"),
        (mapped(refunded="Total Refund"), "every column is in the example", "'Total Refund'"),
        (mapped(customer="Customer Name"), "fields of ours", "another word for .* 'customer_id'"),
        (mapped(shiping="Subtotal"), "fields of ours", "no field named 'shiping'"),
        (attrs.evolve(MAGENTO, name="shopify"), "a name of its own", "has the name 'shopify'"),
        (attrs.evolve(MAGENTO, name="generic"), "a name of its own", "has the name 'generic'"),
        (
            attrs.evolve(MAGENTO, recognised_by=()),
            "recognised by its header",
            "recognised_by is empty",
        ),
        (
            attrs.evolve(MAGENTO, recognised_by={"ID", "Grand Total"}),
            "recognised by its header",
            "has no 'Grand Total'",
        ),
        (
            attrs.evolve(MAGENTO, recognised_by=SHOPIFY.recognised_by),
            "recognised by its header",
            "every header of 'shopify' is among",
        ),
        (
            attrs.evolve(MAGENTO, recognised_by={"Status"}),
            "claims no other table",
            "any table with Status",
        ),
        (attrs.evolve(MAGENTO, skip_rows=is_closed), "rows are conserved", "passes over 2 rows"),
        (
            attrs.evolve(MAGENTO, columns={**MAGENTO.columns, "order_id": "No"}, required=()),
            "twice is once",
            "where the same file comes twice",
        ),
        (
            attrs.evolve(MAGENTO, converters={"placed_at": lambda text: f"{at_once(text)}Z"}),
            "zones",
            "tells no zone, and timezone= makes no difference",
        ),
        (
            attrs.evolve(MAGENTO, converters={"placed_at": at_once}),
            "damaged cells",
            "with .* in the column 'Purchase Date' it raises ValueError",
        ),
        (with_amount(shared_out), "money is conserved", "all orders come to"),
        (with_amount(drawn), "same file, same history", r"it calls random\."),
        (with_amount(counted), "saved by a spreadsheet", "with ';' between the cells"),
        (with_amount(by_buyer), "money of bad rows", "in the column 'Customer Email' .* become"),
        (with_amount(from_the_first), "damaged files", "it raises IndexError"),
        (with_amount(complaining), "tells of nobody", "a message tells a customer's id"),
    ],
)
def test_a_broken_format_is_caught(format: OrderFormat, check: str, match: str) -> None:
    """Each mistake fails its check, which says what is wrong and what to do."""
    found = failed(format, totals=TOTALS)
    assert re.search(match, found[check])
    assert found[check].endswith(".")


TILL = OrderFormat(
    name="till",
    columns={"order_id": "Slip", "customer_id": "Card", "placed_at": "At", "gross": "Gross",
             "fee": "Fee"},
    recognised_by={"Slip", "Card"},
    required=("order_id", "placed_at", "gross", "fee"),
    kinds={"gross": "money", "fee": "money"},
    computed={"amount": lambda rows: rows.decimals("gross").minus(rows.decimals("fee"))},
    currency="EUR",
)  # fmt: skip
SLIPS = (
    "Slip,Card,At,Gross,Fee",
    "1,card-0007,2024-01-05 09:00 +0100,10.00,0.50",
    "2,card-0008,2024-07-05 23:30 +0200,20.00,1.00",
)


def of_the_till(format: OrderFormat, **told: Any) -> dict[str, str]:
    """Return the checks that a till of our own fails."""
    return failed(format, text_file(*SLIPS), options={"timezone": "Europe/Paris"}, **told)


def test_an_amount_needs_the_columns_that_it_is_made_of() -> None:
    """An order that comes to something else without an optional column is a broken promise."""
    assert not of_the_till(TILL)
    found = of_the_till(attrs.evolve(TILL, required=("order_id", "placed_at", "gross")))
    assert [*found] == ["optional columns"]
    assert "comes to 950, and to 1000 without the column 'Fee'" in found["optional columns"]


def test_the_offset_of_a_time_counts() -> None:
    """A format that cuts the offset off, so that the shop's zone is taken, breaks its promise."""
    cut = attrs.evolve(TILL, converters={"placed_at": lambda text: text[:16]})
    assert "read in timezone=" in of_the_till(cut)["zones"]
    fixed = attrs.evolve(cut, timezone="Europe/Paris")
    assert "another offset in the cells makes no difference" in of_the_till(fixed)["zones"]


def test_orders_are_compared_with_what_is_told() -> None:
    """The author tells when an order was placed, what it came to, and any label."""
    told = {"1": {"placed_at": "2024-01-05T08:00:00+00:00", "amount": "9.50", "refunded": 0}}
    assert not of_the_till(TILL, orders=told)
    for key, value, match in [
        ("placed_at", "2024-01-05T09:00:00+00:00", "placed_at of order '1' is 2024-01-05 08:00"),
        ("amount", "10", "amount of order '1' is 9.50"),
        ("colour", "red", "order '1' has no colour"),
    ]:
        found = of_the_till(TILL, orders={"1": {**told["1"], key: value}})
        assert [*found] == ["orders as told"]
        assert match in found["orders as told"]
    assert "no order that counts has the id '9'" in str(of_the_till(TILL, orders={"9": {}}))


def test_all_that_is_told_otherwise_is_said() -> None:
    """Every order and total that differs, with what was told of it."""
    told = {"1": {"amount": "9"}, "2": {"amount": "1", "customer": "card-0009"}}
    found = of_the_till(TILL, orders=told, totals={"orders": 3, "revenue": "1"})
    assert [*found] == ["totals as told", "orders as told"]
    assert "orders comes to 2, and 3 is told; revenue comes to 28.50" in found["totals as told"]
    assert "amount of order '1' is 9.50, and 9 is told; amount of" in found["orders as told"]
    assert (
        "customer of order '2' is 'card-0008', and 'card-0009' is told" in (found["orders as told"])
    )


def test_a_cause_is_said_once() -> None:
    """Where the example cannot be read, the first check says why and the others name it."""
    asking = attrs.evolve(TILL, computed={"amount": lambda rows: rows.decimals("nope")})
    found = of_the_till(asking)
    assert len(found) > 8
    (first,) = [name for name, detail in found.items() if "no field named 'nope'" in detail]
    others = {detail for name, detail in found.items() if name != first}
    assert f"broken as {first!r} is." in others


def test_amounts_of_nothing_and_marks_that_are_none_are_caught() -> None:
    """All orders at 0, another decimal mark than is told, a shipped family."""
    nothing = attrs.evolve(TILL, computed={"amount": lambda rows: Decimals.of([0] * len(rows))})
    assert "every order comes to 0" in of_the_till(nothing)["every row is read"]
    comma = of_the_till(attrs.evolve(TILL, decimal=","))
    assert "column 'Gross' has another mark than ','" in comma["decimals as told"]
    assert not of_the_till(attrs.evolve(TILL, decimal="."))
    etsy = of_the_till(attrs.evolve(TILL, family="etsy"))
    assert "are the family 'etsy'" in etsy["a name of its own"]


def test_a_function_that_looks_at_other_rows_is_caught() -> None:
    """What a row says does not depend on which row is first."""
    first = attrs.evolve(
        TILL,
        columns={**TILL.columns, "colour": "Slip"},
        computed={**TILL.computed, "mark": lambda rows: Texts.of(map(str, range(len(rows))))},
    )
    assert "with the last order first" in of_the_till(first)["any order of orders"]


def test_columns_that_become_one_field_are_caught() -> None:
    """Which of two columns a label is read from must not depend on which comes first."""
    alike = attrs.evolve(TILL, column_patterns={"Note*": "note"})
    table = text_file(f"{SLIPS[0]},Note 1,Note-1", f"{SLIPS[1]},red,blue", f"{SLIPS[2]},,green")
    found = failed(alike, table, options={"timezone": "Europe/Paris"})
    assert "order 1, note_1: red, but blue with its columns" in found["any order of columns"]


def test_a_broken_format_raises_with_every_check() -> None:
    """Without raising=False all that is broken is one error, and a reason excuses a check."""
    wrong = attrs.evolve(MAGENTO, name="shopify", recognised_by=())
    with pytest.raises(ContractBroken, match=r"(?s)2 checks.*own name|a name of its own.*header"):
        check_source(wrong, EXAMPLE, options=OPTIONS)
    reasons = {
        "a name of its own": "it replaces ours in this shop",
        "recognised by its header": "it is asked for by name",
    }
    check_source(wrong, EXAMPLE, options=OPTIONS, expected=reasons)
    with pytest.raises(UnknownName, match="check"):
        check_source(wrong, EXAMPLE, options=OPTIONS, expected={"a nam of its own": "x"})


@pytest.mark.parametrize(
    ("format", "example", "match"),
    [
        ("magento", EXAMPLE, "what is to be checked is no OrderFormat"),
        (MAGENTO, io.BytesIO(EXAMPLE.read_bytes().splitlines()[0]), "has no rows"),
        (MAGENTO, [], "no file to read"),
    ],
)
def test_what_cannot_be_checked_is_refused(format: Any, example: Any, match: str) -> None:
    """A format without an example proves nothing, and a name is no format."""
    with pytest.raises(InvalidValue, match=f"(?i){match}"):
        check_source(format, example, options=OPTIONS)


def test_the_how_to_is_a_format_under_forty_lines_of_public_names() -> None:
    """The whole module of the how-to is short, and imports what the documentation offers."""
    text = (EXAMPLES / "magento" / "custinsights_magento.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 40
    ours = [line for line in text.splitlines() if "custinsights" in line and "import" in line]
    assert ours == ["from custinsights.sources.formats import Decimals, OrderFormat, Rows"]
