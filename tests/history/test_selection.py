"""Parts of a history: as it stood at an instant, of some customers, orders, products."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData, UnknownName
from tests.history.plainly import columns
from tests.oracles.bridge import to_history
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED, at, order, shop
from tests.oracles.shop import Identity, PlainOrder, PlainPerson, PlainRefund, Shop
from tests.oracles.strategies import PRODUCTS, as_ofs, shops

RANDOM = settings(max_examples=100, suppress_health_check=list(HealthCheck))


def only(shop: Shop, places: list[int], refunds: list[PlainRefund]) -> Shop:
    """Return the shop with some orders and, of some refunds, those of them or of no order."""
    kept = [
        refund if refund.order is None else replace(refund, order=places.index(refund.order))
        for refund in refunds
        if refund.order is None or refund.order in places
    ]
    return replace(shop, orders=tuple(shop.orders[n] for n in places), refunds=tuple(kept))


def tagged_by(as_of: datetime, person: PlainPerson) -> PlainPerson:
    """Return somebody without the tags that began at an instant or later, nor later ends."""
    begun = [tag for tag in person.tags if tag.since is None or tag.since < as_of]
    ended = [tag.until is not None and tag.until < as_of for tag in begun]
    tags = [
        tag if is_over else replace(tag, until=None)
        for tag, is_over in zip(begun, ended, strict=True)
    ]
    return replace(person, tags=tuple(tags))


def of_customers(shop: Shop, customers: set[Identity]) -> Shop:
    """Return the shop as if only these people were there."""
    places = [n for n, order in enumerate(shop.orders) if order.customer in customers]
    part = only(shop, places, [refund for refund in shop.refunds if refund.customer in customers])
    return replace(part, people={k: v for k, v in shop.people.items() if k in customers})


@RANDOM
@given(st.data())
def test_up_to_is_the_shop_of_that_instant(data: st.DataObject) -> None:
    """Later orders, refunds, people and tags are gone, and the observation ends there."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    history = to_history(asked).up_to(as_of)
    places = [n for n, order in enumerate(asked.orders) if order.placed_at < as_of]
    cut = only(asked, places, [refund for refund in asked.refunds if refund.at < as_of])
    known = View(asked, as_of).known
    people = {who: tagged_by(as_of, asked.people[who]) for who in asked.people if who in known}
    expected = to_history(replace(cut, people=people, observed_until=as_of))
    assert without_empty(columns(history)) == without_empty(columns(expected))
    assert history.observed_until == as_of
    assert history.customer_ids.tolist() == sorted(known)
    assert columns(history.up_to(as_of)) == columns(history)


def without_empty(written: dict[str, Any]) -> dict[str, Any]:
    """Return a written history without what differs only where there is nothing at all."""
    if not written["amount"]:
        written = {**written, "numbers": {}, "rows": None}
    aside = written.get("aside")
    if aside is not None:
        has_any = aside["amount"] or aside["refunds"]
        written = {**written, "aside": without_empty(aside) if has_any else None}
    return written


@RANDOM
@given(st.data())
def test_where_customers_is_the_shop_of_those_people(data: st.DataObject) -> None:
    """Everything of these people and nothing of others, by identity or by mask."""
    asked = data.draw(shops())
    history = to_history(asked)
    everybody = history.customer_ids.tolist()
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(everybody))), dtype=np.bool_)
    mask = mask[: len(everybody)]
    chosen = {who for who, wanted in zip(everybody, mask.tolist(), strict=True) if wanted}
    expected = without_empty(columns(to_history(of_customers(asked, chosen))))
    for customers in (mask, chosen, [*chosen, *chosen]):
        part = history.where(customers=customers)
        assert without_empty(columns(part)) == expected
        assert part.observed_from == history.observed_from
        assert part.observed_until == history.observed_until


