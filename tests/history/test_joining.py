"""Histories joined, and the same facts under another policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.orders import OrderHistory
from tests.history.plainly import columns
from tests.oracles.bridge import to_history
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED, at, order, shop
from tests.oracles.shop import Shop
from tests.oracles.strategies import shops

RANDOM = settings(max_examples=100, suppress_health_check=list(HealthCheck))
POLICIES = st.builds(
    PurchasePolicy,
    counted_statuses=st.sampled_from(
        (frozenset({"paid"}), frozenset({"paid", "pending"}), frozenset({"pending"}))
    ),
    zero_amount_counts=st.booleans(),
    refund_date=st.sampled_from(("order", "refund")),
)


def under(shop: Shop, policy: PurchasePolicy) -> Shop:
    """Return the shop with the policy written into it."""
    return replace(
        shop,
        counted_statuses=policy.counted_statuses,
        zero_amount_counts=policy.zero_amount_counts,
        refund_date=policy.refund_date,
    )


def split(shop: Shop, in_first: list[bool], unlinked_in_first: list[bool]) -> tuple[Shop, Shop]:
    """Return two shops that together have the orders of one; refunds go with their orders."""
    halves = []
    for wanted in (True, False):
        places = [n for n in range(len(shop.orders)) if in_first[n] is wanted]
        refunds = []
        for place, refund in enumerate(shop.refunds):
            if refund.order is None:
                if unlinked_in_first[place] is wanted:
                    refunds.append(refund)
            elif refund.order in places:
                refunds.append(replace(refund, order=places.index(refund.order)))
        half = replace(shop, orders=tuple(shop.orders[n] for n in places), refunds=tuple(refunds))
        halves.append(half)
    return halves[0], halves[1]


def flags(data: st.DataObject, count: int) -> list[bool]:
    """Draw a truth value for each of so many things."""
    return data.draw(st.lists(st.booleans(), min_size=count, max_size=count))


@RANDOM
@given(st.data())
def test_two_halves_appended_are_the_whole(data: st.DataObject) -> None:
    """Orders that came in two files make the history that they make in one, in either order."""
    whole = data.draw(shops())
    first, second = split(whole, flags(data, len(whole.orders)), flags(data, len(whole.refunds)))
    one, other = to_history(first), to_history(second)
    expected = to_history(whole)
    for joined in (one.append(other), other.append(one)):
        assert columns(joined) == columns(expected)
        assert attrs.evolve(joined.context, source_report=expected.context.source_report) == (
            attrs.evolve(expected.context, first=joined.context.first, last=joined.context.last)
        )


@RANDOM
@given(shops(), POLICIES)
def test_another_policy_is_the_history_built_under_it(asked: Shop, policy: PurchasePolicy) -> None:
    """Orders come back or are set aside, the load report with them; and all of it can go back."""
    history = to_history(asked)
    other = history.with_policy(policy)
    expected = to_history(under(asked, policy))
    assert columns(other) == columns(expected)
    assert other.context == expected.context
    back = other.with_policy(history.policy)
    assert columns(back) == columns(history)
    assert back.context == history.context


def test_the_load_report_says_what_the_policy_left_out() -> None:
    """Orders left out by status are summed in rows and money, and the report balances."""
    asked = shop(
        order("ada", "01-10", 500),
        order("ada", "01-11", 300, status="failed"),
        order("bo", "01-12", 200, status="pending"),
        order("bo", "01-13", 0),
    )
    history = to_history(asked)
    report = history.load_report
    assert [(entry.detail, entry.rows, entry.money) for entry in report.left_out] == [
        ("failed", 1, (("USD", 300),)),
        ("pending", 1, (("USD", 200),)),
    ]
    assert (report.rows_read, report.rows_used, report.balances) == (4, 2, True)
    policy = PurchasePolicy(
        counted_statuses=frozenset({"paid", "pending"}), zero_amount_counts=False
    )
    report = history.with_policy(policy).load_report
    assert [(entry.detail, entry.rows) for entry in report.left_out] == [
        ("failed", 1),
        ("zero amount", 1),
    ]
    assert (report.rows_read, report.rows_used, report.balances) == (4, 2, True)


def plain(ids: list[Any] | None = None, **more: Any) -> OrderHistory:
    """Return two orders of one customer."""
    given: dict[str, Any] = {
        "customer": ["ada", "ada"],
        "placed_at": ["2024-01-01", "2024-01-02"],
        "amount": [1, 2],
        "order_id": ids,
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    return OrderHistory.from_arrays(**(given | more))


def test_a_number_that_one_side_lacks_is_not_made_up() -> None:
    """Discounts of one file say nothing about the other's: the joined history has none."""
    joined = plain(discount=[0, 1], goods=[1, 3]).append(plain(goods=[1, 2]))
    assert {name: column.tolist() for name, column in joined.numbers.items()} == {
        "goods": [100, 100, 200, 300]
    }
    with_lines, without = to_history(LINES), to_history(ADA_AND_BO)
    assert "units" in with_lines.numbers
    assert "units" not in with_lines.append(without).numbers


