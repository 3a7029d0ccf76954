"""With which products a customer had to do."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from custinsights.domain import Activity, Money, Order, OrderLine, Product, PurchasePolicy, Refund
from custinsights.errors import InvalidValue, UnknownName
from custinsights.shop.items import Items, items

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PRICE = Money("45.00", "EUR")

PRODUCTS = {
    "print-a3": Product("print-a3", title="Low Water", department="Prints", category="Seascapes"),
    "lot-12": Product("lot-12", department="Originals", keywords=["oil"]),
}
PAID = Order(
    id="1001",
    customer="c7",
    placed_at=NOON,
    lines=[OrderLine("print-a3", 2, PRICE), OrderLine("card", 1, PRICE)],
    refunds=[Refund(PRICE, NOON + 5 * DAY, product="card"), Refund(PRICE, NOON + 6 * DAY)],
)
PENDING = Order(
    id="1002",
    customer="c7",
    placed_at=NOON + DAY,
    lines=[OrderLine("print-a3", 1, PRICE)],
    status="pending",
)


def deed(
    kind: str, day: int, subject: str | None = "lot-12", outcome: str | None = None
) -> Activity:
    """Return an activity about a product, with an amount."""
    return Activity("c7", NOON + day * DAY, kind, subject=subject, outcome=outcome, amount=PRICE)


ACTIVITIES = (
    deed("bid", 1, outcome="under-bid"),
    deed("bid", 2, outcome="won"),
    deed("bid", 3),
    deed("bid", 4, outcome="outbid"),
    deed("wishlist", 7, "print-a3"),
    deed("consignment", 8),
    deed("product viewed", 9, "lot-99"),
    deed("visit", 10),
    deed("wishlist", 11, None),
)


def whole() -> Items:
    """Return all items."""
    return items([PAID, PENDING], ACTIVITIES, products=PRODUCTS)


@pytest.mark.covers("B02", "B17")
def test_what_was_done_with_a_product_is_in_the_list() -> None:
    """Bought, returned, bid on, wished for, consigned, looked at: the latest first."""
    found = [(item.deed, item.id) for item in whole()]
    assert found == [
        ("viewed", "lot-99"),
        ("consigned", "lot-12"),
        ("wished", "print-a3"),
        ("returned", "card"),
        ("underbid", "lot-12"),
        ("bid", "lot-12"),
        ("won", "lot-12"),
        ("underbid", "lot-12"),
        ("bought", "card"),
        ("bought", "print-a3"),
    ]
    bought = whole().entries[-1]
    assert (bought.quantity, bought.amount, bought.order) == (
        Decimal(2),
        Money("90.00", "EUR"),
        "1001",
    )


@pytest.mark.covers("B18")
def test_bids_are_won_underbid_or_open() -> None:
    """The win rate is bids won ÷ bids, and none without bids."""
    assert whole().counts["underbid"] == 2
    assert whole().win_rate == 1 / 4
    assert whole().where(deeds="bought").win_rate is None


@pytest.mark.covers("B17")
def test_items_are_filtered() -> None:
    """By deed, department, category, words and time; what is unknown is in no department."""
    assert len(whole().where(department="Originals")) == 5
    assert [item.deed for item in whole().where(category="Seascapes")] == ["wished", "bought"]
    assert {item.id for item in whole().where(like="OIL")} == {"lot-12"}
    assert {item.id for item in whole().where(like="low water")} == {"print-a3"}
    assert len(whole().where(deeds=["won", "underbid"], since=NOON + 2 * DAY)) == 2
    assert len(whole().where(until=NOON + DAY)) == 2
    with pytest.raises(UnknownName, match="deed"):
        whole().where(deeds="sold")


@pytest.mark.covers("B17")
def test_a_department_that_there_is_not_is_said() -> None:
    """In whatever case it is found; of one that no product is in, the message names the others."""
    there = {"department": ("Cards", "Originals", "Prints"), "category": ()}
    held = items([PAID], ACTIVITIES, products=PRODUCTS, vocabulary=there.__getitem__)
    assert len(held.where(department=" originals")) == len(held.where(department="Originals")) > 0
    assert len(held.where(department="cards")) == 0
    with pytest.raises(UnknownName, match=r"named 'Orginals'\. Did you mean 'Orig"):
        held.where(deeds="won").where(department="Orginals")
    assert len(held.where(category="Seascape")) == 0  # no product tells its category
    assert len(whole().where(department="Orginals")) == 0  # nor does anybody say what there is
    with pytest.raises(InvalidValue, match="department"):
        held.where(department=["Prints"])  # type: ignore[arg-type]


def test_the_policy_says_what_was_bought() -> None:
    """A pending order buys nothing, unless the shop counts it; as_of is exclusive."""
    pays_later = PurchasePolicy(counted_statuses={"paid", "pending"})
    assert items([PENDING]).entries == ()
    assert len(items([PENDING], policy=pays_later)) == 1
    assert len(items([PAID], as_of=NOON + 5 * DAY)) == 2
    assert len(items([PAID], as_of=NOON)) == 0


def test_the_list_shows_its_counts() -> None:
    """The repr counts the deeds."""
    assert repr(whole().where(deeds=["won", "bid"])) == "<Items: 1 won, 1 bid>"