@RANDOM
@given(st.data())
def test_where_orders_is_as_if_only_those_had_happened(data: st.DataObject) -> None:
    """Refunds of the other orders go with them, people and refunds that name no order stay."""
    asked = data.draw(shops())
    history = to_history(asked)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(history))), dtype=np.bool_)
    chosen = chosen[: len(history)]
    by_mask, by_function = history.where(orders=chosen), history.where(orders=lambda _: chosen)
    assert columns(by_mask) == columns(by_function)
    assert by_mask.customer_ids.tolist() == history.customer_ids.tolist()
    assert by_mask.placed_at.tolist() == history.placed_at[chosen].tolist()
    assert by_mask.amount.tolist() == history.amount[chosen].tolist()
    owners = history.customer[chosen].tolist()
    assert by_mask.customer.tolist() == owners
    position = {old: new for new, old in enumerate(np.flatnonzero(chosen).tolist())}
    refunds = history.refunds
    expected = sorted(
        (owner, amount, position.get(old, -1))
        for owner, amount, old in zip(
            refunds.customer.tolist(),
            refunds.amount.tolist(),
            refunds.order.tolist(),
            strict=True,
        )
        if old < 0 or old in position
    )
    found = by_mask.refunds
    assert expected == sorted(
        zip(found.customer.tolist(), found.amount.tolist(), found.order.tolist(), strict=True)
    )


def test_where_both() -> None:
    """The mask over orders is over those of the whole history, also beside customers."""
    history = to_history(ADA_AND_BO)
    part = history.where(customers=["ada"], orders=history.amount >= 1500)
    assert part.customer_ids.tolist() == ["ada"]
    assert part.amount.tolist() == [2000, 1500]


@RANDOM
@given(shops(), st.integers(1, 15))
def test_parts_together_are_the_whole(asked: Shop, count: int) -> None:
    """Parts are contiguous, marked, and hold together everything, also what was set aside."""
    history = to_history(asked)
    parts = history.partition(count)
    assert [part.context.part for part in parts] == [(place, count) for place in range(count)]
    ids = [identity for part in parts for identity in part.customer_ids.tolist()]
    assert ids == history.customer_ids.tolist()
    for name in ("placed_at", "amount"):
        joined = [value for part in parts for value in getattr(part, name).tolist()]
        assert joined == getattr(history, name).tolist()
    for part in parts:
        chosen = set(part.customer_ids.tolist())
        expected = without_empty(columns(to_history(of_customers(asked, chosen))))
        assert without_empty(columns(part)) == expected


def test_parts_are_balanced_by_orders() -> None:
    """No part has more orders than its share and the customer at its edge."""
    orders = [order(f"c{n:02}", "01-10", 1) for n in range(30) for _ in range(1 + 9 * (n == 3))]
    history = to_history(shop(*orders))
    sizes = [len(part) for part in history.partition(4)]
    assert sum(sizes) == 39
    assert max(sizes) <= 39 / 4 + 10
    assert [repr(part)[:26] for part in history.partition(2)] == [
        "<OrderHistory (part 1 of 2",
        "<OrderHistory (part 2 of 2",
    ]


@pytest.mark.parametrize("count", [0, -1, True, 2.0, "2"])
def test_the_number_of_parts_is_whole(count: Any) -> None:
    """At least one part, as an integer."""
    with pytest.raises(InvalidValue, match="number of parts"):
        to_history(ADA_AND_BO).partition(count)


def test_history_of_one_customer() -> None:
    """It holds that customer's facts alone; an unknown one is an error that shows no contact."""
    history = to_history(REFUNDED)
    part = history.history_of("ada")
    assert (part.customer_ids.tolist(), part.amount.tolist()) == (["ada"], [1000, 2000])
    assert part.refunds.amount.tolist() == [1000]
    assert part.observed_from == history.observed_from
    for unknown in ("Ada", 1, "", "ada@example.org", "+44 20 7946 0000"):
        with pytest.raises(UnknownName, match=r"customer.*are texts") as caught:
            history.history_of(unknown)
        assert "example" not in str(caught.value)
        assert "7946" not in str(caught.value)


