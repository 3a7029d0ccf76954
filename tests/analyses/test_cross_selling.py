"""Whom to offer what, and how many take it: by hand, by the plain facts, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import InvalidValue, MissingData, UnknownName
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import line_label
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, at, order, shop
from tests.oracles.periods import local_date
from tests.oracles.plain import wilson
from tests.oracles.shop import PlainLine
from tests.oracles.strategies import as_ofs, shops

MANY = settings(max_examples=60, suppress_health_check=list(HealthCheck))


def of(customer: str, day: str, *products: str) -> Any:
    """Return an order of one of each."""
    lines = tuple(PlainLine(product, 1000, 100) for product in products)
    return order(customer, day, 100, lines=lines)


MATS = to_history(
    shop(
        *(of(f"m{n}", "01-10", "mat") for n in range(8)),
        of("m0", "03-05", "block"),  # two of eight took it in March,
        replace(of("m1", "03-01", "block"), placed_at=at("03-01", 0)),  # one as it began
        of("early", "01-10", "mat", "block"),  # had both before March: neither audience nor taker
        *(of(f"late{n}", "03-10", "mat") for n in range(3)),  # is of today's audience only
        *(of(f"p{n}", "01-20", "pen") for n in range(10)),
        of("p0", "03-20", "block"),  # one of eleven others
        of("p1", "03-12", "mat"),  # an other in March, of today's audience
        order("none", "01-10", 5),  # an order without lines makes a customer, and so an other
        products={name: {"category": f"{name}s"} for name in ("mat", "block", "pen")},
    )
)


@pytest.mark.covers("E18", "E19", "A34")
def test_by_hand() -> None:
    """Of eight who had a mat alone in March two took a block: of ten today 2.5 are expected."""
    found = ci.cross_sell(MATS, "mat", "block", within=31, as_of="2024-04-01")
    (row,) = found.to_dicts()
    assert (row["audience"], row["both"]) == (10, 3)
    assert (row["past_audience"], row["takers"], row["rate"]) == (8, 2, 0.25)
    assert row["expected_takers"] == 2.5
    low, high = wilson(2, 8)
    assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))
    assert (row["expected_low"], row["expected_high"]) == (
        pytest.approx(10 * low),
        pytest.approx(10 * high),
    )
    assert (row["others"], row["other_takers"], row["other_rate"]) == (11, 1, 1 / 11)
    assert row["lift"] == pytest.approx(2.75)
    assert row["lift_low"] < 2.75 < row["lift_high"]
    assert row["small"]
    asked = {one["customer"] for one in found.audience.to_dicts()}
    assert asked == {"p1", *(f"m{n}" for n in range(2, 8)), *(f"late{n}" for n in range(3))}


def test_before_anything_was_observed() -> None:
    """Where nobody was watched so long ago there is an audience and no rate, and a note says so."""
    found = ci.cross_sell(MATS, "mats", "BLOCKS", by="category", within=365, as_of="2024-04-01")
    (row,) = found.to_dicts()
    assert (row["audience"], row["past_audience"]) == (10, 0)
    assert (row["rate"], row["expected_takers"], row["lift"]) == (None, None, None)
    assert "Nobody was observed 365 days before" in repr(found)


def test_after_the_end_of_the_observation() -> None:
    """Time that nobody observed is none in which nobody took it: the last observed days tell."""
    late, last = (
        ci.cross_sell(MATS, "mat", "block", within=31, as_of=as_of)
        for as_of in ("2030-01-01", MATS.observed_until)
    )
    assert late.since == last.since
    assert late.to_dicts() == last.to_dicts()
    assert "The observation ends on" in " ".join(late.table().notes)


@MANY
@given(st.data())
def test_as_the_plain_facts(data: st.DataObject) -> None:
    """Audience, takers and others are those that a list of every customer's orders tells."""
    made = data.draw(shops().filter(lambda made: len(made.products) > 1))
    as_of: datetime = data.draw(as_ofs(made))
    one, other = data.draw(st.permutations(sorted(made.products)))[:2]
    within = data.draw(st.sampled_from((1, 20, 200)))
    view = View(made, as_of)
    history = to_history(made)
    start = local_date(made, min(as_of, history.observed_until)) - timedelta(days=within)
    counts = dict.fromkeys(("audience", "both", "past", "takers", "others", "other_takers"), 0)
    asked = []
    for customer, positions in view.orders_of.items():
        orders = [made.orders[position] for position in positions]

        def first(product: str, orders: Any = orders) -> Any:
            instants = [
                each.placed_at
                for each in orders
                if any(line_label(view, "product", line.product) == product for line in each.lines)
            ]
            return min(instants, default=None)

        has, took = first(one), first(other)
        counts["both"] += has is not None and took is not None
        if has is not None and took is None:
            asked.append(customer)
        if not any(local_date(made, each.placed_at) < start for each in orders):
            continue
        if took is not None and local_date(made, took) < start:
            continue
        is_past = has is not None and local_date(made, has) < start
        counts["past" if is_past else "others"] += 1
        counts["takers" if is_past else "other_takers"] += took is not None
    found = ci.cross_sell(history, one, other, within=within, as_of=as_of)
    (row,) = found.to_dicts()
    assert sorted(found.audience.ids.tolist()) == sorted(asked)
    assert row["audience"] == len(asked)
    told = ("both", "past_audience", "takers", "others", "other_takers")
    assert [row[name] for name in told] == [
        counts[name] for name in ("both", "past", "takers", "others", "other_takers")
    ]


def test_rungs_hold_several_products() -> None:
    """A rung of several labels is bought with any of them."""
    goods = ci.Rung("goods", product=["mat", "pen"])
    found = ci.cross_sell(MATS, goods, "block", as_of="2024-04-01").audience
    assert len(found) == 9 + 9
    several = ci.cross_sell(MATS, ["mat", "pen"], "block", as_of="2024-04-01").audience
    assert several.ids.tolist() == found.ids.tolist()


def test_what_cannot_be_asked_is_refused() -> None:
    """Unknown labels and kinds, equal things, wrong days and histories without lines say so."""
    with pytest.raises(UnknownName, match=r"no product named 'blocks'.*'block'"):
        ci.cross_sell(MATS, "mat", "blocks")
    with pytest.raises(UnknownName, match=r"no category named 'mat'.*'mats'"):
        ci.cross_sell(MATS, "mat", "blocks", by="category")
    with pytest.raises(UnknownName, match="no kind of label named 'colour'"):
        ci.cross_sell(MATS, "mat", "block", by="colour")
    with pytest.raises(UnknownName, match="no product on the rung named 'mice'"):
        ci.cross_sell(MATS, ci.Rung("mice", product="mouse"), "block")
    with pytest.raises(InvalidValue, match="What is offered is what was bought: 'mat'"):
        ci.cross_sell(MATS, "mat", "mat")
    for within in (0, 10**6):
        with pytest.raises(InvalidValue, match=f"number of days is wrong: {within}"):
            ci.cross_sell(MATS, "mat", "block", within=within)
    with pytest.raises(MissingData, match="order lines"):
        ci.cross_sell(to_history(ADA_AND_BO), "mat", "block")
