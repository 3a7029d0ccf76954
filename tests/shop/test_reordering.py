"""The draft that repeats an earlier order."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from custinsights.domain import Money, Order, OrderLine, Product, Refund
from custinsights.shop.reordering import Draft, reorder

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def euro(text: str) -> Money:
    """Return an amount."""
    return Money(text, "EUR")


def draft(*products: Product, refunds: tuple[Refund, ...] = ()) -> Draft:
    """The draft of two prints and one original, of which a print was ordered in two lines."""
    lines = [
        OrderLine("print", 2, euro("45.00")),
        OrderLine("piece", 1, euro("900.00")),
        OrderLine("print", 1, euro("40.00")),
    ]
    order = Order(id="1001", customer="c7", placed_at=NOON, lines=lines, refunds=refunds)
    return reorder(order, {str(product.id): product for product in products})


def availability(found: Draft) -> dict[str, str]:
    """Return whether each product can be had."""
    return {line.id: line.availability for line in found.lines}


@pytest.mark.covers("M23")
def test_a_draft_has_todays_prices_and_what_is_in_stock() -> None:
    """Lines of one product are one, at the price of today, beside what was paid then."""
    found = draft(Product("print", price=euro("50.00"), stock=9))
    first = found.lines[0]
    assert (first.quantity, first.paid, first.price) == (Decimal(3), euro("45.00"), euro("50.00"))
    assert availability(found) == {"print": "available", "piece": "gone"}
    assert (found.total, found.is_complete) == (euro("150.00"), False)


@pytest.mark.parametrize(
    ("stock", "expected", "obtainable"),
    [
        (3, "available", 3),
        (2, "too_few", 2),
        (0, "sold_out", 0),
        (-1, "sold_out", 0),
        (None, "untold", 3),
    ],
)
def test_the_stock_says_how_much_can_be_had(
    stock: int | None, expected: str, obtainable: int
) -> None:
    """Less than wanted is too few, none is sold out, and what nobody tells may be there."""
    line = draft(Product("print", price=euro("50.00"), stock=stock)).lines[0]
    assert (line.availability, line.obtainable) == (expected, Decimal(obtainable))


def test_a_unique_work_that_they_have_is_not_offered_again() -> None:
    """The only one of its kind is owned, also if the stock is wrong, unless it came back."""
    piece = Product("piece", price=euro("900.00"), stock=1, keywords=["Original"])
    back = (Refund(euro("900.00"), NOON, product="piece"),)
    assert availability(draft(piece))["piece"] == "owned"
    assert availability(draft(piece, refunds=back))["piece"] == "available"


def test_a_draft_becomes_the_lines_of_an_order() -> None:
    """What can be had and has a price makes the new order; all else is left out."""
    found = draft(Product("print", price=euro("50.00"), stock=2), Product("piece", stock=1))
    assert [(line.product, line.quantity) for line in found.order_lines] == [("print", Decimal(2))]
    assert found.total == euro("100.00")
    assert draft().total is None