def test_identities_are_numbers_or_texts() -> None:
    """An integer identity is not found by its text, nor by a number too large for any."""
    history = to_history(shop(PlainOrder(1, 7, at("01-10"), 5)))
    assert len(history.history_of(7)) == len(history.history_of(history.customer_ids[0])) == 1
    for unknown in ("7", 8, 2**70, -1):
        with pytest.raises(UnknownName, match=r"customer.*are integers"):
            history.history_of(unknown)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"orders": [True]}, r"one truth value per order"),
        ({"orders": np.array([1, 0, 1, 0, 1])}, r"int64 of shape \(5,\)"),
        ({"customers": np.array([True])}, r"one per customer id"),
        ({"customers": "ada"}, r"several identities"),
    ],
)
def test_a_choice_that_does_not_fit(chosen: dict[str, Any], message: str) -> None:
    """A mask has one truth value per order or customer, and customers are several."""
    with pytest.raises(InvalidValue, match=message):
        to_history(ADA_AND_BO).where(**chosen)


def reduced(shop: Shop, products: set[str]) -> Shop:
    """Return the shop of these products: amounts are their lines', refunds those that name one."""
    view = View(shop, datetime(9999, 1, 1, tzinfo=UTC))
    orders, places = [], []
    for place, whole in enumerate(shop.orders):
        lines = tuple(line for line in whole.lines if line.product in products)
        if lines and view.allowed(whole):
            places.append(place)
            kept = PlainOrder(
                id=whole.id,
                customer=whole.customer,
                placed_at=whole.placed_at,
                amount=sum(line.amount for line in lines),
                status=whole.status,
                labels=whole.labels,
                lines=lines,
            )
            orders.append(kept)
    part = only(shop, places, [refund for refund in shop.refunds if refund.product in products])
    return replace(part, orders=tuple(orders), zero_amount_counts=True)


def given_back_whole(shop: Shop, place: int) -> bool:
    """Whether a whole order is given back, in the end."""
    amount = shop.orders[place].amount
    told = sum(refund.amount for refund in shop.refunds if refund.order == place)
    return 0 < amount <= told


def without_too_much_back(shop: Shop) -> Shop:
    """Return the shop in which no order and no line is given back for more than it cost."""
    kept, back = list[PlainRefund](), Counter[tuple[int, str | None]]()
    for refund in shop.refunds:
        if refund.order is not None:
            order = shop.orders[refund.order]
            lines = sum(line.amount for line in order.lines if line.product == refund.product)
            back[refund.order, None] += refund.amount
            too_much = back[refund.order, None] > order.amount
            if refund.product is not None:
                back[refund.order, refund.product] += refund.amount
                too_much = too_much or back[refund.order, refund.product] > lines
            if too_much:
                for what in {None, refund.product}:
                    back[refund.order, what] -= refund.amount
                continue
        kept.append(refund)
    return replace(shop, refunds=tuple(kept))


@RANDOM
@given(shops(), st.sampled_from(("product", "category", "department")), st.data())
def test_for_lines_has_the_line_revenue(asked: Shop, name: str, data: st.DataObject) -> None:
    """What some products brought is said once: their history and line revenue agree at any time."""
    assume(asked.products)
    asked = without_too_much_back(asked)
    history, as_of = to_history(asked), data.draw(as_ofs(asked))
    assume(as_of > history.observed_from)
    told = ci.measure(history, ["line_revenue"], by=[name], as_of=as_of).to_dicts()
    for row in told:
        if row[name] is not None:
            part = history.for_lines(**{name: str(row[name])})
            [whole] = ci.measure(part, ["revenue"], as_of=as_of).to_dicts()
            assert whole["revenue"] == row["line_revenue"]


@RANDOM
@given(shops(), st.sampled_from(("product", "category", "department")), st.data())
def test_for_lines_is_the_shop_of_those_products(
    asked: Shop, name: str, data: st.DataObject
) -> None:
    """Orders with such a line, their amounts those of the lines, refunds that name a product."""
    assume(asked.products)
    times = {(order.customer, order.placed_at) for order in asked.orders}
    # Without ids, orders of one instant lie by their amounts, which are others here.
    assume(len(times) == len(asked.orders) or asked.orders[0].id is not None)
    assume(not any(given_back_whole(asked, place) for place in range(len(asked.orders))))
    table = {p: p if name == "product" else PRODUCTS[p].get(name) for p in asked.products}
    wanted = data.draw(st.sampled_from(sorted({text for text in table.values() if text})))
    history = to_history(asked)
    part = history.for_lines(**{name: wanted})
    expected = to_history(reduced(asked, {p for p, text in table.items() if text == wanted}))
    for label in ("placed_at", "amount", "order_ids", "numbers", "labels", "lines", "refunds"):
        ours, theirs = columns(part), columns(expected)
        if label == "refunds" or len(part):
            assert ours[label] == theirs[label], label
    left = [entry for entry in part.load_report.left_out if entry.reason == "selection"]
    shown = sum(entry.money[0][1] for entry in left)
    assert shown == history.refunds.amount.sum() - part.refunds.amount.sum()


