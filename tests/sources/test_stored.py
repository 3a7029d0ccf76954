"""A history out of a store is that of everything that rests in it, and says what it leaves out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import custinsights as ci
from custinsights.domain import Activity, Customer, Money, Order, OrderLine, PurchasePolicy
from custinsights.domain.currencies import NO_CURRENCY
from custinsights.errors import InvalidValue, SeveralCurrencies
from custinsights.repositories.memory import MemoryStore

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def an_order(name: str, customer: str | None = "ada", **told: Any) -> Order:
    """Return an order of ten euros at noon, or as it is told."""
    usual: dict[str, Any] = {"placed_at": NOON, "total": Money(10, "EUR")}
    return Order(id=name, customer=customer, **{**usual, **told})


def holding(*orders: Order) -> MemoryStore:
    """Return a store of some orders."""
    store = MemoryStore()
    with store.begin() as work:
        work.orders.add(*orders)
    return store


def test_a_unit_of_work_is_read_as_a_store_is() -> None:
    """What a unit of work has written is in the history that is read from it."""
    store = holding(an_order("1"))
    with store.begin() as work:
        work.orders.add(an_order("2"))
        assert len(ci.read_store(work)) == 2
    assert len(ci.read_store(store)) == 2


def test_other_things_are_no_store() -> None:
    """What has no orders is refused."""
    with pytest.raises(InvalidValue, match="This is no store: 'dict'"):
        ci.read_store({})  # type: ignore[arg-type]


def test_nothing_needs_a_currency() -> None:
    """An empty store has a history in the currency that is told, else without money."""
    assert ci.read_store(MemoryStore(), currency="EUR").currency == "EUR"
    assert ci.read_store(MemoryStore()).currency == NO_CURRENCY


def test_several_currencies_are_never_added() -> None:
    """Orders in several currencies need to be told which one is meant; the others stay out."""
    store = holding(an_order("1"), an_order("2", total=Money(7, "USD")))
    with pytest.raises(SeveralCurrencies):
        ci.read_store(store)
    history = ci.read_store(store, currency="USD")
    assert history.amount.tolist() == [700]
    assert history.load_report.left_out_by("currency").money == (("EUR", 1000),)
    assert history.load_report.balances
    with pytest.raises(InvalidValue, match="No order is in the currency that is asked for: 'GBP'"):
        ci.read_store(store, currency="GBP")


def test_all_states_rest_and_the_policy_decides() -> None:
    """Orders of every state are read; what counts is asked of the policy."""
    store = holding(an_order("1"), an_order("2", status="pending"), an_order("3", status="voided"))
    assert len(ci.read_store(store)) == 1
    both = PurchasePolicy(counted_statuses=frozenset({"paid", "pending"}))
    history = ci.read_store(store, policy=both)
    assert len(history) == 2
    assert str(history.load_report.left_out_by("status")).startswith("status does not count: 1")


def test_orders_of_nobody_are_counted() -> None:
    """Who cannot be told is in no number; an order that does not count is left out for that."""
    store = holding(an_order("1"), an_order("2", None), an_order("3", None, status="failed"))
    report = ci.read_store(store).load_report
    assert (report.left_out_by("identity").rows, report.left_out_by("status").rows) == (1, 1)
    assert report.balances


def test_who_was_merged_is_one_person() -> None:
    """What two ordered who are one is one person's, and two people's again once it is undone."""
    store = holding(an_order("1"), an_order("2", "bo", placed_at=NOON + timedelta(days=1)))
    with store.begin() as work:
        work.people.merge("bo", "ada")
    history = ci.read_store(store)
    assert history.customer_ids.tolist() == ["ada"]
    assert len(history.history_of("ada")) == 2
    with store.begin() as work:
        work.people.unmerge("bo")
    assert ci.read_store(store).customer_ids.tolist() == ["ada", "bo"]


def test_prospects_and_visitors_are_known() -> None:
    """Who never ordered is in the history: by an account, or by what they did."""
    store = holding(an_order("1"))
    with store.begin() as work:
        work.people.put(Customer("eve", name="Eve"))
        work.activities.add(Activity("fay", NOON - timedelta(days=400), "visit"))
        work.activities.add(Activity(None, NOON, "visit"))
    history = ci.read_store(store)
    assert history.customer_ids.tolist() == ["ada", "eve", "fay"]
    assert history.load_report.left_out_by("identity").rows == 1
    assert history.observed_from == datetime(2023, 1, 30, tzinfo=UTC)
    assert history.observed_until == datetime(2024, 3, 6, tzinfo=UTC)


def test_activities_in_other_currencies_stay_out() -> None:
    """Amounts of several currencies are never put together."""
    store = holding(an_order("1"))
    with store.begin() as work:
        for currency in ("EUR", "USD"):
            work.activities.add(Activity("ada", NOON, "bid", amount=Money(5, currency)))
    history = ci.read_store(store)
    assert history.activities is not None
    assert len(history.activities) == 1
    assert history.load_report.left_out_by("currency").rows == 1


def test_days_are_days() -> None:
    """Orders that all begin with their local day have no hour; one that does not gives them all."""
    midnight = datetime(2024, 3, 4, 23, tzinfo=UTC)
    store = holding(an_order("1", placed_at=midnight))
    assert not ci.read_store(store, timezone="Europe/Paris").context.has_times
    assert ci.read_store(store, timezone="UTC").context.has_times


def test_lines_bring_their_products() -> None:
    """What is sold is described as the shop describes it."""
    line = OrderLine("mug", 2, Money(5, "EUR"))
    store = holding(an_order("1", lines=[line], total=None), an_order("2"))
    with store.begin() as work:
        work.orders.put_products([ci.domain.Product("mug", category="Cups")])
    history = ci.read_store(store)
    [row] = ci.measure(history, ["line_revenue", "units"], by=["category"]).to_dicts()
    assert (row["category"], row["line_revenue"]) == ("Cups", Money(10, "EUR").amount)
    assert len(history.for_lines(category="Cups")) == 1


def test_one_of_many_has_every_column() -> None:
    """The history of one customer can be asked what that of all can be."""
    store = holding(an_order("1"), an_order("2", "bo", coupon="X", tip=Money(1, "EUR")))
    alone = ci.read_store(store, customers=["ada"])
    assert ci.measure(alone, ["orders"], by=["coupon"]).to_dicts() == [
        {"coupon": None, "orders": 1}
    ]
    assert len(ci.read_store(store, customers=["nobody"], currency="EUR")) == 0


def test_the_span_of_what_was_imported_is_kept() -> None:
    """A store is observed as long as its sources were, unless somebody says until when."""
    store = holding(an_order("1"))
    with store.begin() as work:
        span = {"from": "2024-01-01T00:00:00+00:00", "until": "2024-06-01T00:00:00+00:00"}
        work.annotations.set("observed", span)
    history = ci.read_store(store)
    assert history.observed_from == datetime(2024, 1, 1, tzinfo=UTC)
    assert history.observed_until == datetime(2024, 6, 1, tzinfo=UTC)
    told = ci.read_store(store, observed_until="2024-04-01")
    assert told.observed_until == datetime(2024, 4, 1, tzinfo=UTC)
