"""The generated shop is the same every time, and shaped like real shops."""

from typing import Any

import numpy as np
import pytest

from custinsights.datasets import power_law
from custinsights.errors import CustInsightsError, InvalidValue
from custinsights.history.orders import OrderHistory

COLUMNS = ["amount_minor", "channel", "country", "customer", "placed_at"]


def plain(shop: dict[str, object]) -> dict[str, list[object]]:
    """Return every column as a list, labels as their codes."""
    return {name: np.asarray(getattr(c, "codes", c)).tolist() for name, c in shop.items()}


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    """Return a shop of a size that shows its shape."""
    return power_law(200_000, seed=5)


def test_a_seed_gives_one_shop() -> None:
    """Equal arguments give equal columns, another seed others."""
    assert plain(power_law(3_000, seed=1)) == plain(power_law(3_000, seed=1))
    assert plain(power_law(3_000, seed=1)) != plain(power_law(3_000, seed=2))


@pytest.mark.parametrize("ids", ["int", "email"])
def test_every_customer_orders(ids: str) -> None:
    """So many customers as asked for order, and no others."""
    made = power_law(5_000, seed=3, customers=700, ids=ids)  # type: ignore[arg-type]
    assert len(set(made["customer"].tolist())) == 700
    assert sorted(made) == COLUMNS


@pytest.mark.parametrize("orders", [0, 1, 2, 3, 9])
def test_tiny_shops_can_be_made(orders: int) -> None:
    """Any size from no order up is a shop, and has a customer as soon as it has an order."""
    made = power_law(orders, seed=1)
    assert {len(column) for column in made.values()} == {orders}
    assert len(set(made["customer"].tolist())) == min(orders, 1)


def test_customers_without_orders_are_refused() -> None:
    """There are never more customers than orders."""
    with pytest.raises(InvalidValue, match="3 orders of 4 customers"):
        power_law(3, seed=1, customers=4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"orders": "x"}, {"orders": 1.5}, {"orders": True}, {"orders": -1}, {"orders": None},
        {"seed": None}, {"seed": "x"}, {"seed": -1}, {"seed": 1.5}, {"customers": "x"},
        {"customers": 2.5}, {"ids": "text"}, {"ids": None}, {"shuffled": "yes"}, {"labels": 5},
    ],
    ids=str,
)  # fmt: skip
def test_arguments_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    """A number that is none, a word that is no kind of ids, what is neither True nor False."""
    with pytest.raises(CustInsightsError):
        power_law(**{"orders": 10, "seed": 1, **wrong})


def test_rows_lie_in_time_order_unless_shuffled(shop: dict[str, Any]) -> None:
    """Shuffling changes the order of the rows and nothing else."""
    mixed = power_law(200_000, seed=5, shuffled=True)
    assert (np.diff(shop["placed_at"]) >= 0).all()
    assert not (np.diff(mixed["placed_at"]) >= 0).all()
    names = ("placed_at", "customer", "amount_minor")
    assert sorted(zip(*(shop[n].tolist() for n in names), strict=True)) == sorted(
        zip(*(mixed[n].tolist() for n in names), strict=True)
    )


def test_few_customers_order_a_lot() -> None:
    """With 4.3 orders per customer the shares are those of UCI Online Retail, within a tenth.

    There a third orders once, a fifth twice, the top hundredth has 13 % of the orders, the top
    tenth 43 %.
    """
    made = power_law(100_000, seed=5, customers=23_400)
    counts = np.sort(np.unique(made["customer"], return_counts=True)[1])[::-1]
    assert np.mean(counts == 1) == pytest.approx(0.34, abs=0.04)
    assert np.mean(counts == 2) == pytest.approx(0.19, abs=0.03)
    assert counts[:234].sum() / 100_000 == pytest.approx(0.13, abs=0.03)
    assert counts[:2_340].sum() / 100_000 == pytest.approx(0.43, abs=0.04)


def test_the_shop_grows_and_has_seasons(shop: dict[str, Any]) -> None:
    """Years sell more than the year before, December than June, evenings than mornings."""
    instants = shop["placed_at"].astype("M8[us]")
    by_year = np.unique(instants.astype("M8[Y]"), return_counts=True)[1]
    month = instants.astype("M8[M]")
    hour = (shop["placed_at"] // 3_600_000_000 - 5) % 24
    assert by_year[2] > 1.2 * by_year[1]
    assert (month == np.datetime64("2022-12")).sum() > 1.2 * (
        month == np.datetime64("2022-06")
    ).sum()
    assert ((hour >= 18) & (hour < 22)).sum() > 3 * ((hour >= 5) & (hour < 9)).sum()


def test_it_holds_what_breaks_naive_code(shop: dict[str, Any]) -> None:
    """There are ties, free orders, unknown countries, ids with gaps, and days of clock changes."""
    order = np.lexsort([shop["placed_at"], shop["customer"]])
    same = np.diff(shop["customer"][order]) == 0
    assert (same & (np.diff(shop["placed_at"][order]) == 0)).sum() > 100
    assert (shop["amount_minor"] == 0).any()
    assert (shop["country"].codes == -1).any()
    ids = np.unique(shop["customer"])
    assert 1 < np.diff(ids).max() < 20
    days = shop["placed_at"].astype("M8[us]").astype("M8[D]")
    assert (days == np.datetime64("2023-03-12")).any()
    assert (days == np.datetime64("2022-11-06")).any()


def test_it_is_the_arguments_of_a_history() -> None:
    """The columns build a history as they are."""
    made = power_law(1_000, seed=9)
    history = OrderHistory.from_arrays(**made, currency="USD", timezone="America/New_York")
    assert (len(history), history.people) == (1_000, 120)
    assert history.amount.sum() == made["amount_minor"].sum()