def test_for_lines_by_hand() -> None:
    """The prints of the shop: three lines in two orders, and the refunds that name prints."""
    part = to_history(LINES).for_lines(category="Prints")
    assert part.amount.tolist() == [600, 400]
    assert part.numbers["units"].tolist() == [2000, 2000]
    assert sorted(part.refunds.amount.tolist()) == [250, 400]
    assert [(entry.detail, entry.rows, entry.money) for entry in part.load_report.left_out] == [
        ("refunds of other products", 1, (("USD", 10),))
    ]
    assert part.load_report.balances


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ({}, InvalidValue, "at least one label"),
        ({"category": "Printz"}, UnknownName, "Prints"),
        ({"colour": "red"}, UnknownName, "product"),
        ({"product": "vase"}, UnknownName, "vase"),
    ],
)
def test_for_lines_of_what_is_not_there(
    labels: dict[str, str], error: type[Exception], message: str
) -> None:
    """A label or a value that no product has is an error that says what there is."""
    with pytest.raises(error, match=message):
        to_history(LINES).for_lines(**labels)


def test_a_refund_of_a_product_that_its_order_lacks_is_left_out_in_sight() -> None:
    """A refund that names prints of an order without prints is no part of the prints' history."""
    asked = shop(
        *LINES.orders[:1],
        order("ada", "02-01", 9, lines=LINES.orders[0].lines[1:]),
        refunds=(PlainRefund("ada", at("03-01"), 4, order=1, product="print"),),
        products=LINES.products,
    )
    part = to_history(asked).for_lines(category="Prints")
    assert len(part.refunds) == 0
    for prints in (part, part.with_policy(part.policy)):
        assert [entry.money for entry in prints.load_report.left_out] == [(("USD", 4),)]


def test_for_lines_needs_lines() -> None:
    """A history without lines says so."""
    with pytest.raises(MissingData, match="order lines"):
        to_history(ADA_AND_BO).for_lines(category="Prints")


def test_a_person_in_the_customer_table_is_known_whatever_follows() -> None:
    """An undated row of the table is known at any time; an order that follows changes nothing."""
    table = {"ada": PlainPerson(), "bo": PlainPerson(created_at=at("03-01")), "cy": PlainPerson()}
    later = shop(order("ada", "05-01", 5), order("dan", "05-01", 5), people=table)
    for asked in (later, shop(people=table)):
        assert to_history(asked).up_to(at("02-01")).customer_ids.tolist() == ["ada", "cy"]


def test_nothing_of_a_part_can_be_written() -> None:
    """The columns of a history are its own, and read-only in every part of it."""
    history = to_history(REFUNDED)
    for part in (history, history.part(0, 1), history.where(customers=["ada"])):
        with pytest.raises(ValueError, match="read-only"):
            part.amount[0] = 7
        with pytest.raises(ValueError, match="read-only"):
            part.placed_at[0] = 7


@pytest.mark.parametrize("as_of", ["9999-12-31", "1899-12-31", datetime(9000, 1, 1, tzinfo=UTC)])
def test_as_of_lies_in_a_year_in_which_shops_take_orders(as_of: Any) -> None:
    """An as-of of another age is refused at once, before anything is counted up to it."""
    history = to_history(ADA_AND_BO)
    for ask in (history.up_to, history.context.instant):
        with pytest.raises(InvalidValue, match=r"as_of lies too far out.*1900 to 2199"):
            ask(as_of)
