"""What customers buy, in plain Python: preferences, gaps, velocity, dead stock, ranks, places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import asin, cos, dist, radians, sin

from tests.oracles.dimensions import (
    LINE_LABELS,
    Window,
    customer_label,
    customer_place,
    label,
    order_text,
)
from tests.oracles.facts import Fact, View
from tests.oracles.flow import Key, ratio
from tests.oracles.periods import local_date
from tests.oracles.plain import measure
from tests.oracles.shop import Identity, Label, Shop, Value


def bought(view: View, by: str, window: Window | None) -> list[tuple[Fact, Label]]:
    """Every order that counts, or every line of one, in the window, with its label."""
    facts = [
        view.order_fact(position, line)
        for position in view.counted
        for line in (view.shop.orders[position].lines if by in LINE_LABELS else (None,))
    ]
    inside = [fact for fact in facts if window is None or window[0] <= fact.at < window[1]]
    return [(fact, label(view, by, fact, (by,), window)) for fact in inside]


def preferences(
    view: View, segment: str, by: str, window: Window | None
) -> dict[tuple[Label, Label], tuple[int, int, Fraction, Fraction]]:
    """Of each segment and label: its customers, buyers among them, everybody's share, the index."""
    of = {who: customer_label(view, segment, who) for who in view.orders_of}
    active = {fact.customer for fact, _ in bought(view, "order_status", window)}
    buyers = {(fact.customer, thing) for fact, thing in bought(view, by, window)}
    things = {thing for _, thing in buyers if thing is not None}
    rows: dict[tuple[Label, Label], tuple[int, int, Fraction, Fraction]] = {}
    for name in {of[who] for who in active}:
        for thing in things:
            n = sum(of[who] == name for who in active)
            some = sum(of[who] == name for who, what in buyers if what == thing)
            of_all = Fraction(sum(what == thing for _, what in buyers), len(active))
            rows[name, thing] = (n, some, of_all, 100 * Fraction(some, n) / of_all)
    return rows


def cross_sell_gaps(
    view: View, by: str, least: Fraction, window: Window | None
) -> dict[tuple[Label, Label], tuple[int, int, Fraction, Fraction]]:
    """Where fewer buyers of one thing bought another than all: n, both, expected share, gap."""
    basket: dict[Identity, set[Label]] = {}
    for fact, thing in bought(view, by, window):
        basket.setdefault(fact.customer, set()).add(thing)
    things = {thing for held in basket.values() for thing in held if thing is not None}
    rows: dict[tuple[Label, Label], tuple[int, int, Fraction, Fraction]] = {}
    for one in things:
        mine = [held for held in basket.values() if one in held]
        for other in things:
            both = sum(other in held for held in mine)
            share = Fraction(sum(other in held for held in basket.values()), len(basket))
            expected = len(mine) * share
            if both < expected and expected >= least:
                rows[one, other] = (len(mine), both, share, expected - both)
    return rows


@dataclass(frozen=True)
class Sold:
    """What was sold of a product: thousandths in the window, and the days of the sales."""

    units: int
    days: tuple[date, ...]
    idle: int
    per_day: Fraction | None
    per_day_on_sale: Fraction | None


def sales(view: View, window: Window | None) -> dict[str, Sold]:
    """Of every product what `product_velocity` tells; a day of which a part counts is one day."""
    shop = view.shop
    start, end = window or (shop.observed_from, view.as_of)
    begin = local_date(shop, start)
    stop = local_date(shop, min(end, view.as_of) - timedelta(microseconds=1))
    found = {}
    for product in shop.products:
        lines = [
            (shop.orders[i].placed_at, line.quantity)
            for i in view.counted
            for line in shop.orders[i].lines
            if line.product == product
        ]
        units = sum(n for at, n in lines if window is None or window[0] <= at < window[1])
        days = tuple(sorted(local_date(shop, at) for at, n in lines if n > 0))
        since = days[-1] if days else local_date(shop, shop.observed_from)
        idle = max((local_date(shop, view.as_of) - since).days, 0)
        ends = (stop, min(stop, days[-1])) if days else ()
        rates = [
            ratio(Fraction(units, 1000), max((last - max(begin, days[0])).days + 1, 0))
            for last in ends
        ]
        found[product] = Sold(units, days, idle, *(rates or (None, None)))
    return found


def dead_stock(
    view: View, stock: Mapping[str, int], price: Mapping[str, int], days: int
) -> dict[str, tuple[int, int | None]]:
    """Days without a sale and value in minor units of what is there and has not sold so long."""
    return {
        product: (
            one.idle,
            round(Fraction(stock[product] * price[product], 1000)) if product in price else None,
        )
        for product, one in sales(view, None).items()
        if stock.get(product, 0) > 0 and one.idle >= days
    }


def ranked(
    shop: Shop, metric: str, by: Sequence[str], window: Window | None, view: View
) -> dict[Key, tuple[int, Value, Value]]:
    """Of each label its rank (0: not known, undefined), its value, its share of a positive sum."""
    cells = measure(shop, [metric], by, window, view.as_of)
    whole = measure(shop, [metric], (), window, view.as_of)[()][metric]
    values = {key: row[metric] for key, row in cells.items()}
    known = [value for key, value in values.items() if key[-1] is not None and value is not None]
    return {
        key: (
            0 if key[-1] is None or value is None else 1 + sum(other > value for other in known),
            value,
            None if value is None or not whole or whole < 0 else ratio(value, whole),
        )
        for key, value in values.items()
    }


def preferred(view: View, name: str) -> dict[Identity, Label]:
    """The label of most orders of everybody; of equally frequent ones that of the latest order."""
    found: dict[Identity, Label] = {}
    for who in view.known:
        told = [order_text(view, i, name) for i in view.orders_of.get(who, [])]
        texts = [text for text in told if text is not None]
        counts = Counter(texts)
        best = [text for text in texts if counts[text] == max(counts.values())]
        found[who] = best[-1] if best else None
    return found


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Along the great circle: the two points in space, the chord between them, its arc."""
    points = [
        (cos(radians(n)) * cos(radians(e)), cos(radians(n)) * sin(radians(e)), sin(radians(n)))
        for n, e in (one, other)
    ]
    return 2 * 6371.0088 * asin(min(dist(*points) / 2, 1.0))


def nearby(
    view: View, towns: Mapping[str, tuple[float, float]], centre: str, within: float
) -> dict[Identity, float]:
    """Whoever lives in a town inside the radius, and how far away."""
    found = {}
    for who in view.known:
        city = customer_place(view, who, "city")
        if city in towns:
            away = kilometres(towns[centre], towns[str(city)])
            if away <= within:
                found[who] = away
    return found
