"""Preferences, gaps, velocity, dead stock, ranks, places and favourites are the plain oracle's."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.products.cross_sell import CrossSellGaps
from custinsights.domain import PlaceTable
from custinsights.history.columnar.columns import NO_INSTANT
from custinsights.history.orders import OrderHistory
from tests.oracles import buying
from tests.oracles.agreement import EXPONENTS, agrees
from tests.oracles.asking import plain_label
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import Window
from tests.oracles.facts import View
from tests.oracles.shop import Shop
from tests.oracles.strategies import PRODUCTS, as_ofs, shops, windows

SOME = settings(max_examples=25, suppress_health_check=list(HealthCheck))
TOWNS = {"Fresno": (36.75, -119.77), "Albany": (42.65, -73.75), "Cobh": (51.85, -8.29)}
about = pytest.approx


def has_lines(shop: Shop) -> bool:
    """Tell whether some order has lines."""
    return any(order.lines for order in shop.orders)


def drawn(data: st.DataObject, *, lines: bool = False) -> tuple[Shop, View, Window | None]:
    """Draw a shop, if told so one with order lines, what exists of it at an instant, a window."""
    shop = data.draw(shops().filter(has_lines) if lines else shops())
    as_of = data.draw(as_ofs(shop))
    return shop, View(shop, as_of), data.draw(windows(shop, as_of))


def rows_of(table: Any, *keys: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return rows by their labels, which are in the order of `keys`."""
    return {tuple(row[key] for key in keys): row for row in table.to_dicts()}


@pytest.mark.parametrize("by", ["category", "product", "payment_method", "coupon"])
@SOME
@given(data=st.data())
def test_preferences(by: str, data: st.DataObject) -> None:
    """Everybody's share and the index of every segment are those of sets of buyers."""
    shop, view, window = drawn(data, lines=by in ("category", "product"))
    segment = data.draw(st.sampled_from(["customer_country", "cohort_month"]))
    expected = buying.preferences(view, segment, by, window)
    found = rows_of(
        ci.preferences(to_history(shop), segment, by=by, window=window, as_of=view.as_of),
        segment,
        by,
    )
    assert {key for key, row in found.items() if row["share_of_all"]} == expected.keys()
    for key, (n, buyers, of_all, index) in expected.items():
        row = found[key]
        assert (row["n"], row["buyers"]) == (n, buyers)
        assert (row["share"], row["share_of_all"]) == (about(buyers / n), about(float(of_all)))
        assert row["index"] == about(float(index))


@pytest.mark.parametrize("by", ["category", "product", "payment_method"])
@SOME
@given(data=st.data(), least=st.sampled_from([Fraction(1, 8), Fraction(1)]))
def test_cross_sell_gaps(by: str, least: Fraction, data: st.DataObject) -> None:
    """Every gap is one of the oracle's, the widest first, and of one thing they are all its."""
    shop, view, window = drawn(data, lines=by != "payment_method")
    expected = buying.cross_sell_gaps(view, by, least, window)
    ask = CrossSellGaps(None, by, float(least), window, view.as_of)
    history = to_history(shop)
    found = rows_of(ask(history), "bought", "missing")
    assert found.keys() == expected.keys()
    for key, (n, both, share, gap) in expected.items():
        row = found[key]
        assert (row["n"], row["both"], row["without"]) == (n, both, n - both)
        assert (row["expected_share"], row["gap"]) == (about(float(share)), about(float(gap)))
        assert row["lift"] == about(float(Fraction(both, n) / share))
    gaps = [row["gap"] for row in found.values()]
    assert gaps == sorted(gaps, reverse=True)
    for one in {bought for bought, _ in expected}:
        mine = attrs.evolve(ask, bought=str(one))
        assert rows_of(mine(history), "bought", "missing") == {
            key: row for key, row in found.items() if key[0] == one
        }


@SOME
@given(data=st.data())
def test_product_velocity(data: st.DataObject) -> None:
    """Units a day, first and last sale, and days without one are those of a list of lines."""
    shop, view, window = drawn(data, lines=True)
    expected = buying.sales(view, window)
    table = ci.product_velocity(to_history(shop), window=window, as_of=view.as_of)
    found = {row["product"]: row for row in table.to_dicts()}
    assert found.keys() == expected.keys()
    rates = [one.per_day for one in expected.values() if one.days and one.per_day is not None]
    for product, one in expected.items():
        row = found[product]
        assert row["units"] == Fraction(one.units, 1000)
        days = [day.isoformat() for day in one.days]
        assert (row["first_sold"], row["last_sold"]) == (
            (days[0], days[-1]) if days else (None, None)
        )
        assert row["days_without_sale"] == one.idle
        for name, rate in (
            ("units_per_day", one.per_day),
            ("units_per_day_on_sale", one.per_day_on_sale),
        ):
            assert row[name] == (None if rate is None else about(float(rate)))
        if one.per_day is not None:
            assert row["rank"] == 1 + sum(rate > one.per_day for rate in rates)


