"""The laws of `measure`: parts add up to the whole, and nothing depends on what must not matter."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from itertools import permutations
from operator import add
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.analyses.catalog import DEFAULT, dimension, tally
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.measured import Measured
from custinsights.errors import CannotAsk, Incompatible, InvalidValue, Refused
from custinsights.history.building import joining
from custinsights.history.kernels.tallies import Tallies
from custinsights.history.orders import OrderHistory
from tests.history.plainly import columns
from tests.laws.kernels import Kernel
from tests.oracles.asking import askable, held, plain_cells
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import DIMENSIONS, Window
from tests.oracles.hand import ADA_AND_BO, LINES, order, shop
from tests.oracles.shop import PlainOrder, PlainRefund, PlainTag, Shop
from tests.oracles.strategies import as_ofs, shops, windows

MANY = settings(max_examples=10, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=4, suppress_health_check=list(HealthCheck))

BY_ONE = [(), *((name,) for name in DIMENSIONS)]
BY_TWO = list(permutations(DIMENSIONS, 2))


def as_bytes(tallies: Tallies | None) -> bytes:
    """Write tallies down byte for byte: labels with their types, codes, columns with theirs."""
    if tallies is None:
        return b"none"
    axes = [(axis.name, axis.labels) for axis in tallies.axes]
    written = [repr(axes), str(tallies.codes.dtype), tallies.codes.tobytes().hex()]
    for name, column in tallies.columns.items():
        written += [name, str(column.dtype), column.tobytes().hex()]
    return "\n".join(written).encode()


def state_bytes(state: Measured) -> bytes:
    """Write a whole state down."""
    return b"\n\n".join(map(as_bytes, (state.tallies, *state.values, state.exposed)))


def asked(
    history: OrderHistory,
    by: Sequence[str],
    window: Window | None = None,
    as_of: datetime | None = None,
) -> Measure | None:
    """Ask for all metrics that the dimensions admit at once; None if there is none."""
    names = askable(history, by, windowed=window is not None)
    return Measure(names, by=by, window=window, as_of=as_of) if names else None


def some_questions(data: st.DataObject, history: OrderHistory, shop: Shop) -> list[Measure]:
    """Draw an as_of, a window and a handful of combinations of dimensions."""
    as_of = data.draw(as_ofs(shop))
    window = data.draw(windows(shop, as_of))
    drawn = data.draw(st.lists(st.sampled_from([*BY_ONE, *BY_TWO]), min_size=4, max_size=4))
    found = [asked(history, by, window, as_of) for by in drawn]
    return [measure for measure in found if measure is not None]


def split(history: OrderHistory, colours: Sequence[int]) -> list[OrderHistory]:
    """Part the customers by colour."""
    mask = np.array(colours[: history.people], dtype=np.int64)
    return [history.where(customers=mask == colour) for colour in range(3)]


@MANY
@given(st.data())
def test_parts_add_up_to_the_whole(data: st.DataObject) -> None:
    """States of any parts by customer merge, in any order and grouping, into that of the whole."""
    given_shop = data.draw(shops())
    history = to_history(given_shop)
    colours = data.draw(
        st.lists(st.integers(0, 2), min_size=history.people, max_size=history.people)
    )
    for measure in some_questions(data, history, given_shop):
        whole = measure.summarise(history)
        parts = [measure.summarise(part) for part in history.partition(8)]
        assert state_bytes(reduce(add, parts)) == state_bytes(whole)
        first, second, third = (measure.summarise(part) for part in split(history, colours))
        for merged in (
            first + second + third,
            first + (second + third),
            third + first + second,
        ):
            assert merged == whole
            assert state_bytes(merged) == state_bytes(whole)
            cube = measure.finish(merged)
            assert cube == measure(history)
            assert columns_of(cube) == columns_of(measure(history))


def columns_of(cube: Any) -> list[Any]:
    """Return everything that a cube shows, in its order."""
    return [
        *(axis.tolist() for axis in cube.axes.values()),
        *(repr(column.values.tolist()) for column in cube.metrics.values()),
        cube.is_incomplete.tolist(),
        cube.is_unobserved.tolist(),
    ]


@MANY
@given(st.data())
def test_nobody_changes_nothing(data: st.DataObject) -> None:
    """The state of no customers is the identity, from either side, and finishes to empty cells."""
    given_shop = data.draw(shops())
    history = to_history(given_shop)
    nobody = history.where(customers=[])
    for measure in some_questions(data, history, given_shop):
        whole, empty = measure.summarise(history), measure.summarise(nobody)
        assert state_bytes(whole + empty) == state_bytes(whole) == state_bytes(empty + whole)
        cells = plain_cells(measure.finish(empty))
        assert all(not value for cell in cells.values() for value in cell.values())


def shuffled(history: OrderHistory, seed: int) -> OrderHistory:
    """Return the same facts laid out anew from rows in another order."""
    given_columns = joining.columns_of(history)
    random = np.random.default_rng(seed)
    lines, done = given_columns.lines, given_columns.activities
    mixed = joining.rearranged(
        given_columns,
        random.permutation(len(given_columns.orders)),
        random.permutation(len(given_columns.refunds)),
        None if lines is None else random.permutation(len(lines)),
        None if done is None else random.permutation(len(done)),
    )
    return OrderHistory.of_facts(joining.relaid(mixed, history.products, history.context))


@pytest.mark.parametrize("kernel", list(Kernel), ids=lambda kernel: kernel.name.lower())
@FEW
@given(data=st.data())
def test_the_way_of_adding_does_not_matter(kernel: Kernel, data: st.DataObject) -> None:
    """Blocks, threads and the number of cells leave every byte of the state as it is."""
    given_shop = data.draw(shops())
    history = to_history(given_shop)
    for measure in some_questions(data, history, given_shop):
        expected = state_bytes(measure.summarise(history))
        with kernel.used():
            assert state_bytes(measure.summarise(history)) == expected


@MANY
@given(st.data())
def test_new_names_give_the_same_numbers(data: st.DataObject) -> None:
    """Customers under other names, in another order, of another kind: the same state."""
    given_shop = data.draw(shops())
    everybody = sorted({*to_history(given_shop).customer_ids.tolist()}, key=str)
    names = data.draw(st.permutations(range(100, 100 + len(everybody))))
    text = data.draw(st.booleans())
    new = {
        old: f"person {name}" if text else name for old, name in zip(everybody, names, strict=True)
    }
    renamed = replace(
        given_shop,
        orders=tuple(replace(o, customer=new[o.customer]) for o in given_shop.orders),
        refunds=tuple(replace(r, customer=new[r.customer]) for r in given_shop.refunds),
        people={new[who]: person for who, person in given_shop.people.items()},
    )
    history, other = to_history(given_shop), to_history(renamed)
    for measure in some_questions(data, history, given_shop):
        assert state_bytes(measure.summarise(other)) == state_bytes(measure.summarise(history))
        assert columns_of(measure(other)) == columns_of(measure(history))


def perturbed(data: st.DataObject, given_shop: Shop, as_of: datetime) -> Shop:
    """Change every column of what lies at or after as_of, drop some of it, and add more."""
    kept: list[PlainOrder] = []
    places: dict[int, int] = {}
    for place, old in enumerate(given_shop.orders):
        if old.placed_at < as_of:
            places[place] = len(kept)
            kept.append(old)
        elif data.draw(st.booleans()):
            numbers: Any = {
                name: None if getattr(old, name) is None else 7
                for name in ("goods", "discount", "shipping", "tax", "tip", "units")
            }
            places[place] = len(kept)
            kept.append(
                replace(
                    old,
                    placed_at=old.placed_at + timedelta(days=data.draw(st.integers(0, 400))),
                    amount=data.draw(st.integers(0, 10**9)),
                    status=data.draw(st.sampled_from(("paid", "failed", "pending"))),
                    labels={"country": "Elsewhere", "channel": "later", "mood": "new"},
                    lines=old.lines[:1] * 2,
                    **numbers,
                )
            )
    refunds = []
    for refund in given_shop.refunds:
        if refund.order is not None and refund.order not in places:
            continue
        order_place = None if refund.order is None else places[refund.order]
        moved = replace(refund, order=order_place)
        if refund.at >= as_of:
            if data.draw(st.booleans()):
                continue
            moved = replace(
                moved, amount=refund.amount + 3, at=refund.at + timedelta(days=40), product=None
            )
        refunds.append(moved)
    refunds.append(PlainRefund(a_customer(given_shop), as_of, 12345))
    known = {old.customer for old in given_shop.orders if old.placed_at < as_of}
    people = {
        who: replace(person, tags=(*person.tags, PlainTag("later", since=as_of)))
        for who, person in given_shop.people.items()
        if who in known
        or person.created_at is None
        or person.created_at < as_of
        or data.draw(st.booleans())
    }
    return replace(given_shop, orders=tuple(kept), refunds=tuple(refunds), people=people)


def a_customer(given_shop: Shop) -> Any:
    """Return a customer of the shop, or a new one of either kind."""
    return next((order.customer for order in given_shop.orders), 12)


@MANY
@given(st.data())
def test_nothing_at_or_after_as_of_matters(data: st.DataObject) -> None:
    """Whatever happens at as_of or later, in any column, the answer stays the same."""
    given_shop = data.draw(shops())
    as_of = data.draw(as_ofs(given_shop))
    if any(isinstance(who, str) for who in given_shop.people) and not given_shop.orders:
        return
    if given_shop.refunds and not given_shop.orders:
        return
    later = perturbed(data, given_shop, as_of)
    later = replace(later, observed_until=as_of + timedelta(days=900))
    history, other = to_history(given_shop), to_history(later)
    window = data.draw(windows(given_shop, as_of))
    drawn = data.draw(st.lists(st.sampled_from([*BY_ONE, *BY_TWO]), min_size=8, max_size=8))
    for by in drawn:
        names = askable(history, by, windowed=window is not None)
        names = held(other, names)
        if names and (other.lines is None) == (history.lines is None):
            measure = Measure(names, by=by, window=window, as_of=as_of)
            assert columns_of(measure(other)) == columns_of(measure(history)), by
            # A customer without a row of their own comes and goes with their later facts.
            assert measure.summarise(other).tallies == measure.summarise(history).tallies


@MANY
@given(st.data())
def test_the_history_of_that_instant_gives_the_same(data: st.DataObject) -> None:
    """Asking as of an instant is asking the history as it stood then."""
    given_shop = data.draw(shops())
    as_of = data.draw(as_ofs(given_shop))
    history = to_history(given_shop)
    then = history.up_to(as_of)
    for by in data.draw(st.lists(st.sampled_from([*BY_ONE, *BY_TWO]), min_size=6, max_size=6)):
        measure = asked(history, by, None, as_of)
        if measure is not None:
            assert columns_of(measure(history)) == columns_of(measure(then)), by


@FEW
@given(st.data())
def test_inputs_stay_as_they_are_and_answers_the_same(data: st.DataObject) -> None:
    """Measuring changes no column, and the same question has the same bytes for an answer."""
    given_shop = data.draw(shops())
    history = to_history(given_shop)
    before = columns(history)
    for measure in some_questions(data, history, given_shop):
        first, second = measure.summarise(history), measure.summarise(history)
        kept = state_bytes(first)
        merged = first + measure.summarise(history.where(customers=[]))
        measure.finish(merged)
        assert state_bytes(first) == kept
        assert pickle.dumps(first) == pickle.dumps(second)
    assert columns(history) == before


@FEW
@given(st.data())
def test_states_and_cubes_travel(data: st.DataObject) -> None:
    """Pickled and back, a state merges and a cube shows the same; only the asking stays behind."""
    given_shop = data.draw(shops())
    history = to_history(given_shop)
    for measure in some_questions(data, history, given_shop):
        state, cube = measure.summarise(history), measure(history)
        arrived = pickle.loads(pickle.dumps(state))
        assert state_bytes(arrived) == state_bytes(state)
        assert columns_of(measure.finish(arrived)) == columns_of(cube)
        unpacked = pickle.loads(pickle.dumps(cube))
        assert unpacked == cube
        assert columns_of(unpacked) == columns_of(cube)
        with pytest.raises(CannotAsk, match="asks the history again"):
            unpacked.orders()
        parts = [pickle.loads(pickle.dumps(measure(part))) for part in history.partition(3)]
        assert reduce(add, parts) == cube


@FEW
@given(st.data())
def test_metrics_do_not_meddle_with_each_other(data: st.DataObject) -> None:
    """A metric asked alone is the metric asked in company; cells it has no facts in are empty."""
    given_shop = data.draw(shops())
    history = to_history(given_shop)
    for measure in some_questions(data, history, given_shop)[:3]:
        company = plain_cells(measure(history))
        for name in measure.metrics:
            alone = plain_cells(replace_metrics(measure, (name,))(history))
            for key, row in company.items():
                value = alone.get(key, {}).get(str(name))
                expected = row[str(name)]
                assert value == expected or (value is None and not expected), (name, key)


def replace_metrics(measure: Measure, metrics: tuple[str | Metric, ...]) -> Measure:
    """Return the same question about other metrics."""
    return Measure(metrics, by=measure.by, window=measure.window, as_of=measure.as_of)


def test_different_questions_do_not_add_up() -> None:
    """Another metric, dimension, window, instant, calendar or policy is another question."""
    history = to_history(ADA_AND_BO)
    ours = Measure("orders", by="month").summarise(history)
    own = DEFAULT.metric("revenue").named("orders", unit="orders", definition="Own.")
    others = {
        "The metrics of the questions differ: 'orders' and 'revenue' were": Measure(
            "revenue", by="month"
        ),
        "The definitions of the metrics of the questions differ: .* and 'Own.'": Measure(
            own, by="month"
        ),
        "The dimensions of the questions differ: 'month' and 'week'": Measure("orders", by="week"),
        "The windows of the questions differ: None and 2024-01-01T": Measure(
            "orders", by="month", window="2024-01"
        ),
        "The as-of instants of the questions differ: .* and 2024-03-01T": Measure(
            "orders", by="month", as_of="2024-03-01"
        ),
    }
    for says, theirs in others.items():
        with pytest.raises(Incompatible, match=says):
            _ = ours + theirs.summarise(history)
    for change, message in (
        ({"currency": "EUR"}, "currencies"),
        ({"timezone": "Europe/Paris"}, "calendars"),
        ({"refund_date": "refund"}, "policies"),
        ({"observed_from": datetime(2020, 1, 1).astimezone()}, "beginnings of the observation"),
        ({"observed_until": datetime(2030, 1, 1).astimezone()}, "ends of the observation"),
    ):
        changed = to_history(replace(ADA_AND_BO, **change))
        as_of = history.observed_until
        with pytest.raises(Incompatible, match=message):
            _ = Measure("orders", as_of=as_of).summarise(history) + Measure(
                "orders", as_of=as_of
            ).summarise(changed)
    with pytest.raises(InvalidValue, match="same customers again"):
        _ = ours + ours


@dimension("mixed", definition="Text, whole number, truth value or unknown.")
def mixed(orders: Any) -> Any:
    """Give labels of all kinds."""
    kinds = np.array(["text", 7, None, "", "ünïcode", -3], dtype=object)
    return kinds.take(orders.amount % 6)


@dimension("is_large", facts="orders", definition="Whether the order is large.")
def is_large(orders: Any) -> Any:
    """Give truth values."""
    return orders.amount > 999


@dimension("amount_class", definition="More than 256 labels.")
def amount_class(orders: Any) -> Any:
    """Give a whole number per order."""
    return orders.amount


@dimension("is_loyal", facts="customers", definition="Two orders or more so far.")
def is_loyal(history: Any) -> Any:
    """Give a truth value per customer."""
    return history.order_count >= 2


@dimension("line_size", facts="lines", definition="Thousandths in the line.")
def line_size(lines: Any) -> Any:
    """Give a whole number per line."""
    return lines.quantity


@dimension("is_paper", facts="lines", definition="Whether the product is of the paper department.")
def is_paper(lines: Any) -> Any:
    """Give a truth value per line, or per refund of a product."""
    return lines.label("department").texts() == "Paper"


@tally("points", facts="customers", unit="points", definition="Points of all customers.")
def points(history: Any) -> Any:
    """Judge every customer at the end of each period."""
    return history.order_count**2


@tally("money_back", facts="refunds", distinct="customers", definition="Customers with a refund.")
def money_back(refunds: Any) -> Any:
    """Count the customers with a refund of more than a cent."""
    return refunds.amount > 1


OWN: list[tuple[list[str | Metric], list[str | Dimension]]] = [
    (["orders", "customers", "revenue", "median_order_value"], [mixed]),
    (["orders", "customers", "new_customers", money_back], ["month", is_large]),
    (["orders", "customers", "median_gap_days"], [amount_class, "weekday"]),
    (["orders", "total_customers", "churn_rate", points], ["month", is_loyal]),
    ([points, "repeat_rate"], ["week", "customer_country", is_loyal]),
    ([points, money_back, "average_gap_days"], []),
    ([money_back, "refunded"], ["month", "order_type"]),
]


@pytest.mark.parametrize("kernel", list(Kernel), ids=lambda kernel: kernel.name.lower())
@FEW
@given(given_shop=shops(), seed=st.integers(0, 99))
def test_dimensions_and_tallies_of_our_own(kernel: Kernel, given_shop: Shop, seed: int) -> None:
    """What users declare obeys the same laws, whatever labels it gives and however many."""
    history = to_history(given_shop)
    questions = [*OWN]
    if history.lines is not None:
        questions.append((["orders", "units", "customers"], [line_size, "month"]))
        questions.append((["orders", "units", "customers", "line_revenue"], [is_paper, "month"]))
    for metrics, by in questions:
        measure = Measure(metrics, by=by)
        whole = measure.summarise(history)
        with kernel.used():
            parts = [measure.summarise(part) for part in history.partition(8)]
            other = measure.summarise(shuffled(history, seed))
        assert state_bytes(reduce(add, parts)) == state_bytes(whole)
        assert state_bytes(other) == state_bytes(whole)
        assert pickle.loads(pickle.dumps(whole)) == whole


def many_orders(count: int) -> Shop:
    """Return so many orders of 97 customers, every third with an amount of its own."""
    customers = [f"c{n % 97}" for n in range(count)]
    return shop(
        *(
            replace(order(who, "01-10", n if n % 3 == 0 else 0), placed_at=placed(n))
            for n, who in enumerate(customers)
        )
    )


def placed(n: int) -> datetime:
    """Return an instant of spring for the n-th order."""
    return order("x", "01-10", 0).placed_at + timedelta(hours=n)


@pytest.mark.parametrize("kernel", list(Kernel), ids=lambda kernel: kernel.name.lower())
def test_more_labels_than_were_foreseen(kernel: Kernel) -> None:
    """A thousand labels of one dimension, in blocks, in threads, all of them there."""
    history = to_history(many_orders(3000))
    with kernel.used(orders=500):
        cube = Measure(["orders", "customers"], by=amount_class)(history)
    assert cube.labels("amount_class").tolist() == list(range(0, 3000, 3))
    assert cube.minor("orders").tolist() == [2001, *[1] * 999]
    assert cube.minor("customers").tolist() == [97, *[1] * 999]


def test_states_of_customers_judged_by_hand() -> None:
    """Points are those of the orders so far at the end of each month; so is their condition."""
    history = to_history(ADA_AND_BO)
    cube = Measure([points], by="month")(history)
    assert cube.minor("points").tolist() == [2, 5, 13, 13, 13, 13]
    only_loyal = points.where(lambda then: then.order_count >= 2).named(
        "loyal_points", definition=""
    )
    cube = Measure([only_loyal], by=["month"])(history)
    assert cube.minor("loyal_points").tolist() == [0, 4, 13, 13, 13, 13]
    by_label = Measure([points], by=[is_loyal])(history)
    assert by_label.labels("is_loyal").tolist() == [True]
    with pytest.raises(Refused, match="state of customers"):
        Measure([points], by="country")(history)


def test_refunds_have_no_quantity() -> None:
    """A line dimension of what refunds lack is refused for what refunds lower, with advice."""
    history = to_history(LINES)
    sizes = Measure(["units", "orders"], by=line_size)(history)
    assert sizes.labels("line_size").tolist() == [1000, 2000]
    with pytest.raises(InvalidValue, match=r"'line_size' cannot label refunds.*quantity.*units"):
        Measure(["line_revenue"], by=line_size)(history)


@tally("own_customers", facts="customers", definition="Customers so far.")
def own_customers(then: Any) -> Any:
    """Tell who has ordered by then."""
    return then.order_count > 0


@tally("own_repeaters", facts="customers", definition="Customers with two orders so far.")
def own_repeaters(then: Any) -> Any:
    """Tell who has ordered twice by then."""
    return then.order_count >= 2


@tally("own_active", facts="customers", definition="Customers whose last order is young.")
def own_active(then: Any) -> Any:
    """Tell whose last order is less than 90 days old by then."""
    days = then.as_of_day - then.last_per_customer(then.day.astype(np.int64))
    return (then.order_count > 0) & (days < 90)


OWN_STATES = {
    own_customers: "total_customers",
    own_repeaters: "repeat_customers",
    own_active: "active_customers",
}


@dimension("own_channel", definition="Channel, in our own words.")
def own_channel(orders: Any) -> Any:
    """Give the channel as a list of texts."""
    return orders.label("channel").texts().tolist()


@dimension("own_type", definition="First or repeat, in our own words.")
def own_type(orders: Any) -> Any:
    """Give the type of order as objects."""
    words = np.array([None, "first", "repeat"], dtype=object)
    return words.take(np.minimum(orders.order_number, 2))


@dimension("own_number", definition="Order number, in our own words.", never_falls=True)
def own_number(orders: Any) -> Any:
    """Give the number, unknown for orders that were refunded in full."""
    return [number or None for number in orders.order_number.tolist()]


@dimension("own_country", facts="customers", definition="Country, in our own words.")
def own_country(then: Any) -> Any:
    """Give the country of each customer as Labels."""
    return then.customer_label("country")


@dimension("own_product", facts="lines", definition="Product, in our own words.")
def own_product(facts: Any) -> Any:
    """Give the product of each line, or refund of a product."""
    return facts.label("product")


OWN_DIMENSIONS = {
    own_channel: "channel",
    own_type: "order_type",
    own_number: "order_number",
    own_country: "customer_country",
    own_product: "product",
}


@MANY
@given(st.data())
def test_built_in_ones_in_our_own_words(data: st.DataObject) -> None:
    """What users declare answers as what is built in, where both mean the same."""
    given_shop = data.draw(shops())
    as_of = data.draw(as_ofs(given_shop))
    window = data.draw(windows(given_shop, as_of))
    history = to_history(given_shop)
    for by in ((), ("week",), ("customer_country", "quarter")):
        measure = Measure([*OWN_STATES, *OWN_STATES.values()], by=by, window=window, as_of=as_of)
        cube = measure(history)
        for own, built_in in OWN_STATES.items():
            assert cube.minor(own.name).tolist() == cube.minor(built_in).tolist(), built_in
    for mine, built_in in OWN_DIMENSIONS.items():
        for beside in ((), ("month",), ("weekday",)):
            names = askable(history, [built_in, *beside], windowed=window is not None)
            if names:
                cubes = [
                    Measure(names, by=[label, *beside], window=window, as_of=as_of)(history)
                    for label in (mine, built_in)
                ]
                ours, theirs = (plain_cells(cube) for cube in cubes)
                assert ours == {key: row for key, row in theirs.items() if key in ours}
                rest = [row for key, row in theirs.items() if key not in ours]
                assert not any(value for row in rest for value in row.values())
