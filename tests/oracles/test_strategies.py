"""The random shops hold every difficulty that they promise, and stay small."""

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracles.dimensions import Window
from tests.oracles.periods import local_date, start_of
from tests.oracles.shop import Shop
from tests.oracles.strategies import (
    MAX_CUSTOMERS,
    MAX_ORDERS,
    as_ofs,
    features,
    shops,
    windows,
)

QUICK = settings(
    max_examples=900,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_every_difficulty_is_drawn() -> None:
    """Together, 900 shops show every feature and every kind of as_of and window."""
    seen: dict[str, bool] = {}

    @QUICK
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        shop = data.draw(shops())
        as_of = data.draw(as_ofs(shop))
        window = data.draw(windows(shop, as_of))
        for name, shows in (features(shop) | questions(shop, as_of, window)).items():
            seen[name] = seen.get(name, False) or bool(shows)
        assert len(shop.orders) <= MAX_ORDERS
        assert len({order.customer for order in shop.orders}) <= MAX_CUSTOMERS

    collect()
    assert [name for name, shown in seen.items() if not shown] == []


def check(shop: Shop) -> None:
    """It is small, and its facts lie in [observed_from, observed_until), refunds after orders."""
    assert len(shop.orders) <= MAX_ORDERS
    assert len({order.customer for order in shop.orders}) <= MAX_CUSTOMERS
    for order in shop.orders:
        assert shop.observed_from <= order.placed_at < shop.observed_until
    for refund in shop.refunds:
        assert shop.observed_from <= refund.at < shop.observed_until
        assert refund.order is None or shop.orders[refund.order].placed_at <= refund.at


def questions(shop: Shop, as_of: datetime, window: Window | None) -> dict[str, bool]:
    """Which of the difficulties lie in the question."""
    return {
        "an order exactly at as_of": any(order.placed_at == as_of for order in shop.orders),
        "a refund exactly at as_of": any(refund.at == as_of for refund in shop.refunds),
        "facts after as_of": any(order.placed_at > as_of for order in shop.orders),
        "no window": window is None,
        "a window": window is not None,
        "a window beyond as_of": window is not None and window[1] > as_of,
        "a window that begins inside a day": window is not None
        and start_of(shop, local_date(shop, window[0])) < window[0],
        "a window that ends inside a day": window is not None
        and start_of(shop, local_date(shop, window[1])) < window[1],
        "as_of after the observation": as_of > shop.observed_until,
        "an order before the window": window is not None
        and any(order.placed_at < window[0] for order in shop.orders),
    }
