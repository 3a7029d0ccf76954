"""On UCI Online Retail and CDNOW the newer analyses are the plain oracle's, or those of pandas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

import custinsights as ci
from custinsights.analyses.trends.growth import FACTORS
from custinsights.history.orders import OrderHistory
from tests.oracles import journeys
from tests.oracles.agreement import agrees
from tests.oracles.bridge import to_history
from tests.oracles.cohorts import lifetime_value
from tests.oracles.facts import View
from tests.oracles.first_orders import (
    amount_thirds,
    observable_for,
    ordered_again,
    second_order_table,
)
from tests.oracles.journeys import ORDER, Deed
from tests.oracles.periods import local_date
from tests.oracles.plain import measure
from tests.oracles.published import cdnow_sample, local, online_retail
from tests.oracles.scores import gini, numbers, top_share
from tests.oracles.shop import Identity, Shop
from tests.oracles.trends import quantile, shapley, values_of


@attrs.frozen
class Real:
    """A shop that there was: its plain facts, its history, an earlier instant."""

    shop: Shop
    history: OrderHistory
    view: View
    early: datetime
    by: str

    @property
    def deeds(self) -> Mapping[Identity, list[Deed]]:
        """What everybody ordered, at local times."""
        found: dict[Identity, list[Deed]] = defaultdict(list)
        for order in self.shop.orders:
            at = order.placed_at.astimezone(self.shop.zone)
            found[order.customer].append(Deed(str(order.customer), at, ORDER, order.amount))
        return found


@pytest.fixture(scope="module", params=["online_retail", "cdnow"])
def real(request: pytest.FixtureRequest) -> Real:
    """Return the bundled year of a wholesaler, or a tenth of a music shop's customers."""
    if request.param == "cdnow":
        shop, early, by = cdnow_sample(), datetime(1997, 10, 1, tzinfo=UTC), "weekday"
        history = to_history(shop)
    else:
        shop, early, by = online_retail(), local("2011-06-01"), "country"
        history = ci.datasets.load_online_retail()
    return Real(shop, history, View(shop, shop.observed_until), early, by)


@pytest.fixture(scope="module")
def lines() -> pd.DataFrame:
    """Return a row per line of the wholesaler: product, customer, quantity, local day."""
    history = ci.datasets.load_online_retail()
    assert history.lines is not None
    assert history.products is not None
    order = history.lines.order
    customer = np.repeat(history.customer_ids, np.diff(history.offsets))
    placed = pd.to_datetime(history.placed_at, unit="us", utc=True).tz_convert("Europe/London")
    return pd.DataFrame(
        {
            "product": np.array(history.products.ids, dtype=object)[history.lines.product],
            "customer": customer[order],
            "quantity": history.lines.quantity,
            "day": placed.tz_localize(None).normalize()[order],
        }
    )


def test_second_order(real: Real) -> None:
    """Who was observable, who came back, the curve, the labels and the thirds by amount."""
    found = ci.second_order(real.history, 90, by=real.by)
    assert found.observable == len(observable_for(real.view, 90))
    assert found.reordered == len(ordered_again(real.view, 90))
    assert found.customers == len(real.view.orders_of)
    assert found.returned == sum(len(mine) > 1 for mine in real.view.orders_of.values())
    for days, n, back in zip(found.ages, found.observable_at, found.reordered_by, strict=True):
        assert n == len(observable_for(real.view, int(days)))
        assert back == len(ordered_again(real.view, int(days)))
    told = {
        (dimension, str(label).lower()): (n, back)
        for dimension, label, n, back in zip(
            found.dimensions,
            found.labels,
            found.label_observable.tolist(),
            found.label_reordered.tolist(),
            strict=True,
        )
    }
    thirds = [pair for (dimension, _), pair in told.items() if dimension == "amount"]
    assert thirds == amount_thirds(real.view, 90)
    plain = second_order_table(real.view, 90, [real.by])
    assert {key: pair for key, pair in told.items() if key[0] == real.by} == {
        (name, str(label).lower()): pair for (name, label), pair in plain.items()
    }


