"""Orders, refunds, customers and products that are objects become a history."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from custinsights.domain.money import Money
from custinsights.domain.orders import Order, OrderLine, Refund
from custinsights.domain.people import Address, Customer, Tag
from custinsights.domain.products import Product
from custinsights.errors import BadRowsError, InvalidValue, SeveralCurrencies
from custinsights.sources import read_objects, read_orders
from tests.sources.reading import HEADER, amounts, left_out, owners, text_file

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
EVENING = datetime(2024, 3, 6, 20, 30, 0, 123_456, tzinfo=UTC)


def euros(amount: str) -> Money:
    """Return an amount in euros."""
    return Money(amount, "EUR")


def microseconds(instant: datetime) -> int:
    """Return an instant as a history holds it."""
    return int(np.datetime64(instant.replace(tzinfo=None), "us").astype(np.int64))


def order(name: str | int = "1001", **changes: Any) -> Order:
    """Return an order of two lines with everything that an order can have."""
    told: dict[str, Any] = {
        "id": name,
        "customer": "c7",
        "placed_at": EVENING,
        "lines": [
            OrderLine("print-a3", 2, euros("45.00"), discount=euros("5.00")),
            OrderLine("cloth", "1.5", euros("3.33")),
        ],
        "discount": euros("4.00"),
        "shipping": euros("4.90"),
        "tax": euros("1.00"),
        "tip": euros("2.00"),
        "channel": "direct",
        "source": "till",
        "payment_method": "cash",
        "campaign": "spring",
        "coupon": "FIVE",
        "billing_address": Address(country="FR", region="IdF", city="Paris"),
    }
    return Order(**{**told, **changes})


def test_order_keeps_all_that_it_says() -> None:
    """Amount, parts, lines and labels of an order are those of the object."""
    given = order()
    history = read_objects([given])
    assert history.amount.tolist() == [given.amount.minor]
    assert history.placed_at.tolist() == [microseconds(EVENING)]
    assert {name: int(column[0]) for name, column in history.numbers.items()} == {
        "goods": sum(line.goods.minor for line in given.lines),
        "discount": 900,
        "shipping": 490,
        "tax": 100,
        "tip": 200,
        "units": 3500,
    }
    assert history.lines is not None
    assert history.lines.amount.tolist() == [line.revenue.minor for line in given.lines]
    assert {name: column.texts().tolist() for name, column in history.labels.items()} == {
        "campaign": ["spring"],
        "channel": ["direct"],
        "city": ["Paris"],
        "country": ["FR"],
        "coupon": ["FIVE"],
        "order_status": ["paid"],
        "payment_method": ["cash"],
        "region": ["IdF"],
        "source": ["till"],
    }
    assert owners(history) == {"1001": "c7"}


def test_order_without_lines_has_its_total() -> None:
    """An order may be told by its total alone."""
    history = read_objects([order(lines=(), discount=None, total=euros("7.50"))])
    assert history.amount.tolist() == [750]


def test_refunds_inside_an_order_are_its_own() -> None:
    """A refund inside an order lowers it, on its own day, else when it was cancelled or placed."""
    cancelled = datetime(2024, 3, 9, tzinfo=UTC)
    history = read_objects(
        [
            order("1", refunds=[Refund(euros("1.00"), NOON, product="cloth"), Refund(euros("2"))]),
            order("2", refunds=[Refund(euros("3.00"))], cancelled_at=cancelled),
        ]
    )
    refunds = history.refunds
    found = zip(refunds.order, refunds.refunded_at, refunds.amount, refunds.product, strict=True)
    assert sorted(map(tuple, np.array([*found]).tolist())) == [
        (0, microseconds(NOON), 100, 0),
        (0, microseconds(EVENING), 200, -1),
        (1, microseconds(cancelled), 300, -1),
    ]


def test_loose_refunds_name_their_order_or_none() -> None:
    """A refund beside the orders finds the order that it names, or is its customer's alone."""
    history = read_objects(
        [order("1")],
        refunds=[
            Refund(euros("1.00"), order="1"),
            Refund(euros("2.00"), NOON, customer="c8", product="cloth"),
            Refund(euros("3.00"), NOON),
        ],
    )
    assert sorted(zip(history.refunds.amount, history.refunds.order, strict=True)) == [
        (100, 0),
        (200, -1),
    ]
    assert history.customer_ids.tolist() == ["c7", "c8"]
    assert left_out(history) == [("refund_identity", "", 1)]
    with pytest.raises(InvalidValue, match="A refund has no time, and names no order"):
        read_objects([order("1")], refunds=[Refund(euros("1.00"), customer="c7")])


def test_statuses_guests_and_copies_are_left_out() -> None:
    """What does not count, belongs to nobody or is there twice is left out and counted."""
    history = read_objects(
        [order("1"), order("1"), order("2", customer=None), order("3", status="failed")]
    )
    assert amounts(history) == {"1": order().amount.minor}
    assert left_out(history) == [
        ("status", "failed", 2),
        ("identity", "", 2),
        ("duplicate", "", 2),
    ]
    with pytest.raises(BadRowsError, match="two orders under one order id"):
        read_objects([order("1"), order("1", tip=None)])


def test_currencies_as_for_files() -> None:
    """Orders in several currencies need a choice, or rates."""
    dollars = Order(id="2", customer="c7", placed_at=NOON, total=Money("10.00", "USD"))
    with pytest.raises(SeveralCurrencies, match="USD"):
        read_objects([order("1"), dollars])
    assert amounts(read_objects([order("1"), dollars], currency="USD")) == {"2": 1000}
    rates = {"EUR": Decimal("1.1"), "USD": Decimal(1)}
    both = read_objects([order("1"), dollars], currency="USD", rates=rates)
    assert both.amount.sum() == 1000 + order().amount.minor * 11 // 10


