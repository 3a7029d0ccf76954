"""Objects and the rows of batches are the same thing twice."""

import copy
from datetime import UTC, datetime
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import (
    Activity,
    Address,
    Customer,
    Fulfilment,
    Money,
    Order,
    OrderLine,
    Product,
    Refund,
)
from custinsights.domain.records import record_of
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    NOTHING,
    ORDER_COLUMNS,
    REFUND_COLUMNS,
)
from custinsights.repositories.order_rows import (
    OrderRow,
    batch_of,
    batch_of_rows,
    order_of,
    order_rows,
    orders_of,
    refund_records,
)
from custinsights.repositories.rows import (
    activities_of,
    activity_batch_of,
    content_id,
    people_batch_of,
    people_of,
    product_batch_of,
    products_of,
    rows_of,
)
from custinsights.sources import read_objects
from custinsights.testing import objects

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
TEN_EUROS = {"amount": 1000, "quantity": 1000}


def row_of(order: dict[str, Any], *lines: dict[str, Any]) -> OrderRow:
    """Return the row of an order as an import writes it, with what is told of it."""
    told = {"id": "1", "source": "", "placed_at": 0, "currency": "EUR", "amount": 0}
    return OrderRow(
        {**dict.fromkeys(ORDER_COLUMNS), **told, **order},
        tuple({**dict.fromkeys(LINE_COLUMNS), "product": "p", **line} for line in lines),
    )


@given(st.lists(objects.orders(), max_size=4))
def test_orders_come_back_from_a_batch(orders: list[Order]) -> None:
    """Nothing that an order says is lost, and what comes back makes the same batch."""
    batch = batch_of(orders)
    assert orders_of(batch) == orders
    again = batch_of(orders_of(batch))
    assert order_rows(again) == order_rows(batch)
    assert batch.orders.keys() == ORDER_COLUMNS.keys()
    assert batch.lines.keys() == LINE_COLUMNS.keys()
    assert batch.refunds.keys() == REFUND_COLUMNS.keys()


@given(st.lists(objects.products(), max_size=4))
def test_products_come_back_from_a_batch(products: list[Product]) -> None:
    """Nothing that a product says is lost."""
    assert products_of(product_batch_of(products)) == products


@given(st.lists(objects.activities(), max_size=4), st.sampled_from(("", "bids")))
def test_activities_come_back_from_a_batch(activities: list[Activity], source: str) -> None:
    """Nothing is lost; what had no id has none, but is known in the batch by what it says."""
    batch = activity_batch_of(activities, source)
    assert activities_of(batch) == activities
    for row, activity in zip(rows_of(batch.activities), activities, strict=True):
        assert row["source"] == source
        if activity.id is None:
            assert row["id"] == content_id(row)


@given(st.lists(objects.customers(), max_size=4))
def test_people_come_back_without_contacts(customers: list[Customer]) -> None:
    """What is no contact comes back, of addresses the place of the main one."""

    def plain(customer: Customer) -> Customer:
        main = [attrs.evolve(one, street=None, postal_code=None) for one in customer.addresses[:1]]
        return attrs.evolve(
            customer,
            name=None,
            email=None,
            phone=None,
            addresses=[one for one in main if one != Address()],
        )

    assert people_of(people_batch_of(customers)) == [plain(one) for one in customers]


def test_ids_come_back_as_texts_and_instants_in_utc() -> None:
    """A batch does not tell 7 from "7"; a refund inside an order does not name it again."""
    back = Refund(Money(1, "EUR"), order=7, customer=3, product=9)
    order = Order(
        id=7,
        customer=3,
        placed_at=datetime.fromisoformat("2024-03-05T21:00:00+09:00"),
        lines=[OrderLine(5, 1, Money(2, "EUR"))],
        total=Money(2, "EUR"),
        refunds=[back],
    )
    (again,) = orders_of(batch_of([order]))
    assert (again.id, again.customer, again.lines[0].product) == ("7", "3", "5")
    assert again.placed_at.isoformat() == "2024-03-05T12:00:00+00:00"
    assert again.total is None
    assert again.refunds == (Refund(Money(1, "EUR"), product="9"),)


def test_the_columns_of_a_batch_are_what_a_history_holds() -> None:
    """Amounts, parts, units and places of a batch are those that the reader of objects finds."""
    order = Order(
        id="1",
        customer="c7",
        placed_at=NOON,
        lines=[
            OrderLine("a", 2, Money(45, "EUR"), discount=Money(5, "EUR")),
            OrderLine("b", "1.5", Money("3.33", "EUR")),
        ],
        discount=Money(4, "EUR"),
        shipping=Money("4.90", "EUR"),
        billing_address=Address(city="Paris", country="FR"),
        shipping_address=Address(street="1 Quai"),
        labels={"attribution": "letter"},
    )
    history, batch = read_objects([order]), batch_of([order])
    for name in ("goods", "discount", "shipping", "units"):
        assert batch.orders[name].tolist() == history.numbers[name].tolist(), name
    assert batch.orders["amount"].tolist() == history.amount.tolist()
    assert batch.orders["placed_at"].tolist() == history.placed_at.tolist()
    assert batch.orders["tip"].tolist() == [NOTHING]
    for name in ("country", "city", "status"):
        column = history.labels["order_status" if name == "status" else name]
        assert batch.orders[name].tolist() == column.texts().tolist()
    assert batch.orders["labels"].tolist() == [{"attribution": "letter"}]
    assert history.lines is not None
    assert batch.lines["amount"].tolist() == history.lines.amount.tolist()