@pytest.mark.parametrize("gross", [False, True])
def test_lifetime_value(real: Real, gross: bool) -> None:
    """At exact ages, and its n is who is old enough."""
    ages = (0, 30, 90, 180, 360)
    cube = ci.lifetime_value(real.history, ages, gross=gross)
    for days in ages:
        name = f"lifetime_value_{days}"
        expected = lifetime_value(real.shop, days, real.shop.observed_until, gross=gross)
        assert agrees(real.shop, "customer_lifetime_value", expected, float(cube[name][0]))
        below = cube.denominator(name)
        assert below is not None
        assert below.tolist() == [len(observable_for(real.view, days))]


def test_concentration(real: Real) -> None:
    """Top shares and the Gini coefficient, rounded once."""
    totals = [spent for _, _, spent in numbers(real.view).values()]
    found = ci.concentration(real.history)
    assert found.excluded == sum(total <= 0 for total in totals)
    for share in (Fraction(1, 100), Fraction(1, 10), Fraction(1, 5)):
        assert found.top_share(share) == float(top_share(totals, share) or 0)
    assert found.gini == float(gini(totals) or 0)


@pytest.mark.parametrize("what", ["gap_days", "order_value", "days_since_last_order"])
def test_distribution(real: Real, what: str) -> None:
    """The number of values, their mean and their quantiles."""
    values = values_of(real.shop, what, (), None, real.shop.observed_until)[()]
    scale = 100 if what == "order_value" else 1
    shares = (0.1, 0.5, 0.9, 0.99)
    found = ci.distribution(real.history, what, quantiles=shares)
    assert int(found.n[0]) == len(values)
    assert float(found.mean[0]) == pytest.approx(sum(values) / len(values) / scale)
    for share in shares:
        exact = quantile(values, Fraction(str(share)))
        assert exact is not None
        assert float(found[share][0]) == pytest.approx(float(exact) / scale)


def test_transitions(real: Real) -> None:
    """Who moved from which stage to which between an early instant and the end."""
    known = {instant: View(real.shop, instant).known for instant in (real.early, real.view.as_of)}
    moves: Counter[tuple[str, str]] = Counter()
    deeds = real.deeds
    for who in known[real.view.as_of]:
        mine = deeds.get(who, [])
        before = [deed for deed in mine if deed.at < real.early]
        stage = journeys.stage(before, str(who)) if who in known[real.early] else "Not yet known"
        moves[stage, journeys.stage(mine, str(who))] += 1
    table = ci.transitions(real.history, real.early, real.view.as_of).to_dicts()
    assert {(r["before"], r["after"]): r["people"] for r in table if r["people"]} == moves


def test_overdue(real: Real) -> None:
    """Who has been silent for longer than three of the own median gaps, and for how long."""
    today = local_date(real.shop, real.view.as_of)
    late = {
        who: journeys.silence(mine, str(who), today)
        for who, mine in real.deeds.items()
        if journeys.is_overdue(mine, str(who), today, Fraction(3))
    }
    assert len(late) > 100
    rows = ci.overdue(real.history, k=3).to_dicts()
    assert {
        row["customer"]: (row["days_since_last_order"], row["median_gap_days"]) for row in rows
    } == late


def test_growth_drivers(real: Real) -> None:
    """The terms are the Shapley values to the minor unit, and sum to the change."""
    spans = ((real.shop.observed_from, real.early), (real.early, real.view.as_of))
    names = ("customers", "orders", "revenue")
    plain = [measure(real.shop, names, (), span)[()] for span in spans]
    [row] = ci.growth_drivers(real.history, compare=spans[0], window=spans[1]).to_dicts()
    factors = []
    for cell in plain:
        customers, orders, revenue = (int(cell[name] or 0) for name in names)
        factors.append(
            [Fraction(customers), Fraction(orders, customers), Fraction(revenue, orders)]
        )
    for name, exact in zip(FACTORS, shapley(*factors), strict=True):
        assert abs(Fraction(100 * row[name]) - exact) < 1
    assert 100 * row["change"] == int(plain[1]["revenue"] or 0) - int(plain[0]["revenue"] or 0)
    assert sum(row[name] for name in FACTORS) == row["change"]