def test_nothing_appended_changes_nothing() -> None:
    """A history without orders takes no column and no id away."""
    empty = plain(customer=[], placed_at=[], amount=[])
    full = plain([2, 1], discount=[0, 1])
    for joined in (full.append(empty), empty.append(full)):
        assert columns(joined) == columns(full)


def test_the_span_of_both_is_observed() -> None:
    """The joined history is observed from the earlier beginning to the later end."""
    early = plain(observed_from="2023-01-01", observed_until="2024-02-01")
    late = plain(observed_from="2023-06-01", observed_until="2024-03-01")
    for joined in (early.append(late), late.append(early)):
        assert joined.observed_from == early.observed_from
        assert joined.observed_until == late.observed_until


def test_an_order_does_not_count_twice() -> None:
    """Order ids that both hold are refused and counted, not shown."""
    with pytest.raises(InvalidValue, match=r"1 order id that both hold.*overlapping exports"):
        plain([1, 2]).append(plain([2, 3]))


def test_a_doubled_order_is_found_among_those_set_aside() -> None:
    """An order that does not count in one history must not come in with the other."""
    pending = plain([1, 2], order_status=["paid", "pending"])
    with pytest.raises(InvalidValue, match="1 order id that both hold"):
        pending.append(plain([2, 3]))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"currency": "USD"}, "currencies"),
        ({"timezone": "Europe/London"}, "calendars"),
        ({"policy": PurchasePolicy(refund_date="refund")}, "policies"),
    ],
)
def test_different_histories_do_not_join(more: dict[str, Any], message: str) -> None:
    """One currency, one calendar, one policy, or an error that says which differs."""
    with pytest.raises(Incompatible, match=message):
        plain().append(plain(**more))


def test_identities_of_two_kinds_do_not_join() -> None:
    """Order ids that are numbers here and texts there are not the same ids."""
    with pytest.raises(Incompatible, match=r"order ids.*integers.*texts"):
        plain([1, 2]).append(plain(["a", "b"]))
    with pytest.raises(InvalidValue, match="only integers or only texts"):
        plain().append(plain(customer=[1, 2]))


def test_customers_of_both_are_one() -> None:
    """A person of two histories is one customer, known by what either says."""
    joined = to_history(ADA_AND_BO).append(to_history(REFUNDED))
    assert joined.customer_ids.tolist() == ["ada", "bo", "cy"]
    assert len(joined) == len(ADA_AND_BO.orders) + len(REFUNDED.orders)
    assert joined.refunds.amount.sum() == sum(refund.amount for refund in REFUNDED.refunds)


def test_products_of_both_are_one_table() -> None:
    """A product of two histories is one product; its lines and refunds keep naming it."""
    other = shop(
        order("cy", "04-01", 700, lines=LINES.orders[0].lines),
        products={"vase": {"category": "Vases"}, "card": {"category": None}, "print": {}},
        observed_until=at("08-01", 0),
    )
    joined = to_history(LINES).append(to_history(other))
    assert joined.products is not None
    assert joined.products.ids == ("card", "print", "vase")
    assert joined.products.labels["category"].texts().tolist() == [None, "Prints", "Vases"]
    both = shop(
        *LINES.orders,
        *other.orders,
        refunds=LINES.refunds,
        products={**LINES.products, "vase": {"category": "Vases"}},
        people=LINES.people,
    )
    assert columns(joined) == columns(to_history(both))
