"""Small adversarial shops: everything that has ever made a customer number wrong.

`shops()` draws a Shop of at most 12 customers and 40 orders; `as_ofs(shop)` an instant to ask at
and `windows(shop)` a window. `features` names what a shop contains, so that a test can assert
that the whole list is really drawn.

Three things that the definitions leave to the source are never drawn: a refund before its order,
an order with a country of its own but another's region, and orders without ids that share time
and amount but differ otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.oracles.dimensions import Window
from tests.oracles.periods import MICROSECOND, local_date, start_of
from tests.oracles.shop import (
    WEEKDAYS,
    Identity,
    PlainLine,
    PlainOrder,
    PlainPerson,
    PlainRefund,
    PlainTag,
    Shop,
    Texts,
)

MAX_CUSTOMERS = 12
MAX_ORDERS = 40

# Days on which the clocks of these zones change; Apia had no 30 December 2011 at all, Beirut's
# clocks skip midnight itself, Havana's show it twice, Monrovia was 44:30 minutes behind until 1972.
CLOCK_CHANGES: dict[str, tuple[date, ...]] = {
    "UTC": (date(2023, 12, 31),),
    "America/New_York": (date(2024, 3, 10), date(2024, 11, 3)),
    "Europe/London": (date(2024, 3, 31), date(2024, 10, 27)),
    "Australia/Lord_Howe": (date(2024, 4, 7), date(2024, 10, 6)),
    "Pacific/Apia": (date(2011, 12, 30), date(2012, 4, 1)),
    "Asia/Kathmandu": (date(2024, 2, 29),),
    "Asia/Beirut": (date(2024, 3, 31), date(2024, 10, 27)),
    "America/Havana": (date(2024, 3, 10), date(2024, 11, 3)),
    "Africa/Monrovia": (date(1972, 1, 7),),
}
PLACES: tuple[Texts, ...] = (
    {"country": "US", "region": "CA", "city": "Fresno"},
    {"country": "US", "region": "NY", "city": "Albany"},
    {"country": "Éire", "region": "Cork", "city": "Cobh"},
    {"country": None, "region": None, "city": None},
)
TRADES: tuple[Texts, ...] = (
    {"channel": None, "payment_method": None, "coupon": None},
    {"channel": "web", "payment_method": "card", "coupon": None},
    {"channel": "web", "payment_method": None, "coupon": "SPRING"},
    {"channel": "fair", "payment_method": "cash", "coupon": None},
    {"channel": None, "payment_method": "card", "coupon": "Spring"},
)
LABELS = tuple({**place, **trade} for place in PLACES for trade in TRADES)
PRODUCTS: dict[str, Texts] = {
    "p1": {"title": "Print A3", "category": "Prints", "department": "Paper"},
    "p2": {"title": "Print A4", "category": "Prints", "department": "Paper"},
    "p3": {"title": "Card", "category": "Cards", "department": "Paper"},
    "p4": {"title": "Vase", "category": "Vases", "department": None},
    "p5": {"title": "Odd end", "category": None, "department": None},
}
AMOUNTS = st.sampled_from((0, 0, 1, 999, 1000, 1000, 2500, 10**12)) | st.integers(0, 5000)
QUANTITIES = (1000, 2000, 500, 12000, 1, 0)
LINES = st.sampled_from(
    [
        PlainLine(product, quantity, amount)
        for product, quantity in zip((*PRODUCTS, "p1"), QUANTITIES, strict=True)
        for amount in (0, 1, 1000, 2345)
    ]
)
# Tenths of the goods taken off, then shipping, tax and tip.
EXTRAS = st.sampled_from(
    ((0, 0, 0, 0), (0, 495, 0, 0), (1, 495, 80, 0), (10, 0, 0, 0), (3, 0, 0, 25))
)
STATUSES = st.sampled_from(("paid",) * 6 + ("pending", "failed", "voided", "cancelled"))


@dataclass(frozen=True)
class Ground:
    """What all facts of a shop have in common while it is drawn."""

    zone: ZoneInfo
    day: date
    instants: tuple[datetime, ...]
    customers: tuple[Identity, ...]
    has_numbers: bool
    has_units: bool
    has_lines: bool


@st.composite
def instants(draw: st.DrawFn, zone: ZoneInfo, day: date) -> datetime:
    """Around the change of the clocks, at a local midnight, or any time in 16 months."""
    kind = draw(st.sampled_from(("change", "midnight", "any", "any")))
    if kind == "change":
        minutes = (-90, -1, 0, 59, 60, 90, 119, 120, 150, 180, 240)
        return midnight(zone, day) + timedelta(minutes=draw(st.sampled_from(minutes)))
    offset = draw(st.sampled_from((0, 1, 2, 29, 89, 90, 91, 180)) | st.integers(0, 480))
    start = midnight(zone, day + timedelta(days=offset))
    if kind == "midnight":
        return start + draw(st.sampled_from((-MICROSECOND, timedelta(0), MICROSECOND)))
    return start + timedelta(seconds=draw(st.integers(0, 86399)))


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The day's local midnight, in UTC."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


@st.composite
def grounds(draw: st.DrawFn, timezone: str) -> Ground:
    """Draw the zone, the instants that several facts share, the customers and the columns."""
    zone = ZoneInfo(timezone)
    day = draw(st.sampled_from(CLOCK_CHANGES[timezone]))
    count = draw(st.sampled_from((1, 2, 3, 5, MAX_CUSTOMERS)))
    is_text = draw(st.booleans())
    names: list[Identity] = [f"c{n}" if is_text else n for n in range(1, count + 1)]
    shared = draw(st.lists(instants(zone, day), min_size=1, max_size=8))
    around = [midnight(zone, day) + timedelta(minutes=minutes) for minutes in (-1, 150)]
    has_lines = draw(st.booleans())
    return Ground(
        zone=zone,
        day=day,
        instants=(*shared, *around),
        customers=tuple(draw(st.permutations(names))),
        has_numbers=draw(st.booleans()),
        has_units=draw(st.booleans()),
        has_lines=has_lines,
    )


def moments(ground: Ground) -> st.SearchStrategy[datetime]:
    """One of few instants, as it is or so many hours later: ties are frequent."""
    hours = (0, 0, 0, 1, 23, 24, 25, 720, 2159, 2160)
    choices = [at + timedelta(hours=n) for at in ground.instants for n in hours]
    return st.sampled_from(choices)


@st.composite
def orders(draw: st.DrawFn, ground: Ground, identity: Identity | None) -> PlainOrder:
    """Draw one order; its numbers add up to its amount, its units are those of its lines."""
    lengths = st.sampled_from((1, 1, 1, 2, 3, 9))
    lines = [draw(LINES) for _ in range(draw(lengths))] if ground.has_lines else []
    numbers: dict[str, int] = {}
    amount = draw(AMOUNTS)
    if ground.has_numbers:
        goods = sum(line.amount for line in lines) if lines else amount
        tenths, shipping, tax, tip = draw(EXTRAS)
        discount = goods * tenths // 10
        numbers = {"goods": goods, "discount": discount}
        numbers |= {"shipping": shipping, "tax": tax, "tip": tip}
        amount = goods - discount + shipping + tax + tip
    units = sum(line.quantity for line in lines) if lines else draw(st.sampled_from(QUANTITIES))
    return PlainOrder(
        id=identity,
        customer=draw(st.sampled_from(ground.customers)),
        placed_at=draw(moments(ground)),
        amount=amount,
        status=draw(STATUSES),
        labels=draw(st.sampled_from(LABELS)),
        units=units if ground.has_units else None,
        lines=tuple(lines),
        **numbers,
    )


@st.composite
def linked_refunds(draw: st.DrawFn, ground: Ground, made: list[PlainOrder]) -> PlainRefund:
    """Draw a refund of part of an order, of all of it, or of more than was paid."""
    position = draw(st.integers(0, len(made) - 1))
    order = made[position]
    whole = max(1, order.amount)
    amount = draw(st.sampled_from((whole, max(1, whole // 3), 1, whole + 1, whole * 2)))
    later = draw(st.sampled_from((0, 0, 1, 40, 200)))
    at = order.placed_at + draw(st.sampled_from((timedelta(0), MICROSECOND))) * bool(later)
    bought = [line.product for line in order.lines]
    product = draw(st.sampled_from((None, *bought))) if ground.has_lines else None
    return PlainRefund(order.customer, at + timedelta(days=later), amount, position, product)


@st.composite
def free_refunds(draw: st.DrawFn, ground: Ground) -> PlainRefund:
    """Draw a refund that names no order, perhaps a product, perhaps of one who never bought."""
    stranger: Identity = 999 if isinstance(ground.customers[0], int) else "refund-only"
    return PlainRefund(
        customer=draw(st.sampled_from((*ground.customers, stranger))),
        at=draw(moments(ground)),
        amount=draw(st.integers(1, 3000)),
        product=draw(st.sampled_from((None, *PRODUCTS))) if ground.has_lines else None,
    )


@st.composite
def persons(draw: st.DrawFn, ground: Ground) -> PlainPerson:
    """Draw a row of the customer table, some with an address, some known only later."""
    tag = st.builds(
        PlainTag,
        name=st.sampled_from(("vip", "Wholesale")),
        since=st.none() | moments(ground),
    )
    return PlainPerson(
        created_at=draw(st.none() | moments(ground)),
        labels=draw(st.sampled_from((*PLACES, PLACES[-1]))),
        tags=tuple(draw(st.lists(tag, max_size=1))),
    )


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """Draw a shop with every difficulty named in `FEATURES`, though not all of them at once."""
    timezone = draw(st.sampled_from(tuple(CLOCK_CHANGES)))
    ground = draw(grounds(timezone))
    made = draw(order_lists(ground))
    refunds = draw(refund_lists(ground, made))
    table: tuple[Identity, ...] = ()
    if draw(st.booleans()):
        quiet: Identity = 500 if isinstance(ground.customers[0], int) else "prospect"
        table = (*ground.customers[: draw(st.integers(0, 4))], quiet)
    shop = Shop(
        orders=tuple(made),
        refunds=tuple(refunds),
        products=PRODUCTS if ground.has_lines else {},
        people={identity: draw(persons(ground)) for identity in table},
        currency=draw(st.sampled_from(("USD", "JPY", "KWD"))),
        timezone=timezone,
        first_weekday=draw(st.sampled_from(("monday", "sunday", *WEEKDAYS))),
        fiscal_start_month=draw(st.sampled_from((1, 2, 4, 7, 10, 12))),
        counted_statuses=draw(
            st.sampled_from((frozenset({"paid"}), frozenset({"paid", "pending"})))
        ),
        zero_amount_counts=draw(st.sampled_from((True, True, False))),
        refund_date=draw(st.sampled_from(("order", "refund"))),
    )
    times = [order.placed_at for order in made] + [refund.at for refund in refunds]
    times = sorted([*times, *(row.created_at for row in shop.people.values() if row.created_at)])
    first, last = (times[0], times[-1]) if times else (midnight(ground.zone, ground.day),) * 2
    longer = timedelta(days=draw(st.sampled_from((0, 0, 1, 100))))
    return replace(
        shop,
        observed_from=start_of(shop, local_date(shop, first)),
        observed_until=start_of(shop, local_date(shop, last) + timedelta(days=1) + longer),
    )


@st.composite
def order_lists(draw: st.DrawFn, ground: Ground) -> list[PlainOrder]:
    """Draw no order up to 40, with ids in any order or, where ties allow it, without."""
    count = draw(st.sampled_from((0, 1, 2, 4, 8, 15, MAX_ORDERS)))
    identities: list[Identity | None] = [None] * count
    kind = draw(st.sampled_from(("int", "text", "none")))
    if kind != "none":
        numbers = draw(st.permutations(range(count)))
        identities = [f"#{n}" if kind == "text" else n + 1 for n in numbers]
    found = [draw(orders(ground, identity)) for identity in identities]
    if kind == "none":
        same = {(order.customer, order.placed_at, order.amount): order for order in found}
        found = [same[order.customer, order.placed_at, order.amount] for order in found]
    return found


@st.composite
def refund_lists(draw: st.DrawFn, ground: Ground, made: list[PlainOrder]) -> list[PlainRefund]:
    """Draw refunds with and without an order; never of one of several equal rows."""
    refunds = draw(st.lists(free_refunds(ground), max_size=3))
    if made:
        linked = draw(st.lists(linked_refunds(ground, made), max_size=8))
        equal = [order for order in made if made.count(order) > 1]
        refunds += [r for r in linked if r.order is None or made[r.order] not in equal]
    return refunds


def as_ofs(shop: Shop) -> st.SearchStrategy[datetime]:
    """The end of what was observed or later, exactly a fact's instant, just after, a midnight."""
    times = [order.placed_at for order in shop.orders] + [refund.at for refund in shop.refunds]
    days = {start_of(shop, local_date(shop, at)) for at in times}
    inside = [at for at in (*times, *days) if shop.observed_from < at]
    after = [at + MICROSECOND for at in times if shop.observed_from < at]
    later = shop.observed_until + timedelta(days=100, hours=5)
    return st.sampled_from((shop.observed_until, later, *sorted({*inside, *after})))