@given(
    st.sampled_from((0, 1, 7, 99, 333, 1001, 10**9)),
    st.sampled_from((1, 3, 500, 999, 1000, 1500, 2500, 3000, 1333, 10**6)),
    st.none() | st.sampled_from((-1, 0, 5, 333)),
    st.none() | st.sampled_from((-3, 0, 1, 250)),
)
def test_a_line_brings_its_amount_whatever_else_is_told(
    amount: int, quantity: int, price: int | None, off: int | None
) -> None:
    """A price that is missing or wrong is worked out, the least that is enough."""
    told = {"amount": amount, "quantity": quantity, "unit_price": price, "discount": off}
    order = order_of(row_of({"amount": amount}, told))
    assert [line.revenue.minor for line in order.lines] == [amount]
    assert (order.amount.minor, order.total_as_told) == (amount, False)


def test_a_price_that_was_not_told_by_hand() -> None:
    """Ten euros for three: 3.34 each, and two cents less; nothing is taken off where it is even."""
    order = order_of(
        row_of({"amount": 2000}, *({"amount": 1000, "quantity": n} for n in (3000, 4000)))
    )
    euros = [Money(one, "EUR") for one in ("3.34", "0.02", "2.50")]
    assert [(line.unit_price, line.discount) for line in order.lines] == [
        (euros[0], euros[1]),
        (euros[2], None),
    ]


@pytest.mark.parametrize(
    ("order", "lines", "stands"),
    [
        ({"amount": 900}, [TEN_EUROS], True),
        ({"amount": 999}, [TEN_EUROS, {"amount": -1, "quantity": 1000}], True),
        ({"amount": 1000, "discount": 9999}, [TEN_EUROS], True),
        ({"amount": 990, "shipping": -10}, [TEN_EUROS], True),
        ({"amount": 1000, "tax": 160}, [TEN_EUROS], False),
        ({"amount": 5}, [{"amount": 1000, "quantity": 0}, {"amount": 5, "quantity": None}], False),
        ({"amount": 5}, [{"amount": 5, "quantity": 1000, "product": None}], False),
    ],
)
def test_the_amount_of_a_row_stands(
    order: dict[str, Any],
    lines: list[dict[str, Any]],
    stands: bool,
) -> None:
    """Whatever lines and charges a source tells, the amount of the order is what it told."""
    found = order_of(row_of(order, *lines))
    assert found.amount.minor == order["amount"]
    assert found.total_as_told == stands


def test_an_order_whose_addresses_are_forgotten_keeps_its_place() -> None:
    """Country, region and city are columns of their own, and stay."""
    home = Address(street="1 Quai", city="Paris", country="FR")
    order = Order(
        id="1", customer="c7", placed_at=NOON, total=Money(1, "EUR"), billing_address=home
    )
    (row,) = order_rows(batch_of([order]))
    assert row.order["addresses"] == {
        "billing": {"street": "1 Quai", "city": "Paris", "country": "FR"}
    }
    without = attrs.evolve(row, order={**row.order, "addresses": None})
    assert order_of(without).address == Address(city="Paris", country="FR")


def test_refunds_with_keys_of_their_own_are_no_part_of_an_order() -> None:
    """They come out by themselves, with what they name."""
    row = {
        **dict.fromkeys(REFUND_COLUMNS),
        "source": "s",
        "id": "r1",
        "customer": "c7",
        "refunded_at": 0,
        "amount": 150,
        "currency": "EUR",
        "names": "1",
    }
    batch = batch_of_rows([row_of({"amount": 1000})], [row])
    assert orders_of(batch)[0].refunds == ()
    at = datetime(1970, 1, 1, tzinfo=UTC)
    told = record_of(Refund(Money("1.50", "EUR"), at, order="1", customer="c7"))
    assert refund_records(batch) == [{"source": row["source"], "id": row["id"], **told}]


def test_rows_are_copies() -> None:
    """Changing the labels of a row does not change the batch."""
    order = Order(id="1", customer=None, placed_at=NOON, total=Money(1, "EUR"), labels={"a": "b"})
    batch = batch_of([order])
    before = copy.deepcopy(batch.orders["labels"].tolist())
    order_rows(batch)[0].order["labels"]["a"] = "x"
    assert batch.orders["labels"].tolist() == before


def test_a_status_may_be_missing() -> None:
    """An order of which no state is told is paid, one with a time of delivery fulfilled."""
    order = order_of(row_of({"amount": 1, "delivered_at": 5}))
    assert order.status == "paid"
    assert order.fulfilment.status == Fulfilment(delivered_at=NOON).status
    assert np.int64(NOTHING) == np.iinfo(np.int64).min
