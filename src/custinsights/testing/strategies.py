"""Which small shops have ever made a customer number wrong? Hypothesis draws them.

This module, `objects` and `storing` need Hypothesis.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.money import Money
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.spend import Spend
from custinsights.errors import MissingExtra
from custinsights.history.activities import ActivityColumns
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    RefundColumns,
    TagRow,
    uncoded,
)
from custinsights.history.columnar.localtime import DAY, HOUR, to_microseconds
from custinsights.history.orders import OrderHistory
from custinsights.testing.activity_rows import MOST, ZEROS, activities_of
from custinsights.testing.premises import PLACES, PRODUCTS, known_of
from custinsights.testing.rows import STATUSES, Rows

try:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtra("hypothesis", "testing", "drawing random histories") from error

MINUTE = HOUR // 60
MOST_ORDERS = 24
CLOCK_CHANGES: dict[str, tuple[dt.date, ...]] = {
    "UTC": (dt.date(2023, 12, 31),),
    "America/New_York": (dt.date(2024, 3, 10), dt.date(2024, 11, 3)),
    "Europe/London": (dt.date(2024, 3, 31), dt.date(2024, 10, 27)),
    "Australia/Lord_Howe": (dt.date(2024, 4, 7), dt.date(2024, 10, 6)),
    "Pacific/Apia": (dt.date(2011, 12, 29),),
    "America/Havana": (dt.date(2024, 3, 10), dt.date(2024, 11, 3)),
}
"""Days around which the clocks of some zones jump; Apia had no 30 December 2011 at all."""

TRADES = (
    (None, None, None, None),
    ("web", "card", None, "spring"),
    ("web", None, "SPRING", None),
    ("fair", "cash", "Spring", "autumn"),
)
ORDER_TEXTS = ("channel", "payment_method", "coupon", "campaign")
AMOUNTS = (0, 1, 999, 1000, 1000, 2500, 12345, 10**10)
QUANTITIES = (1000, 2000, 500, 12000, 1)

OrderDraw: TypeAlias = tuple[int, int, int, int, int, int, int, int]
"""Customer, moment, hours later, amount, status, place, trade, quantity: places in the tuples."""

_few_hours = st.sampled_from((0, 0, 0, 1, 23, 24, 720, 2160, 4320))
_order_draws: st.SearchStrategy[OrderDraw] = st.tuples(
    st.integers(0, 7),
    st.integers(0, 3),
    _few_hours,
    st.sampled_from(AMOUNTS),
    st.sampled_from((0, 0, 0, 0, 0, 1, 2, 4)),
    st.integers(0, len(PLACES) - 1),
    st.integers(0, len(TRADES) - 1),
    st.sampled_from(QUANTITIES),
)
_baskets = st.lists(st.tuples(st.integers(0, 3), st.sampled_from((0, 1, 1000, 2345))), max_size=4)
_activity_draws = st.sampled_from((0, 1, 6, 12)).flatmap(
    lambda n: st.lists(st.tuples(*map(st.integers, ZEROS, MOST)), min_size=n, max_size=n)
)
_refund_draws = st.tuples(
    st.integers(0, MOST_ORDERS - 1),
    st.sampled_from(("full", "full", "part", "over", "unlinked", "unlinked", "stranger")),
    st.sampled_from((0, 0, 1, 40, 200)),
    st.integers(-1, 3),
)
_spends = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from((1, 7, 30)),
        st.sampled_from((None, "web", "fair", "radio")),
        st.sampled_from(("media", "other")),
    ),
    max_size=3,
)


@attrs.frozen(eq=False)
class _Shop:
    """What all facts of a shop have in common while it is drawn."""

    calendar: Calendar
    moments: tuple[int, ...]
    customers: tuple[int | str, ...]
    quiet: int | str
    stranger: int | str

    def identities(self, values: list[int | str]) -> AnyArray:
        text = isinstance(self.quiet, str)
        return np.array(values, dtype=object if text else np.int64)


@st.composite
def _shops(draw: st.DrawFn) -> _Shop:
    zone = draw(st.sampled_from(tuple(CLOCK_CHANGES)))
    calendar = Calendar(
        timezone=zone,
        first_weekday=draw(st.sampled_from(("monday", "sunday"))),
        fiscal_start_month=draw(st.sampled_from((1, 4, 7))),
    )
    days = st.sampled_from(CLOCK_CHANGES[zone])
    minutes = st.sampled_from((-1, 0, 60, 90, 119, 120, 150, 180, 1380, 43200, 130000))
    moments = [
        to_microseconds(calendar.start_of_day(draw(days))) + draw(minutes) * MINUTE
        for _ in range(4)
    ]
    names = draw(st.permutations(range(1, 1 + draw(st.sampled_from((1, 2, 3, 5, 8, 8))))))
    tail = draw(st.sampled_from((None, None, "", " of a long name")))  # NumPy keeps the long apart
    text = tail is not None
    return _Shop(
        calendar,
        tuple(moments),
        tuple(f"c{n}{tail}" if text else n for n in names),
        f"a prospect{tail}" if text else 500,
        f"refunds only{tail}" if text else 900,
    )


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    """Draw the rows of a shop with up to 8 buyers and 24 orders."""
    shop = draw(_shops())
    currency = draw(st.sampled_from(("USD", "JPY", "KWD")))
    most = draw(st.sampled_from((0, 1, 4, 8, 12, 16, MOST_ORDERS)))
    draws = draw(st.lists(_order_draws, min_size=most, max_size=most))
    baskets: list[list[tuple[int, int]]] | None = None
    has_lines: bool = draw(st.booleans())
    if has_lines:
        baskets = [draw(_baskets) for _ in draws]
        has_many: bool = draw(st.booleans())
        if baskets and has_many:
            baskets[0] = [(n % 4, 100 * n) for n in range(12)]
    orders = _orders(draw, shop, draws, baskets)
    sent_back = draw(st.lists(_refund_draws, max_size=6))
    refunds = _refunds(shop, orders, sent_back, has_products=baskets is not None)
    people = _people(draw, shop) if draw(st.booleans()) else None
    done = draw(st.none() | _activity_draws)
    who = [*shop.customers[:4], shop.quiet, "a visitor" if isinstance(shop.quiet, str) else 700]
    activities = None if done is None else activities_of(done, shop.identities(who), shop.moments)
    observed_from, observed_until = _span(shop, orders, refunds, activities)
    return Rows(
        orders=orders,
        refunds=refunds,
        lines=None if baskets is None else _lines(draws, baskets),
        products=None if baskets is None else PRODUCTS,
        people=people,
        currency=currency,
        calendar=shop.calendar,
        policy=PurchasePolicy(
            counted_statuses=draw(st.sampled_from((("paid",), ("paid", "pending")))),
            zero_amount_counts=draw(st.sampled_from((True, True, False))),
            refund_date=draw(st.sampled_from(("order", "refund"))),
        ),
        observed_from=observed_from,
        observed_until=observed_until + DAY * draw(st.sampled_from((0, 0, 1, 100))),
        spend=tuple(_spend(shop, currency, one) for one in draw(_spends)),
        activities=activities,
    )


def _spend(shop: _Shop, currency: str, drawn: tuple[int, int, str | None, str]) -> Spend:
    """Return what was spent in the days from a moment on."""
    moment, days, channel, kind = drawn
    first = shop.calendar.local_date(_EPOCH + dt.timedelta(microseconds=shop.moments[moment]))
    amount = Money.from_minor(100 * days + moment, currency)
    return Spend((first, first + dt.timedelta(days=days)), amount, channel=channel, kind=kind)


def _orders(
    draw: st.DrawFn,
    shop: _Shop,
    draws: list[OrderDraw],
    baskets: list[list[tuple[int, int]]] | None,
) -> OrderColumns:
    count = len(draws)
    amount = _ints([one[3] for one in draws])
    numbers: dict[str, IntArray] = {}
    if draw(st.booleans()):
        tenths = draw(st.lists(st.sampled_from((0, 0, 1, 10)), min_size=count, max_size=count))
        goods = amount
        numbers = {"goods": goods, "discount": goods * _ints(tenths) // 10}
        numbers |= {name: goods % divisor for name, divisor in _EXTRAS}
        charged = numbers["shipping"] + numbers["tax"] + numbers["tip"]
        amount = goods - numbers["discount"] + charged
    if draw(st.booleans()):
        lines = [1] * count if baskets is None else [len(basket) for basket in baskets]
        numbers["units"] = _ints([one[7] for one in draws]) * _ints(lines)
    places = zip(*[PLACES[one[5]] for one in draws], strict=True) if draws else [()] * 3
    trades = zip(*[TRADES[one[6]] for one in draws], strict=True) if draws else [()] * 4
    texts = [*zip(("country", "region", "city"), places, strict=True)]
    texts += [*zip(ORDER_TEXTS, trades, strict=True)]
    return OrderColumns(
        customer=shop.identities([_one_of(shop.customers, one[0]) for one in draws]),
        placed_at=_ints([shop.moments[one[1]] + one[2] * HOUR for one in draws]),
        amount=amount,
        order_id=_order_ids(draw, count),
        numbers=numbers,
        labels={
            **{name: Labels.encode(column) for name, column in texts},
            "order_status": Labels.encode([STATUSES[one[4]] for one in draws]),
        },
    )


_EXTRAS = (("shipping", 5), ("tax", 3), ("tip", 2))


def _order_ids(draw: st.DrawFn, count: int) -> AnyArray | None:
    kind = draw(st.sampled_from(("integers", "texts", "none")))
    if kind == "none":
        return None
    numbers = draw(st.permutations(range(1, count + 1)))
    if kind == "integers":
        return _ints(list(numbers))
    return np.array([f"#{number}" for number in numbers], dtype=object)


def _refunds(
    shop: _Shop,
    orders: OrderColumns,
    draws: list[tuple[int, str, int, int]],
    *,
    has_products: bool,
) -> RefundColumns:
    """Return refunds of part of an order, of all of it or of more, and such that name none."""
    found: list[tuple[int | str, int, int, int, int]] = []
    owners = uncoded(orders.customer)
    for number, kind, days, product in draws:
        code = product if has_products else -1
        if kind in ("unlinked", "stranger"):
            who = shop.stranger if kind == "stranger" else _one_of(shop.customers, number)
            at = shop.moments[number % len(shop.moments)] + days * DAY
            found.append((who, at, 100 + number, -1, code))
        elif len(orders):
            order = number % len(orders)
            paid = int(orders.amount[order])
            amount = {"full": paid, "part": paid // 3, "over": paid * 2 + 1}[kind]
            at = int(orders.placed_at[order]) + days * DAY
            found.append((owners[order], at, amount, order, code))
    return RefundColumns(
        customer=shop.identities([one[0] for one in found]),
        refunded_at=_ints([one[1] for one in found]),
        amount=_ints([one[2] for one in found]),
        order=_ints([one[3] for one in found]),
        product=_ints([one[4] for one in found]),
    )


def _lines(draws: list[OrderDraw], baskets: list[list[tuple[int, int]]]) -> LineColumns:
    lines = [
        (place, product, one[7], amount)
        for place, (one, basket) in enumerate(zip(draws, baskets, strict=True))
        for product, amount in basket
    ]
    order, product, quantity, amount = ([line[n] for line in lines] for n in range(4))
    return LineColumns(
        order=_ints(order), product=_ints(product), quantity=_ints(quantity), amount=_ints(amount)
    )


def _people(draw: st.DrawFn, shop: _Shop) -> People:
    """Draw a customer table: some of the buyers, and one who never bought."""
    ids = [*shop.customers[: draw(st.integers(0, 4))], shop.quiet]
    moments = (NO_INSTANT, *shop.moments, *(at + 30 * DAY for at in shop.moments))
    created = [draw(st.sampled_from(moments)) for _ in ids]
    places = [draw(st.integers(0, len(PLACES) - 1)) for _ in ids]
    tag = st.tuples(
        st.integers(0, len(ids) - 1),
        st.sampled_from(("vip", "VIP", "Wholesale")),
        st.none() | st.sampled_from(shop.moments),
        st.none() | st.sampled_from(shop.moments),
    )
    tags = draw(st.lists(tag, max_size=3))
    return People(
        ids=shop.identities(ids),
        created_at=_ints(created) if draw(st.booleans()) else None,
        **known_of(places),
        tags=tuple(
            TagRow(person=person, name=name, since=since, until=until)
            for person, name, since, until in tags
        ),
    )


def _span(
    shop: _Shop, orders: OrderColumns, refunds: RefundColumns, activities: ActivityColumns | None
) -> tuple[int, int]:
    """Return the local midnights around all facts."""
    facts = [*orders.placed_at.tolist(), *refunds.refunded_at.tolist(), shop.moments[0]]
    facts += [] if activities is None else activities.at.tolist()
    calendar = shop.calendar
    first, last = (
        calendar.local_date(_EPOCH + dt.timedelta(microseconds=at))
        for at in (min(facts), max(facts))
    )
    until = calendar.start_of_day(last + dt.timedelta(days=1))
    return to_microseconds(calendar.start_of_day(first)), to_microseconds(until)


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _one_of(customers: tuple[int | str, ...], number: int) -> int | str:
    return customers[number % len(customers)]


def _ints(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def histories() -> st.SearchStrategy[OrderHistory]:
    """Return a Hypothesis strategy for small adversarial order histories.

    Among them are ties in time and rows that are equal in everything, partial, full and over-
    refunds, refunds that name no order or only a product, orders of amount zero, no orders at all,
    people who never bought, missing labels, orders around changes of the clock, one customer with
    everything, orders of many lines, every status, identities that are integers or texts, with and
    without the columns of goods, discounts and units, tags, and
    activities: of buyers, of prospects, of visitors of whom nothing else is known, and none.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(histories())
    ... def test_my_number(history): ...
    """
    return rows().map(Rows.history)


def as_ofs(shop: Rows) -> st.SearchStrategy[int]:
    """Return a strategy for instants to ask at: a fact's own, just after it, the end, later."""
    facts = [*shop.orders.placed_at.tolist(), *shop.refunds.refunded_at.tolist()]
    facts += [] if shop.activities is None else shop.activities.at.tolist()
    later = shop.observed_until + 100 * DAY + 5 * HOUR
    return st.sampled_from((shop.observed_until, later, *facts, *(at + 1 for at in facts)))


@st.composite
def _questions(draw: st.DrawFn) -> tuple[Rows, int]:
    shop = draw(rows())
    return shop, draw(as_ofs(shop))


@cache
def questions(count: int) -> tuple[tuple[Rows, int], ...]:
    """Return so many shops, each with an instant to ask at: always the same, the smallest first."""
    found: list[tuple[Rows, int]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_questions())
    def collect(question: tuple[Rows, int]) -> None:
        found.append(question)

    collect()
    return tuple(sorted(found, key=lambda one: len(one[0].orders) + len(one[0].refunds)))