def stocked(history: OrderHistory, **numbers: dict[str, int]) -> OrderHistory:
    """Return a history whose products have stocks and prices."""
    assert history.products is not None
    columns = {
        name: np.array([table.get(p, NO_INSTANT) for p in history.products.ids], dtype=np.int64)
        for name, table in numbers.items()
    }
    return attrs.evolve(history, products=attrs.evolve(history.products, numbers=columns))


@SOME
@given(
    data=st.data(),
    stock=st.dictionaries(st.sampled_from([*PRODUCTS]), st.sampled_from([0, 500, 1500, 7000])),
    price=st.dictionaries(st.sampled_from([*PRODUCTS]), st.sampled_from([1, 3, 1999])),
    days=st.sampled_from([1, 30, 90, 300]),
)
def test_dead_stock(
    data: st.DataObject, stock: dict[str, int], price: dict[str, int], days: int
) -> None:
    """What is in stock and has not sold for so long, and its value to the minor unit."""
    shop, view, _ = drawn(data, lines=True)
    history = stocked(to_history(shop), stock=stock, price=price)
    table = ci.dead_stock(history, days, as_of=view.as_of)
    scale = 10 ** EXPONENTS[shop.currency]
    found = {
        row["product"]: (
            row["days_without_sale"],
            None if row["stock_value"] is None else int(row["stock_value"] * scale),
        )
        for row in table.to_dicts()
    }
    assert found == buying.dead_stock(view, stock, price, days)


@pytest.mark.parametrize(
    ("metric", "by"),
    [
        ("customers", ["customer_country"]),
        ("revenue", ["customer_country", "customer_city"]),
        ("revenue", ["channel"]),
        ("customers", ["product"]),
        ("line_revenue", ["category"]),
        ("average_order_value", ["country"]),
    ],
    ids=lambda given: given if isinstance(given, str) else "+".join(given),
)
@SOME
@given(data=st.data())
def test_ranking(metric: str, by: list[str], data: st.DataObject) -> None:
    """A rank is one more than the labels that are strictly larger; shares are of the whole."""
    shop, view, window = drawn(data, lines=by[0] in ("product", "category"))
    expected = buying.ranked(shop, metric, by, window, view)
    found = ci.ranking(to_history(shop), metric, by=by, window=window, as_of=view.as_of)
    rows = {
        tuple(plain_label(name, row[name]) for name in by): (row, rank)
        for row, rank in zip(found.cube.to_dicts(), found.ranks.tolist(), strict=True)
    }
    is_sum = metric != "average_order_value"
    shares = found.share(metric).tolist() if is_sum and len(found) else []
    share_of = dict(zip(rows, shares, strict=False))
    for key, (rank, value, share) in expected.items():
        if key not in rows:
            assert not value
            continue
        row, place = rows[key]
        assert agrees(shop, metric, value, row[metric])
        assert place == rank, key
        if is_sum and share is not None:
            assert share_of[key] == about(float(share))


@pytest.mark.parametrize("label", ["payment_method", "channel", "coupon", "country"])
@SOME
@given(data=st.data())
def test_preferred(label: str, data: st.DataObject) -> None:
    """The label of most orders, of equally frequent ones that of the latest."""
    shop, view, _ = drawn(data)
    trait = ci.preferred(label)
    table = ci.traits(to_history(shop), trait, as_of=view.as_of)
    found = {row["customer"]: row[trait.name] for row in table.to_dicts()}
    assert found == buying.preferred(view, label)


@SOME
@given(data=st.data(), within=st.sampled_from([0.5, 4000.0, 8200.0, 21000.0]))
def test_nearby(within: float, data: st.DataObject) -> None:
    """Whoever lives inside the radius, as far away as the arc over the chord through the earth."""
    shop, view, _ = drawn(data)
    centre = data.draw(st.sampled_from(sorted(TOWNS)))
    table = ci.nearby(
        to_history(shop), centre, within, gazetteer=PlaceTable(TOWNS), as_of=view.as_of
    )
    found = {row["customer"]: row["distance_km"] for row in table.to_dicts()}
    assert found == about(buying.nearby(view, TOWNS, centre, within), abs=1e-6)