def test_ranking() -> None:
    """Countries by their orders: 1 + those with strictly more, shares of all; none for unknown."""
    cells = measure(online_retail(), ["orders", "revenue"], ["country"])
    orders = {label: int(cell["orders"] or 0) for (label,), cell in cells.items()}
    history = ci.datasets.load_online_retail()
    rows = ci.ranking(history, ["orders", "revenue"], by="country").to_dicts()
    assert {row["country"]: row["orders"] for row in rows} == orders
    assert rows.pop()["country"] is None  # refunds, which name no order
    for row in rows:
        assert row["rank"] == 1 + sum(count > row["orders"] for count in orders.values())
        assert row["orders_share"] == row["orders"] / sum(orders.values())
        assert 100 * row["revenue"] == cells[row["country"],]["revenue"]


@pytest.mark.parametrize("window", [None, ("2011-06-01", "2011-09-01")])
def test_product_velocity(lines: pd.DataFrame, window: tuple[str, str] | None) -> None:
    """Units, days on sale and ranks of every product, grouped by pandas."""
    start, end = (pd.Timestamp(day) for day in window or ("2010-12-01", "2011-12-10"))
    sold = lines[lines["quantity"] > 0].groupby("product")["day"].agg(["min", "max"])
    inside = lines[(lines["day"] >= start) & (lines["day"] < end)]
    sold["units"] = inside.groupby("product")["quantity"].sum() / 1000
    sold["units"] = sold["units"].fillna(0)
    days = (end - sold["min"].where(sold["min"] > start, start)).dt.days
    sold["per_day"] = (sold["units"] / days).where(days > 0)
    sold["rank"] = sold["per_day"].rank(method="min", ascending=False)
    rows = ci.product_velocity(ci.datasets.load_online_retail(), window=window).to_dicts()
    found = {row.pop("product"): row for row in rows if row["first_sold"] is not None}
    assert found.keys() == set(sold.index)
    for product, expected in sold.iterrows():
        row = found[product]
        assert float(row["units"]) == expected["units"]
        assert row["units_per_day"] == none_or(expected["per_day"])
        assert row["rank"] == none_or(expected["rank"])
        assert (row["first_sold"], row["last_sold"]) == (
            expected["min"].date().isoformat(),
            expected["max"].date().isoformat(),
        )
    ranks = [row["rank"] for row in rows]
    ranked = [rank for rank in ranks if rank is not None]
    assert ranks == sorted(ranked) + [None] * (len(ranks) - len(ranked))


def none_or(value: Any) -> Any:
    """A value, or None for NaN."""
    return None if pd.isna(value) else pytest.approx(value)


@pytest.mark.parametrize("bought", ["85123A", "22423", "POST"])
def test_cross_sell_gaps(lines: pd.DataFrame, bought: str) -> None:
    """All products that fewer of a product's buyers bought than expected, grouped by pandas."""
    buyers = {product: set(group) for product, group in lines.groupby("product")["customer"]}
    everybody, least, ours = lines["customer"].nunique(), 5.0, buyers[bought]
    expected = {}
    for other in buyers.keys() - {bought}:
        share, both = Fraction(len(buyers[other]), everybody), len(ours & buyers[other])
        if both < len(ours) * share and len(ours) * share >= least:
            expected[other] = (len(ours), both, len(ours) - both, float(share))
    assert len(expected) > 20
    history = ci.datasets.load_online_retail()
    rows = ci.cross_sell_gaps(history, bought, by="product", least=least).to_dicts()
    assert {
        row["missing"]: (row["n"], row["both"], row["without"], row["expected_share"])
        for row in rows
    } == expected
