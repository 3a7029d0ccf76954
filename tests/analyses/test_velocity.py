"""How fast products sell and what lies in stock: by hand, by the plain facts, by real orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.products.velocity import DeadStock, Velocity
from custinsights.errors import Incompatible, InvalidValue, MissingData
from custinsights.history.columnar.columns import NO_INSTANT, Products
from custinsights.history.orders import OrderHistory
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import Window
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, order, shop
from tests.oracles.periods import MICROSECOND, local_date
from tests.oracles.shop import PlainLine, PlainRefund, Shop
from tests.oracles.strategies import as_ofs, shops, windows

SOLD = shop(
    order("ada", "01-10", 900, lines=(PlainLine("print", 2000, 600), PlainLine("card", 500, 300))),
    order("bo", "01-12", 400, lines=(PlainLine("print", 1000, 300), PlainLine("gift", 0, 0))),
    order("cy", "01-19", 400, lines=(PlainLine("print", 5000, 400),)),
    refunds=(PlainRefund("cy", datetime.fromisoformat("2024-01-25T00:00:00+00:00"), 400, order=2),),
    products={"print": {"title": "Print"}, "card": {}, "gift": {}, "vase": {"title": "Vase"}},
)
PRICES = {"print": 4550, "card": None, "gift": 100, "vase": 333}
STOCKS = {"print": 3000, "card": 500, "gift": -1000, "vase": 2500}


def with_numbers(history: OrderHistory, **numbers: Mapping[str, int | None]) -> OrderHistory:
    """Return a history whose products have prices or stocks."""
    products = history.products
    assert products is not None
    columns = {
        name: np.array([NO_INSTANT if table[p] is None else table[p] for p in products.ids])
        for name, table in numbers.items()
    }
    return attrs.evolve(history, products=attrs.evolve(products, numbers=columns))


def stocked() -> OrderHistory:
    """Return the shop made by hand, with prices and stocks."""
    return with_numbers(to_history(SOLD), price=PRICES, stock=STOCKS)


@pytest.mark.covers("E06")
def test_velocity_by_hand() -> None:
    """Units are divided by the days from the first sale, and by those on sale."""
    rows = {
        row["product"]: row for row in ci.product_velocity(stocked(), as_of="2024-01-30").to_dicts()
    }
    assert list(rows) == ["print", "card", "gift", "vase"]
    print_ = rows["print"]  # the order of the 19th was refunded in full, so it is none
    assert (print_["rank"], print_["units"], print_["title"]) == (1, Decimal(3), "Print")
    assert print_["units_per_day"] == 3 / 20
    assert print_["units_per_day_on_sale"] == 1.0
    assert (print_["first_sold"], print_["last_sold"]) == ("2024-01-10", "2024-01-12")
    assert (print_["days_without_sale"], print_["stock"]) == (18, Decimal(3))
    assert (rows["card"]["units_per_day"], rows["card"]["units_per_day_on_sale"]) == (0.025, 0.5)
    assert rows["gift"]["rank"] is None  # given away: no item of it was sold
    assert rows["vase"]["units_per_day"] is None
    assert (rows["vase"]["first_sold"], rows["vase"]["days_without_sale"]) == (None, 29)


def test_a_window_limits_units_and_days() -> None:
    """In a window only its units and its days count, whenever a product was first sold."""
    rows = {
        row["product"]: row
        for row in ci.product_velocity(
            stocked(), window=("2024-01-12", "2024-01-16"), as_of="2024-01-30"
        ).to_dicts()
    }
    assert (rows["print"]["units"], rows["print"]["units_per_day"]) == (Decimal(1), 0.25)
    assert rows["print"]["units_per_day_on_sale"] == 1.0
    assert (rows["card"]["units_per_day"], rows["card"]["units_per_day_on_sale"]) == (0.0, None)
    assert rows["card"]["days_without_sale"] == 20
    before = ci.product_velocity(stocked(), window=("2024-01-02", "2024-01-05")).to_dicts()
    assert [row["units_per_day"] for row in before] == [None] * 4
    assert [row["rank"] for row in before] == [None] * 4


def test_what_was_first_sold_after_the_window_has_no_rank() -> None:
    """It comes last, also behind what did not sell in the window."""
    sold = shop(
        order("ada", "01-05", 300, lines=(PlainLine("old", 1000, 300),)),
        order("bo", "01-20", 300, lines=(PlainLine("a later one", 1000, 300),)),
        order("cy", "01-10", 900, lines=(PlainLine("print", 2000, 900),)),
        products={"a later one": {}, "print": {}, "old": {}},
    )
    found = ci.product_velocity(to_history(sold), window=("2024-01-08", "2024-01-15")).to_dicts()
    assert [(row["product"], row["rank"], row["units_per_day"]) for row in found] == [
        ("print", 1, 0.4),
        ("old", 2, 0.0),
        ("a later one", None, None),
    ]


def test_the_first_day_is_a_day() -> None:
    """What was sold today has been on sale for one day, however late the question."""
    found = ci.product_velocity(stocked(), as_of="2024-01-10T18:00+00:00").to_dicts()[0]
    assert (found["units_per_day"], found["units_per_day_on_sale"]) == (2.0, 2.0)


@pytest.mark.covers("E06")
def test_dead_stock_by_hand() -> None:
    """In stock and not sold for so many days, the most valuable first, at today's price."""
    history = stocked()
    table = ci.dead_stock(history, 18, as_of="2024-01-30")
    rows = [tuple(row.values()) for row in table.to_dicts()]
    assert rows == [
        ("print", "Print", Decimal(3), 18, False, Decimal("45.50"), Decimal("136.50")),
        (
            "vase",
            "Vase",
            Decimal("2.5"),
            29,
            True,
            Decimal("3.33"),
            Decimal("8.32"),
        ),  # half to even
        ("card", None, Decimal("0.5"), 20, False, None, None),
    ]
    assert table.notes[-2:] == (
        "In stock for 144.82 USD, without a sale in 18 days.",
        "1 product without a price not among it.",
    )
    later = [row["product"] for row in ci.dead_stock(history, 19, as_of="2024-01-30").to_dicts()]
    assert later == ["vase", "card"]
    assert len(ci.dead_stock(history, 30, as_of="2024-01-30")) == 0  # observed for 29 days only


