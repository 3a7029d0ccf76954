"""Upsell ladders: who climbed, who may, as slow and obvious Python says."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.analyses.segments.ladders import LADDERS
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.history.columnar.columns import Labels, Products
from tests.oracles.bridge import to_history
from tests.oracles.facts import View
from tests.oracles.periods import days_between
from tests.oracles.shop import Identity, Shop
from tests.oracles.strategies import PRODUCTS, as_ofs, shops

MANY = settings(max_examples=100, suppress_health_check=list(HealthCheck))

OWN = ci.Ladder(
    "own",
    [
        ci.Rung("cards", category="cards"),
        ci.Rung("prints", keyword="PRINT"),
        ci.Rung("vase", product=["p4", "p0"], category="Vases"),
    ],
)
REST = ci.Ladder("rest", [ci.Rung("anything"), ci.Rung("paper", department=["Paper", "wood"])])
RUNGS: dict[str, dict[str, int | None]] = {
    "own": {"p1": 1, "p2": 1, "p3": 0, "p4": 2, "p5": None},
    "rest": {"p1": 1, "p2": 1, "p3": 1, "p4": 0, "p5": 0},
}


def plainly(
    shop: Shop, ladder: ci.Ladder, as_of: datetime
) -> tuple[list[dict[str, Any]], list[list[Identity]]]:
    """Return the rows and the candidates of every step, customer by customer."""
    view, rung_of = View(shop, as_of), RUNGS[ladder.name]
    table, asked = [], []
    for place in range(len(ladder.rungs) - 1):
        buyers, later, already, candidates, days = 0, 0, 0, [], []
        for customer, positions in view.orders_of.items():
            orders = [shop.orders[position] for position in positions]
            on = [{rung_of[line.product] for line in order.lines} for order in orders]
            low = [order for order, rungs in zip(orders, on, strict=True) if place in rungs]
            high = [
                order
                for order, rungs in zip(orders, on, strict=True)
                if any(rung is not None and rung > place for rung in rungs)
            ]
            if not low:
                continue
            buyers += 1
            start = min(order.placed_at for order in low)
            after = [order.placed_at for order in high if order.placed_at > start]
            if after:
                later += 1
                days.append(days_between(shop, start, min(after)))
            elif high:
                already += 1
            else:
                candidates.append(customer)
        table.append(
            {
                "buyers": buyers,
                "later": later,
                "already": already,
                "candidates": len(candidates),
                "median_days": median(days) if days else None,
            }
        )
        asked.append(sorted(candidates))
    return table, asked


@MANY
@given(data=st.data())
@pytest.mark.covers("A34")
def test_steps_are_what_the_plain_oracle_counts(data: st.DataObject) -> None:
    """Buyers, who went up later, who had it already, candidates and the median of the days."""
    shop = data.draw(shops())
    assume(any(order.lines for order in shop.orders))
    ladder, as_of = data.draw(st.sampled_from([OWN, REST])), data.draw(as_ofs(shop))
    found = ci.upsell(to_history(shop), ladder, as_of=as_of)
    table, asked = plainly(shop, ladder, as_of)
    rows = found.to_dicts()
    event(f"some climbed: {any(row['later'] for row in table)}")
    event(f"some had it: {any(row['already'] for row in table)}")
    assert [{name: row[name] for name in table[0]} for row in rows] == table
    assert [found.candidates(step).ids.tolist() for step in ladder.steps] == asked
    for row in rows:
        assert row["buyers"] == row["later"] + row["already"] + row["candidates"]
        assert row["small"] == (row["buyers"] < 30)
        if row["buyers"]:
            assert row["conversion"] == row["later"] / row["buyers"]
            assert 0 <= row["low"] <= row["conversion"] <= row["high"] <= 1
        else:
            assert row["conversion"] is row["low"] is None


def test_a_product_is_on_the_highest_rung_that_names_it() -> None:
    """Letter case aside; by any label; by its title where it has no keywords; else on the rest."""
    products = Products(
        ids=("a", "b", "c", "d", "e"),
        labels={
            "category": Labels.encode(["Prints", "ORIGINALS", None, "Frames", None]),
            "title": Labels.encode(["x", "Sea, a print", "An Original.", "print", None]),
        },
        keywords=((), (), (), ("oak",), ("Print ",)),
    )
    ladder = LADDERS["print_to_original"]
    assert ladder.rung_of(products).tolist() == [0, 1, 1, -1, 0, -1]
    rest = LADDERS["single_to_collection"]
    assert rest.rung_of(products).tolist() == [0, 0, 0, 0, 0, -1]


@pytest.mark.parametrize("name", LADDERS)
def test_built_in_ladders_say_something_about_the_gallery(name: str) -> None:
    """Each finds buyers, climbers and candidates among people who buy prints and originals."""
    found = ci.upsell(ci.datasets.gallery(), name)
    row = found.to_dicts()[0]
    assert row["later"] > 0
    assert row["candidates"] == len(found.candidates()) > 0
    assert found.candidates().to_dicts()[0].keys() == {"customer", "first_bought_at"}
    assert found == ci.upsell(ci.datasets.gallery(), LADDERS[name])
    assert found != ci.upsell(ci.datasets.gallery(), OWN_OF_SIZES)
    assert f"the ladder {name}" in repr(found)


OWN_OF_SIZES = ci.Ladder("sizes", [ci.Rung("small", keyword="small"), ci.Rung("other")])


def test_what_ladders_refuse() -> None:
    """No lines, no labels, no ladder, no step: each in our own words."""
    gallery = ci.datasets.gallery()
    bare = ci.OrderHistory.from_arrays(
        customer=["ada"], placed_at=["2024-01-05"], amount=[1], currency="EUR", timezone="UTC"
    )
    with pytest.raises(MissingData, match=r"ladder 'print_to_original' needs order lines"):
        ci.upsell(bare)
    with pytest.raises(MissingData, match=r"rung 'small' needs the keyword of its products"):
        ci.Ladder("x", [ci.Rung("small", keyword="small"), ci.Rung("rest")]).rung_of(
            Products(ids=("a",))
        )
    with pytest.raises(UnknownName, match="Did you mean 'print_to_original'"):
        ci.upsell(gallery, "prints_to_original")
    with pytest.raises(InvalidValue, match="ladder of an Upselling is no Ladder"):
        ci.upsell(gallery, 5)  # type: ignore[arg-type]
    found = ci.upsell(gallery, OWN)
    with pytest.raises(UnknownName, match="step of the ladder named None"):
        found.candidates()
    with pytest.raises(UnknownName, match="Did you mean 'cards -> prints'"):
        found.candidates("cards > prints")
    with pytest.raises(InvalidValue, match="make no ladder"):
        ci.Ladder("x", [ci.Rung("a", keyword="a")])
    with pytest.raises(InvalidValue, match="make no ladder"):
        ci.Ladder("x", [ci.Rung("a", keyword="a"), ci.Rung("a", keyword="b")])
    with pytest.raises(InvalidValue, match="one at most names no products"):
        ci.Ladder("x", [ci.Rung("a"), ci.Rung("b")])
    with pytest.raises(InvalidValue, match="rung of a ladder is no Rung"):
        ci.Ladder("x", ["a", "b"])  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="keyword of a Rung is no text that says something"):
        ci.Rung("a", keyword=["b", " "])


def test_the_oracle_knows_the_products_of_the_shops() -> None:
    """The rungs written out here are those of the products that shops are drawn with."""
    assert all(rungs.keys() == PRODUCTS.keys() for rungs in RUNGS.values())
    products = Products(
        ids=tuple(PRODUCTS),
        labels={
            name: Labels.encode([told[name] for told in PRODUCTS.values()])
            for name in ("title", "category", "department")
        },
    )
    for ladder in (OWN, REST):
        expected = [-1 if rung is None else rung for rung in RUNGS[ladder.name].values()]
        assert np.array_equal(ladder.rung_of(products), [*expected, -1])


def test_steps_of_the_same_text_are_refused() -> None:
    """Their columns would be one."""
    names = ("a", "b -> a", "b", "a -> b -> a", "b ")
    with pytest.raises(InvalidValue, match="Two steps of the ladder have the same name"):
        ci.Ladder("l", [ci.Rung(name, keyword=name) for name in ("a -> b", "c", "a", "b -> c")])
    assert len(ci.Ladder("l", [ci.Rung(name, keyword=name) for name in names]).steps) == 4


def test_a_rung_on_which_nothing_is_bears_a_note() -> None:
    """A misspelled label is no conversion of nobody: the result says that the rung is empty."""
    rungs = [ci.Rung("small", keyword="small"), ci.Rung("large", keyword="nope")]
    found = ci.upsell(ci.datasets.gallery(), ci.Ladder("sizes", rungs))
    assert "No product is on the rung large." in found.table().notes
    sizes = ci.Ladder("sizes", [rungs[0], ci.Rung("large", keyword="large")])
    assert "No product" not in " ".join(ci.upsell(ci.datasets.gallery(), sizes).table().notes)
