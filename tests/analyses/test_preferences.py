"""What a segment buys more often than everybody: by hand and by the plain facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import customer_place, line_label
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, order, shop
from tests.oracles.plain import wilson
from tests.oracles.shop import PlainLine, PlainPerson
from tests.oracles.strategies import as_ofs, shops, windows


def bought(customer: str, *products: str) -> Any:
    """Return an order of one of each."""
    lines = tuple(PlainLine(product, 1000, 100) for product in products)
    return order(customer, "01-10", 100 * len(products), lines=lines)


MADE = shop(
    bought("ada", "p1", "p2"),
    bought("bo", "p1"),
    bought("cy", "p1"),
    bought("di", "p2"),
    bought("di", "p2"),
    products={"p1": {"category": "Prints"}, "p2": {"category": "Cards"}, "p3": {}},
    people={
        "ada": PlainPerson(labels={"country": "FR"}),
        "bo": PlainPerson(labels={"country": "FR"}),
        "cy": PlainPerson(labels={"country": "FR"}),
        "eve": PlainPerson(labels={"country": "IE"}),  # never bought: in no number
    },
)


@pytest.mark.covers("M54")
def test_by_hand() -> None:
    """A third of the three in France bought cards, and half of all: the index is 66.7."""
    rows = ci.preferences(to_history(MADE), "customer_country").to_dicts()
    found = [
        (r["customer_country"], r["category"], r["n"], r["buyers"], r["share_of_all"], r["index"])
        for r in rows
    ]
    assert found == [
        ("FR", "Prints", 3, 3, 0.75, pytest.approx(400 / 3)),
        ("FR", "Cards", 3, 1, 0.5, pytest.approx(200 / 3)),
        (None, "Cards", 1, 1, 0.5, 200.0),
        (None, "Prints", 1, 0, 0.75, 0.0),
    ]
    low, high = wilson(1, 3)
    assert (rows[1]["low"], rows[1]["high"]) == (pytest.approx(low), pytest.approx(high))
    assert rows[1]["index_low"] == pytest.approx(low / 0.5 * 100)
    assert rows[1]["index_high"] == pytest.approx(high / 0.5 * 100)
    assert rows[1]["small"]


@pytest.mark.covers("M54")
def test_segments_are_segments() -> None:
    """Tiers come from the best to the worst, and who is in none is a segment without a name."""
    gallery = ci.datasets.gallery()
    tiers = ci.tiers(gallery, "value", exclude="wholesale")
    rows = ci.preferences(gallery, tiers).to_dicts()
    assert list(dict.fromkeys(row["value_segment"] for row in rows)) == [*tiers.names, None]
    sizes = {row["value_segment"]: row["n"] for row in rows}
    assert {name: sizes.pop(name) for name in tiers.names} == tiers.sizes
    assert sizes == {None: tiers.excluded}
    for name in tiers.names:
        members = gallery.where(customers=tiers.members(name).ids)
        buyers = ci.measure(members, "customers", by="category").to_dicts()
        ours = {
            r["category"]: r["buyers"] for r in rows if r["value_segment"] == name and r["buyers"]
        }
        assert ours == {row["category"]: row["customers"] for row in buyers if row["category"]}


def test_scores_stand_for_their_groups() -> None:
    """What rfm gives is taken as its segments."""
    gallery = ci.datasets.gallery()
    scores = ci.rfm(gallery)
    by_groups = ci.preferences(gallery, scores.segments)
    assert ci.preferences(gallery, scores).to_dicts() == by_groups.to_dicts()


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_as_the_plain_facts(data: st.DataObject) -> None:
    """Buyers, shares and index of every country and category are those of the plain facts."""
    plain = data.draw(shops().filter(lambda made: bool(made.products)))
    as_of = data.draw(as_ofs(plain))
    window = data.draw(windows(plain, as_of))
    view = View(plain, as_of)
    inside = [
        position
        for position in view.counted
        if window is None or window[0] <= plain.orders[position].placed_at < window[1]
    ]
    home = {
        plain.orders[position].customer: customer_place(
            view, plain.orders[position].customer, "country"
        )
        for position in inside
    }
    pairs = {
        (plain.orders[position].customer, line_label(view, "category", line.product))
        for position in inside
        for line in plain.orders[position].lines
    }
    found = ci.preferences(to_history(plain), "customer_country", window=window, as_of=as_of)
    rows = {(row["customer_country"], row["category"]): row for row in found.to_dicts()}
    categories = {category for _, category in pairs if category is not None}
    assert set(rows) == {
        (country, category) for country in home.values() for category in categories
    }
    for (country, category), row in rows.items():
        n = sum(where == country for where in home.values())
        buyers = sum(home[who] == country for who, what in pairs if what == category)
        of_all = sum(what == category for _, what in pairs)
        assert (row["n"], row["buyers"]) == (n, buyers)
        assert row["share_of_all"] == of_all / len(home)
        assert row["index"] == pytest.approx(100 * buyers * len(home) / (n * of_all), rel=1e-12)


def test_what_is_no_segment_is_refused() -> None:
    """Segments are labels of customers, and a preference is for what orders have."""
    history = to_history(MADE)
    for wrong in ("channel", "customer_type", "order_count", 5):
        with pytest.raises(InvalidValue, match="segments are no labels of customers"):
            ci.preferences(history, wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"preference is for what orders.*month"):
        ci.preferences(history, "customer_country", by="month")
    with pytest.raises(MissingData, match="order lines"):
        ci.preferences(to_history(ADA_AND_BO), "customer_country")
    retail = ci.datasets.load_online_retail()
    with pytest.raises(InvalidValue, match="customers of another history"):
        ci.preferences(history, ci.tiers(retail, "value"))