def expected(plain: Shop, as_of: datetime, window: Window | None) -> dict[str, tuple[Any, ...]]:
    """Units, days from the first sale, days on sale, first and last day, days without a sale."""
    view = View(plain, as_of)
    start, end = window or (plain.observed_from, as_of)
    first_day = local_date(plain, start)
    last_day = local_date(plain, min(end, as_of) - MICROSECOND)
    rows = {}
    for product in plain.products:
        sales = [
            (plain.orders[position].placed_at, line.quantity)
            for position in view.counted
            for line in plain.orders[position].lines
            if line.product == product
        ]
        days = [local_date(plain, at) for at, quantity in sales if quantity > 0]
        units = sum(quantity for at, quantity in sales if window is None or start <= at < end)
        since = local_date(plain, plain.observed_from) if not days else max(days)
        rows[product] = (
            units,
            _days(max(min(days), first_day), last_day) if days else 0,
            _days(max(min(days), first_day), min(max(days), last_day)) if days else 0,
            min(days).isoformat() if days else None,
            max(days).isoformat() if days else None,
            max((local_date(plain, as_of) - since).days, 0),
        )
    return rows


def _days(first: date, last: date) -> int:
    return max((last - first).days + 1, 0)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_as_the_plain_facts(data: st.DataObject) -> None:
    """Of every product units, days and dates are what the plain facts say; ranks follow them."""
    plain = data.draw(shops().filter(lambda made: bool(made.products)))
    as_of = data.draw(as_ofs(plain))
    window = data.draw(windows(plain, as_of))
    found = ci.product_velocity(to_history(plain), window=window, as_of=as_of).to_dicts()
    rates: list[Fraction] = []
    for row in found:
        units, since, on_sale, first, last, idle = expected(plain, as_of, window)[row["product"]]
        assert row["units"] * 1000 == units
        assert row["units_per_day"] == (units / (1000 * since) if since else None)
        assert row["units_per_day_on_sale"] == (units / (1000 * on_sale) if on_sale else None)
        assert (row["first_sold"], row["last_sold"]) == (first, last)
        assert row["days_without_sale"] == idle
        if first is not None and since:
            rates.append(Fraction(units, since))
            assert row["rank"] == 1 + sum(rate > rates[-1] for rate in rates)
    assert rates == sorted(rates, reverse=True)


def test_parts_with_tables_of_their_own() -> None:
    """Parts whose product tables differ add up by product; what they contradict is refused."""
    history = stocked()
    parts = history.partition(3)
    whole = Velocity().summarise(history)
    other = attrs.evolve(
        parts[1],
        products=Products(
            ids=("gift", "print", "card", "vase"),
            labels={
                "title": attrs.evolve(_titles(history), codes=_titles(history).codes[[2, 0, 1, 3]])
            },
            numbers={"stock": np.array([-1000, 3000, 500, 2500])},
        ),
        lines=None
        if parts[1].lines is None
        else attrs.evolve(parts[1].lines, product=np.array([1, 0], dtype=np.int32)),
    )
    states = [Velocity().summarise(part) for part in (parts[0], other, parts[2])]
    assert states[0] + states[1] + states[2] == whole
    knowing = with_numbers(to_history(SOLD).partition(3)[2], stock=STOCKS)
    ignorant = [Velocity().summarise(part) for part in to_history(SOLD).partition(3)[:2]]
    merged = ignorant[0] + Velocity().summarise(knowing) + ignorant[1]
    assert merged.sales.known["stock"].tolist() == [STOCKS[name] for name in merged.sales.ids]
    contradicting = with_numbers(parts[1], stock={**STOCKS, "print": 9000})
    with pytest.raises(Incompatible, match=r"stock of one product.*Read all parts with one"):
        _ = states[0] + Velocity().summarise(contradicting)


def _titles(history: OrderHistory) -> Any:
    assert history.products is not None
    return history.products.labels["title"]


def test_real_orders() -> None:
    """Of Online Retail's products the paper birds went fastest: 80,995 on a single day."""
    retail = ci.datasets.load_online_retail()
    first = ci.product_velocity(retail).to_dicts()[0]
    assert (first["product"], first["units_per_day"]) == ("23843", 80_995.0)
    # The line of the day before the end; it came back, but units are before refunds.
    assert first["first_sold"] == first["last_sold"] == "2011-12-09"


def test_what_a_history_lacks_is_said() -> None:
    """Without lines there are no sales of products, without stocks no dead one."""
    with pytest.raises(MissingData, match="order lines"):
        ci.product_velocity(to_history(ADA_AND_BO))
    with pytest.raises(MissingData, match=r"stocks of its products.*column stock"):
        ci.dead_stock(to_history(SOLD))
    with pytest.raises(InvalidValue, match="days without a sale are wrong"):
        DeadStock(0)