def test_nothing_at_all_needs_a_currency() -> None:
    """No orders are a history once the currency is told."""
    assert len(read_objects([], currency="EUR")) == 0
    assert read_objects([], [Customer("c1")], currency="EUR").customer_ids.tolist() == ["c1"]
    with pytest.raises(InvalidValue, match="currency"):
        read_objects([])


def test_ids_keep_their_type() -> None:
    """Integer ids are integers, text ids are texts, however they are written."""
    whole = read_objects([order(7, customer=3, source=None)])
    assert owners(whole) == {7: 3}
    assert owners(read_objects([order("7", customer="3")])) == {"7": "3"}


def test_customers_and_products_join_what_is_read() -> None:
    """People with and without orders, and what is known of products, become part of the history."""
    tag = Tag("VIP", since=NOON)
    history = read_objects(
        [order("1")],
        customers=[
            Customer("c9", acquisition_channel="fair"),
            Customer("c7", created_at=NOON, tags=[tag, "local"], addresses=[Address(city="Lyon")]),
        ],
        products=[
            Product("cloth", title="Cloth", department="Home", price=euros("3.50"), stock="2.5"),
            Product("poster", keywords=["sea"]),
        ],
    )
    assert history.customer_ids.tolist() == ["c7", "c9"]
    table = history.people_table
    assert table.created_at is not None
    assert table.created_at[0] == microseconds(NOON)
    assert table.labels["city"].texts().tolist() == ["Lyon", None]
    assert table.labels["acquisition_channel"].texts().tolist() == [None, "fair"]
    assert table.tags is not None
    assert table.tags.name.texts().tolist() == ["VIP", "local"]
    products = history.products
    assert products is not None
    assert products.ids == ("cloth", "poster", "print-a3")
    assert products.labels["department"].texts().tolist() == ["Home", None, None]
    missing = np.iinfo(np.int64).min
    assert products.numbers["price"].tolist() == [350, missing, missing]
    assert products.numbers["stock"].tolist() == [2500, missing, missing]
    assert products.keywords == ((), ("sea",), ())
    assert history.lines is not None
    ids = [products.ids[code] for code in history.lines.product.tolist()]
    assert ids == ["print-a3", "cloth"]


def test_customers_tell_whose_an_order_of_a_file_is() -> None:
    """An order with an e-mail, or a phone, is the known customer's who has it."""
    file = text_file(
        "order_id,email,phone,placed_at,amount",
        "1,ADA@x.org,,2024-01-05,1",
        "2,,+1 555 0100,2024-01-05,1",
        "3,bo@x.org,,2024-01-05,1",
    )
    customers = [Customer(4, email="ada@x.org"), Customer(5, phone="1-555-0100"), Customer(6)]
    history = read_orders(file, currency="EUR", customers=customers)
    assert owners(history) == {1: "4", 2: "5", 3: "bo@x.org"}
    assert history.customer_ids.tolist() == ["4", "5", "6", "bo@x.org"]


def test_customers_without_the_identity_that_is_asked_for_are_counted() -> None:
    """A customer who has no e-mail is nobody where only e-mails tell."""
    file = text_file("order_id,email,placed_at,amount", "1,ada@x.org,2024-01-05,1")
    history = read_orders(
        file, currency="EUR", identity="email", customers=[Customer("c1", email="ada@x.org"),
        Customer("c2")],
    )  # fmt: skip
    assert history.customer_ids.tolist() == ["ada@x.org"]
    assert dict(history.load_report.notes)["customers_without_identity"] == 1


def test_what_is_no_domain_object_is_refused() -> None:
    """Customers and products are objects of the domain; files of them are not read here."""
    file = text_file(HEADER, "1,ada,2024-01-05,1")
    with pytest.raises(InvalidValue, match="One of the customers is no Customer: 'dict'"):
        read_orders(file, currency="EUR", customers=[{"id": 1}])  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="The products are no list: 'str'"):
        read_orders(file, currency="EUR", products="products.csv")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="Two products have the same id"):
        read_objects([order()], products=[Product("a"), Product("a")])


def test_amounts_of_three_decimals_are_no_thousands() -> None:
    """What an object says is exact, and leaves nothing to a column to tell."""
    lines = [OrderLine("cloth", "1.125", Money("8.000", "KWD"))]
    history = read_objects(
        [Order(id="1", customer="c7", placed_at=NOON, lines=lines, tip=Money("1.234", "KWD"))]
    )
    assert history.amount.tolist() == [10_234]
    assert history.numbers["units"].tolist() == [1_125]


def test_bad_orders_can_be_left_out_and_counted() -> None:
    """One order that clashes with another does not keep the others from being read."""
    orders = [order("1"), order("1", customer="c8"), order("2")]
    with pytest.raises(BadRowsError, match=r'errors="report"'):
        read_objects(orders)
    history = read_objects(orders, errors="report")
    assert (len(history), history.load_report.rows_bad) == (1, 4)


def test_labels_become_columns_of_the_history() -> None:
    """What else an order tells is a text column of its own; orders without it have none there."""
    history = read_objects([order("1", labels={"attribution": "letter"}), order("2")])
    assert history.order_ids is not None
    labels = dict(
        zip(history.order_ids.tolist(), history.labels["attribution"].texts(), strict=True)
    )
    assert labels == {"1": "letter", "2": None}
    with pytest.raises(InvalidValue, match="label of order '1' is named as a field"):
        read_objects([order("1", labels={"email": "x"})])


def test_a_total_that_stands_as_told_is_the_amount() -> None:
    """The amount of an order is its total, also where lines and charges make another."""
    assert amounts(read_objects([order("1", total=euros("50.00"), total_as_told=True)])) == {
        "1": 5000
    }
