"""The benchmark of recommendations gives other libraries what they need."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import custinsights as ci
from benchmarks.recommending import RESULT, Implicit, main, make_shop, measure_cost, purchases
from benchmarks.speed import speed_text
from custinsights.history.views.counted import CountedHistory


def test_purchases_are_orders_with_a_product() -> None:
    """Customers by products, in how many orders: as the orders tell it one by one."""
    history = ci.datasets.gallery()
    view = CountedHistory(history, history.context.observed_until)
    lines = {*zip(view.lines.counted_order.tolist(), view.lines.product.tolist(), strict=True)}
    told = Counter((int(view.customer[order]), product) for order, product in lines)
    table = purchases(history).tocoo()
    found = zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
    assert {(customer, product): n for customer, product, n in found} == told


class Model:
    """Recommends the first products to everybody, as a model of implicit would."""

    def fit(self, bought: object, *, show_progress: bool) -> None:
        """See what was bought."""
        self.bought, self.quiet = bought, not show_progress

    def recommend(
        self,
        codes: np.ndarray,
        _bought: object,
        *,
        N: int,  # noqa: N803
        filter_already_liked_items: bool,
    ) -> tuple[np.ndarray, None]:
        """Return the first products, and -1 where a model knows no more."""
        assert not filter_already_liked_items
        return np.tile([*range(N - 1), -1], (len(codes), 1)), None


def test_a_model_of_theirs_answers_in_our_words() -> None:
    """Codes of products come back as ids; what a model does not know is left out."""
    history = ci.datasets.gallery()
    assert history.products is not None
    found = Implicit(Model, counted=False)(history, ["c001", "c002"], 3)
    assert found == [list(history.products.ids[:2])] * 2


def test_the_shop_is_the_same_every_time() -> None:
    """The shop of the cost is drawn by its seed, and everybody is recommended ten products."""
    one, other = (make_shop(500, 50, 100) for _ in range(2))
    assert one.placed_at.tolist() == other.placed_at.tolist()
    figures = measure_cost(500, 50, 100)
    assert (figures["recommendations"], figures["customers"]) == (500, 50)


def test_the_page_on_speed_tells_the_figures() -> None:
    """What it cost, and how often each was right."""
    measures = {"hit_rate": 0.7244, "ndcg": 0.289, "coverage": 0.55}
    names = ("recommend", "own favourites", "item-item", "als", "popularity")
    figures = {
        "kind": "recommending",
        "cost": {
            "products": 10_000,
            "customers": 100_000,
            "orders": 1_000_000,
            "seconds": 12.34,
            "processor_seconds": 19.6,
            "peak_bytes": 1_300_000_000,
            "seconds_for_one_customer": 0.0012,
        },
        "quality": {"last": {"customers": 2845, **dict.fromkeys(names, measures)}},
        "versions": {"implicit": "0.7.3"},
    }
    text = speed_text([figures])
    assert "12.3 s, 20 s of processors (budget 20 s), 1.3 GB at most" in text
    assert "| als | 72.4 % | 28.9 % | 55.0 % |" in text


def test_the_smoke_run_keeps_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A tiny run shows that it works, needs no other library and writes no result."""
    before = RESULT.read_bytes()
    main(["--smoke"])
    assert RESULT.read_bytes() == before
    assert "what 62 customers bought next" in capsys.readouterr().out