@st.composite
def windows(draw: st.DrawFn, shop: Shop, as_of: datetime) -> Window | None:
    """No window, or one that begins before as_of; its ends are midnights or inside a day."""
    if draw(st.booleans()):
        return None
    first, last = local_date(shop, shop.observed_from), local_date(shop, as_of - MICROSECOND)
    start = first + timedelta(days=draw(st.integers(-3, max(-3, (last - first).days))))
    length = draw(st.sampled_from((1, 7, 30, 31, 92, 365)))
    inside_a_day = st.sampled_from([timedelta(hours=hours) for hours in (0, 0, 0, 13)])
    begin = start_of(shop, start) + draw(inside_a_day)
    end = start_of(shop, start + timedelta(days=length)) + draw(inside_a_day)
    if begin >= min(as_of, end):
        return None
    return begin, end


def features(shop: Shop) -> dict[str, Any]:
    """Which of the difficulties the shop contains, by name."""
    made, refunds = shop.orders, shop.refunds
    buyers = {order.customer for order in made}
    keys = [(order.customer, order.placed_at) for order in made]
    linked = [(refund, made[refund.order]) for refund in refunds if refund.order is not None]
    back: dict[int, int] = {}
    for refund in refunds:
        if refund.order is not None:
            back[refund.order] = back.get(refund.order, 0) + refund.amount
    over = [total - made[position].amount for position, total in back.items()]
    days = {local_date(shop, order.placed_at) for order in made}
    return {
        "no orders": not made,
        "one order": len(made) == 1,
        "forty orders": len(made) == MAX_ORDERS,
        "one customer with all orders": len(made) > 3 and len(buyers) == 1,
        "a tie in time": len(set(keys)) < len(keys),
        "equal rows": any(made.count(order) > 1 for order in made),
        "orders without ids": bool(made) and made[0].id is None,
        "integer order ids": bool(made) and isinstance(made[0].id, int),
        "text order ids": bool(made) and isinstance(made[0].id, str),
        "integer customers": any(isinstance(identity, int) for identity in buyers),
        "text customers": any(isinstance(identity, str) for identity in buyers),
        "unlinked refund": any(refund.order is None for refund in refunds),
        "partial refund": any(excess < 0 for excess in over),
        "full refund": any(excess == 0 for excess in over),
        "over-refund": any(
            excess > 0 and made[p].amount for p, excess in zip(back, over, strict=True)
        ),
        "refund of a zero-amount order": any(not order.amount for _, order in linked),
        "refund naming order and product": any(refund.product for refund, _ in linked),
        "refund naming only a product": any(r.product and r.order is None for r in refunds),
        "refund-only person": any(refund.customer not in buyers for refund in refunds),
        "refund of an order that does not count": any(
            order.status not in shop.counted_statuses for _, order in linked
        ),
        "refund in a later month": any(
            refund.at - order.placed_at > timedelta(days=31) for refund, order in linked
        ),
        "refunds dated by themselves": bool(linked) and shop.refund_date == "refund",
        "zero-amount order": any(not order.amount for order in made),
        "zero amounts do not count": not shop.zero_amount_counts,
        "several statuses": len({order.status for order in made}) > 2,
        "pending counts": "pending" in shop.counted_statuses,
        "prospect": any(identity not in buyers for identity in shop.people),
        "created later": any(person.created_at for person in shop.people.values()),
        "unknown place": any(order.labels["country"] is None for order in made),
        "order takes the customer's place": any(
            order.labels["country"] is None
            and order.customer in shop.people
            and shop.people[order.customer].labels["country"]
            for order in made
        ),
        "many lines": any(len(order.lines) >= 8 for order in made),
        "units without lines": any(order.units and not order.lines for order in made),
        "discount": any(order.discount for order in made),
        **{
            f"clock change in {zone}": zone == shop.timezone and any(d in days for d in changes)
            for zone, changes in CLOCK_CHANGES.items()
            if zone not in ("UTC", "Pacific/Apia")
        },
        "either side of Apia's missing day": {date(2011, 12, 29), date(2011, 12, 31)} <= days,
        "week beginning on Sunday": shop.first_weekday == "sunday",
        "fiscal year from July": shop.fiscal_start_month == 7,
        "currency without decimals": shop.currency == "JPY",
        "currency of three decimals": shop.currency == "KWD",
    }
